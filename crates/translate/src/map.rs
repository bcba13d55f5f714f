//! A mapping file: which events of a table are entries, and where the fields of an entry come from.

use std::collections::BTreeMap;

use model::entry::{FIELDS, is_needed};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::event::{ChangeEvent, EventError, ForeignRow, Operation};
use crate::value::{Lookups, ValueError, ValueRule, text};

/// A mapping file, checked.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventMap {
    /// Topic of the change events.
    pub topic: String,
    /// Operations that are entries.
    #[serde(default = "new_rows")]
    operations: Vec<Operation>,
    /// Columns of the row now, and what stands in each; all must hold.
    #[serde(default, rename = "where")]
    conditions: BTreeMap<String, toml::Value>,
    /// Columns of the row before; if all hold, the event is no entry: the row was in that state already.
    #[serde(default)]
    unless_before: BTreeMap<String, toml::Value>,
    /// Tables of values.
    #[serde(default)]
    lookup: Lookups,
    /// Entries that an event makes: one, or two where goods leave one warehouse for another.
    entry: Vec<EntryRule>,
}

/// Where the fields of an entry come from, by their names.
type EntryRule = BTreeMap<String, ValueRule>;

fn new_rows() -> Vec<Operation> {
    vec![Operation::Snapshot, Operation::Create]
}

/// Why a mapping file is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MapError {
    /// What the parser says, with line and column.
    #[error("the mapping file cannot be read: {0}")]
    Toml(String),
    /// A field of an entry that is no field, is missing, or whose rule is none.
    #[error("the mapping file: entry {entry}, {field} {what}")]
    Field {
        /// Which of the entries, from 1.
        entry: usize,
        /// Field of the entry.
        field: String,
        /// What is wrong with it.
        what: String,
    },
    /// No entry at all.
    #[error("the mapping file has no [[entry]]")]
    NoEntry,
}

/// Why an event is no entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skipped {
    /// A tombstone, or a message of the connector.
    Nothing,
    /// An operation that is not among those of the mapping.
    Operation,
    /// The conditions do not hold.
    Conditions,
    /// A table says that there is no entry.
    Lookup,
}

/// What an event comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// Entries as JSON, as the mapping says; whether they are valid is not said.
    Entries(Vec<Value>),
    /// No entry, for this reason.
    Skipped(Skipped),
}

/// Why an event cannot be translated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TranslateError {
    /// The message is no change event.
    #[error(transparent)]
    Event(#[from] EventError),
    /// A field cannot be made.
    #[error("{field}: {cause}")]
    Value {
        /// Field of the entry.
        field: String,
        /// Why it cannot be made.
        cause: ValueError,
    },
}

impl EventMap {
    /// Reads a mapping file, and checks that every entry has what it needs.
    pub fn read(file: &str) -> Result<Self, MapError> {
        let map: Self = toml::from_str(file).map_err(|it| MapError::Toml(it.to_string().trim().to_owned()))?;
        if map.entry.is_empty() {
            return Err(MapError::NoEntry);
        }
        for (place, rule) in map.entry.iter().enumerate() {
            let wrong = |field: &str, what: String| MapError::Field { entry: place + 1, field: field.to_owned(), what };
            if let Some(missing) = FIELDS.into_iter().find(|it| is_needed(it) && !rule.contains_key(*it)) {
                return Err(wrong(missing, "is missing".to_owned()));
            }
            for (field, value) in rule {
                if !FIELDS.contains(&field.as_str()) {
                    return Err(wrong(field, "is no field of an entry".to_owned()));
                }
                if let Some(fault) = value.fault(&map.lookup) {
                    return Err(wrong(field, fault));
                }
            }
        }
        Ok(map)
    }

