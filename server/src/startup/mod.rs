//! From settings to running parts: what `serve` and its relatives have in common.

mod apart;
mod running;

use anyhow::Context as _;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::alerts::{Alerter, Memory, Webhook};
use crate::audit::{Adjuster, Auditor, Rebuilder, ReplayLimits, Replayer, Schedule};
use crate::background::Demand;
use crate::ingest::{Daemon, Error};
use crate::intake::{Intake, Round, SetAsideTask};
use crate::statistics::RollupWorker;
use base::clock::Clock;
use base::config::Config;
use base::status::{Status, explain};
use queue::{EntryProducer, Topic};
use realtime::Realtime;
use records::{Frozen, Records};

pub use apart::Apart;
pub use running::Running;

/// The wait between tries to reach a store at start.
const RETRY: std::time::Duration = std::time::Duration::from_secs(1);

/// The parts of a process.
#[derive(Clone)]
pub struct Parts {
    pub config: Config,
    pub records: Records,
    /// The live stock.
    pub realtime: Realtime,
    pub topic: Topic,
    /// What is wrong.
    pub status: Status,
    pub clock: Clock,
    /// Wakes whoever sends adjusting entries, when a person of this process has decided.
    pub decided: Demand,
}

impl Parts {
    /// Checks the set-up and connects. Stores that are away are waited for; a wrong set-up is an error that says what to do.
    /// `None`: told to stop while waiting.
    pub async fn start(config: Config, clock: Clock, stop: &CancellationToken) -> anyhow::Result<Option<Self>> {
        let records = Records::new(&config.records, &config.kafka.topic, config.entry.business_time, clock.clone())?;
        let frozen = Frozen::of(&config);
        let Some(installation) = retry_while_unavailable(stop, async || {
            records.check_server().await?;
            Ok(records.installation(&frozen).await?)
        })
        .await?
        else {
            return Ok(None);
        };
        let realtime = Realtime::new(&config.realtime, &installation.id)?;
        // Recording does not wait for Redis. What it could not be asked now, the rebuilder asks again.
        match realtime.check_policy().await {
            Err(error @ realtime::Error::Misconfigured(_)) => return Err(error).context("cannot start"),
            Err(error) => tracing::warn!("{}; recording goes on without it", explain(&Error::from(error))),
            Ok(()) => {}
        }
        let topic = Topic::new(&config.kafka)?;
        Ok(Some(Self {
            config,
            records,
            realtime,
            topic,
            status: Status::default(),
            clock,
            decided: Demand::default(),
        }))
    }

    /// The daemon of these parts.
    pub fn daemon(&self) -> Daemon {
        Daemon {
            kafka: self.config.kafka.clone(),
            topic: self.topic.clone(),
            rules: self.config.entry,
            records: self.records.clone(),
            realtime: self.realtime.clone(),
            status: self.status.clone(),
            clock: self.clock.clone(),
        }
    }

    /// Takes entries in over HTTP, for these parts.
    pub fn intake(&self) -> Result<Intake, Error> {
        Ok(Intake {
            producer: EntryProducer::new(&self.config.kafka)?,
            rules: self.config.entry,
            records: self.records.clone(),
            clock: self.clock.clone(),
        })
    }

    /// Sends again what was set aside for want of a day table.
    pub fn set_aside(&self) -> Result<SetAsideTask, Error> {
        Ok(SetAsideTask { intake: self.intake()?, status: self.status.clone(), round: Round::default() })
    }

    /// The keeper of levels of these parts.
    pub fn rollup_worker(&self) -> RollupWorker {
        RollupWorker::new(self.records.clone(), self.status.clone())
    }

    /// Makes audits of these parts.
    pub fn auditor(&self) -> Auditor {
        let correct_surplus = self.config.audit.correct_surplus;
        Auditor { records: self.records.clone(), realtime: self.realtime.clone(), correct_surplus }
    }

    /// Makes replays for these parts.
    pub fn replayer(&self) -> Replayer {
        Replayer {
            records: self.records.clone(),
            realtime: self.realtime.clone(),
            topic: self.topic.clone(),
            kafka: self.config.kafka.clone(),
            rules: self.config.entry,
            limits: ReplayLimits::default(),
        }
    }

    /// Makes them when they are due.
    pub fn schedule(&self) -> Schedule {
        Schedule::new(self.auditor(), self.config.audit, self.status.clone(), self.topic.clone())
    }

    /// Sends adjusting entries for these parts.
    pub fn adjuster(&self) -> Adjuster {
        let (kafka, zone) = (self.config.kafka.clone(), self.config.entry.business_time);
        Adjuster {
            records: self.records.clone(),
            kafka,
            zone,
            status: self.status.clone(),
            decided: self.decided.clone(),
        }
    }

    /// Tells what must not wait until somebody looks.
    pub fn alerter(&self) -> anyhow::Result<Alerter> {
        let webhook = self
            .config
            .webhook
            .clone()
            .map(|it| Webhook::new(it, self.clock.clone()))
            .transpose()
            .map_err(anyhow::Error::msg)?;
        Ok(Alerter {
            records: self.records.clone(),
            realtime: self.realtime.clone(),
            topic: self.topic.clone(),
            rules: self.config.audit,
            clock: self.clock.clone(),
            webhook,
            memory: Memory::default(),
            outbox: None,
            delivery: JoinSet::new(),
        })
    }

    /// The rebuilder of these parts.
    pub fn rebuilder(&self) -> Rebuilder {
        Rebuilder { records: self.records.clone(), realtime: self.realtime.clone(), status: self.status.clone() }
    }
}

/// Tries until it works; an outage is said and waited out, anything else ends the wait.
async fn retry_while_unavailable<T>(
    stop: &CancellationToken,
    attempt: impl AsyncFn() -> Result<T, Error>,
) -> anyhow::Result<Option<T>> {
    let mut said = String::new();
    loop {
        let tried = tokio::select! {
            () = stop.cancelled() => return Ok(None),
            tried = attempt() => tried,
        };
        match tried {
            Ok(value) => return Ok(Some(value)),
            Err(error) if is_outage(&error) => {
                let reason = explain(&error);
                if reason != said {
                    tracing::warn!("{reason}; trying again");
                    said = reason;
                }
            }
            Err(error) => return Err(error).context("cannot start"),
        }
        tokio::select! {
            () = stop.cancelled() => return Ok(None),
            () = tokio::time::sleep(RETRY) => {}
        }
    }
}

fn is_outage(error: &Error) -> bool {
    use records;
    match error {
        Error::Queue(error) => !matches!(error, queue::Error::Stopped),
        Error::Records(error) => match error {
            away @ records::Error::Unavailable { .. } => !away.is_misconfigured(),
            other => matches!(other, records::Error::TimedOut { .. }),
        },
        Error::Realtime(error) => {
            matches!(error, realtime::Error::Unavailable { .. } | realtime::Error::TimedOut { .. })
        }
        Error::Refused(_) | Error::Stopped => false,
    }
}
