//! Statements that differ by table, many in one round trip, as text. Prepared, each would cost a trip to prepare, one to run
//! and one to close it, and sqlx 0.9.0 sends the last without `TCP_NODELAY`: the next waits 40 ms for its acknowledgement
//! (sqlx issue 4335). Data goes in as hexadecimal digits only, so there is nothing to escape.

use app::model::stock::StockKey;
use sqlx::AssertSqlSafe;

use super::tables::{DayTable, ROW_SUMS, is_day_table};
use crate::hex::hex;

/// So much text goes to the server at once; one statement may be more. Servers take 16 MB at least.
const MOST_TEXT: usize = 2_000_000;

/// Statements that go to the server together.
#[derive(Debug, Default)]
pub struct Script {
    text: String,
    statements: usize,
}

impl Script {
    /// How many statements it has.
    pub fn len(&self) -> usize {
        self.statements
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.statements == 0
    }

    /// Is it time to send it?
    pub fn is_long(&self) -> bool {
        self.text.len() >= MOST_TEXT
    }

    /// As the client takes it.
    pub fn into_sql(self) -> AssertSqlSafe<String> {
        AssertSqlSafe(self.text)
    }

    /// Inserts rows given as one JSON array of arrays. `JSON_TABLE` into typed columns clamps silently, so its columns are
    /// text wider than their targets and the strict INSERT judges (2-consistency, "Nothing may be clamped").
    pub fn insert(&mut self, table: &DayTable, partition: i32, rows: &str) {
        let (name, rows) = (table.name(), literal(rows));
        self.add(&format!(
            "INSERT INTO `{name}` (product_id, quantity, drcr, company_id, warehouse_id, bill_id, line_no, kind, create_time,
               description, kafka_offset, recorded_at, partition_id, back_dated)
             SELECT j.product_id, j.quantity, j.drcr, j.company_id, j.warehouse_id, j.bill_id, j.line_no, j.kind,
               j.create_time, j.description, j.kafka_offset, UTC_TIMESTAMP(3), {partition}, 0
             FROM JSON_TABLE({rows}, '$[*]' COLUMNS (
               product_id VARCHAR(128) PATH '$[0]', quantity VARCHAR(32) PATH '$[1]', drcr VARCHAR(32) PATH '$[2]',
               company_id VARCHAR(128) PATH '$[3]', warehouse_id VARCHAR(128) PATH '$[4]', bill_id VARCHAR(128) PATH '$[5]',
               line_no VARCHAR(32) PATH '$[6]', kind VARCHAR(32) PATH '$[7]', create_time VARCHAR(64) PATH '$[8]',
               description VARCHAR(1024) PATH '$[9]', kafka_offset VARCHAR(32) PATH '$[10]')) AS j"
        ));
    }

    /// Finds rows by identity in the table of that name: a JSON array of `[place, company, bill, product, warehouse, line]`.
    /// The name comes from the register, which only [`DayTable`] fills; it is checked again all the same. `false`: it is none of ours.
    pub fn find_rows(&mut self, name: &str, identities: &str) -> bool {
        if !is_day_table(name) {
            return false;
        }
        let identities = literal(identities);
        self.add(&format!(
            "SELECT CAST(j.place AS SIGNED) AS place, r.quantity, r.drcr, CAST(r.kind AS CHAR) AS kind, r.create_time, r.description
             FROM JSON_TABLE({identities}, '$[*]' COLUMNS (place INT PATH '$[0]',
               company_id VARCHAR(64) PATH '$[1]', bill_id VARCHAR(64) PATH '$[2]', product_id VARCHAR(64) PATH '$[3]',
               warehouse_id VARCHAR(64) PATH '$[4]', line_no INT PATH '$[5]')) AS j
             STRAIGHT_JOIN `{name}` AS r ON r.product_id = j.product_id AND r.company_id = j.company_id
               AND r.warehouse_id = j.warehouse_id AND r.bill_id = j.bill_id AND r.line_no = j.line_no"
        ));
        true
    }

    /// All rows of keys: warehouse, product, company, bill, line, quantity, `drcr`, `create_time`, kind, description, partition, offset,
    /// and the table.
    pub fn rows_of_keys<'a>(&mut self, table: &DayTable, keys: impl Iterator<Item = &'a StockKey>) {
        let (name, pairs) = (table.name(), pairs(keys));
        self.add(&format!(
            "SELECT warehouse_id, product_id, company_id, bill_id, CAST(line_no AS SIGNED), CAST(quantity AS SIGNED),
               CAST(drcr AS SIGNED), create_time, CAST(kind AS CHAR), description, CAST(partition_id AS SIGNED), kafka_offset,
               '{name}'
             FROM `{name}` WHERE (product_id, warehouse_id) IN ({pairs})"
        ));
    }

    /// Makes or changes rows (as [`Script::insert`] takes them, and the partition) to what the queue says; `by` is the replay.
    pub fn correct(&mut self, table: &DayTable, by: i64, rows: &str) {
        let (name, rows) = (table.name(), literal(rows));
        self.add(&format!(
            "INSERT INTO `{name}` (product_id, quantity, drcr, company_id, warehouse_id, bill_id, line_no, kind, create_time,
               description, kafka_offset, partition_id, recorded_at, back_dated, corrected_by)
             SELECT j.product_id, j.quantity, j.drcr, j.company_id, j.warehouse_id, j.bill_id, j.line_no, j.kind,
               j.create_time, j.description, j.kafka_offset, j.partition_id, UTC_TIMESTAMP(3), 0, {by}
             FROM JSON_TABLE({rows}, '$[*]' COLUMNS (
               product_id VARCHAR(128) PATH '$[0]', quantity VARCHAR(32) PATH '$[1]', drcr VARCHAR(32) PATH '$[2]',
               company_id VARCHAR(128) PATH '$[3]', warehouse_id VARCHAR(128) PATH '$[4]', bill_id VARCHAR(128) PATH '$[5]',
               line_no VARCHAR(32) PATH '$[6]', kind VARCHAR(32) PATH '$[7]', create_time VARCHAR(64) PATH '$[8]',
               description VARCHAR(1024) PATH '$[9]', kafka_offset VARCHAR(32) PATH '$[10]',
               partition_id VARCHAR(32) PATH '$[11]')) AS j
             ON DUPLICATE KEY UPDATE quantity = VALUES(quantity), drcr = VALUES(drcr), kind = VALUES(kind),
               create_time = VALUES(create_time), description = VALUES(description), kafka_offset = VALUES(kafka_offset),
               partition_id = VALUES(partition_id), corrected_by = VALUES(corrected_by)"
        ));
    }

    /// Removes rows by company, bill, product, warehouse and line.
    pub fn remove(&mut self, table: &DayTable, identities: &str) {
        let (name, identities) = (table.name(), literal(identities));
        self.add(&format!(
            "DELETE r FROM `{name}` AS r JOIN JSON_TABLE({identities}, '$[*]' COLUMNS (
               company_id VARCHAR(64) PATH '$[0]', bill_id VARCHAR(64) PATH '$[1]', product_id VARCHAR(64) PATH '$[2]',
               warehouse_id VARCHAR(64) PATH '$[3]', line_no INT PATH '$[4]')) AS j
             ON r.product_id = j.product_id AND r.company_id = j.company_id AND r.warehouse_id = j.warehouse_id
               AND r.bill_id = j.bill_id AND r.line_no = j.line_no"
        ));
    }

    /// Makes the totals of a table anew from its rows: what each partition brought, and the day's totals of some keys.
    pub fn total_anew<'a>(&mut self, table: &DayTable, id: i32, keys: impl Iterator<Item = &'a StockKey>) {
        let (name, day, pairs) = (table.name(), table.day(), pairs(keys));
        self.add(&format!("DELETE FROM day_table_totals WHERE table_id = {id}"));
        self.add(&format!(
            "INSERT INTO day_table_totals (table_id, partition_id, qty_in, qty_out, adjust_in, adjust_out, entries)
             SELECT {id}, partition_id, {ROW_SUMS} FROM `{name}` GROUP BY partition_id"
        ));
        if pairs.is_empty() {
            return;
        }
        self.add(&format!("DELETE FROM day_totals WHERE day = '{day}' AND (product_id, warehouse_id) IN ({pairs})"));
        self.add(&format!(
            "INSERT INTO day_totals (day, product_id, warehouse_id, company_id, qty_in, qty_out, adjust_in, adjust_out, entries)
             SELECT '{day}', product_id, warehouse_id, company_id, {ROW_SUMS} FROM `{name}`
             WHERE (product_id, warehouse_id) IN ({pairs}) GROUP BY product_id, warehouse_id, company_id"
        ));
    }

    fn add(&mut self, statement: &str) {
        if !self.is_empty() {
            self.text.push_str(";\n");
        }
        self.text.push_str(statement);
        self.statements += 1;
    }
}

/// Keys as SQL: `(product, warehouse), ...`.
fn pairs<'a>(keys: impl Iterator<Item = &'a StockKey>) -> String {
    let pair = |it: &StockKey| format!("({}, {})", literal(it.product_id.as_str()), literal(it.warehouse_id.as_str()));
    keys.map(pair).collect::<Vec<_>>().join(", ")
}

/// A text as SQL.
fn literal(text: &str) -> String {
    format!("_utf8mb4 x'{}'", hex(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_was_given_is_read_as_sql() {
        let mut script = Script::default();
        assert!(!script.find_rows("t_a` AS r; DROP TABLE x; --", "[]"));
        assert!(script.is_empty());
        assert!(script.find_rows("t_a_20250310", "['; DROP TABLE x; --]"));
        assert!(!script.text.contains("DROP"), "{}", script.text);
    }
}
