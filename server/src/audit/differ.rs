//! What the queue says of a key against what the records hold, bill by bill (2-consistency, "Replay"). Pure.

use std::collections::BTreeMap;

use app::model::entry::{Entry, Identity};
use app::model::replay::{Bill, BillContent, BillKind};

use crate::records::KeyRow;

/// Where a message is: partition and offset.
pub type Origin = (i32, i64);

/// Names the bills that differ. `queue`: valid entries in the order of their messages, without those that were rejected. `begins`: where
/// each partition begins today; what came before cannot be decided.
pub fn differ(queue: &[(Origin, Entry)], rows: &[KeyRow], begins: &BTreeMap<i32, i64>) -> Vec<Bill> {
    let mut said: BTreeMap<Identity, Vec<&(Origin, Entry)>> = BTreeMap::new();
    for it in queue {
        said.entry(it.1.identity()).or_default().push(it);
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
        match said.get(&identity) {
            Some(messages) if messages.iter().any(|(_, it)| it.same_content(&row.entry)) => {}
            Some(messages) => {
                // The message that the row says it was made from; else the first.
                let own = messages.iter().find(|(origin, _)| *origin == row.origin).or(messages.first());
                bills.extend(own.map(|it| bill(BillKind::Altered, Some(it), Some(row))));
            }
            None if is_gone(row.origin, begins) => bills.push(bill(BillKind::Undecidable, None, Some(row))),
            None => bills.push(bill(BillKind::Extra, None, Some(row))),
        }
        kept.insert(identity, row);
    }
    for (identity, messages) in &said {
        if !kept.contains_key(identity) {
            bills.extend(messages.first().map(|it| bill(BillKind::Missing, Some(it), None)));
        }
    }
    bills.sort_by(|a, b| (a.kind, &a.bill_id, a.line_no).cmp(&(b.kind, &b.bill_id, b.line_no)));
    bills
}

/// Does the topic no longer hold this message?
fn is_gone((partition, offset): Origin, begins: &BTreeMap<i32, i64>) -> bool {
    begins.get(&partition).is_some_and(|begin| offset < *begin)
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
        let found: Vec<_> = differ(&queue, &rows, &BTreeMap::from([(0, 10)]))
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
        assert_eq!(differ(&queue, &[row("a", 1, 1)], &BTreeMap::new()), []);
    }
}
