//! Looks at the hub and at the stream from outside: a hub that stands still cannot say so itself, and a process without
//! the daemon must show too that the live stock is behind the records, or ahead of them.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

use model::audit::AuditState;
use model::pipeline::PipelineState;
use serde_json::json;

use super::Hub;
use super::audited::Audited;
use crate::background::{Looked, Task, Trouble};
use base::clock::Clock;
use base::config::AuditConfig;
use base::status::Status;
use realtime::Realtime;
use records::{Error, Records};

/// Whose trouble it is.
const PLACE: &str = "live stock";
/// What was not compared with Redis for this long is not vouched for.
const OLD_MS: i64 = 10_000;

/// Says that the hub stands still.
pub struct HubWatch {
    pub hub: Hub,
    pub clock: Clock,
}

impl Task for HubWatch {
    const NAME: &'static str = "hub watch";
    const EVERY: Duration = Duration::from_secs(1);
    type Error = std::convert::Infallible;

    async fn look(&mut self) -> Result<Looked, Self::Error> {
        let age = self.clock.now().0 - self.hub.fresh_at.load(Ordering::Relaxed);
        if age > OLD_MS {
            self.hub.mark(PipelineState::Degraded, "the figures were not compared with Redis for more than 10 s");
        }
        Ok(Looked::RIGHT)
    }
}

/// Tells screens how far the figures can be trusted, and when an audit begins and ends.
pub struct AuditWatch {
    hub: Hub,
    records: Records,
    /// When audits are made.
    rules: AuditConfig,
    told: Told,
}

/// The audit that screens were told of last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// Nobody has looked yet.
    Nothing,
    /// There was none.
    None,
    Audit(i64, AuditState),
}

impl Task for AuditWatch {
    const NAME: &'static str = "audit watch";
    const EVERY: Duration = Duration::from_secs(1);
    const AT_ONCE: bool = true;
    type Error = Error;

    /// Where MySQL does not answer, what is known gets no older on screens; others say that it is away.
    async fn look(&mut self) -> Result<Looked, Error> {
        let audited = Audited::read(&self.records, &self.rules).await.map(|it| self.hub.around().audited = it);
        self.tell_audit().await.and(audited).map(|()| Looked::RIGHT)
    }
}

impl AuditWatch {
    /// A watch that has told nothing yet.
    pub fn new(hub: Hub, records: Records, rules: AuditConfig) -> Self {
        Self { hub, records, rules, told: Told::Nothing }
    }

    /// Screens are told when an audit begins and when it is over; not of one that was over before anybody looked.
    async fn tell_audit(&mut self) -> Result<(), Error> {
        let newest = self.records.newest_audit().await?;
        let newest = newest.map_or(Told::None, |(id, state)| Told::Audit(id, state));
        if self.told == newest {
            return Ok(());
        }
        if let (Told::None | Told::Audit(..), Told::Audit(id, _)) = (self.told, newest)
            && let Some(it) = self.records.audit(id).await?
        {
            let data = json!({
                "id": it.id, "scope": it.scope.as_str(), "state": it.state.as_str(), "keys": it.keys_compared,
                "agree": it.counts.agrees, "repaired": it.repaired, "open": it.open,
            });
            self.hub.tell_audit(&data.to_string().into());
        }
        self.told = newest;
        Ok(())
    }
}

/// Says that the live stock is behind the records, or ahead of them.
pub struct LagWatch {
    records: Records,
    realtime: Realtime,
    /// Where troubles are told.
    status: Status,
    /// The cursors of the look before.
    before: BTreeMap<i32, i64>,
}

impl Task for LagWatch {
    const NAME: &'static str = "lag watch";
    const EVERY: Duration = Duration::from_secs(1);
    const AT_ONCE: bool = true;
    type Error = crate::ingest::Error;

    async fn look(&mut self) -> Result<Looked, Self::Error> {
        match self.compare().await? {
            None => Ok(Looked::RIGHT),
            Some((state, reason)) => {
                self.status.raise(PLACE, state, reason);
                Ok(Looked::UNCHANGED)
            }
        }
    }

    fn trouble(&self) -> Option<Trouble<'_>> {
        Some(Trouble { status: &self.status, place: PLACE, says: "cannot see how far the live stock is" })
    }
}

impl LagWatch {
    /// A watch that has seen nothing yet.
    pub fn new(records: Records, realtime: Realtime, status: Status) -> Self {
        Self { records, realtime, status, before: BTreeMap::new() }
    }

    /// Positions are read before cursors: a batch is recorded before it is added, so a position is never ahead of a cursor
    /// that is read later, unless the records were thrown back.
    async fn compare(&mut self) -> Result<Option<(PipelineState, &'static str)>, crate::ingest::Error> {
        let meta = self.realtime.meta().await?;
        let cursors = self.records.cursors().await?;
        if !meta.is_ready() && cursors.values().any(|it| it.counts.consumed > 0) {
            self.before.clear();
            return Ok(Some((PipelineState::Rebuilding, "the live stock is being rebuilt from the records")));
        }
        let positions = meta.positions;
        let cursors: BTreeMap<i32, i64> =
            cursors.into_iter().map(|(partition, it)| (partition, it.next_offset)).collect();
        let at = |of: &BTreeMap<i32, i64>, partition: &i32| of.get(partition).copied().unwrap_or(0);
        let ahead = positions.iter().any(|(partition, position)| *position > at(&cursors, partition));
        // Behind is what was recorded at the last look and still is not added.
        let behind = self.before.iter().any(|(partition, cursor)| *cursor > at(&positions, partition));
        self.before = cursors;
        Ok(match (ahead, behind) {
            (true, _) => {
                Some((PipelineState::RecordsBehind, "the live stock is ahead of the records; were they restored?"))
            }
            (false, true) => Some((PipelineState::CatchingUp, "the live stock is behind the records")),
            (false, false) => None,
        })
    }
}
