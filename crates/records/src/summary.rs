//! What the live view starts from: today, the last hour and the newest entries, all as one snapshot sees them, together
//! with the cursors of that snapshot. Flows that the feed brings from those cursors on are added to it, and no others.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use model::batch::{DayFlow, Flow, MinuteFlow, NewEntry};
use model::ids::{IdError, ProductId, WarehouseId};
use model::stock::StockKey;
use model::time::Millis;

use crate::cursors;
use crate::cursors::Cursor;
use crate::ingest::effects;
use crate::journal::lines;
use crate::sql::error::with_timeout;
use crate::totals::minutes;
use crate::{Error, Records};

/// The flows of a business day by key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Today {
    /// Business day, in the time zone of the installation.
    pub day: NaiveDate,
    /// Movement of each key that has entries dated on that day.
    pub flows: Vec<DayFlow>,
}

/// One consistent view of the stream.
#[derive(Debug, Clone)]
pub struct StreamSnapshot {
    /// Where each partition stood.
    pub cursors: BTreeMap<i32, Cursor>,
    /// The business day of `now`.
    pub today: Today,
    /// By minute and warehouse, since the business day before began.
    pub minutes: Vec<MinuteFlow>,
    /// With their partition, newest first.
    pub newest: Vec<(i32, NewEntry)>,
}

impl Records {
    /// Takes a snapshot.
    pub async fn stream_snapshot(&self, now: Millis) -> Result<StreamSnapshot, Error> {
        with_timeout("taking a snapshot for the live view", async {
            let unavailable = Error::unavailable("taking a snapshot for the live view");
            let day = self
                .business_time
                .day(now)
                .ok_or_else(|| Error::Misconfigured("the clock shows no date that can be".to_owned()))?;
            let mut connection = self.snapshot().await?;
            let cursors = cursors::cursors_in(&mut connection, &self.topic).await?;
            let rows: Vec<(String, String, i64, i64, i64)> = sqlx::query_as(
                "SELECT warehouse_id, product_id, CAST(SUM(qty_in) AS SIGNED), CAST(SUM(qty_out) AS SIGNED),
               CAST(SUM(entries) AS SIGNED)
             FROM day_totals WHERE day = ? GROUP BY warehouse_id, product_id",
            )
            .bind(day)
            .fetch_all(&mut connection)
            .await
            .map_err(&unavailable)?;
            let yesterday = day.pred_opt().and_then(|it| self.business_time.start_of(it)).unwrap_or(now);
            let minutes = minutes::since_in(&mut connection, effects::minute(yesterday)).await?;
            let newest = lines::newest_in(&mut connection, 16).await?;
            let flows = rows
                .into_iter()
                .map(|(warehouse, product, qty_in, qty_out, entries)| {
                    Ok(DayFlow {
                        day: day.to_string(),
                        key: key(&warehouse, &product)?,
                        flow: Flow { qty_in, qty_out, entries },
                    })
                })
                .collect::<Result<_, IdError>>()
                .map_err(|cause| Error::Inconsistent(format!("day_totals holds an id that {cause}")))?;
            Ok(StreamSnapshot { cursors, today: Today { day, flows }, minutes, newest })
        })
        .await
    }
}

fn key(warehouse: &str, product: &str) -> Result<StockKey, IdError> {
    Ok(StockKey { warehouse_id: WarehouseId::try_from(warehouse)?, product_id: ProductId::try_from(product)? })
}
