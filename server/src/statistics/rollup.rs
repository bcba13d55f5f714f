//! Roll-up worker: keeps the levels of totals up to date behind the ingest. It folds what batches staged, and makes levels anew where they are
//! missing.
//! Statements are exact whether or not this runs; it keeps them fast.

use std::time::{Duration, Instant};

use model::pipeline::PipelineState;

use crate::background::{Looked, Task, Trouble};
use base::status::Status;
use records::{Error, Folded, Records};

/// So many batches at a time at the most, and so many rows of the finest level: some seconds of work for the database.
const LINES: usize = 4096;
const CELLS: usize = 20_000;
/// Fewer are not tried where that takes too long, and by so many more it grows again.
const STEP: usize = 1000;
/// Whose trouble it is.
const PLACE: &str = "levels";

/// The roll-up, every second.
pub struct RollupWorker {
    records: Records,
    status: Status,
    /// Rows of the finest level that one fold takes.
    cells: usize,
}

impl Task for RollupWorker {
    const NAME: &'static str = "roll-up";
    const EVERY: Duration = Duration::from_secs(1);
    type Error = Error;

    /// Stopped half-way, a fold has changed nothing; levels that are half made stay missing.
    async fn look(&mut self) -> Result<Looked, Error> {
        let started = Instant::now();
        match self.fold(self.cells).await {
            Ok(Folded::Batches { more, .. }) => {
                if more {
                    // Slowly: a size that took too long is not tried again at once.
                    self.cells = (self.cells + STEP).min(CELLS);
                }
                // More are waiting. Half of the time belongs to the ingest.
                Ok(Looked { rest: more.then(|| started.elapsed()), is_right: true })
            }
            // A fold that took too long may still hold its lock: that is not right again.
            Ok(_) => Ok(Looked::UNCHANGED),
            Err(error) => {
                if matches!(error, Error::TimedOut { .. }) {
                    self.cells = (self.cells / 2).max(STEP);
                }
                Err(error)
            }
        }
    }

    fn trouble(&self) -> Option<Trouble<'_>> {
        Some(Trouble { status: &self.status, place: PLACE, says: "the totals of statistics are not kept up" })
    }
}

impl RollupWorker {
    /// A worker that begins with the largest fold.
    pub fn new(records: Records, status: Status) -> Self {
        Self { records, status, cells: CELLS }
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
