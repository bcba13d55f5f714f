//! The totals of keys that a correction touches: what their days make before and after, and the running totals that follow.

use std::collections::{BTreeMap, BTreeSet};

use app::model::audit::Book;
use app::model::ids::ProductId;
use app::model::stock::StockKey;
use sqlx::MySqlConnection;

use super::Error;
use super::day_tables::TableIds;
use super::rows::json_rows;
use super::script::Script;
use super::stock_snapshot::key_of;
use super::tables::{DayTable, Holds};
use crate::config::Layout;

/// So many keys or days of keys go into one statement.
const AT_ONCE: usize = 5000;

/// What a key holds by its days, in the days of some tables: in, out, adjusted in and out, entries.
pub type DaySums = BTreeMap<StockKey, [i64; 5]>;

/// Adds up the days of keys whose rows are in some tables.
pub async fn day_sums(
    connection: &mut MySqlConnection,
    layout: Layout,
    tables: &BTreeSet<DayTable>,
    keys: Option<&BTreeSet<StockKey>>,
) -> Result<DaySums, Error> {
    let away = Error::away("adding up the days of keys");
    let mut wanted = Vec::new();
    for key in keys.into_iter().flatten() {
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
        .bind(json_rows(chunk.iter()).map_err(&away)?)
        .fetch_all(&mut *connection)
        .await
        .map_err(&away)?;
        for (warehouse, product, qty_in, qty_out, adjust_in, adjust_out, entries) in rows {
            let sum = sums.entry(key_of(warehouse, product)?).or_default();
            for (sum, part) in sum.iter_mut().zip([qty_in, qty_out, adjust_in, adjust_out, entries]) {
                *sum += part;
            }
        }
    }
    Ok(sums)
}

/// The running totals of keys follow their days. `anew`: of these every day was made anew, so that the days are all there is.
pub async fn total_keys(
    connection: &mut MySqlConnection,
    keys: &BTreeSet<StockKey>,
    anew: &BTreeSet<StockKey>,
    (was, is): (&DaySums, &DaySums),
) -> Result<(), Error> {
    let away = Error::away("correcting running totals");
    let of = |sums: &DaySums, key: &StockKey| sums.get(key).copied().unwrap_or_default();
    let (mut to_set, mut to_add) = (Vec::new(), Vec::new());
    for key in keys {
        let (was, is, name) = (of(was, key), of(is, key), (key.warehouse_id.as_str(), key.product_id.as_str()));
        if anew.contains(key) {
            to_set.push((name, is));
        } else if was != is {
            let change: [i64; 5] = std::array::from_fn(|it| is[it] - was[it]);
            to_add.push((name, change));
        }
    }
    let statements = [
        (
            to_set,
            "INSERT INTO stock_totals (warehouse_id, product_id, qty_in, qty_out, adjust_in, adjust_out, entries)
             SELECT j.warehouse_id, j.product_id, j.a, j.b, j.c, j.d, j.e FROM JSON_TABLE(?, '$[*]' COLUMNS (
               warehouse_id VARCHAR(64) PATH '$[0][0]', product_id VARCHAR(64) PATH '$[0][1]', a BIGINT PATH '$[1][0]',
               b BIGINT PATH '$[1][1]', c BIGINT PATH '$[1][2]', d BIGINT PATH '$[1][3]', e BIGINT PATH '$[1][4]')) AS j
             ON DUPLICATE KEY UPDATE qty_in = j.a, qty_out = j.b, adjust_in = j.c, adjust_out = j.d, entries = j.e",
        ),
        (
            to_add,
            "INSERT INTO stock_totals (warehouse_id, product_id, qty_in, qty_out, adjust_in, adjust_out, entries)
             SELECT j.warehouse_id, j.product_id, j.a, j.b, j.c, j.d, j.e FROM JSON_TABLE(?, '$[*]' COLUMNS (
               warehouse_id VARCHAR(64) PATH '$[0][0]', product_id VARCHAR(64) PATH '$[0][1]', a BIGINT PATH '$[1][0]',
               b BIGINT PATH '$[1][1]', c BIGINT PATH '$[1][2]', d BIGINT PATH '$[1][3]', e BIGINT PATH '$[1][4]')) AS j
             ON DUPLICATE KEY UPDATE qty_in = stock_totals.qty_in + j.a, qty_out = stock_totals.qty_out + j.b,
               adjust_in = stock_totals.adjust_in + j.c, adjust_out = stock_totals.adjust_out + j.d,
               entries = stock_totals.entries + j.e",
        ),
    ];
    for (rows, statement) in statements {
        for chunk in rows.chunks(AT_ONCE) {
            let rows = json_rows(chunk.iter()).map_err(&away)?;
            sqlx::query(statement).bind(rows).execute(&mut *connection).await.map_err(&away)?;
        }
    }
    Ok(())
}

