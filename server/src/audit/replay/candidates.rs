//! Faults of the live stock leave no bill behind: which bills make up the difference, as far as few of them do
//! (docs/consistency.md#replay). Pure.

use model::audit::replay::{Bill, BillKind};
use model::audit::{Finding, Nrs};

use crate::audit::replay::diff::bill;
use records::KeyRow;

/// So many are named of a key.
const MAX_CANDIDATES: usize = 20;

/// Bills that the live stock may have missed, or counted twice. One entry: those of that quantity. An entry in and one out: those of either
/// quantity. More than that: none, too many sums would do.
pub fn candidates(finding: &Finding, rows: &[KeyRow]) -> Vec<Bill> {
    let Nrs::Book(live) = finding.nrs else { return Vec::new() };
    let lacks = finding.rrs.less(live);
    let wanted: Vec<(i64, i64)> = match (lacks.entries.abs(), lacks.gross_in.abs(), lacks.gross_out().abs()) {
        (1, ins, 0) if ins > 0 => vec![(ins, 1)],
        (1, 0, outs) if outs > 0 => vec![(outs, -1)],
        (2, ins, outs) if ins > 0 && outs > 0 => vec![(ins, 1), (outs, -1)],
        _ => return Vec::new(),
    };
    let named = |(quantity, sign): (i64, i64)| {
        let fits = move |it: &&KeyRow| it.entry.quantity.get() == quantity && it.entry.direction.sign() == sign;
        rows.iter().filter(fits).map(|it| bill(BillKind::Candidate, None, Some(it))).take(MAX_CANDIDATES)
    };
    wanted.into_iter().flat_map(named).collect()
}

#[cfg(test)]
mod tests {
    use model::audit::{Book, FindingCause, Verdict};
    use model::stock::StockKey;

    use super::*;
    use crate::fixtures::row;

    const RRS: Book = Book { stock: 3, gross_in: 8, entries: 4 };

    fn rows() -> Vec<KeyRow> {
        [("a", 5), ("b", 3), ("c", -3), ("d", -2)].map(|(bill, movement)| row(bill, movement, 0)).into()
    }

    fn named(stock: i64, gross_in: i64, entries: i64) -> Vec<String> {
        let finding = Finding {
            number: 1,
            key: StockKey { warehouse_id: "w".try_into().unwrap(), product_id: "apple".try_into().unwrap() },
            rrs: RRS,
            nrs: Nrs::Book(Book { stock, gross_in, entries }),
            verdict: Verdict::Surplus,
            cause: FindingCause::LiveEdited,
            evidence: None,
            repaired: false,
            is_resolved: false,
            resolution: None,
        };
        candidates(&finding, &rows()).into_iter().map(|it| it.bill_id).collect()
    }

    #[test]
    fn one_entry_or_a_pair_makes_up_the_difference() {
        assert_eq!(named(-2, 3, 3), ["a"], "an in is missing");
        assert_eq!(named(8, 13, 5), ["a"], "an in counts twice");
        assert_eq!(named(1, 8, 5), ["d"], "an out counts twice");
        assert_eq!(named(3, 5, 2), ["b", "c"], "an in and an out of the same quantity are missing");
        assert!(named(100, 8, 4).is_empty(), "no entries make this difference");
    }
}
