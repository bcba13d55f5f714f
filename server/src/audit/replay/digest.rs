//! A number that stands for the rows of a key: a correction is made only of rows that are still as its replay saw them. Pure.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use records::KeyRow;

/// Offsets by partition.
type Ends = BTreeMap<i32, i64>;

/// The same for the same rows in any order.
pub fn digest<'a>(rows: impl IntoIterator<Item = &'a KeyRow>) -> i64 {
    rows.into_iter().fold(0, |sum: i64, it| sum.wrapping_add(of_row(it)))
}

/// Was this recorded from `since` on, up to `until`? What is beyond was not recorded by us, what came from an earlier topic long before.
pub fn is_new(row: &KeyRow, since: &Ends, until: &Ends) -> bool {
    let (partition, offset) = row.origin;
    let at = |ends: &Ends| ends.get(&partition).copied().unwrap_or(0);
    !row.is_of_earlier_topic && (at(since)..at(until)).contains(&offset)
}

fn of_row(row: &KeyRow) -> i64 {
    let it = &row.entry;
    let numbers = [
        i64::from(it.line_no),
        it.quantity.get(),
        it.direction.sign(),
        it.create_time.0,
        i64::from(row.origin.0),
        row.origin.1,
    ];
    let mut hash = Sha256::new();
    let table = row.found_in.as_deref().unwrap_or_default();
    for text in [it.company_id.as_str(), it.bill_id.as_str(), it.kind.as_str(), it.description.as_str(), table] {
        // Its length first, so that no two texts can be read as others.
        hash.update(text.len().to_be_bytes());
        hash.update(text);
    }
    for number in numbers {
        hash.update(number.to_be_bytes());
    }
    let mut first = [0; 8];
    first.iter_mut().zip(hash.finalize()).for_each(|(to, from)| *to = from);
    i64::from_be_bytes(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::row;

    #[test]
    fn what_was_recorded_since_is_left_out_and_nothing_else() {
        let seen = [row("a", 1, 3), row("b", 2, 4), row("by hand", 5, 900)];
        let ends = Ends::from([(0, 5)]);
        let was = digest(&seen);
        let until = Ends::from([(0, 8)]);
        let later = |rows: &[KeyRow]| digest(rows.iter().filter(|it| !is_new(it, &ends, &until)));
        let [a, b, hand] = seen.clone();
        assert_eq!(later(&[hand.clone(), row("c", 3, 5), b.clone(), row("d", 4, 7), a.clone()]), was);
        for changed in [
            vec![a.clone(), b.clone()],
            vec![a.clone(), b.clone(), hand.clone(), row("by hand too", 5, 8)],
            vec![a.clone(), row("b", 3, 4), hand.clone()],
            vec![a.clone(), row("c", 2, 4), hand.clone()],
            vec![a.clone(), row("b", 2, 3), hand.clone()],
            vec![a.clone(), a, b, hand],
        ] {
            assert_ne!(later(&changed), was, "{changed:?}");
        }
    }
}
