//! A statement by group and part of the period, seen from either side: all groups per part, and each group over all parts. Pure.

use model::statistics::{Figures, Group, Row, Sums};
use model::time::Millis;

/// A group over the whole period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupSummary {
    pub group: Group,
    /// Over the whole period.
    pub figures: Figures,
    /// The stock after each part.
    pub closings: Vec<i64>,
}

/// All groups together, per part. `opening`: the stock of all before the period.
pub fn by_part(rows: &[Row], starts: &[Millis], opening: i64) -> Vec<Figures> {
    let mut moved = vec![Figures::default(); starts.len()];
    for row in rows {
        let part = row.start.and_then(|at| starts.binary_search(&at).ok()).and_then(|at| moved.get_mut(at));
        if let Some(part) = part {
            add(part, &row.figures);
        }
    }
    let mut stock = opening;
    for part in &mut moved {
        part.opening = stock;
        stock = stock.saturating_add(part.qty_in - part.qty_out + part.adjust);
        part.closing = stock;
    }
    moved
}

/// Each group over all parts; rows are sorted by group, then by time.
pub fn by_group(rows: &[Row], starts: &[Millis]) -> Vec<GroupSummary> {
    rows.chunk_by(|a, b| a.group == b.group)
        .filter_map(|rows| {
            let first = rows.first()?;
            // A part without a line: nothing there, nothing moved.
            let opening = if first.start == starts.first().copied() { first.figures.opening } else { 0 };
            let mut figures = Figures { opening, ..Figures::default() };
            let (mut closings, mut lines, mut stock) =
                (Vec::with_capacity(starts.len()), rows.iter().peekable(), opening);
            for start in starts {
                if let Some(row) = lines.next_if(|it| it.start == Some(*start)) {
                    add(&mut figures, &row.figures);
                    stock = row.figures.closing;
                }
                closings.push(stock);
            }
            figures.closing = stock;
            Some(GroupSummary { group: first.group.clone(), figures, closings })
        })
        .collect()
}

fn add(sum: &mut Figures, it: &Figures) {
    let moved = Sums {
        qty_in: sum.qty_in.saturating_add(it.qty_in),
        qty_out: sum.qty_out.saturating_add(it.qty_out),
        entries: sum.entries.saturating_add(it.entries),
        ..Sums::default()
    };
    let adjust = sum.adjust.saturating_add(it.adjust);
    *sum = Figures { adjust, ..Figures::new(sum.opening, moved) };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(product: &str, start: i64, opening: i64, qty_in: i64) -> Row {
        Row {
            group: Group { product_id: product.try_into().ok(), ..Group::default() },
            start: Some(Millis(start)),
            figures: Figures::new(opening, Sums { qty_in, entries: 1, ..Sums::default() }),
        }
    }

    #[test]
    fn both_sides_hold_the_same() {
        let starts = [Millis(0), Millis(10), Millis(20)];
        let rows = [row("a", 0, 5, 1), row("a", 10, 6, -6), row("b", 10, 0, 3), row("b", 20, 3, 4)];
        let parts = by_part(&rows, &starts, 5);
        assert_eq!(parts.iter().map(|it| (it.opening, it.closing)).collect::<Vec<_>>(), [(5, 6), (6, 3), (3, 7)]);
        let groups = by_group(&rows, &starts);
        assert_eq!(groups[0].closings, [6, 0, 0]);
        assert_eq!(groups[1].closings, [0, 3, 7]);
        assert_eq!(groups.iter().map(|it| it.figures.closing).sum::<i64>(), 7);
        assert_eq!((groups[1].figures.opening, groups[1].figures.qty_in), (0, 7));
    }
}
