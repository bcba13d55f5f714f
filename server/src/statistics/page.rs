//! The lines of a statement in an order, page by page. A cursor is the place of the last line, so that lines which come or go
//! between two pages move nothing else. Pure.

use std::cmp::Ordering;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::statistics::{Column, Figures, Group, Order, Row};
use model::time::Millis;
use serde::{Deserialize, Serialize};

/// The longest cursor that is looked at.
const MAX_CURSOR: usize = 2000;

/// Where a page ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    order: Order,
    value: i64,
    group: Group,
    start: Option<Millis>,
}

impl Place {
    /// From a cursor. `None`: it is none of ours, or of another order.
    pub fn read(cursor: &str, order: Order) -> Option<Self> {
        let bytes = if cursor.len() <= MAX_CURSOR { URL_SAFE_NO_PAD.decode(cursor).ok()? } else { return None };
        serde_json::from_slice::<Self>(&bytes).ok().filter(|it| it.order == order)
    }

    /// As a cursor.
    pub fn write(&self) -> String {
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    fn of(row: &Row, order: Order) -> Self {
        Self { order, value: value(&row.figures, order.column), group: row.group.clone(), start: row.start }
    }

    fn key(&self) -> Key<'_> {
        Key { value: self.value, group: &self.group, start: self.start }
    }
}

/// What lines are ordered by.
struct Key<'a> {
    value: i64,
    group: &'a Group,
    start: Option<Millis>,
}

impl<'a> Key<'a> {
    fn of(row: &'a Row, column: Column) -> Self {
        Self { value: value(&row.figures, column), group: &row.group, start: row.start }
    }

    /// By the column, then by group and time, so that no two lines are at the same place.
    fn compare(&self, other: &Self, order: Order) -> Ordering {
        let by_column = match order.column {
            Column::Group => self.group.cmp(other.group),
            Column::Start => self.start.cmp(&other.start),
            _ => self.value.cmp(&other.value),
        };
        let by_column = if order.descending { by_column.reverse() } else { by_column };
        by_column.then_with(|| self.group.cmp(other.group)).then_with(|| self.start.cmp(&other.start))
    }
}

/// A page of lines, and where the next begins after.
pub fn page(mut rows: Vec<Row>, order: Order, after: Option<&Place>, limit: usize) -> (Vec<Row>, Option<Place>) {
    let column = order.column;
    rows.sort_by(|a, b| Key::of(a, column).compare(&Key::of(b, column), order));
    let is_before = |row: &Row, after: &Place| Key::of(row, column).compare(&after.key(), order) != Ordering::Greater;
    let first = after.map_or(0, |after| rows.partition_point(|row| is_before(row, after)));
    let has_more = rows.len() - first > limit;
    let page: Vec<Row> = rows.into_iter().skip(first).take(limit).collect();
    let next = if has_more { page.last().map(|row| Place::of(row, order)) } else { None };
    (page, next)
}

fn value(it: &Figures, column: Column) -> i64 {
    match column {
        Column::Group | Column::Start => 0,
        Column::Opening => it.opening,
        Column::In => it.qty_in,
        Column::Out => it.qty_out,
        Column::Adjust => it.adjust,
        Column::Net => it.net(),
        Column::Closing => it.closing,
        Column::Entries => it.entries,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Row> {
        (0..25)
            .map(|n: i64| Row {
                group: Group { product_id: format!("P{n:02}").try_into().ok(), ..Group::default() },
                start: None,
                figures: Figures { closing: n % 4 - 2, ..Figures::default() },
            })
            .collect()
    }

    #[test]
    fn pages_follow_each_other_in_every_order() {
        for column in Column::ALL {
            for descending in [false, true] {
                let order = Order { column, descending };
                let (all, none) = page(rows(), order, None, 25);
                assert_eq!(none, None);
                let (mut seen, mut after) = (Vec::new(), None);
                loop {
                    let (rows, next) = page(rows(), order, after.as_ref(), 4);
                    seen.extend(rows);
                    let Some(next) = next else { break };
                    after = Some(Place::read(&next.write(), order).unwrap());
                    assert_eq!(Place::read(&next.write(), Order { column, descending: !descending }), None);
                }
                assert_eq!(seen, all, "{order:?}");
            }
        }
    }

    #[test]
    fn a_broken_cursor_is_none() {
        let order = Order { column: Column::Closing, descending: true };
        for cursor in ["", "x", "e30", "AAAA", "../../etc", &"A".repeat(3000)] {
            assert_eq!(Place::read(cursor, order), None, "{cursor}");
        }
    }
}
