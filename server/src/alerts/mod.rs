//! Tells people what must not wait until somebody looks: an audit failed, none has passed for too long, the records are behind the live
//! stock, messages wait too long, the topic is about to let go of what was not read, there are no more day tables. One metric each; one webhook, where
//! it is set.

mod watch;
mod webhook;

use std::collections::BTreeMap;
use std::time::Duration;

use model::audit::AuditState;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::audit::is_behind;
use crate::background::{Looked, Task};
use crate::ingest::Error;
use base::business_time::rfc3339;
use base::clock::Clock;
use base::config::AuditConfig;
use base::status::explain;
use queue::{Backlog, Topic};
use realtime::Realtime;
use records::Records;

use watch::is_retention_near;
pub use webhook::{Message, Webhook, signature};

/// Messages that wait longer than this are told.
const MAX_LAG: Duration = Duration::from_mins(5);
/// So many messages wait to be sent; more are lost, and that is logged.
const QUEUE: usize = 100;

/// What is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Alert {
    /// The newest audit failed.
    AuditFailed,
    /// No audit has passed for longer than the period and the time for another try.
    AuditOverdue,
    /// The live stock holds what the records do not: these were restored from a backup.
    RecordsBehind,
    /// Messages wait for longer than five minutes.
    LagTooLong,
    /// The topic is about to let go of messages that were not read.
    RetentionNear,
    /// Messages are set aside, since there are as many day tables as the cap allows.
    TablesFull,
}

impl Alert {
    pub const ALL: [Self; 6] = [
        Self::AuditFailed,
        Self::AuditOverdue,
        Self::RecordsBehind,
        Self::LagTooLong,
        Self::RetentionNear,
        Self::TablesFull,
    ];

    /// The word in messages and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AuditFailed => "audit_failed",
            Self::AuditOverdue => "audit_overdue",
            Self::RecordsBehind => "records_behind",
            Self::LagTooLong => "lag_too_long",
            Self::RetentionNear => "retention_near",
            Self::TablesFull => "tables_full",
        }
    }
}

/// What is the case now: raised, with what about it; or not. What could not be asked is left out, and stays as it was.
pub type Seen = BTreeMap<Alert, Option<Raised>>;

/// What is known of something that is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raised {
    pub text: String,
    pub data: Value,
}

/// Looks, and tells what changed.
pub struct Alerter {
    /// Audits and cursors.
    pub records: Records,
    /// Positions of the live stock.
    pub realtime: Realtime,
    /// What the topic holds.
    pub topic: Topic,
    /// When an audit is overdue.
    pub rules: AuditConfig,
    pub clock: Clock,
    /// Where it is told, besides the metrics.
    pub webhook: Option<Webhook>,
    /// What was seen and told before.
    pub memory: Memory,
    /// Messages on their way to the webhook.
    pub outbox: Option<mpsc::Sender<Message>>,
    pub delivery: JoinSet<()>,
}

/// What was seen and told before.
#[derive(Debug, Default)]
pub struct Memory {
    backlog: Backlog,
    /// The id of the message by which it was told.
    raised: BTreeMap<Alert, String>,
}

impl Task for Alerter {
    const NAME: &'static str = "alerts";
    const EVERY: Duration = Duration::from_secs(5);
    type Error = std::convert::Infallible;

    async fn look(&mut self) -> Result<Looked, Self::Error> {
        let seen = self.see().await;
        for message in self.changes(&seen) {
            tracing::warn!(alert = message.kind, state = message.state, "{}", message.text);
            self.send(message);
        }
        Ok(Looked::RIGHT)
    }
}

impl Alerter {
    /// Hands a message to the webhook's delivery, which begins with the first and ends with the alerter.
    fn send(&mut self, message: Message) {
        let Some(webhook) = &self.webhook else { return };
        let sender = self.outbox.get_or_insert_with(|| {
            let (sender, messages) = mpsc::channel(QUEUE);
            self.delivery.spawn(webhook.clone().deliver(messages));
            sender
        });
        if sender.try_send(message).is_err() {
            tracing::warn!("a message for the webhook is lost: too many wait");
        }
    }

    /// What is the case now.
    pub async fn see(&mut self) -> Seen {
        let mut seen = Seen::new();
        // A store that does not answer says nothing about what it was asked; that it is away is told by others.
        if let Err(error) = self.look_at_audits(&mut seen).await {
            tracing::debug!("{}", explain(&error));
        }
        if let Err(error) = self.look_at_tables(&mut seen).await {
            tracing::debug!("{}", explain(&error));
        }
        if let Err(error) = self.look_at_stream(&mut seen).await {
            tracing::debug!("{}", explain(&error));
        }
        for (alert, it) in &seen {
            metrics::gauge!("tallyhouse_alert", "alert" => alert.as_str()).set(if it.is_some() { 1.0 } else { 0.0 });
        }
        seen
    }

