//! Retention: lets go of old minutes and uploads, and of journal lines that nobody needs any more.

use std::time::Duration;

use crate::background::{Looked, Task};
use base::config::JournalConfig;
use base::status::explain;
use realtime::Realtime;
use records::{Error, Records};

/// Prunes every minute. What fails is said in the log, and the rest is pruned all the same.
pub struct Retention {
    pub records: Records,
    /// How far the live stock has passed the journal.
    pub realtime: Realtime,
    pub journal: JournalConfig,
}

impl Task for Retention {
    const NAME: &'static str = "retention";
    const EVERY: Duration = Duration::from_mins(1);
    const AT_ONCE: bool = true;
    type Error = std::convert::Infallible;

    async fn look(&mut self) -> Result<Looked, Self::Error> {
        let said = |error: &dyn std::error::Error| tracing::warn!("{}", explain(error));
        if let Err(error) = self.records.prune_minutes().await {
            said(&error);
        }
        if let Err(error) = self.records.prune_uploads().await {
            said(&error);
        }
        if let Err(error) = self.prune_deltas().await {
            said(&error);
        }
        match self.realtime.meta().await {
            Ok(meta) if meta.is_ready() => {
                if let Err(error) = self.prune_proved(&meta).await {
                    said(&error);
                }
            }
            Ok(_) => {}
            Err(error) => said(&error),
        }
        Ok(Looked::RIGHT)
    }
}

impl Retention {
    /// Deltas and notes of the oldest lines, by age and size.
    async fn prune_deltas(&self) -> Result<(), Error> {
        loop {
            let lines = self.records.prune_journal(self.journal.keep, self.journal.max_bytes).await?;
            if lines == 0 {
                return Ok(());
            }
            tracing::info!(lines, "deltas of old batches were let go");
        }
    }

    /// Lines that an audit proved go, as far as the live stock has passed them.
    async fn prune_proved(&self, meta: &realtime::Meta) -> Result<(), Error> {
        loop {
            let lines = self.records.prune_proved(&meta.batches).await?;
            if lines == 0 {
                return Ok(());
            }
            tracing::info!(lines, "proved lines of the journal were let go");
        }
    }
}
