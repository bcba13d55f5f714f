//! Multi-statement texts: statements that go to the server in one round trip. Prepared, each would cost a trip of its own; one that differs by table a
//! second to prepare it and a third to close it, and sqlx 0.9.0 sends the last without `TCP_NODELAY`: the next waits 40 ms for its
//! acknowledgement (sqlx issue 4335). How data goes in: `value`.

use model::stock::StockKey;
use sqlx::AssertSqlSafe;

use crate::day_tables::names::{DayTable, is_day_table};
use crate::day_tables::statements::ROW_SUMS;
use crate::sql::value::{Value, literal};

/// So much text goes to the server at once; one statement may be more. Servers take 16 MB at least.
const MAX_TEXT: usize = 2_000_000;

/// A row of a day table: product, quantity, drcr, company, warehouse, bill, line, kind, `create_time`, description, offset, partition,
/// `recorded_at` and whether it is back-dated.
pub type Row<'a> = [Value<'a>; 14];

/// Statements that go to the server together.
#[derive(Debug, Default)]
pub struct MultiStatement {
    text: String,
    statements: usize,
}

impl MultiStatement {
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
        self.text.len() >= MAX_TEXT
    }

    /// As the client takes it.
    pub fn into_sql(self) -> AssertSqlSafe<String> {
        AssertSqlSafe(self.text)
    }

    /// A statement whose `?` stand for these values, in their order. A text of its own holds no `?`.
    pub fn bind(&mut self, statement: &str, values: &[Value<'_>]) {
        self.begin();
        let mut parts = statement.split('?');
        self.text.push_str(parts.next().unwrap_or_default());
        for (part, value) in parts.zip(values) {
            value.write(&mut self.text);
            self.text.push_str(part);
        }
    }

    /// A statement about some rows: `INSERT INTO ... VALUES`, the rows, and what follows them. Strict sessions judge
    /// each value; of text that goes through `JSON_TABLE` a part is clamped before
    /// (docs/consistency.md#nothing-may-be-clamped), and a few rows take half as long again.
    pub fn rows<'a, const N: usize>(&mut self, insert: &str, rows: impl Iterator<Item = [Value<'a>; N]>, after: &str) {
        self.begin();
        self.text.push_str(insert);
        for (n, row) in rows.enumerate() {
            self.text.push_str(if n == 0 { " (" } else { ", (" });
            for (n, value) in row.iter().enumerate() {
                self.text.push_str(if n == 0 { "" } else { "," });
                value.write(&mut self.text);
            }
            self.text.push(')');
        }
        self.text.push(' ');
        self.text.push_str(after);
    }

    /// Inserts rows of a day table.
    pub fn insert<'a>(&mut self, table: &DayTable, rows: impl Iterator<Item = Row<'a>>) {
        let insert = format!(
            "INSERT INTO `{}` (product_id, quantity, drcr, company_id, warehouse_id, bill_id, line_no, kind, create_time, description,
               kafka_offset, partition_id, recorded_at, back_dated) VALUES",
            table.name()
        );
        self.rows(&insert, rows, "");
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
               '{name}', recorded_at
             FROM `{name}` WHERE (product_id, warehouse_id) IN ({pairs})"
        ));
    }

    /// What the rows of keys moved, as `tables::movements` has it for whole tables.
    pub fn movements_of_keys<'a>(&mut self, table: &DayTable, keys: impl Iterator<Item = &'a StockKey>) {
        let (name, pairs) = (table.name(), pairs(keys));
        if pairs.is_empty() {
            return;
        }
        self.add(&format!(
            "SELECT create_time, product_id, warehouse_id, company_id, quantity, drcr, kind = 'bill'
             FROM `{name}` WHERE (product_id, warehouse_id) IN ({pairs})"
        ));
    }

    /// Makes or changes rows to what the queue says: a JSON array of the columns in the order of the statement, but `recorded_at` and what
    /// follows it. `by` is the replay. Columns of `JSON_TABLE` are text wider than their targets: into typed ones it clamps silently.
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
        self.begin();
        self.text.push_str(statement);
    }

    fn begin(&mut self) {
        if !self.is_empty() {
            self.text.push_str(";\n");
        }
        self.statements += 1;
    }
}

/// Keys as SQL: `(product, warehouse), ...`.
fn pairs<'a>(keys: impl Iterator<Item = &'a StockKey>) -> String {
    let pair = |it: &StockKey| format!("({}, {})", literal(it.product_id.as_str()), literal(it.warehouse_id.as_str()));
    keys.map(pair).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_was_given_is_read_as_sql() {
        let mut script = MultiStatement::default();
        assert!(!script.find_rows("t_a` AS r; DROP TABLE x; --", "[]"));
        assert!(script.is_empty());
        assert!(script.find_rows("t_a_20250310", "['; DROP TABLE x; --]"));
        assert!(!script.text.contains("DROP"), "{}", script.text);
    }
}
