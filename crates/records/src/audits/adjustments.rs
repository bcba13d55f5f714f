//! Adjusting entries that persons decided on, until Kafka has them.

use base::business_time::utc_moment;
use chrono::NaiveDateTime;
use model::stock::StockKey;
use model::time::Millis;

use crate::audits::stock_snapshot::key_of;
use crate::sql::error::with_timeout;
use crate::{Error, Records};

/// An adjusting entry that has to be sent. The same one always has the same numbers: what is sent twice counts once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjustment {
    /// Of which audit.
    pub audit: i64,
    /// Of which of its findings.
    pub number: i32,
    /// Warehouse and product whose stock is adjusted.
    pub key: StockKey,
    /// By how much the stock changes.
    pub by: i64,
    /// Reason that the person gave; it becomes the description of the entry.
    pub note: String,
    /// When it was decided.
    pub at: Millis,
}

impl Records {
    /// Those that Kafka does not have yet, the first 100.
    pub async fn adjustments(&self) -> Result<Vec<Adjustment>, Error> {
        with_timeout("reading adjusting entries", async {
            let rows: Vec<(i64, i32, String, String, i64, String, NaiveDateTime)> = sqlx::query_as(
                "SELECT audit_id, number, warehouse_id, product_id, nrs - rrs - corrected_stock, note, resolved_at FROM findings
                 WHERE resolution = 'adjust' AND adjusted_at IS NULL AND nrs_state = 'sums'
                 ORDER BY audit_id, number LIMIT 100",
            )
            .fetch_all(&self.pool)
            .await
            .map_err(Error::unavailable("reading adjusting entries"))?;
            rows.into_iter()
                .map(|(audit, number, warehouse, product, by, note, at)| {
                    let at = utc_moment(at);
                    Ok(Adjustment { audit, number, key: key_of(warehouse, product)?, by, note, at })
                })
                .collect()
        })
        .await
    }

    /// Kafka has it, or there was nothing to send.
    pub async fn adjusted(&self, it: &Adjustment) -> Result<(), Error> {
        with_timeout("noting that an adjusting entry was sent", async {
            sqlx::query("UPDATE findings SET adjusted_at = UTC_TIMESTAMP(3) WHERE audit_id = ? AND number = ?")
                .bind(it.audit)
                .bind(it.number)
                .execute(&self.pool)
                .await
                .map(drop)
                .map_err(Error::unavailable("noting that an adjusting entry was sent"))
        })
        .await
    }
}
