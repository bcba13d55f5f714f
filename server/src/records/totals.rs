//! The totals, kept in the same transaction as the rows, by `x = x + ?` only. Grouping is pure; the statements add.

use std::collections::BTreeMap;

use app::model::statistics::Sums;
use sqlx::MySqlConnection;

use super::batch::Line;
use super::day_tables::TableIds;
use super::rows::json_rows;
use super::tables::DayTable;

/// Adds a batch to the levels that it writes itself, each level sorted by key: one global lock order.
pub async fn add(
    connection: &mut MySqlConnection,
    partition: i32,
    lines: &[(&Line, &DayTable)],
    ids: &TableIds,
) -> Result<(), sqlx::Error> {
    add_days(connection, lines).await?;
    add_stock(connection, lines).await?;
    add_tables(connection, partition, lines, ids).await
}

async fn add_days(connection: &mut MySqlConnection, lines: &[(&Line, &DayTable)]) -> Result<(), sqlx::Error> {
    let days = group(lines, |line, _| {
        let it = &line.entry;
        (line.day, it.product_id.as_str(), it.warehouse_id.as_str(), it.company_id.as_str())
    });
    let rows = days.iter().map(|((day, product, warehouse, company), it)| {
        (product, warehouse, company, day, it.qty_in, it.qty_out, it.adjust_in, it.adjust_out, it.entries)
    });
    sqlx::query(
        "INSERT INTO day_totals (product_id, warehouse_id, company_id, day, qty_in, qty_out, adjust_in, adjust_out, entries)
         SELECT j.product_id, j.warehouse_id, j.company_id, j.day, j.qty_in, j.qty_out, j.adjust_in, j.adjust_out, j.entries
         FROM JSON_TABLE(?, '$[*]' COLUMNS (
           product_id VARCHAR(128) PATH '$[0]', warehouse_id VARCHAR(128) PATH '$[1]', company_id VARCHAR(128) PATH '$[2]',
           day VARCHAR(32) PATH '$[3]', qty_in VARCHAR(32) PATH '$[4]', qty_out VARCHAR(32) PATH '$[5]',
           adjust_in VARCHAR(32) PATH '$[6]', adjust_out VARCHAR(32) PATH '$[7]', entries VARCHAR(32) PATH '$[8]')) AS j
         ON DUPLICATE KEY UPDATE qty_in = day_totals.qty_in + VALUES(qty_in), qty_out = day_totals.qty_out + VALUES(qty_out),
           adjust_in = day_totals.adjust_in + VALUES(adjust_in), adjust_out = day_totals.adjust_out + VALUES(adjust_out),
           entries = day_totals.entries + VALUES(entries)",
    )
    .bind(json_rows(rows)?)
    .execute(connection)
    .await
    .map(drop)
}

async fn add_stock(connection: &mut MySqlConnection, lines: &[(&Line, &DayTable)]) -> Result<(), sqlx::Error> {
    let keys = group(lines, |line, _| (line.entry.warehouse_id.as_str(), line.entry.product_id.as_str()));
    let rows = keys.iter().map(|((warehouse, product), it)| {
        (warehouse, product, it.qty_in, it.qty_out, it.adjust_in, it.adjust_out, it.entries)
    });
    sqlx::query(
        "INSERT INTO stock_totals (warehouse_id, product_id, qty_in, qty_out, adjust_in, adjust_out, entries)
         SELECT j.warehouse_id, j.product_id, j.qty_in, j.qty_out, j.adjust_in, j.adjust_out, j.entries
         FROM JSON_TABLE(?, '$[*]' COLUMNS (
           warehouse_id VARCHAR(128) PATH '$[0]', product_id VARCHAR(128) PATH '$[1]', qty_in VARCHAR(32) PATH '$[2]',
           qty_out VARCHAR(32) PATH '$[3]', adjust_in VARCHAR(32) PATH '$[4]', adjust_out VARCHAR(32) PATH '$[5]',
           entries VARCHAR(32) PATH '$[6]')) AS j
         ON DUPLICATE KEY UPDATE qty_in = stock_totals.qty_in + VALUES(qty_in), qty_out = stock_totals.qty_out + VALUES(qty_out),
           adjust_in = stock_totals.adjust_in + VALUES(adjust_in), adjust_out = stock_totals.adjust_out + VALUES(adjust_out),
           entries = stock_totals.entries + VALUES(entries)",
    )
    .bind(json_rows(rows)?)
    .execute(connection)
    .await
    .map(drop)
}

async fn add_tables(
    connection: &mut MySqlConnection,
    partition: i32,
    lines: &[(&Line, &DayTable)],
    ids: &TableIds,
) -> Result<(), sqlx::Error> {
    let tables = group(lines, |_, table| ids.get(table).copied());
    let rows = tables.iter().map(|(id, it)| (id, it.qty_in, it.qty_out, it.adjust_in, it.adjust_out, it.entries));
    sqlx::query(
        "INSERT INTO day_table_totals (table_id, partition_id, qty_in, qty_out, adjust_in, adjust_out, entries)
         SELECT j.table_id, ?, j.qty_in, j.qty_out, j.adjust_in, j.adjust_out, j.entries
         FROM JSON_TABLE(?, '$[*]' COLUMNS (
           table_id VARCHAR(32) PATH '$[0]', qty_in VARCHAR(32) PATH '$[1]', qty_out VARCHAR(32) PATH '$[2]',
           adjust_in VARCHAR(32) PATH '$[3]', adjust_out VARCHAR(32) PATH '$[4]', entries VARCHAR(32) PATH '$[5]')) AS j
         ON DUPLICATE KEY UPDATE qty_in = day_table_totals.qty_in + VALUES(qty_in),
           qty_out = day_table_totals.qty_out + VALUES(qty_out), adjust_in = day_table_totals.adjust_in + VALUES(adjust_in),
           adjust_out = day_table_totals.adjust_out + VALUES(adjust_out), entries = day_table_totals.entries + VALUES(entries),
           is_proved = FALSE",
    )
    .bind(partition)
    .bind(json_rows(rows)?)
    .execute(connection)
    .await
    .map(drop)
}

fn group<'a, K: Ord>(
    lines: &[(&'a Line, &'a DayTable)],
    key: impl Fn(&'a Line, &'a DayTable) -> K,
) -> BTreeMap<K, Sums> {
    let mut groups: BTreeMap<K, Sums> = BTreeMap::new();
    for (line, table) in lines {
        let group = groups.entry(key(line, table)).or_default();
        *group = group.plus(Sums::of(&line.entry));
    }
    groups
}
