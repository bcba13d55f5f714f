//! What a partition brings, as batches: as long as one is being written, the next one grows.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use model::pipeline::PipelineState;
use rdkafka::consumer::stream_consumer::StreamPartitionQueue;
use rdkafka::consumer::{Consumer as _, StreamConsumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::{Message as _, Offset};
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::Error;
use super::context::Context;
use super::form::{BatchBuilder, Message};
use super::message_time::sent_at;
use super::peek::is_unreadable;
use super::position::Position;
use super::topic::Topic;
use base::clock::Clock;
use base::status::Status;
use base::status::explain;
use records::NewBatch;

/// How long the first message of a batch waits for others, as long as the batch has room: a commit costs as much for one message as for
/// twenty. Three times as long as the last batch took to write, since a machine that is busy does best with fewer and larger ones; at least
/// and at most so many milliseconds, which whoever looks at a screen does not see.
const LINGER: RangeInclusive<u64> = 30..=80;

/// A partition that brings no message for so long is looked at: it may have been read over places that hold none.
const PASS_AFTER: Duration = Duration::from_millis(200);

/// The messages of one partition, from Kafka.
pub type Queue = StreamPartitionQueue<Context>;

/// A batch, and the place it holds while it is being written.
pub type Ready = (NewBatch, OwnedSemaphorePermit);

/// Collects messages.
pub struct Collector {
    /// Where they come from.
    pub queue: Queue,
    /// Where batches go.
    pub batches: mpsc::Sender<Ready>,
    /// What is looked at where a batch cannot be read.
    pub topic: Topic,
    /// Whose partition it is.
    pub consumer: Arc<StreamConsumer<Context>>,
    /// For messages without a timestamp.
    pub clock: Clock,
    /// Where troubles are told.
    pub status: Status,
    /// How long the last batch took to write, in milliseconds.
    pub last_write: Arc<AtomicU64>,
}

impl Collector {
    /// Forms batches from what is there. As long as a batch is being written, the next one grows; then whatever has come is handed over,
    /// but not before its first message has waited a little. A full batch stops reading, and so pauses the partition in the client.
    pub async fn collect(self, mut forming: BatchBuilder, stop: CancellationToken) {
        let one_at_a_time = Arc::new(Semaphore::new(1));
        let mut due = Instant::now();
        let mut unreadable = None;
        let mut read_to = Position::default();
        let place = format!("reading partition {}", forming.partition());
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                message = self.queue.recv(), if !forming.is_full() => match message {
                    Ok(message) => {
                        self.status.clear("Kafka");
                        self.status.clear(&place);
                        let payload = message.payload().unwrap_or_default().to_vec();
                        if forming.is_empty() {
                            due = Instant::now() + self.gather();
                        }
                        let (sent_at, read_at) = (sent_at(&message), self.clock.now());
                        read_to.begun();
                        forming.push(Message { offset: message.offset(), sent_at, read_at, payload });
                        if forming.is_full() {
                            due = Instant::now();
                        }
                    }
                    Err(cause) if is_unreadable(&cause) => tokio::select! {
                        () = stop.cancelled() => return,
                        () = self.tell_unreadable(&cause, &forming, &mut unreadable) => {}
                    },
                    Err(cause) => {
                        let ended = is_the_end(&cause);
                        let error = Error::kafka("reading the topic")(cause);
                        self.status.raise(&place, PipelineState::Degraded, format!("{}; trying again", explain(&error)));
                        if ended {
                            return;
                        }
                    }
                },
                place = place_from(due, &one_at_a_time), if !forming.is_empty() => {
                    let (Ok(place), Some(batch)) = (place, forming.take(read_to.of(self.position(&forming), forming.next()))) else { return };
                    if self.batches.send((batch, place)).await.is_err() {
                        return;
                    }
                }
                () = tokio::time::sleep(PASS_AFTER), if forming.is_empty() => {
                    let position = read_to.of(self.position(&forming), forming.next());
                    if position.is_none_or(|it| it <= forming.next()) {
                        continue;
                    }
                    // Marks of transactions, aborted messages: nothing comes behind them that would take the cursor along.
                    let Ok(place) = Arc::clone(&one_at_a_time).acquire_owned().await else { return };
                    let Some(batch) = forming.take(position) else { continue };
                    if self.batches.send((batch, place)).await.is_err() {
                        return;
                    }
                }
            }
        }
    }

    /// Says which batch cannot be read, and what to do. `told`: the one that was told of last; the client tries it again and again.
    async fn tell_unreadable(&self, cause: &KafkaError, forming: &BatchBuilder, told: &mut Option<i64>) {
        let partition = forming.partition();
        let at = forming.next();
        if told.replace(at) == Some(at) {
            return;
        }
        let next = match self.topic.next_readable(partition, at).await {
            Ok(next) => format!("skip it, on record: `tallyhouse cursor set {partition} {next} --reason ...`"),
            Err(error) => format!(
                "skip it by `tallyhouse cursor set`, on record (to where could not be found out: {})",
                explain(&error)
            ),
        };
        let reason = format!(
            "partition {partition}: the batch at offset {at} cannot be read ({cause}): it is damaged, or packed in a way that this program does \
             not know. The other partitions go on. Where it cannot be mended, {next}"
        );
        self.status.raise(&format!("reading partition {partition}"), PipelineState::Paused, reason);
    }

    /// Up to where the client says it has read; it does not say before it reads.
    fn position(&self, forming: &BatchBuilder) -> Option<i64> {
        let positions = self.consumer.position().ok()?;
        let found = positions.elements().iter().find(|it| it.partition() == forming.partition())?.offset();
        match found {
            Offset::Offset(position) => Some(position),
            _ => None,
        }
    }

    fn gather(&self) -> Duration {
        let last = self.last_write.load(Ordering::Relaxed);
        Duration::from_millis((3 * last).clamp(*LINGER.start(), *LINGER.end()))
    }
}

/// The place of the batch that is being written, from a moment on.
async fn place_from(due: Instant, places: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, AcquireError> {
    tokio::time::sleep_until(due).await;
    Arc::clone(places).acquire_owned().await
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
