//! Bounds the journal by age and size: deltas and notes of the oldest lines go, the lines stay (2-consistency, "An audit
//! run", Record). A live stock that is behind them is rebuilt.

use std::time::Duration;

use super::error::limited;
use super::{Error, Records};

/// So many lines at a time: a bounded transaction beside those of the ingest.
const LINES: usize = 500;

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
        limited("measuring the journal", async {
            let (lines, bytes) = sqlx::query_as(
                "SELECT COUNT(*), CAST(COALESCE(SUM(bytes), 0) AS SIGNED) FROM ingest_batches WHERE bytes > 0",
            )
            .fetch_one(&self.pool)
            .await
            .map_err(Error::away("measuring the journal"))?;
            Ok(JournalSize { lines, bytes })
        })
        .await
    }

    /// Lets deltas go that are older than `keep`, and the oldest while there are more than `max_bytes`; at most some lines.
    /// Answers how many lines; call it again until it is 0.
    pub async fn prune_journal(&self, keep: Duration, max_bytes: u64) -> Result<u64, Error> {
        let mut left = u64::try_from(self.journal_size().await?.bytes).unwrap_or_default();
        let before = self.clock.now().0 - i64::try_from(keep.as_millis()).unwrap_or(i64::MAX);
        limited("letting go of old deltas", async {
            let away = Error::away("letting go of old deltas");
            let oldest: Vec<(i64, i32, i64)> = sqlx::query_as(
                "SELECT id, bytes, CAST(UNIX_TIMESTAMP(recorded_at) * 1000 AS SIGNED) FROM ingest_batches
                 WHERE bytes > 0 ORDER BY id LIMIT ?",
            )
            .bind(i64::try_from(LINES).unwrap_or(i64::MAX))
            .fetch_all(&self.pool)
            .await
            .map_err(&away)?;
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
            .map_err(&away)?;
            Ok(done.rows_affected())
        })
        .await
    }
}