    /// Translates a message.
    pub fn translate(&self, message: &[u8]) -> Result<Outcome, TranslateError> {
        let Some(event) = ChangeEvent::read(message)? else { return Ok(Outcome::Skipped(Skipped::Nothing)) };
        if !self.operations.contains(&event.operation) {
            return Ok(Outcome::Skipped(Skipped::Operation));
        }
        let was_there = !self.unless_before.is_empty() && holds(&self.unless_before, &event.before);
        if !holds(&self.conditions, &event.after) || was_there {
            return Ok(Outcome::Skipped(Skipped::Conditions));
        }
        let mut entries = Vec::new();
        for rule in &self.entry {
            entries.extend(self.entry(rule, &event.after)?);
        }
        Ok(if entries.is_empty() { Outcome::Skipped(Skipped::Lookup) } else { Outcome::Entries(entries) })
    }

    /// An entry; none where a table says so.
    fn entry(&self, rule: &EntryRule, row: &ForeignRow) -> Result<Option<Value>, TranslateError> {
        let mut entry = Map::new();
        for (field, value) in rule {
            match value.of(row, &self.lookup) {
                Ok(value) => drop(entry.insert(field.clone(), value)),
                Err(ValueError::Skip) => return Ok(None),
                Err(ValueError::Missing(_)) if !is_needed(field) => {}
                Err(cause) => return Err(TranslateError::Value { field: field.clone(), cause }),
            }
        }
        Ok(Some(Value::Object(entry)))
    }
}

