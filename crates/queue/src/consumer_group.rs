//! Membership of the consumer group: which partitions are ours, their messages as queues of their own, and what the client says is wrong.
//! Where each partition goes on is decided by whoever holds the cursors; Kafka's own offset is for lag tools only.

use std::sync::Arc;

use model::pipeline::PipelineState;
use rdkafka::consumer::stream_consumer::StreamPartitionQueue;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext, StreamConsumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::types::RDKafkaRespErr;
use rdkafka::{ClientContext, Offset, TopicPartitionList};
use tokio::sync::mpsc;

use super::client::client;
use super::error::{Complaint, Error};
use super::message::Message;
use super::peek::is_unreadable;
use super::position::Position;
use base::config::KafkaConfig;
use base::status::{Reason, Status};

/// What the group decides about us, or the client says.
#[derive(Debug)]
pub enum GroupEvent {
    /// These partitions are ours.
    Assigned(Vec<i32>),
    /// None is, for now.
    Revoked,
    /// The client can do nothing more: why.
    Fatal(String),
}

/// A membership of the group.
pub struct ConsumerGroup {
    consumer: Arc<StreamConsumer<Context>>,
    events: mpsc::UnboundedReceiver<GroupEvent>,
    status: Status,
    config: KafkaConfig,
    instance: Option<String>,
}

impl ConsumerGroup {
    /// Joins the group of the settings; connects in the background. `instance`: a name for static membership.
    pub fn join(config: &KafkaConfig, instance: Option<&str>, status: &Status) -> Result<Self, Error> {
        let (sender, events) = mpsc::unbounded_channel();
        let mut client = client(config);
        if let Some(name) = instance {
            client.set("group.instance.id", name);
        }
        let consumer: StreamConsumer<Context> = client
            .set("group.id", &config.group)
            .set("isolation.level", "read_committed")
            .set("auto.offset.reset", "error")
            // Kafka's own offset is for lag tools: stored after the fact, committed now and then.
            .set("enable.auto.commit", "true")
            .set("auto.commit.interval.ms", "1000")
            .set("enable.auto.offset.store", "false")
            .set("session.timeout.ms", "10000")
            // How soon a new partition of the topic is seen; the client's own 5 minutes would look like a daemon that is not there.
            .set("topic.metadata.refresh.interval.ms", "10000")
            // One answer for what came to all partitions meanwhile, not one for every message: those took half a core of the broker. Whoever
            // is behind finds more than these bytes, and does not wait.
            .set("fetch.wait.max.ms", "15")
            .set("fetch.min.bytes", "65536")
            .set("fetch.error.backoff.ms", "200")
            // Bounds what waits in memory, over all partitions together and for each.
            .set("queued.max.messages.kbytes", "1024")
            .set("fetch.message.max.bytes", "524288")
            .set("reconnect.backoff.max.ms", "2000")
            .create_with_context(Context { events: sender, status: status.clone() })
            .map_err(Error::kafka("making the consumer"))?;
        consumer.subscribe(&[&config.topic]).map_err(Error::kafka("joining the group"))?;
        Ok(Self {
            consumer: Arc::new(consumer),
            events,
            status: status.clone(),
            config: config.clone(),
            instance: instance.map(str::to_owned),
        })
    }

    /// The next decision about us. What else the client says on the way is raised as a trouble. Safe to drop while it waits.
    pub async fn next(&mut self) -> GroupEvent {
        loop {
            tokio::select! {
                Some(event) = self.events.recv() => return event,
                message = self.consumer.recv() => match message {
                    // Partitions are read from queues of their own; here only errors come by.
                    Ok(message) => {
                        let partition = rdkafka::Message::partition(&message);
                        tracing::error!(partition, "a message outside its queue");
                    }
                    // After such an error the client does nothing more.
                    Err(cause) => match self.fatal() {
                        Some(why) => return GroupEvent::Fatal(why),
                        None => self.status.raise("Kafka", PipelineState::Degraded, Reason::of(&cause, "; trying again").behind("Kafka")),
                    },
                },
            }
        }
    }

    /// Begins to read partitions, each from a position. Their queues are split off before anything is fetched.
    pub fn assign(&self, positions: &[(i32, i64)]) -> Result<Vec<PartitionQueue>, Error> {
        let mut list = TopicPartitionList::new();
        let mut queues = Vec::with_capacity(positions.len());
        for &(partition, position) in positions {
            list.add_partition_offset(&self.config.topic, partition, Offset::Offset(position))
                .map_err(Error::kafka("naming where to start"))?;
            queues.push(self.split(partition)?);
        }
        self.consumer.assign(&list).map_err(Error::kafka("starting to read"))?;
        Ok(queues)
    }

    /// Gives back what was assigned.
    pub fn unassign(&self) -> Result<(), Error> {
        self.consumer.unassign().map_err(Error::kafka("giving partitions back"))
    }

