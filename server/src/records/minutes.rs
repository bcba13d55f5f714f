//! `minute_totals`: the last two days by minute, for the wall's last hour.

use std::collections::BTreeMap;

use app::model::batch::{Flow, MinuteFlow};
use sqlx::MySqlConnection;

use super::error::limited;
use super::rows::json_rows;
use super::{Error, Records, effects};

/// Adds a batch's minutes, sorted.
pub async fn add(connection: &mut MySqlConnection, partition: i32, minutes: &[MinuteFlow]) -> Result<(), sqlx::Error> {
    if minutes.is_empty() {
        return Ok(());
    }
    let rows = minutes.iter().map(|it| (it.minute, it.flow.qty_in, it.flow.qty_out, it.flow.entries));
    sqlx::query(
        "INSERT INTO minute_totals (minute, partition_id, qty_in, qty_out, entries)
         SELECT j.minute, ?, j.qty_in, j.qty_out, j.entries
         FROM JSON_TABLE(?, '$[*]' COLUMNS (
           minute VARCHAR(32) PATH '$[0]', qty_in VARCHAR(32) PATH '$[1]', qty_out VARCHAR(32) PATH '$[2]',
           entries VARCHAR(32) PATH '$[3]')) AS j
         ON DUPLICATE KEY UPDATE qty_in = minute_totals.qty_in + VALUES(qty_in),
           qty_out = minute_totals.qty_out + VALUES(qty_out), entries = minute_totals.entries + VALUES(entries)",
    )
    .bind(partition)
    .bind(json_rows(rows)?)
    .execute(connection)
    .await
    .map(drop)
}

/// The flows from a minute on, over all partitions.
pub async fn since_in(connection: &mut MySqlConnection, minute: i64) -> Result<BTreeMap<i64, Flow>, Error> {
    let rows: Vec<(i64, i64, i64, i64)> = sqlx::query_as(
        "SELECT minute, CAST(SUM(qty_in) AS SIGNED), CAST(SUM(qty_out) AS SIGNED), CAST(SUM(entries) AS SIGNED)
         FROM minute_totals WHERE minute >= ? GROUP BY minute",
    )
    .bind(minute)
    .fetch_all(connection)
    .await
    .map_err(Error::away("reading the last hour"))?;
    Ok(rows.into_iter().map(|(minute, qty_in, qty_out, entries)| (minute, Flow { qty_in, qty_out, entries })).collect())
}

impl Records {
    /// Lets go of minutes that are older than two days; a bounded number at a time.
    pub async fn prune_minutes(&self) -> Result<u64, Error> {
        limited("letting go of old minutes", async {
            let before = effects::minute(self.clock.now()) - effects::MINUTES_KEPT;
            let done = sqlx::query("DELETE FROM minute_totals WHERE minute < ? LIMIT 10000")
                .bind(before)
                .execute(&self.pool)
                .await
                .map_err(Error::away("letting go of old minutes"))?;
            Ok(done.rows_affected())
        })
        .await
    }
}