/// Do all columns hold what is wanted? Compared as text: a connector writes one number in several ways.
fn holds(wanted: &BTreeMap<String, toml::Value>, row: &ForeignRow) -> bool {
    wanted.iter().all(|(column, value)| {
        let wanted = match value {
            toml::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        row.get(column).is_some_and(|it| match it {
            Value::Bool(is) => wanted == is.to_string() || wanted == i32::from(*is).to_string(),
            it => text(it) == wanted,
        })
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const LEDGER: &str = r#"
        topic = "erp.erp.tabStock Ledger Entry"
        [where]
        docstatus = 1
        [lookup.warehouse]
        "Stores - A" = "stores"
        "In Transit - A" = "transit"
        [[entry]]
        bill_id = { fields = ["voucher_no", "name"] }
        product_id = { field = "item_code" }
        warehouse_id = { field = "warehouse", lookup = "warehouse" }
        company_id = { constant = "acme" }
        drcr = { field = "actual_qty", as = "sign" }
        quantity = { field = "actual_qty", as = "absolute" }
        create_time = { field = "posting_date", time = "posting_time", as = "date" }
        description = { field = "remark" }
    "#;

    fn event(op: &str, before: &Value, after: &Value) -> Vec<u8> {
        json!({ "op": op, "before": before, "after": after, "source": {} }).to_string().into_bytes()
    }

    fn row() -> Value {
        json!({
            "name": "a1b2", "voucher_no": "MAT-1", "item_code": "apple", "warehouse": "Stores - A", "actual_qty": "-5.000000000",
            "posting_date": 20513, "posting_time": 29_103_250_000_i64, "docstatus": 1, "remark": null,
        })
    }

    #[test]
    fn a_row_of_a_ledger_is_an_entry() {
        let map = EventMap::read(LEDGER).unwrap();
        let wanted = json!({
            "bill_id": "MAT-1/a1b2", "product_id": "apple", "warehouse_id": "stores", "company_id": "acme", "drcr": -1,
            "quantity": 5, "create_time": "2026-03-01 08:05:03.250",
        });
        assert_eq!(map.translate(&event("c", &Value::Null, &row())), Ok(Outcome::Entries(vec![wanted])));
        assert_eq!(map.translate(&event("u", &row(), &row())), Ok(Outcome::Skipped(Skipped::Operation)));
        let draft = json!({ "docstatus": 0 });
        assert_eq!(map.translate(&event("c", &Value::Null, &draft)), Ok(Outcome::Skipped(Skipped::Conditions)));
        assert_eq!(map.translate(b""), Ok(Outcome::Skipped(Skipped::Nothing)));
    }

    #[test]
    fn what_cannot_be_translated_says_why() {
        let map = EventMap::read(LEDGER).unwrap();
        for (column, value, why) in [
            ("warehouse", json!("Nowhere"), "warehouse_id: the table warehouse has no \"Nowhere\""),
            ("actual_qty", json!("2.5"), "drcr: actual_qty is not a whole number: 2.5"),
            ("posting_date", json!("soon"), "create_time: posting_date is not a date or a time: soon"),
            ("item_code", Value::Null, "product_id: the row has nothing in item_code"),
        ] {
            let mut row = row();
            row[column] = value;
            let error = map.translate(&event("c", &Value::Null, &row)).unwrap_err();
            assert_eq!(error.to_string(), why);
        }
        assert!(map.translate(b"\x01avro").is_err());
    }

    #[test]
    fn a_move_into_a_state_is_two_entries_or_one() {
        let move_map = r#"
            topic = "odoo.public.stock_move"
            operations = ["create", "update", "snapshot"]
            where = { state = "done" }
            unless_before = { state = "done" }
            [lookup.internal]
            8 = "main"
            9 = "shop"
            [[entry]]
            warehouse_id = { field = "location_id", lookup = "internal", otherwise = "skip" }
            drcr = { constant = -1 }
            bill_id = { fields = ["reference", "id"] }
            product_id = { field = "product_id" }
            company_id = { field = "company_id" }
            quantity = { field = "quantity", as = "whole" }
            create_time = { field = "date", as = "micros" }
            [[entry]]
            warehouse_id = { field = "location_dest_id", lookup = "internal", otherwise = "skip" }
            drcr = { constant = 1 }
            bill_id = { fields = ["reference", "id"] }
            product_id = { field = "product_id" }
            company_id = { field = "company_id" }
            quantity = { field = "quantity", as = "whole" }
            create_time = { field = "date", as = "micros" }
        "#;
        let map = EventMap::read(move_map).unwrap();
        let row = |state: &str, from: i64, to: i64| {
            json!({ "id": 7, "reference": "WH/INT/1", "state": state, "location_id": from, "location_dest_id": to,
                    "product_id": 3, "company_id": 1, "quantity": 4.0, "date": 1_772_352_300_000_000_i64 })
        };
        let count = |before: &Value, after: &Value| match map.translate(&event("u", before, after)).unwrap() {
            Outcome::Entries(all) => all.len(),
            Outcome::Skipped(_) => 0,
        };
        assert_eq!(count(&row("assigned", 8, 9), &row("done", 8, 9)), 2, "from one warehouse to another");
        assert_eq!(count(&row("assigned", 4, 8), &row("done", 4, 8)), 1, "from a supplier");
        assert_eq!(count(&row("assigned", 4, 5), &row("done", 4, 5)), 0, "nowhere of ours");
        assert_eq!(count(&row("done", 8, 9), &row("done", 8, 9)), 0, "it was done before");
        assert_eq!(count(&row("draft", 8, 9), &row("assigned", 8, 9)), 0, "it is not done");
    }

    #[test]
    fn a_mapping_that_is_none_says_where() {
        for (file, why) in [
            ("topic = 5", "the mapping file cannot be read"),
            ("topic = \"t\"\nentry = []", "has no [[entry]]"),
            (&LEDGER.replace("product_id", "product"), "product_id is missing"),
            (&LEDGER.replace("description", "price"), "price is no field of an entry"),
            (&LEDGER.replace("lookup = \"warehouse\"", "lookup = \"w\""), "is looked up in w"),
            (&LEDGER.replace("{ constant = \"acme\" }", "{ }"), "wants one of constant"),
            (&LEDGER.replace("as = \"sign\"", "as = \"sing\""), "the mapping file cannot be read"),
        ] {
            let error = EventMap::read(file).unwrap_err().to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
