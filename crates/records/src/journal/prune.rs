//! Bounds the journal (docs/consistency.md#an-audit-run, Record). By age and size: deltas and notes of the oldest lines
//! go, the lines stay. By audits: lines before what the last success proved go as a whole, their counts are kept with
//! that. A live stock that is behind them is rebuilt.

use std::collections::BTreeMap;
use std::time::Duration;

use model::batch::BatchId;

use crate::sql::error::with_timeout;
use crate::{Error, Records};

/// So many lines at a time: a bounded transaction beside those of the ingest.
const LINES: usize = 500;

/// Proved lines stay for so many minutes: a live stock that comes back with a file of a moment ago is fed, not rebuilt.
const KEPT_MINUTES: i64 = 60;

/// What the journal holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JournalSize {
    /// Lines that can still be fed.
    pub lines: i64,
    /// Bytes of their deltas and notes.
    pub bytes: i64,
}

impl Records {
    /// How much the journal holds that can still be fed.
    pub async fn journal_size(&self) -> Result<JournalSize, Error> {
        with_timeout("measuring the journal", async {
            let (lines, bytes) = sqlx::query_as(
                "SELECT COUNT(*), CAST(COALESCE(SUM(bytes), 0) AS SIGNED) FROM ingest_batches WHERE bytes > 0",
            )
            .fetch_one(&self.pool)
            .await
            .map_err(Error::unavailable("measuring the journal"))?;
            Ok(JournalSize { lines, bytes })
        })
        .await
    }

    /// Lets deltas go that are older than `keep`, and the oldest while there are more than `max_bytes`; at most some lines.
    /// Answers how many lines; call it again until it is 0.
    pub async fn prune_journal(&self, keep: Duration, max_bytes: u64) -> Result<u64, Error> {
        let mut left = u64::try_from(self.journal_size().await?.bytes).unwrap_or_default();
        let before = self.clock.now().0 - i64::try_from(keep.as_millis()).unwrap_or(i64::MAX);
        with_timeout("letting go of old deltas", async {
            let unavailable = Error::unavailable("letting go of old deltas");
            let oldest: Vec<(i64, i32, i64)> = sqlx::query_as(
                "SELECT id, bytes, CAST(UNIX_TIMESTAMP(recorded_at) * 1000 AS SIGNED) FROM ingest_batches
                 WHERE bytes > 0 ORDER BY id LIMIT ?",
            )
            .bind(i64::try_from(LINES).unwrap_or(i64::MAX))
            .fetch_all(&self.pool)
            .await
            .map_err(&unavailable)?;
            let mut last = None;
            for (id, bytes, recorded_at) in oldest {
                if recorded_at >= before && left <= max_bytes {
                    break;
                }
                left = left.saturating_sub(u64::try_from(bytes).unwrap_or_default());
                last = Some(id);
            }
            let Some(last) = last else { return Ok(0) };
            let done = sqlx::query(
                "UPDATE ingest_batches SET deltas = NULL, note = NULL, bytes = 0 WHERE bytes > 0 AND id <= ?",
            )
            .bind(last)
            .execute(&self.pool)
            .await
            .map_err(&unavailable)?;
            Ok(done.rows_affected())
        })
        .await
    }

    /// Lets lines go that the last success proved and the live stock has passed; at most some of each partition. `live`: the batch at which
    /// the live stock stands. Answers how many lines; call it again until it is 0.
    pub async fn prune_proved(&self, live: &BTreeMap<i32, BatchId>) -> Result<u64, Error> {
        let proved = self.proved().await?;
        with_timeout("letting go of proved lines", async {
            let unavailable = Error::unavailable("letting go of proved lines");
            let mut gone = 0;
            for (partition, place) in proved {
                let (Some(proved), Some(live)) = (&place.batch, live.get(&partition)) else { continue };
                let lines: (i64, Option<i64>) =
                    sqlx::query_as("SELECT COUNT(*), MIN(id) FROM ingest_batches WHERE batch_id IN (?, ?)")
                        .bind(&proved.0)
                        .bind(&live.0)
                        .fetch_one(&self.pool)
                        .await
                        .map_err(&unavailable)?;
                // Where one of them is not there, the histories have parted: nothing goes.
                let expected = if proved == live { 1 } else { 2 };
                let (count, Some(first)) = lines else { continue };
                if count != expected {
                    continue;
                }
                let done = sqlx::query(
                    "DELETE FROM ingest_batches
                     WHERE partition_id = ? AND id < ? AND recorded_at < UTC_TIMESTAMP(3) - INTERVAL ? MINUTE ORDER BY id LIMIT ?",
                )
                .bind(partition)
                .bind(first)
                .bind(KEPT_MINUTES)
                .bind(i64::try_from(LINES).unwrap_or(i64::MAX))
                .execute(&self.pool)
                .await
                .map_err(&unavailable)?;
                gone += done.rows_affected();
            }
            Ok(gone)
        })
        .await
    }
}
