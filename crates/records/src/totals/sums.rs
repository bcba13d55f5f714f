//! The totals, kept in the same transaction as the rows, by `x = x + ?` only. Grouping is pure; the statements add.

use std::collections::BTreeMap;

use model::statistics::Sums;

use crate::batch::Line;
use crate::day_tables::create::TableIds;
use crate::day_tables::names::DayTable;
use crate::sql::pipeline::StatementPipeline;
use crate::sql::value::Value;

/// Adds a batch to the levels that it writes itself, each level sorted by key: one global lock order.
pub async fn add(
    trip: &mut StatementPipeline<'_>,
    partition: i32,
    lines: &[(&Line, &DayTable)],
    ids: &TableIds,
) -> Result<(), sqlx::Error> {
    add_days(trip, lines).await?;
    add_stock(trip, lines).await?;
    add_tables(trip, partition, lines, ids).await
}

async fn add_days(trip: &mut StatementPipeline<'_>, lines: &[(&Line, &DayTable)]) -> Result<(), sqlx::Error> {
    let days = group(lines, |line, _| {
        let it = &line.entry;
        (line.day, it.product_id.as_str(), it.warehouse_id.as_str(), it.company_id.as_str())
    });
    let rows = days.iter().map(|((day, product, warehouse, company), it)| {
        let [qty_in, qty_out, adjust_in, adjust_out, entries] = sums(it);
        [
            (*day).into(),
            (*product).into(),
            (*warehouse).into(),
            (*company).into(),
            qty_in,
            qty_out,
            adjust_in,
            adjust_out,
            entries,
        ]
    });
    trip.add_rows(
        "INSERT INTO day_totals (day, product_id, warehouse_id, company_id, qty_in, qty_out, adjust_in, adjust_out, entries) VALUES",
        rows,
        "ON DUPLICATE KEY UPDATE qty_in = day_totals.qty_in + VALUES(qty_in), qty_out = day_totals.qty_out + VALUES(qty_out),
           adjust_in = day_totals.adjust_in + VALUES(adjust_in), adjust_out = day_totals.adjust_out + VALUES(adjust_out),
           entries = day_totals.entries + VALUES(entries)",
    )
    .await
}

async fn add_stock(trip: &mut StatementPipeline<'_>, lines: &[(&Line, &DayTable)]) -> Result<(), sqlx::Error> {
    let keys = group(lines, |line, _| (line.entry.warehouse_id.as_str(), line.entry.product_id.as_str()));
    let rows = keys.iter().map(|((warehouse, product), it)| {
        let [qty_in, qty_out, adjust_in, adjust_out, entries] = sums(it);
        [(*warehouse).into(), (*product).into(), qty_in, qty_out, adjust_in, adjust_out, entries]
    });
    trip.add_rows(
        "INSERT INTO stock_totals (warehouse_id, product_id, qty_in, qty_out, adjust_in, adjust_out, entries) VALUES",
        rows,
        "ON DUPLICATE KEY UPDATE qty_in = stock_totals.qty_in + VALUES(qty_in), qty_out = stock_totals.qty_out + VALUES(qty_out),
           adjust_in = stock_totals.adjust_in + VALUES(adjust_in), adjust_out = stock_totals.adjust_out + VALUES(adjust_out),
           entries = stock_totals.entries + VALUES(entries)",
    )
    .await
}

async fn add_tables(
    trip: &mut StatementPipeline<'_>,
    partition: i32,
    lines: &[(&Line, &DayTable)],
    ids: &TableIds,
) -> Result<(), sqlx::Error> {
    let tables = group(lines, |_, table| ids.get(table).copied());
    let rows = tables.iter().map(|(id, it)| {
        let [qty_in, qty_out, adjust_in, adjust_out, entries] = sums(it);
        [(*id).into(), partition.into(), qty_in, qty_out, adjust_in, adjust_out, entries]
    });
    trip.add_rows(
        "INSERT INTO day_table_totals (table_id, partition_id, qty_in, qty_out, adjust_in, adjust_out, entries) VALUES",
        rows,
        "ON DUPLICATE KEY UPDATE qty_in = day_table_totals.qty_in + VALUES(qty_in),
           qty_out = day_table_totals.qty_out + VALUES(qty_out), adjust_in = day_table_totals.adjust_in + VALUES(adjust_in),
           adjust_out = day_table_totals.adjust_out + VALUES(adjust_out), entries = day_table_totals.entries + VALUES(entries),
           is_proved = FALSE",
    )
    .await
}

fn sums<'a>(it: &Sums) -> [Value<'a>; 5] {
    [it.qty_in, it.qty_out, it.adjust_in, it.adjust_out, it.entries].map(Into::into)
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
