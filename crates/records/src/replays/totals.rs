//! The totals of keys that a correction touches: what their days make before and after, and the running totals that follow.

use std::collections::{BTreeMap, BTreeSet};

use model::audit::Book;
use model::stock::StockKey;
use sqlx::MySqlConnection;

use crate::Error;
use crate::audits::stock_snapshot::key_of;
use crate::day_tables::create::TableIds;
use crate::day_tables::names::DayTable;
use crate::sql::multi_statement::MultiStatement;
use crate::sql::rows::json_rows;
use base::config::Layout;

/// So many keys or days of keys go into one statement.
const AT_ONCE: usize = 5000;
/// The totals of so many tables are made in one trip.
const TABLES_AT_ONCE: usize = 32;

/// What a key holds by its days, in the days of some tables: in, out, adjusted in and out, entries.
pub type DaySums = BTreeMap<StockKey, [i64; 5]>;

/// Adds up the days of keys whose rows are in some tables.
pub async fn day_sums(
    connection: &mut MySqlConnection,
    layout: Layout,
    tables: &BTreeSet<DayTable>,
    keys: &BTreeSet<StockKey>,
) -> Result<DaySums, Error> {
    let unavailable = Error::unavailable("adding up the days of keys");
    let mut wanted = Vec::new();
    for key in keys {
        for table in tables {
            if DayTable::of(layout, &key.product_id, table.day()) == *table {
                wanted.push((table.day().to_string(), key.product_id.as_str(), key.warehouse_id.as_str()));
            }
        }
    }
    let mut sums = DaySums::new();
    for chunk in wanted.chunks(AT_ONCE) {
        let rows: Vec<(String, String, i64, i64, i64, i64, i64)> = sqlx::query_as(
            "SELECT t.warehouse_id, t.product_id, CAST(SUM(t.qty_in) AS SIGNED), CAST(SUM(t.qty_out) AS SIGNED),
               CAST(SUM(t.adjust_in) AS SIGNED), CAST(SUM(t.adjust_out) AS SIGNED), CAST(SUM(t.entries) AS SIGNED)
             FROM JSON_TABLE(?, '$[*]' COLUMNS (
               day DATE PATH '$[0]', product_id VARCHAR(64) PATH '$[1]', warehouse_id VARCHAR(64) PATH '$[2]')) AS j
             STRAIGHT_JOIN day_totals AS t
               ON t.day = j.day AND t.product_id = j.product_id AND t.warehouse_id = j.warehouse_id
             GROUP BY t.warehouse_id, t.product_id",
        )
        .bind(json_rows(chunk.iter()).map_err(&unavailable)?)
        .fetch_all(&mut *connection)
        .await
        .map_err(&unavailable)?;
        for (warehouse, product, qty_in, qty_out, adjust_in, adjust_out, entries) in rows {
            let sum = sums.entry(key_of(warehouse, product)?).or_default();
            for (sum, part) in sum.iter_mut().zip([qty_in, qty_out, adjust_in, adjust_out, entries]) {
                *sum += part;
            }
        }
    }
    Ok(sums)
}

/// The running totals of keys become what all of their days make. A key without any row has none.
pub async fn total_keys(
    connection: &mut MySqlConnection,
    keys: &BTreeSet<StockKey>,
    is: &DaySums,
) -> Result<(), Error> {
    let unavailable = Error::unavailable("correcting running totals");
    let name = |it: &StockKey| (it.warehouse_id.to_string(), it.product_id.to_string());
    let (with_rows, without): (Vec<_>, Vec<_>) = keys.iter().partition(|it| is.contains_key(it));
    for chunk in without.chunks(AT_ONCE) {
        sqlx::query(
            "DELETE t FROM JSON_TABLE(?, '$[*]' COLUMNS (
               warehouse_id VARCHAR(64) PATH '$[0]', product_id VARCHAR(64) PATH '$[1]')) AS j
             STRAIGHT_JOIN stock_totals AS t ON t.warehouse_id = j.warehouse_id AND t.product_id = j.product_id",
        )
        .bind(json_rows(chunk.iter().map(|it| name(it))).map_err(&unavailable)?)
        .execute(&mut *connection)
        .await
        .map_err(&unavailable)?;
    }
    let rows: Vec<_> = with_rows.into_iter().map(|it| (name(it), is.get(it).copied().unwrap_or_default())).collect();
    for chunk in rows.chunks(AT_ONCE) {
        sqlx::query(
            "INSERT INTO stock_totals (warehouse_id, product_id, qty_in, qty_out, adjust_in, adjust_out, entries)
             SELECT j.warehouse_id, j.product_id, j.a, j.b, j.c, j.d, j.e FROM JSON_TABLE(?, '$[*]' COLUMNS (
               warehouse_id VARCHAR(64) PATH '$[0][0]', product_id VARCHAR(64) PATH '$[0][1]', a BIGINT PATH '$[1][0]',
               b BIGINT PATH '$[1][1]', c BIGINT PATH '$[1][2]', d BIGINT PATH '$[1][3]', e BIGINT PATH '$[1][4]')) AS j
             ON DUPLICATE KEY UPDATE qty_in = j.a, qty_out = j.b, adjust_in = j.c, adjust_out = j.d, entries = j.e",
        )
        .bind(json_rows(chunk.iter()).map_err(&unavailable)?)
        .execute(&mut *connection)
        .await
        .map_err(&unavailable)?;
    }
    Ok(())
}