/// What RRS says of keys.
pub async fn books(
    connection: &mut MySqlConnection,
    keys: &BTreeSet<StockKey>,
) -> Result<BTreeMap<StockKey, Book>, Error> {
    let away = Error::away("reading running totals");
    let names = json_rows(keys.iter().map(|it| (it.warehouse_id.as_str(), it.product_id.as_str()))).map_err(&away)?;
    let rows: Vec<(String, String, i64, i64, i64)> = sqlx::query_as(
        "SELECT t.warehouse_id, t.product_id, t.qty_in + t.adjust_in - t.qty_out - t.adjust_out, t.qty_in + t.adjust_in, t.entries
         FROM JSON_TABLE(?, '$[*]' COLUMNS (
           warehouse_id VARCHAR(64) PATH '$[0]', product_id VARCHAR(64) PATH '$[1]')) AS j
         STRAIGHT_JOIN stock_totals AS t ON t.warehouse_id = j.warehouse_id AND t.product_id = j.product_id",
    )
    .bind(names)
    .fetch_all(connection)
    .await
    .map_err(away)?;
    let book = |(warehouse, product, stock, gross_in, entries)| {
        Ok((key_of(warehouse, product)?, Book { stock, gross_in, entries }))
    };
    rows.into_iter().map(book).collect()
}

/// Totals of tables and of their days become what the rows make.
pub async fn total_anew(
    connection: &mut MySqlConnection,
    layout: Layout,
    tables: &BTreeSet<DayTable>,
    ids: &TableIds,
) -> Result<(), Error> {
    let away = Error::away("making totals anew");
    let mut script = Script::default();
    for table in tables {
        for product in products_in(connection, layout, table).await? {
            sqlx::query("DELETE FROM day_totals WHERE day = ? AND product_id = ?")
                .bind(table.day())
                .bind(product.as_str())
                .execute(&mut *connection)
                .await
                .map_err(&away)?;
        }
        if let Some(id) = ids.get(table) {
            script.total_anew(table, *id);
        }
    }
    if script.is_empty() {
        return Ok(());
    }
    sqlx::raw_sql(script.into_sql()).execute(connection).await.map(drop).map_err(away)
}

/// The products whose day a table holds.
async fn products_in(
    connection: &mut MySqlConnection,
    layout: Layout,
    table: &DayTable,
) -> Result<Vec<ProductId>, Error> {
    if let Holds::Product(product) = table.holds() {
        return Ok(vec![product.clone()]);
    }
    let away = Error::away("looking for the products of a day");
    let all: Vec<String> = sqlx::query_scalar("SELECT DISTINCT product_id FROM day_totals WHERE day = ?")
        .bind(table.day())
        .fetch_all(connection)
        .await
        .map_err(away)?;
    let products = all.iter().filter_map(|it| ProductId::try_from(it.as_str()).ok());
    Ok(products.filter(|it| DayTable::of(layout, it, table.day()) == *table).collect())
}
