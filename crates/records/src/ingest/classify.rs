//! Fresh, duplicate or conflict: the rule of identity (docs/domain.md#the-entry). Pure.

use std::collections::HashMap;

use model::entry::{Entry, Kind};
use model::quantity::Direction;
use model::time::Millis;

use crate::batch::{Line, RejectedMessage};
use crate::day_tables::names::day_of;

/// An identity as borrowed text: company, bill, product, warehouse, line.
pub type IdentityRef<'a> = (&'a str, &'a str, &'a str, &'a str, i32);

/// The identity of an entry.
pub fn identity(entry: &Entry) -> IdentityRef<'_> {
    (
        entry.company_id.as_str(),
        entry.bill_id.as_str(),
        entry.product_id.as_str(),
        entry.warehouse_id.as_str(),
        entry.line_no,
    )
}

/// What is recorded under an identity already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Existing {
    /// In which table.
    pub table: String,
    /// What; `None` where the register of bill lines knows the line but its row is gone.
    pub content: Option<Content>,
}

/// What two entries of one identity are compared by. Never where they came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    pub quantity: i64,
    pub direction: Direction,
    /// Trade or adjustment.
    pub kind: Kind,
    /// To the millisecond.
    pub create_time: Millis,
    /// Missing is empty.
    pub description: String,
}

impl Content {
    /// That of an entry.
    pub fn of(entry: &Entry) -> Self {
        Self {
            quantity: entry.quantity.get(),
            direction: entry.direction,
            kind: entry.kind,
            create_time: entry.create_time,
            description: entry.description.clone(),
        }
    }

    /// The fields that differ, with commas between them.
    pub fn differences(&self, other: &Self) -> String {
        let mut names = Vec::new();
        for (name, differs) in [
            ("quantity", self.quantity != other.quantity),
            ("drcr", self.direction != other.direction),
            ("kind", self.kind != other.kind),
            ("create_time", self.create_time != other.create_time),
            ("description", self.description != other.description),
        ] {
            if differs {
                names.push(name);
            }
        }
        names.join(", ")
    }
}

/// The lines of a batch, sorted out.
#[derive(Debug, Default)]
pub struct Classified<'a> {
    /// To be recorded.
    pub fresh: Vec<&'a Line>,
    /// Recorded already, the same: their offsets.
    pub duplicates: Vec<i64>,
    /// Recorded already, otherwise.
    pub conflicts: Vec<RejectedMessage>,
}

/// Sorts lines out, in their order: of two twins within the batch the first is recorded and the second is judged by it,
/// unless something is recorded already, which then judges both.
pub fn classify<'a>(
    lines: impl IntoIterator<Item = &'a Line>,
    existing: &HashMap<IdentityRef<'_>, Existing>,
) -> Classified<'a> {
    let mut sorted = Classified::default();
    let mut seen: HashMap<IdentityRef<'a>, &'a Entry> = HashMap::new();
    for line in lines {
        let identity = identity(&line.entry);
        if let Some(there) = existing.get(&identity) {
            judge(&mut sorted, line, there.content.as_ref(), &place_of(&there.table));
        } else if let Some(first) = seen.get(&identity) {
            judge(&mut sorted, line, Some(&Content::of(first)), "the same batch");
        } else {
            seen.insert(identity, &line.entry);
            sorted.fresh.push(line);
        }
    }
    sorted
}

/// The day of a table, in words for a person: tables are nobody's business.
fn place_of(table: &str) -> String {
    day_of(table).map_or_else(|| "the records".to_owned(), |day| format!("the entries of {day}"))
}

fn judge(sorted: &mut Classified<'_>, line: &Line, there: Option<&Content>, place: &str) {
    let here = Content::of(&line.entry);
    let why = match there {
        Some(there) if *there == here => {
            sorted.duplicates.push(line.offset);
            return;
        }
        Some(there) => format!("with other {} in {place}", here.differences(there)),
        None => format!("in {place}, where its row is missing"),
    };
    sorted.conflicts.push(RejectedMessage {
        offset: line.offset,
        code: "conflict",
        field: None,
        reason: format!(
            "bill {} line {} of product {} is recorded already {why}",
            line.entry.bill_id, line.entry.line_no, line.entry.product_id
        ),
        raw: line.raw.clone(),
        sent_at: line.sent_at,
        entry: None,
    });
}

#[cfg(test)]
mod tests {
    use model::entry::Kind;
    use model::quantity::Direction;
    use model::time::Millis;

    use super::*;

    fn line(offset: i64, bill: &str, quantity: i64) -> Line {
        let entry = Entry {
            product_id: "apple".try_into().unwrap(),
            quantity: quantity.try_into().unwrap(),
            direction: Direction::In,
            company_id: "c".try_into().unwrap(),
            warehouse_id: "w".try_into().unwrap(),
            bill_id: bill.try_into().unwrap(),
            create_time: Millis(0),
            description: String::new(),
            kind: Kind::Bill,
            line_no: 1,
        };
        Line { offset, entry, day: "1970-01-01".parse().unwrap(), raw: Vec::new(), sent_at: None }
    }

    #[test]
    fn twins_within_a_batch() {
        let lines = [line(0, "a", 1), line(1, "a", 1), line(2, "a", 2), line(3, "b", 1)];
        let sorted = classify(&lines, &HashMap::new());
        assert_eq!(sorted.fresh.iter().map(|it| it.offset).collect::<Vec<_>>(), [0, 3]);
        assert_eq!(sorted.duplicates, [1]);
        assert_eq!(sorted.conflicts.len(), 1);
        assert!(sorted.conflicts[0].reason.contains("other quantity in the same batch"), "{:?}", sorted.conflicts);
    }

    #[test]
    fn a_conflict_is_told_in_words_of_the_trade() {
        let recorded = line(0, "a", 2);
        for (table, place) in [("t_apple_20250310", "in the entries of 2025-03-10"), ("t_x", "in the records")] {
            let content = Some(Content::of(&recorded.entry));
            let existing = HashMap::from([(identity(&recorded.entry), Existing { table: table.to_owned(), content })]);
            let lines = [line(5, "a", 1)];
            let reason = classify(&lines, &existing).conflicts[0].reason.clone();
            assert!(reason.ends_with(place) && !reason.contains("t_"), "{reason}");
        }
    }

    #[test]
    fn what_is_recorded_judges_both_twins() {
        let lines = [line(0, "a", 1), line(1, "a", 2)];
        let recorded = line(9, "a", 2);
        let existing = Existing { table: "t_x".to_owned(), content: Some(Content::of(&recorded.entry)) };
        let sorted = classify(&lines, &HashMap::from([(identity(&recorded.entry), existing)]));
        assert_eq!((sorted.fresh.len(), sorted.duplicates.len()), (0, 1));
        assert_eq!(sorted.conflicts[0].offset, 0);
    }

    #[test]
    fn a_registered_line_without_its_row_is_a_conflict() {
        let lines = [line(0, "a", 1)];
        let existing = Existing { table: "t_x".to_owned(), content: None };
        let sorted = classify(&lines, &HashMap::from([(identity(&lines[0].entry), existing)]));
        assert!(sorted.conflicts[0].reason.contains("row is missing"));
    }
}
