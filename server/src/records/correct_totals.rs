//! The totals of keys that a correction touches: what their days make before and after, and the running totals that follow.

use std::collections::{BTreeMap, BTreeSet};

use app::model::audit::Book;
use app::model::stock::StockKey;
use sqlx::{MySqlConnection, QueryBuilder};

use super::Error;
use super::correct::Correction;
use super::tables::DayTable;

/// What a key holds by its days, in the days of some tables.
pub type DaySums = BTreeMap<StockKey, [i64; 5]>;

pub async fn day_sums(
    connection: &mut MySqlConnection,
    tables: &BTreeSet<DayTable>,
    keys: &BTreeSet<StockKey>,
) -> Result<DaySums, Error> {
    let mut sums = DaySums::new();
    for day in tables.iter().map(DayTable::day).collect::<BTreeSet<_>>() {
        for key in keys {
            let row: (i64, i64, i64, i64, i64) = sqlx::query_as(
                "SELECT CAST(COALESCE(SUM(qty_in), 0) AS SIGNED), CAST(COALESCE(SUM(qty_out), 0) AS SIGNED),
                   CAST(COALESCE(SUM(adjust_in), 0) AS SIGNED), CAST(COALESCE(SUM(adjust_out), 0) AS SIGNED),
                   CAST(COALESCE(SUM(entries), 0) AS SIGNED)
                 FROM day_totals WHERE day = ? AND product_id = ? AND warehouse_id = ?",
            )
            .bind(day)
            .bind(key.product_id.as_str())
            .bind(key.warehouse_id.as_str())
            .fetch_one(&mut *connection)
            .await
            .map_err(Error::away("adding up the days of a key"))?;
            let sum = sums.entry(key.clone()).or_default();
            for (sum, part) in sum.iter_mut().zip([row.0, row.1, row.2, row.3, row.4]) {
                *sum += part;
            }
        }
    }
    Ok(sums)
}

/// The running totals of the keys follow their days.
pub async fn total_keys(
    connection: &mut MySqlConnection,
    correction: &Correction,
    was: &DaySums,
    is: &DaySums,
) -> Result<(), Error> {
    let away = Error::away("correcting running totals");
    for key in &correction.keys {
        let is_anew = correction.all_totals_of.contains(key);
        let (was, is) = (was.get(key).copied().unwrap_or_default(), is.get(key).copied().unwrap_or_default());
        // Of these keys every day was made anew, so the days are all there is.
        let sums: [i64; 5] = if is_anew { is } else { std::array::from_fn(|it| is[it] - was[it]) };
        if !is_anew && sums == [0; 5] {
            continue;
        }
        let mut statement = QueryBuilder::new(
            "INSERT INTO stock_totals (warehouse_id, product_id, qty_in, qty_out, adjust_in, adjust_out, entries) VALUES (",
        );
        let mut values = statement.separated(", ");
        values.push_bind(key.warehouse_id.as_str()).push_bind(key.product_id.as_str());
        for sum in sums {
            values.push_bind(sum);
        }
        statement.push(") ON DUPLICATE KEY UPDATE ");
        for (place, column) in ["qty_in", "qty_out", "adjust_in", "adjust_out", "entries"].into_iter().enumerate() {
            statement.push(if place == 0 { "" } else { ", " }).push(column).push(" = ");
            if !is_anew {
                statement.push("stock_totals.").push(column).push(" + ");
            }
            statement.push("VALUES(").push(column).push(")");
        }
        statement.build().execute(&mut *connection).await.map_err(&away)?;
    }
    Ok(())
}

/// What RRS says of keys.
pub async fn books(
    connection: &mut MySqlConnection,
    keys: &BTreeSet<StockKey>,
) -> Result<BTreeMap<StockKey, Book>, Error> {
    let mut books = BTreeMap::new();
    for key in keys {
        let row: Option<(i64, i64, i64)> = sqlx::query_as(
            "SELECT qty_in + adjust_in - qty_out - adjust_out, qty_in + adjust_in, entries
             FROM stock_totals WHERE warehouse_id = ? AND product_id = ?",
        )
        .bind(key.warehouse_id.as_str())
        .bind(key.product_id.as_str())
        .fetch_optional(&mut *connection)
        .await
        .map_err(Error::away("reading running totals"))?;
        let (stock, gross_in, entries) = row.unwrap_or_default();
        books.insert(key.clone(), Book { stock, gross_in, entries });
    }
    Ok(books)
}
