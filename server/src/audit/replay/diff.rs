//! What the queue says of a key against what the records hold, bill by bill (docs/consistency.md#replay). Pure.

use std::collections::{BTreeMap, BTreeSet};

use model::audit::replay::{Bill, BillContent, BillKind};
use model::entry::{Entry, Identity};

use records::{Hole, KeyRow};

/// Where a message is: partition and offset.
pub type Origin = (i32, i64);

/// What the topic says of a key.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    /// Messages that read as entries, in their order: whether they would be let in today nobody asks.
    pub messages: &'a [(Origin, Entry)],
    /// Those of them whose rejection is on record: what was rejected stays rejected.
    pub rejected: &'a BTreeSet<Origin>,
}

/// How far a replay read.
#[derive(Debug, Default)]
pub struct Reach {
    /// Where each partition begins today: what came before cannot be decided.
    pub begins: BTreeMap<i32, i64>,
    /// Up to where each was read: its cursor.
    pub ends: BTreeMap<i32, i64>,
    /// Stretches that cannot be read any more.
    pub gaps: Vec<Hole>,
}

impl Reach {
    /// Does the topic no longer hold the message of a row? Also where it lost the whole partition, or was made again.
    fn has_lost(&self, row: &KeyRow) -> bool {
        let (partition, offset) = row.origin;
        let is_before = match self.begins.get(&partition) {
            Some(begin) => offset < *begin,
            // A partition that had a cursor once.
            None => self.ends.contains_key(&partition),
        };
        let is_in_gap = self.gaps.iter().any(|it| it.holds(row.origin));
        is_before || is_in_gap || row.is_of_earlier_topic
    }
}

/// Names the bills that differ.
pub fn diff(said: Said<'_>, rows: &[KeyRow], reach: &Reach) -> Vec<Bill> {
    let mut by_identity: BTreeMap<Identity, Vec<&(Origin, Entry)>> = BTreeMap::new();
    let mut by_origin: BTreeMap<Origin, &Entry> = BTreeMap::new();
    for it in said.messages {
        by_origin.insert(it.0, &it.1);
        if !said.rejected.contains(&it.0) {
            by_identity.entry(it.1.identity()).or_default().push(it);
        }
    }
    let mut bills = Vec::new();
    let mut kept: BTreeMap<Identity, &KeyRow> = BTreeMap::new();
    for row in rows {
        let identity = row.entry.identity();
        if row.found_in.is_some() {
            // In a table of another day or product: whatever it says, it is one too many there.
            bills.push(bill(BillKind::Extra, None, Some(row)));
            continue;
        }
        let says_so = |it: &Entry| it.identity() == identity && it.same_content(&row.entry);
        let own = by_origin.get(&row.origin).filter(|_| !row.is_of_earlier_topic);
        match by_identity.get(&identity) {
            // Its own message stands where it says, and says what it says: nothing makes it one too many.
            _ if own.is_some_and(|it| says_so(it)) => {}
            Some(messages) if messages.iter().any(|(_, it)| says_so(it)) => {}
            Some(messages) => {
                // The message that the row says it was made from; else the first.
                let own = messages.iter().find(|(origin, _)| *origin == row.origin).or(messages.first());
                bills.extend(own.map(|it| bill(BillKind::Altered, Some(it), Some(row))));
            }
            None if reach.has_lost(row) => bills.push(bill(BillKind::Undecidable, None, Some(row))),
            None => bills.push(bill(BillKind::Extra, None, Some(row))),
        }
        kept.insert(identity, row);
    }
    for (identity, messages) in &by_identity {
        if !kept.contains_key(identity) {
            bills.extend(messages.first().map(|it| bill(BillKind::Missing, Some(it), None)));
        }
    }
    bills.sort_by(|a, b| (a.kind, &a.bill_id, a.line_no).cmp(&(b.kind, &b.bill_id, b.line_no)));
    bills
}

fn content(it: &Entry) -> BillContent {
    BillContent {
        quantity: it.quantity.get(),
        drcr: it.direction.sign(),
        kind: it.kind,
        create_time: it.create_time,
        description: it.description.clone(),
    }
}