/// What RRS says of keys.
pub async fn books(
    connection: &mut MySqlConnection,
    keys: &BTreeSet<StockKey>,
) -> Result<BTreeMap<StockKey, Book>, Error> {
    let unavailable = Error::unavailable("reading running totals");
    let names =
        json_rows(keys.iter().map(|it| (it.warehouse_id.as_str(), it.product_id.as_str()))).map_err(&unavailable)?;
    let rows: Vec<(String, String, i64, i64, i64)> = sqlx::query_as(
        "SELECT t.warehouse_id, t.product_id, t.qty_in + t.adjust_in - t.qty_out - t.adjust_out, t.qty_in + t.adjust_in, t.entries
         FROM JSON_TABLE(?, '$[*]' COLUMNS (
           warehouse_id VARCHAR(64) PATH '$[0]', product_id VARCHAR(64) PATH '$[1]')) AS j
         STRAIGHT_JOIN stock_totals AS t ON t.warehouse_id = j.warehouse_id AND t.product_id = j.product_id",
    )
    .bind(names)
    .fetch_all(connection)
    .await
    .map_err(unavailable)?;
    let book = |(warehouse, product, stock, gross_in, entries)| {
        Ok((key_of(warehouse, product)?, Book { stock, gross_in, entries }))
    };
    rows.into_iter().map(book).collect()
}

/// The totals of tables, and of their days for some keys, become what the rows make. Other keys keep theirs: whether their rows are right
/// nobody has looked at.
pub async fn total_anew(
    connection: &mut MySqlConnection,
    layout: Layout,
    tables: &BTreeSet<DayTable>,
    ids: &TableIds,
    keys: &BTreeSet<StockKey>,
) -> Result<(), Error> {
    let tables: Vec<&DayTable> = tables.iter().collect();
    for chunk in tables.chunks(TABLES_AT_ONCE) {
        let mut script = MultiStatement::default();
        for table in chunk {
            let of_table = |it: &&StockKey| DayTable::of(layout, &it.product_id, table.day()) == **table;
            if let Some(id) = ids.get(*table) {
                script.total_anew(table, *id, keys.iter().filter(of_table));
            }
        }
        if !script.is_empty() {
            sqlx::raw_sql(script.into_sql())
                .execute(&mut *connection)
                .await
                .map_err(Error::unavailable("making totals anew"))?;
        }
    }
    Ok(())
}

/// Nothing proves these tables any more until an audit counts them again.
pub async fn unprove<'a>(connection: &mut MySqlConnection, tables: impl Iterator<Item = &'a i32>) -> Result<(), Error> {
    let unavailable = Error::unavailable("marking tables as unproved");
    let ids = json_rows(tables.map(|it| (it,))).map_err(&unavailable)?;
    sqlx::query(
        "UPDATE JSON_TABLE(?, '$[*]' COLUMNS (id INT PATH '$[0]')) AS j STRAIGHT_JOIN day_table_totals AS t ON t.table_id = j.id
         SET t.is_proved = FALSE",
    )
    .bind(ids)
    .execute(connection)
    .await
    .map(drop)
    .map_err(unavailable)
}