    /// Why the client can do nothing more, where that is so. Kafka keeps the younger of two daemons of one name.
    pub fn fatal(&self) -> Option<String> {
        let (code, why) = self.consumer.client().fatal_error()?;
        Some(match code {
            RDKafkaErrorCode::FencedInstanceId => format!(
                "Kafka says that another daemon of the group {} is the instance {:?} too; where that is so, give each a name of its own \
                 (TALLYHOUSE_INSTANCE)",
                self.config.group,
                self.instance.as_deref().unwrap_or_default()
            ),
            code => format!("Kafka's client cannot go on: {code:?}: {why}"),
        })
    }

    fn split(&self, partition: i32) -> Result<PartitionQueue, Error> {
        let topic = &self.config.topic;
        let queue = self
            .consumer
            .split_partition_queue(topic, partition)
            .ok_or_else(|| Error::NotYet(format!("partition {partition} of {topic} cannot be read")))?;
        let offsets = LagOffsets { consumer: Arc::clone(&self.consumer), topic: topic.clone(), partition };
        Ok(PartitionQueue { queue, offsets, position: Position::default() })
    }
}

/// The messages of one partition.
pub struct PartitionQueue {
    queue: StreamPartitionQueue<Context>,
    offsets: LagOffsets,
    position: Position,
}

/// Why a partition gives no message now.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A batch that no further try can read: it is damaged, or packed in a way that this program does not know.
    #[error("{0}")]
    Unreadable(String),
    /// The client fetches no more of the partition until it is assigned again.
    #[error(transparent)]
    Ended(Error),
    /// The client tries again by itself.
    #[error(transparent)]
    Passing(Error),
}

impl PartitionQueue {
    /// Number of the partition that the messages are of.
    pub fn partition(&self) -> i32 {
        self.offsets.partition
    }

    /// Tells lag tools how far is recorded.
    pub fn lag_offsets(&self) -> LagOffsets {
        self.offsets.clone()
    }

    /// The next message. Safe to drop while it waits.
    pub async fn next(&mut self) -> Result<Message, ReadError> {
        match self.queue.recv().await {
            Ok(message) => {
                self.position.begun();
                Ok(Message::of(&message))
            }
            Err(cause) if is_unreadable(&cause) => Err(ReadError::Unreadable(cause.to_string())),
            Err(cause) => {
                let ended = is_the_end(&cause);
                let error = Error::kafka("reading the topic")(cause);
                Err(if ended { ReadError::Ended(error) } else { ReadError::Passing(error) })
            }
        }
    }

    /// Up to where the client says it has read, over messages and over places that hold none; `None`: it does not know yet. `from`: where
    /// this reading begins, or stands.
    pub fn read_to(&mut self, from: i64) -> Option<i64> {
        let said = self.offsets.position();
        self.position.of(said, from)
    }
}

/// The offset that Kafka keeps of a partition, for lag tools: stored after the fact, committed now and then.
#[derive(Clone)]
pub struct LagOffsets {
    consumer: Arc<StreamConsumer<Context>>,
    topic: String,
    partition: i32,
}

impl LagOffsets {
    /// Stores the next offset to read. Fails harmlessly when the partition was just taken away.
    pub fn store(&self, next: i64) {
        let _for_lag_tools = self.consumer.store_offset(&self.topic, self.partition, next - 1);
    }

    fn position(&self) -> Option<i64> {
        let positions = self.consumer.position().ok()?;
        let found = positions.elements().iter().find(|it| it.partition() == self.partition)?.offset();
        match found {
            Offset::Offset(position) => Some(position),
            _ => None,
        }
    }
}

/// Tells the daemon of rebalances. The decision where to start needs the cursors, so assigning is done there and later.
struct Context {
    events: mpsc::UnboundedSender<GroupEvent>,
    status: Status,
}

impl ClientContext for Context {
    fn error(&self, error: KafkaError, reason: &str) {
        let reason = Complaint { said: Some(reason.to_owned()), cause: error };
        let reason = Reason::of(&Error::of("it does not answer", reason), "; trying again");
        self.status.raise("Kafka", PipelineState::Degraded, reason);
    }
}

impl ConsumerContext for Context {
    fn rebalance(&self, consumer: &BaseConsumer<Self>, event: RDKafkaRespErr, partitions: &mut TopicPartitionList) {
        let event = if event == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS {
            GroupEvent::Assigned(
                partitions
                    .elements()
                    .iter()
                    .map(rdkafka::topic_partition_list::TopicPartitionListElem::partition)
                    .collect(),
            )
        } else {
            // At once, so that closing the client never waits for us. A batch in flight meets the fence.
            if let Err(cause) = consumer.unassign() {
                tracing::warn!(%cause, "giving partitions back");
            }
            GroupEvent::Revoked
        };
        // The daemon is gone only when the client is closing too.
        let _daemon_is_gone = self.events.send(event);
    }
}

/// Errors after which the client fetches no more of a partition until it is assigned again.
fn is_the_end(cause: &KafkaError) -> bool {
    match cause {
        KafkaError::MessageConsumptionFatal(_) => true,
        KafkaError::MessageConsumption(code) => matches!(
            code,
            RDKafkaErrorCode::AutoOffsetReset
                | RDKafkaErrorCode::OffsetOutOfRange
                | RDKafkaErrorCode::UnknownTopicOrPartition
                | RDKafkaErrorCode::UnknownPartition
                | RDKafkaErrorCode::LogTruncation
        ),
        _ => false,
    }
}