/// A bill as the queue and the records say it; one of both is there.
pub fn bill(kind: BillKind, message: Option<&(Origin, Entry)>, row: Option<&KeyRow>) -> Bill {
    let identity = message.map(|it| it.1.identity()).or_else(|| row.map(|it| it.entry.identity()));
    let origin = message.map(|it| it.0).or_else(|| row.map(|it| it.origin));
    let text = |of: fn(&Identity) -> String| identity.as_ref().map(of).unwrap_or_default();
    Bill {
        kind,
        company_id: text(|it| it.company_id.to_string()),
        bill_id: text(|it| it.bill_id.to_string()),
        product_id: text(|it| it.product_id.to_string()),
        warehouse_id: text(|it| it.warehouse_id.to_string()),
        line_no: identity.as_ref().map_or(1, |it| it.line_no),
        partition: origin.map_or(0, |it| it.0),
        offset: origin.map_or(0, |it| it.1),
        queue: message.map(|it| content(&it.1)),
        records: row.map(|it| content(&it.entry)),
        found_in: row.and_then(|it| it.found_in.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{entry, row};

    static NONE: BTreeSet<Origin> = BTreeSet::new();

    fn all(messages: &[(Origin, Entry)]) -> Said<'_> {
        Said { messages, rejected: &NONE }
    }

    fn reach(begin: i64) -> Reach {
        Reach {
            begins: BTreeMap::from([(0, begin)]),
            ends: BTreeMap::from([(0, 100), (7, 100)]),
            gaps: vec![Hole { partition: 0, from: 20, to: 30 }],
        }
    }

    #[test]
    fn what_was_rejected_stays_rejected_and_what_was_recorded_is_not_one_too_many() {
        let queue = [((0, 1), entry("rejected", 1)), ((0, 2), entry("both", 2)), ((0, 3), entry("other", 3))];
        let rejected = BTreeSet::from([(0, 1), (0, 2), (0, 3)]);
        let said = Said { messages: &queue, rejected: &rejected };
        assert_eq!(diff(said, &[row("both", 2, 2)], &reach(0)), []);
        let kinds = |row: KeyRow| diff(said, &[row], &reach(0)).into_iter().map(|it| it.kind).collect::<Vec<_>>();
        assert_eq!(kinds(row("other", 30, 3)), [BillKind::Extra], "not what its message says");
        assert_eq!(kinds(row("other", 3, 4)), [BillKind::Extra], "not where its message is");
    }

    #[test]
    fn what_the_topic_lost_cannot_be_decided() {
        let queue = [((0, 5), entry("new", 1))];
        let kinds = |row: KeyRow| -> Vec<_> {
            diff(all(&queue), &[row], &reach(3))
                .into_iter()
                .map(|it| it.kind)
                .filter(|it| *it != BillKind::Missing)
                .collect()
        };
        assert_eq!(kinds(row("old", 1, 2)), [BillKind::Undecidable], "before the beginning");
        assert_eq!(kinds(row("old", 1, 4)), [BillKind::Extra]);
        assert_eq!(kinds(row("old", 1, 29)), [BillKind::Undecidable], "of a batch that cannot be read");
        assert_eq!(kinds(row("old", 1, 30)), [BillKind::Extra]);
        let of = |partition| KeyRow { origin: (partition, 4), ..row("old", 1, 4) };
        assert_eq!(kinds(of(7)), [BillKind::Undecidable], "of a partition that is gone");
        assert_eq!(kinds(of(8)), [BillKind::Extra], "of a partition that never was");
        let earlier = |bill, offset| KeyRow { is_of_earlier_topic: true, ..row(bill, 1, offset) };
        assert_eq!(kinds(earlier("old", 5)), [BillKind::Undecidable], "another message has its place now");
        assert_eq!(kinds(earlier("new", 9)), [], "sent again into the new topic");
    }

    #[test]
    fn names_each_kind_of_difference() {
        let queue = [
            ((0, 10), entry("same", 1)),
            ((0, 11), entry("lost", 2)),
            ((0, 12), entry("edited", 3)),
            ((0, 13), entry("resent", 4)),
            ((0, 14), entry("resent", 4)),
        ];
        let rows = [
            row("same", 1, 10),
            row("edited", 30, 12),
            row("resent", 4, 13),
            row("by hand", 5, 15),
            row("too old", 6, 9),
            KeyRow { found_in: Some("t_p_20260102".to_owned()), ..row("same", 1, 10) },
        ];
        let found: Vec<_> = diff(all(&queue), &rows, &reach(10))
            .into_iter()
            .map(|it| (it.kind, it.bill_id, it.queue.map(|it| it.quantity), it.records.map(|it| it.quantity)))
            .collect();
        let bill = |kind, id: &str, queue, records| (kind, id.to_owned(), queue, records);
        assert_eq!(
            found,
            [
                bill(BillKind::Missing, "lost", Some(2), None),
                bill(BillKind::Altered, "edited", Some(3), Some(30)),
                bill(BillKind::Extra, "by hand", None, Some(5)),
                bill(BillKind::Extra, "same", None, Some(1)),
                bill(BillKind::Undecidable, "too old", None, Some(6)),
            ]
        );
    }

    #[test]
    fn a_clean_key_names_nothing() {
        let queue = [((0, 1), entry("a", 1)), ((1, 1), entry("a", 1))];
        assert_eq!(diff(all(&queue), &[row("a", 1, 1)], &Reach::default()), []);
    }
}
