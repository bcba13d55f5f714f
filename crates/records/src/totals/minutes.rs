//! `minute_totals`: the last two days by minute and warehouse, for the wall's last hour.

use model::batch::{Flow, MinuteFlow};
use model::ids::WarehouseId;
use sqlx::MySqlConnection;

use crate::ingest::effects;
use crate::sql::error::with_timeout;
use crate::sql::pipeline::StatementPipeline;
use crate::sql::value::Value;
use crate::{Error, Records};

/// Adds a batch's minutes, sorted.
pub async fn add(trip: &mut StatementPipeline<'_>, partition: i32, minutes: &[MinuteFlow]) -> Result<(), sqlx::Error> {
    let rows = minutes.iter().map(|it| -> [Value<'_>; 6] {
        let (warehouse, flow) = (it.warehouse_id.as_ref().map_or("", WarehouseId::as_str), it.flow);
        [
            it.minute.into(),
            warehouse.into(),
            partition.into(),
            flow.qty_in.into(),
            flow.qty_out.into(),
            flow.entries.into(),
        ]
    });
    trip.add_rows(
        "INSERT INTO minute_totals (minute, warehouse_id, partition_id, qty_in, qty_out, entries) VALUES",
        rows,
        "ON DUPLICATE KEY UPDATE qty_in = minute_totals.qty_in + VALUES(qty_in),
           qty_out = minute_totals.qty_out + VALUES(qty_out), entries = minute_totals.entries + VALUES(entries)",
    )
    .await
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
    .map_err(Error::unavailable("reading the last hour"))?;
    let flow = |(minute, warehouse, qty_in, qty_out, entries): (i64, String, i64, i64, i64)| {
        // Without one it is of all; an id that cannot be must not count as that.
        let id = Some(warehouse).filter(|it| !it.is_empty()).map(WarehouseId::try_from).transpose();
        let warehouse_id =
            id.map_err(|cause| Error::Inconsistent(format!("a minute is of a warehouse that {cause}")))?;
        Ok(MinuteFlow { minute, warehouse_id, flow: Flow { qty_in, qty_out, entries } })
    };
    rows.into_iter().map(flow).collect()
}

impl Records {
    /// Lets go of minutes that are older than two days; a bounded number at a time.
    pub async fn prune_minutes(&self) -> Result<u64, Error> {
        with_timeout("letting go of old minutes", async {
            let before = effects::minute(self.clock.now()) - effects::MINUTES_KEPT;
            let done = sqlx::query("DELETE FROM minute_totals WHERE minute < ? LIMIT 10000")
                .bind(before)
                .execute(&self.pool)
                .await
                .map_err(Error::unavailable("letting go of old minutes"))?;
            Ok(done.rows_affected())
        })
        .await
    }
}
