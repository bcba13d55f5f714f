//! `minute_totals`: the last two days by minute and warehouse, for the wall's last hour.

use app::model::batch::{Flow, MinuteFlow};
use app::model::ids::WarehouseId;
use sqlx::MySqlConnection;

use super::error::limited;
use super::rows::json_rows;
use super::{Error, Records, effects};

/// Adds a batch's minutes, sorted.
pub async fn add(connection: &mut MySqlConnection, partition: i32, minutes: &[MinuteFlow]) -> Result<(), sqlx::Error> {
    if minutes.is_empty() {
        return Ok(());
    }
    let rows = minutes.iter().map(|it| {
        let warehouse = it.warehouse_id.as_ref().map_or("", WarehouseId::as_str);
        (it.minute, warehouse, it.flow.qty_in, it.flow.qty_out, it.flow.entries)
    });
    sqlx::query(
        "INSERT INTO minute_totals (minute, warehouse_id, partition_id, qty_in, qty_out, entries)
         SELECT j.minute, j.warehouse_id, ?, j.qty_in, j.qty_out, j.entries
         FROM JSON_TABLE(?, '$[*]' COLUMNS (
           minute VARCHAR(32) PATH '$[0]', warehouse_id VARCHAR(256) PATH '$[1]', qty_in VARCHAR(32) PATH '$[2]',
           qty_out VARCHAR(32) PATH '$[3]', entries VARCHAR(32) PATH '$[4]')) AS j
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
pub async fn since_in(connection: &mut MySqlConnection, minute: i64) -> Result<Vec<MinuteFlow>, Error> {
    let rows: Vec<(i64, String, i64, i64, i64)> = sqlx::query_as(
        "SELECT minute, warehouse_id, CAST(SUM(qty_in) AS SIGNED), CAST(SUM(qty_out) AS SIGNED), CAST(SUM(entries) AS SIGNED)
         FROM minute_totals WHERE minute >= ? GROUP BY minute, warehouse_id",
    )
    .bind(minute)
    .fetch_all(connection)
    .await
    .map_err(Error::away("reading the last hour"))?;
    let flow = |(minute, warehouse, qty_in, qty_out, entries): (i64, String, i64, i64, i64)| MinuteFlow {
        minute,
        warehouse_id: WarehouseId::try_from(warehouse).ok(),
        flow: Flow { qty_in, qty_out, entries },
    };
    Ok(rows.into_iter().map(flow).collect())
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
