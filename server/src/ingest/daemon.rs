//! The daemon: joins the group, gives each assigned partition a worker, takes them back when the group changes.

use std::collections::BTreeMap;
use std::time::Duration;

use model::pipeline::PipelineState;
use queue::{ConsumerGroup, GroupEvent, PartitionQueue, Topic};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::Error;
use super::fit::fit;
use super::instance::Instance;
use super::live_writer::{self, LiveWriter};
use super::partition::{End, Worker};
use base::clock::Clock;
use base::config::{EntryRules, KafkaConfig};
use base::status::{Reason, Status, explain};
use realtime::Realtime;
use records::{Cursor, Records, Writer};

/// The wait between tries to find out where to start.
const RETRY: Duration = Duration::from_secs(1);

/// Reads the topic into both stores until it is told to stop.
pub struct Daemon {
    /// Where entries come from.
    pub kafka: KafkaConfig,
    /// The same, looked at without being a member of any group.
    pub topic: Topic,
    /// What makes an entry valid.
    pub rules: EntryRules,
    pub records: Records,
    /// The live stock.
    pub realtime: Realtime,
    /// Where troubles are told.
    pub status: Status,
    pub clock: Clock,
}

type Workers = JoinSet<(i32, End)>;

impl Daemon {
    /// Runs until `stop`. Outages are waited out; ends with an error only when the set-up is wrong.
    pub async fn run(self, stop: CancellationToken) -> Result<(), Error> {
        self.wait_for_topic(&stop).await?;
        self.wait_for_initialisation(&stop).await?;
        let instance = Instance::take(&self.kafka)?;
        let mut name = instance.name.clone();
        while let Some(why) = self.follow(name.take(), &stop).await? {
            // A fence may be a mistake: a broker that was killed remembers an older membership of ours. Or another daemon has our name, which
            // no lock of this host could show. In both cases a member without a name gets its share, and fences nobody.
            self.status.raise(
                "Kafka",
                PipelineState::Degraded,
                format!("{why}; joining the group anew, without a name"),
            );
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = tokio::time::sleep(RETRY) => {}
            }
        }
        Ok(())
    }

    /// Reads as a member of the group until `stop`, or until the client can do nothing more: then why.
    async fn follow(&self, name: Option<String>, stop: &CancellationToken) -> Result<Option<String>, Error> {
        let mut group = ConsumerGroup::join(&self.kafka, name.as_deref(), &self.status)?;
        let mut workers = Workers::new();
        let mut working = stop.child_token();
        let mut assigned = Vec::new();
        let ended = loop {
            tokio::select! {
                () = stop.cancelled() => break Ok(None),
                event = group.next() => {
                    let partitions = match event {
                        GroupEvent::Assigned(partitions) => partitions,
                        GroupEvent::Revoked => Vec::new(),
                        GroupEvent::Fatal(why) => break Ok(Some(why)),
                    };
                    stop_workers(&working, &mut workers).await;
                    working = stop.child_token();
                    assigned = partitions;
                    let started = self.assign(&group, &assigned, &mut workers, &working).await;
                    if let Err(error) = started { break Err(error) }
                }
                Some(ended) = workers.join_next() => {
                    let again = match ended {
                        Ok((_, End::Stopped)) => false,
                        Ok((partition, end)) => {
                            tracing::warn!(partition, ?end, "looking again where to go on");
                            true
                        }
                        Err(panic) => {
                            tracing::error!(%panic, "a partition's worker ended badly");
                            true
                        }
                    };
                    if again {
                        stop_workers(&working, &mut workers).await;
                        working = stop.child_token();
                        let started = self.assign(&group, &assigned, &mut workers, &working).await;
                        if let Err(error) = started { break Err(error) }
                    }
                }
            }
        };
        stop_workers(&working, &mut workers).await;
        if let Err(error) = group.unassign() {
            tracing::debug!("nothing to give back: {}", explain(&error));
        }
        match group.fatal() {
            // Whatever else fails then fails for that.
            Some(why) if ended.is_err() => Ok(Some(why)),
            _ => ended,
        }
    }

    async fn wait_for_topic(&self, stop: &CancellationToken) -> Result<(), Error> {
        loop {
            match self.topic.partitions().await {
                Ok(Some(_)) => {
                    self.status.clear("Kafka");
                    return Ok(());
                }
                Ok(None) => self.status.raise(
                    "Kafka",
                    PipelineState::Paused,
                    format!("there is no topic {} yet; make it, and reading begins by itself", self.kafka.topic),
                ),
                Err(error) => {
                    self.status.raise("Kafka", PipelineState::Degraded, Reason::of(&error, "; trying again"));
                }
            }
            tokio::select! {
                () = stop.cancelled() => return Err(Error::Stopped),
                () = tokio::time::sleep(RETRY) => {}
            }
        }
    }

    /// Before the first entry is recorded, an empty Redis is marked as ready: afterwards it could not be told from one that
    /// was emptied. With entries in the records nothing is waited for: they go on without the live stock.
    async fn wait_for_initialisation(&self, stop: &CancellationToken) -> Result<(), Error> {
        loop {
            match live_writer::ensure_initialised(&self.records, &self.realtime).await {
                Ok(_) => {
                    self.status.clear("initialisation");
                    return Ok(());
                }
                Err(Error::Realtime(realtime::Error::Misconfigured(why))) => return Err(Error::Refused(why)),
                Err(error) => self.status.raise(
                    "initialisation",
                    PipelineState::Degraded,
                    Reason::of(&error, "; trying again").behind("cannot begin"),
                ),
            }
            tokio::select! {
                () = stop.cancelled() => return Err(Error::Stopped),
                () = tokio::time::sleep(RETRY) => {}
            }
        }
    }

    /// Finds out where each partition goes on, and starts its worker.
    async fn assign(
        &self,
        group: &ConsumerGroup,
        partitions: &[i32],
        workers: &mut Workers,
        working: &CancellationToken,
    ) -> Result<(), Error> {
        if partitions.is_empty() {
            return Ok(group.unassign()?);
        }
        let mut cursors = self.cursors(partitions, working).await?;
        self.status.clear("Kafka");
        for partition in partitions {
            self.status.clear(&format!("reading partition {partition}"));
        }
        let positions: Vec<(i32, i64)> = cursors.iter().map(|(partition, it)| (*partition, it.next_offset)).collect();
        let queues = group.assign(&positions)?;
        tracing::info!(?partitions, "reading");
        for queue in queues {
            if let Some(cursor) = cursors.remove(&queue.partition()) {
                self.start(queue, cursor, workers, working);
            }
        }
        Ok(())
    }

    fn start(&self, queue: PartitionQueue, cursor: Cursor, workers: &mut Workers, working: &CancellationToken) {
        let partition = queue.partition();
        let worker = Worker {
            partition,
            rules: self.rules,
            clock: self.clock.clone(),
            writer: Writer::new(self.records.clone()),
            live: LiveWriter::new(partition, self.records.clone(), self.realtime.clone(), self.status.clone()),
            status: self.status.clone(),
            lag_offsets: queue.lag_offsets(),
            topic: self.topic.clone(),
        };
        let stop = working.child_token();
        workers.spawn(async move { (partition, Box::pin(worker.run(queue, cursor, stop)).await) });
    }

    /// The cursors of partitions, made where there is none, checked against what the topic holds. Waits for both to answer.
    async fn cursors(&self, partitions: &[i32], working: &CancellationToken) -> Result<BTreeMap<i32, Cursor>, Error> {
        loop {
            match self.try_cursors(partitions).await {
                Ok(cursors) => {
                    self.status.clear("assignment");
                    return Ok(cursors);
                }
                Err(error @ Error::Refused(_)) => return Err(error),
                Err(error) => self.status.raise(
                    "assignment",
                    PipelineState::Degraded,
                    Reason::of(&error, "; trying again").behind("cannot start reading"),
                ),
            }
            tokio::select! {
                () = working.cancelled() => return Err(Error::Stopped),
                () = tokio::time::sleep(RETRY) => {}
            }
        }
    }

    async fn try_cursors(&self, partitions: &[i32]) -> Result<BTreeMap<i32, Cursor>, Error> {
        let reach = self.topic.reach().await?;
        let mut cursors = BTreeMap::new();
        for &partition in partitions {
            let Some(&(first, _)) = reach.get(&partition) else {
                return Err(queue::Error::unknown_partition(partition).into());
            };
            let cursor = match self.records.cursor(partition).await? {
                Some(cursor) => cursor,
                None if first == 0 => {
                    self.records.start_cursor(partition).await?;
                    self.records.cursor(partition).await?.ok_or_else(|| {
                        Error::Refused(format!("partition {partition} has no cursor though one was just made"))
                    })?
                }
                None => {
                    return Err(Error::Refused(format!(
                        "partition {partition} of {} has no cursor, and its first entries are gone (it begins at {first}). \
                         Start with a topic that is whole, or say that their loss is accepted: \
                         `tallyhouse cursor accept-loss {partition} --reason ...`",
                        self.kafka.topic
                    )));
                }
            };
            cursors.insert(partition, cursor);
        }
        let faults = fit(&self.topic, &cursors).await?;
        match faults.into_iter().next() {
            None => Ok(cursors),
            Some((partition, fault)) => Err(Error::Refused(fault.explain(partition, &self.kafka.topic))),
        }
    }
}

async fn stop_workers(working: &CancellationToken, workers: &mut Workers) {
    working.cancel();
    while let Some(ended) = workers.join_next().await {
        if let Err(panic) = ended {
            tracing::error!(%panic, "a partition's worker ended badly");
        }
    }
}
