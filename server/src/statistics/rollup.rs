//! Roll-up worker: keeps the levels of totals up to date behind the ingest. It folds what batches staged, and makes levels anew where they are
//! missing.
//! Statements are exact whether or not this runs; it keeps them fast.

use std::time::{Duration, Instant};

use model::pipeline::PipelineState;
use tokio_util::sync::CancellationToken;

use base::status::{Status, explain};
use records::{Error, Folded, Records};

/// How often is looked.
const EVERY: Duration = Duration::from_secs(1);
/// So many batches at a time at the most, and so many rows of the finest level: some seconds of work for the database.
const LINES: usize = 4096;
const CELLS: usize = 20_000;
/// Fewer are not tried where that takes too long, and by so many more it grows again.
const STEP: usize = 1000;
/// Whose trouble it is.
const PLACE: &str = "levels";

/// Folds, every second.
pub struct RollupWorker {
    pub records: Records,
    /// Where troubles are told.
    pub status: Status,
}

impl RollupWorker {
    /// Works until `stop`. Outages are said and waited out.
    pub async fn run(self, stop: CancellationToken) {
        let mut cells = CELLS;
        let mut rest = EVERY;
        while stop.run_until_cancelled(tokio::time::sleep(rest)).await.is_some() {
            let started = Instant::now();
            // Stopped half-way, a fold has changed nothing; levels that are half made stay missing.
            let Some(folded) = stop.run_until_cancelled(Box::pin(self.fold(cells))).await else { return };
            rest = EVERY;
            match folded {
                Ok(folded) => {
                    // A fold that took too long may still hold its lock: that is not right again.
                    if matches!(folded, Folded::Batches { .. }) {
                        self.status.clear(PLACE);
                    }
                    if matches!(folded, Folded::Batches { more: true, .. }) {
                        // More are waiting. Half of the time belongs to the ingest.
                        rest = started.elapsed();
                        // Slowly: a size that took too long is not tried again at once.
                        cells = (cells + STEP).min(CELLS);
                    }
                }
                Err(error) => {
                    if matches!(error, Error::TimedOut { .. }) {
                        cells = (cells / 2).max(STEP);
                    }
                    let reason = format!("the totals of statistics are not kept up: {}; trying again", explain(&error));
                    self.status.raise(PLACE, PipelineState::Degraded, reason);
                }
            }
        }
    }

    async fn fold(&self, cells: usize) -> Result<Folded, Error> {
        let folded = self.records.fold_flows(LINES, cells).await?;
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
