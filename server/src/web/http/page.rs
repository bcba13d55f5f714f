//! Pages of a long answer (cursor pagination): how many rows a caller wants, and where the next page begins.

use super::params::Params;

/// How many rows a page may have, and has where nobody says.
#[derive(Debug, Clone, Copy)]
pub struct PageSize {
    /// Where it is not said.
    pub usual: i64,
    /// At the most.
    pub max: i64,
}

impl PageSize {
    /// Rows that stand for themselves: audits, findings, entries, rejections, stock.
    pub const ROWS: Self = Self { usual: 100, max: 1000 };

    /// The field `limit`; a wrong one is a fault of the question.
    pub fn limit(self, params: &mut Params) -> i64 {
        params.number("limit", 1, self.max).unwrap_or(self.usual)
    }
}

/// Cuts off the one row more that was read to see whether there is more; answers the cursor behind the last row, where there is.
pub fn cut_to_page<T, C>(rows: &mut Vec<T>, limit: i64, cursor: impl Fn(&T) -> C) -> Option<C> {
    let has_more = i64::try_from(rows.len()).is_ok_and(|it| it > limit);
    rows.truncate(usize::try_from(limit).unwrap_or_default());
    rows.last().filter(|_| has_more).map(cursor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_page_has_a_cursor_only_where_more_follows() {
        let mut rows = vec![1, 2, 3];
        assert_eq!(cut_to_page(&mut rows, 2, ToString::to_string), Some("2".to_owned()));
        assert_eq!(rows, [1, 2]);
        assert_eq!(cut_to_page(&mut rows, 2, ToString::to_string), None);
    }
}
