//! Makes the live stock anew from the records, where it cannot be fed any more (docs/consistency.md#a-rebuild). Nothing
//! is lost and nobody waits: entries are recorded on, and what comes after the snapshot is fed from the journal.

use std::collections::BTreeMap;
use std::time::Duration;

use model::audit::Book;
use model::pipeline::PipelineState;
use tokio::time::Instant;

use super::{Error, RebuildCause, TAKEN_OVER, rebuild_cause};
use crate::background::{Looked, Task, Trouble};
use base::kill_point;
use base::status::{Status, explain};
use realtime::{Place, Realtime, Sweep, Swept};
use records::{Claim, Lease, Records, RunKind};

/// How many keys one script call writes: Redis answers nobody else meanwhile.
const KEYS: usize = 100;
/// Whose trouble it is.
const PLACE: &str = "rebuild";

/// Looks every second whether a rebuild is needed, and makes it.
pub struct Rebuilder {
    /// What is right.
    pub records: Records,
    /// What is made anew.
    pub realtime: Realtime,
    /// Where it is told.
    pub status: Status,
}

impl Task for Rebuilder {
    const NAME: &'static str = "rebuild";
    const EVERY: Duration = Duration::from_secs(1);
    type Error = Error;

    /// Stopped half-way, it leaves a mark that says so; whoever looks next begins anew.
    async fn look(&mut self) -> Result<Looked, Error> {
        self.realtime.check_policy().await?;
        let Some(cause) = rebuild_cause(&self.records, &self.realtime).await? else { return Ok(Looked::RIGHT) };
        match self.records.claim_run(RunKind::Rebuild, cause.as_str(), "daemon").await? {
            Claim::Ours(lease) => self.rebuild(*lease).await?,
            // Another process is at it; its own screen shows how far, ours that it is.
            Claim::Running { .. } => {}
        }
        Ok(Looked::RIGHT)
    }

    fn trouble(&self) -> Option<Trouble<'_>> {
        let says = "cannot tell whether the live stock is whole";
        Some(Trouble { status: &self.status, place: PLACE, says })
    }
}

impl Rebuilder {
    async fn rebuild(&self, mut lease: Lease) -> Result<(), Error> {
        // Between the look and the claim another may have done it.
        let Some(cause) = rebuild_cause(&self.records, &self.realtime).await? else {
            return Ok(lease.abandon().await?);
        };
        let started = Instant::now();
        tracing::warn!(cause = cause.as_str(), run = lease.run_id(), "rebuilding the live stock");
        match self.write(&mut lease, cause).await {
            Ok(keys) => {
                let seconds = started.elapsed().as_secs_f64();
                tracing::warn!(keys, seconds, "the live stock is rebuilt");
                metrics::counter!("tallyhouse_rebuilds_total", "cause" => cause.as_str()).increment(1);
                metrics::gauge!("tallyhouse_rebuild_seconds").set(seconds);
                lease.end(keys, None).await?;
                Ok(())
            }
            Err(error) => {
                // Where the records do not answer either, the lease runs out by itself.
                let _ended = lease.end(0, Some(&explain(&error))).await;
                Err(error)
            }
        }
    }

    /// Writes every key of a snapshot, deletes the others, and makes the live stock ready at the snapshot's cursors.
    async fn write(&self, lease: &mut Lease, cause: RebuildCause) -> Result<u64, Error> {
        let seen = self.realtime.meta().await?;
        let Some(mut rebuild) = self.realtime.begin_rebuild(lease.run_id(), &seen).await? else {
            return Err(Error::Lost("Redis was changed by another run; looking again"));
        };
        kill_point("rebuild-begun");
        let mut snapshot = self.records.stock_snapshot().await?;
        let total = snapshot.count_keys().await?;
        loop {
            let page = snapshot.next_page().await?;
            if page.is_empty() {
                break;
            }
            let page: Vec<_> = page.into_iter().map(|(key, sums)| (key, Book::from(sums).sums())).collect();
            for keys in page.chunks(KEYS) {
                if !rebuild.write(keys).await? {
                    return Err(Error::Lost(THROWN_BACK));
                }
                kill_point("rebuild-writing");
            }
            self.tell(lease, cause, rebuild.written(), total).await?;
        }
        let keys = rebuild.written();
        let mut page = Some(Sweep::default());
        while let Some(next) = page {
            let Swept::Then(more) = rebuild.sweep(next).await? else { return Err(Error::Lost(THROWN_BACK)) };
            page = more;
            self.tell(lease, cause, keys, total).await?;
        }
        let places: BTreeMap<i32, Place> = snapshot
            .cursors
            .iter()
            .map(|(partition, it)| (*partition, Place { position: it.next_offset, batch: it.batch_id.clone() }))
            .collect();
        snapshot.close().await;
        kill_point("rebuild-unfinished");
        if rebuild.finish(&places).await? { Ok(keys) } else { Err(Error::Lost(THROWN_BACK)) }
    }

    /// Says how far it is, in tenths, and keeps the lease.
    async fn tell(&self, lease: &mut Lease, cause: RebuildCause, done: u64, total: u64) -> Result<(), Error> {
        let (why, tenths) = (cause.explain(), (done * 10).checked_div(total).unwrap_or(10).min(10));
        let reason = format!("the live stock is being rebuilt, since {why}: {tenths}0 % of {total} keys");
        self.status.raise(PLACE, PipelineState::Rebuilding, reason);
        if lease.progress(done, total).await? { Ok(()) } else { Err(Error::Lost(TAKEN_OVER)) }
    }
}

const THROWN_BACK: &str = "Redis was thrown back or emptied during the rebuild; beginning anew";
