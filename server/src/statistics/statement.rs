//! From what moved in spans to the lines of a statement. Pure.

use std::collections::BTreeMap;

use model::quantity::MAX_SUM;
use model::statistics::{Figures, Group, Row, Sums};
use model::time::Millis;

use records::Moved;

/// The most lines that a statement may have before it is cut into pages.
pub const MAX_ROWS: usize = 200_000;

/// Why there is no statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unmade {
    /// It would have more than [`MAX_ROWS`] lines.
    TooManyRows,
    /// A figure is not exact everywhere: it is beyond +-[`MAX_SUM`].
    OutOfRange,
}

/// What is known of a group: the stock before, and what moved in each part.
#[derive(Debug, Default)]
struct Account {
    opening: i64,
    parts: BTreeMap<usize, Sums>,
}

/// Collects what moved.
#[derive(Debug)]
pub struct Accounts {
    /// When parts begin; one: the period is not cut.
    starts: Vec<Millis>,
    is_cut: bool,
    groups: BTreeMap<Group, Account>,
}

impl Accounts {
    /// Nothing yet. `starts`: when the parts begin; none: the period is not cut.
    pub fn new(starts: Option<Vec<Millis>>) -> Self {
        Self { is_cut: starts.is_some(), starts: starts.unwrap_or_default(), groups: BTreeMap::new() }
    }

    /// What moved before the period.
    pub fn open(&mut self, moved: Vec<Moved>) {
        for (_, group, sums) in moved {
            let account = self.groups.entry(group).or_default();
            account.opening = account.opening.saturating_add(sums.net());
        }
    }

    /// What moved within it.
    pub fn add(&mut self, moved: Vec<Moved>) {
        for (at, group, sums) in moved {
            // Parts begin where units begin, or within the one that the period begins in.
            let part = at.map_or(0, |at| self.starts.partition_point(|start| *start <= at).saturating_sub(1));
            let sum = self.groups.entry(group).or_default().parts.entry(part).or_default();
            *sum = sum.plus(sums);
        }
    }

    /// The lines, by group and then by time, and all of them together.
    pub fn into_rows(self) -> Result<(Vec<Row>, Figures), Unmade> {
        let (mut rows, mut opening, mut moved) = (Vec::new(), 0_i64, Sums::default());
        for (group, account) in &self.groups {
            opening = opening.saturating_add(account.opening);
            let mut stock = account.opening;
            let parts = if self.is_cut { self.starts.len() } else { 1 };
            for part in 0..parts {
                let sums = account.parts.get(&part).copied().unwrap_or_default();
                let figures = checked(Figures::new(stock, sums))?;
                moved = moved.plus(sums);
                stock = figures.closing;
                if figures.is_blank() {
                    continue;
                }
                if rows.len() == MAX_ROWS {
                    return Err(Unmade::TooManyRows);
                }
                let start = if self.is_cut { self.starts.get(part).copied() } else { None };
                rows.push(Row { group: group.clone(), start, figures });
            }
        }
        Ok((rows, checked(Figures::new(opening, moved))?))
    }
}

fn checked(figures: Figures) -> Result<Figures, Unmade> {
    let it = figures;
    let exact = [it.opening, it.qty_in, it.qty_out, it.adjust, it.closing].iter().all(|it| it.abs() <= MAX_SUM);
    if exact { Ok(figures) } else { Err(Unmade::OutOfRange) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(warehouse: &str) -> Group {
        Group { warehouse_id: Some(warehouse.try_into().unwrap()), ..Group::default() }
    }

    fn moved(at: Option<i64>, warehouse: &str, qty_in: i64, qty_out: i64) -> Moved {
        (at.map(Millis), group(warehouse), Sums { qty_in, qty_out, entries: 1, ..Sums::default() })
    }

    #[test]
    fn parts_follow_each_other_and_stock_without_movement_is_shown() {
        let mut accounts = Accounts::new(Some(vec![Millis(5), Millis(10), Millis(20)]));
        accounts.open(vec![moved(None, "a", 0, 7), moved(None, "gone", 5, 5)]);
        accounts.add(vec![moved(Some(5), "a", 1, 0), moved(Some(0), "a", 1, 0), moved(Some(25), "b", 3, 0)]);
        let (rows, total) = accounts.into_rows().unwrap();
        let line = |row: &Row| {
            let it = row.figures;
            (
                row.group.warehouse_id.clone().unwrap().to_string(),
                row.start.unwrap().0,
                it.opening,
                it.closing,
                it.entries,
            )
        };
        assert_eq!(
            rows.iter().map(line).collect::<Vec<_>>(),
            [
                ("a".to_owned(), 5, -7, -5, 2),
                ("a".to_owned(), 10, -5, -5, 0),
                ("a".to_owned(), 20, -5, -5, 0),
                ("b".to_owned(), 20, 0, 3, 1),
            ]
        );
        assert_eq!(total, Figures { opening: -7, qty_in: 5, closing: -2, entries: 3, ..Figures::default() });
    }

    #[test]
    fn what_is_not_exact_is_not_shown() {
        let mut accounts = Accounts::new(None);
        accounts.open(vec![moved(None, "a", MAX_SUM, 0), moved(None, "b", MAX_SUM, 0)]);
        assert_eq!(accounts.into_rows(), Err(Unmade::OutOfRange));
    }
}