    async fn look_at_audits(&self, seen: &mut Seen) -> Result<(), Error> {
        let newest = self.records.newest_judged_audit().await?;
        let raised = newest.filter(|it| it.state == AuditState::Failed).map(|it| Raised {
            text: format!("audit {} failed: {} findings wait for somebody", it.id, it.waiting),
            data: json!({ "audit": it.id, "open": it.open, "waiting": it.waiting }),
        });
        seen.insert(Alert::AuditFailed, raised);
        let clock = self.records.audit_clock().await?;
        let minutes = clock.age().unwrap_or_default().as_secs() / 60;
        let raised = || Raised {
            text: format!("the last audit that passed ended {minutes} min ago"),
            data: json!({ "minutes": minutes, "audit": clock.last_audit }),
        };
        seen.insert(Alert::AuditOverdue, clock.is_overdue(&self.rules).then(raised));
        Ok(())
    }

    async fn look_at_tables(&self, seen: &mut Seen) -> Result<(), Error> {
        let waiting = self.records.set_aside_count().await?;
        let raised = || Raised {
            text: format!("{waiting} messages are set aside: raise TALLYHOUSE_RECORDS_MAX_TABLES and restart"),
            data: json!({ "messages": waiting }),
        };
        seen.insert(Alert::TablesFull, (waiting > 0).then(raised));
        Ok(())
    }

    async fn look_at_stream(&mut self, seen: &mut Seen) -> Result<(), Error> {
        let meta = self.realtime.meta().await;
        let cursors = self.records.cursors().await?;
        if let Ok(meta) = meta {
            let text = "the live stock holds what the records do not: they were restored from a backup";
            let raised = || Raised { text: text.to_owned(), data: json!({}) };
            seen.insert(Alert::RecordsBehind, is_behind(&meta, &cursors).then(raised));
        }
        let reach = self.topic.reach().await?;
        let next: BTreeMap<i32, i64> = cursors.iter().map(|(partition, it)| (*partition, it.next_offset)).collect();
        let lag = self.memory.backlog.look(Instant::now(), &reach, &next).oldest;
        metrics::gauge!("tallyhouse_lag_seconds").set(lag.as_secs_f64());
        let raised = || Raised {
            text: format!("messages have waited for {} s", lag.as_secs()),
            data: json!({ "seconds": lag.as_secs() }),
        };
        seen.insert(Alert::LagTooLong, (lag > MAX_LAG).then(raised));
        let at = |partition: &i32| next.get(partition).copied().unwrap_or(0);
        let room = reach.iter().filter(|(p, (_, end))| at(p) < *end).map(|(p, (begin, _))| at(p) - begin).min();
        metrics::gauge!("tallyhouse_retention_headroom_messages").set(room.map_or(f64::INFINITY, gauge));
        let near: Vec<i32> =
            reach.iter().filter(|(p, it)| is_retention_near(**it, at(p))).map(|(partition, _)| *partition).collect();
        let raised = || Raised {
            text: format!("the topic is about to let go of what was not read, of partitions {near:?}"),
            data: json!({ "partitions": near }),
        };
        seen.insert(Alert::RetentionNear, (!near.is_empty()).then(raised));
        Ok(())
    }

    /// The messages that say what changed since the last call.
    pub fn changes(&mut self, seen: &Seen) -> Vec<Message> {
        let now = self.clock.now();
        let mut messages = Vec::new();
        for (&alert, it) in seen {
            let told = self.memory.raised.get(&alert).cloned();
            let (state, id, raised) = match (it, told) {
                (Some(raised), None) => {
                    // The same failure has the same id, whoever tells it.
                    let subject = raised.data["audit"].as_i64().filter(|_| alert == Alert::AuditFailed);
                    let id = format!("{}-{}", alert.as_str(), subject.unwrap_or(now.0));
                    self.memory.raised.insert(alert, id.clone());
                    ("raised", id, raised.clone())
                }
                (None, Some(id)) => {
                    self.memory.raised.remove(&alert);
                    let text = format!("{}: over", alert.as_str());
                    ("cleared", format!("{id}-cleared"), Raised { text, data: json!({}) })
                }
                _ => continue,
            };
            let (kind, timestamp) = (alert.as_str(), rfc3339(now));
            messages.push(Message { id, kind, state, timestamp, text: raised.text, data: raised.data });
        }
        messages
    }
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a gauge")]
fn gauge(number: i64) -> f64 {
    number as f64
}
