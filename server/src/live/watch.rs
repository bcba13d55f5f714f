//! Looks at the hub and at the stream from outside: a hub that stands still cannot say so itself, and a process without
//! the daemon must show too that the live stock is behind the records, or ahead of them.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

use model::audit::AuditState;
use model::pipeline::PipelineState;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::Hub;
use super::audited::Audited;
use base::clock::Clock;
use base::config::AuditConfig;
use base::status::{Status, explain};
use realtime::Realtime;
use records::{Error, Records};

/// How often is looked.
const EVERY: Duration = Duration::from_secs(1);
/// What was not compared with Redis for this long is not vouched for.
const OLD_MS: i64 = 10_000;

pub struct Watch {
    /// What is watched.
    pub hub: Hub,
    pub records: Records,
    pub realtime: Realtime,
    /// Where troubles are told.
    pub status: Status,
    pub clock: Clock,
    /// When audits are made.
    pub audits: AuditConfig,
}

impl Watch {
    /// Watches until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.watch_lag() => {}
            () = self.watch_hub() => {}
            () = self.watch_audits() => {}
        }
    }

    async fn watch_hub(&self) {
        loop {
            tokio::time::sleep(EVERY).await;
            let age = self.clock.now().0 - self.hub.vouched_at.load(Ordering::Relaxed);
            if age > OLD_MS {
                let reason = "the figures were not compared with Redis for more than 10 s";
                self.hub.mark(PipelineState::Degraded, reason);
            }
        }
    }

    /// Where MySQL does not answer, what is known gets no older on screens; others say that it is away.
    async fn watch_audits(&self) {
        let mut told = None;
        loop {
            match Audited::read(&self.records, &self.audits).await {
                Ok(read) => self.hub.around().audited = read,
                Err(error) => tracing::debug!("{}", explain(&error)),
            }
            if let Err(error) = self.tell_audit(&mut told).await {
                tracing::debug!("{}", explain(&error));
            }
            tokio::time::sleep(EVERY).await;
        }
    }

    /// Screens are told when an audit begins and when it is over; not of one that was over before anybody looked.
    async fn tell_audit(&self, told: &mut Option<Option<(i64, AuditState)>>) -> Result<(), Error> {
        let newest = self.records.newest_audit().await?;
        if *told == Some(newest) {
            return Ok(());
        }
        let is_news = told.is_some();
        let Some((id, _)) = newest.filter(|_| is_news) else {
            *told = Some(newest);
            return Ok(());
        };
        if let Some(it) = self.records.audit(id).await? {
            let data = json!({
                "id": it.id, "scope": it.scope.as_str(), "state": it.state.as_str(), "keys": it.keys_compared, "agree": it.counts.agrees,
                "repaired": it.repaired, "open": it.open,
            });
            self.hub.tell_audit(&data.to_string().into());
        }
        *told = Some(newest);
        Ok(())
    }

    async fn watch_lag(&self) {
        let mut before = BTreeMap::new();
        loop {
            match self.look(&mut before).await {
                Ok(None) => self.status.clear("live stock"),
                Ok(Some((state, reason))) => self.status.raise("live stock", state, reason),
                Err(error) => {
                    let reason = format!("{}; trying again", explain(&error));
                    self.status.raise("live stock", PipelineState::Degraded, reason);
                }
            }
            tokio::time::sleep(EVERY).await;
        }
    }

    /// Positions are read before cursors: a batch is recorded before it is added, so a position is never ahead of a cursor
    /// that is read later, unless the records were thrown back.
    async fn look(
        &self,
        before: &mut BTreeMap<i32, i64>,
    ) -> Result<Option<(PipelineState, &'static str)>, crate::ingest::Error> {
        let meta = self.realtime.meta().await?;
        let cursors = self.records.cursors().await?;
        if !meta.is_ready() && cursors.values().any(|it| it.counts.consumed > 0) {
            before.clear();
            return Ok(Some((PipelineState::Rebuilding, "the live stock is being rebuilt from the records")));
        }
        let positions = meta.positions;
        let cursors: BTreeMap<i32, i64> =
            cursors.into_iter().map(|(partition, it)| (partition, it.next_offset)).collect();
        let at = |of: &BTreeMap<i32, i64>, partition: &i32| of.get(partition).copied().unwrap_or(0);
        let ahead = positions.iter().any(|(partition, position)| *position > at(&cursors, partition));
        // Behind is what was recorded at the last look and still is not added.
        let behind = before.iter().any(|(partition, cursor)| *cursor > at(&positions, partition));
        *before = cursors;
        Ok(match (ahead, behind) {
            (true, _) => {
                Some((PipelineState::RecordsBehind, "the live stock is ahead of the records; were they restored?"))
            }
            (false, true) => Some((PipelineState::CatchingUp, "the live stock is behind the records")),
            (false, false) => None,
        })
    }
}
