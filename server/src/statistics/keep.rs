//! Keeps the levels of totals up to date behind the ingest: folds what batches left, and makes levels anew where they are missing.
//! Statements are exact whether or not this runs; it keeps them fast.

use std::time::{Duration, Instant};

use app::model::pipeline::PipelineState;
use tokio_util::sync::CancellationToken;

use crate::ingest::{Status, explain};
use crate::records::{Error, Folded, Records};

/// How often is looked.
const EVERY: Duration = Duration::from_secs(1);
/// So many batches at a time.
const MOST: i64 = 64;
/// Whose trouble it is.
const PLACE: &str = "levels";

/// Folds, every second.
pub struct LevelKeeper {
    /// Whose levels.
    pub records: Records,
    /// Where troubles are told.
    pub status: Status,
}

impl LevelKeeper {
    /// Works until `stop`. Outages are said and waited out.
    pub async fn run(self, stop: CancellationToken) {
        let mut most = MOST;
        let mut rest = EVERY;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(rest) => {}
            }
            let started = Instant::now();
            // Stopped half-way, a fold has changed nothing; levels that are half made stay missing.
            let folded = tokio::select! {
                () = stop.cancelled() => return,
                folded = self.fold(most) => folded,
            };
            rest = EVERY;
            match folded {
                Ok(folded) => {
                    // A fold that took too long may still hold its lock: that is not right again.
                    if matches!(folded, Folded::Batches(_)) {
                        self.status.clear(PLACE);
                    }
                    if matches!(folded, Folded::Batches(lines) if i64::try_from(lines).is_ok_and(|it| it == most)) {
                        // More are waiting. Half of the time belongs to the ingest.
                        rest = started.elapsed();
                        // Slowly: a size that took too long is not tried again at once.
                        most = (most + 1).min(MOST);
                    }
                }
                Err(error) => {
                    if matches!(error, Error::Slow { .. }) {
                        most = (most / 2).max(1);
                    }
                    let reason = format!("the totals of statistics are not kept up: {}; trying again", explain(&error));
                    self.status.raise(PLACE, PipelineState::Degraded, reason);
                }
            }
        }
    }

    async fn fold(&self, most: i64) -> Result<Folded, Error> {
        let folded = self.records.fold_flows(most).await?;
        if folded == Folded::Missing {
            let reason = "the totals of statistics are being made anew from the records; recording goes on";
            self.status.raise(PLACE, PipelineState::Degraded, reason);
            if let Some(days) = self.records.rebuild_levels().await? {
                tracing::info!(days, "the levels of totals are made anew");
            }
        }
        Ok(folded)
    }
}
