//! What a partition brings, as batches: as long as one is being written, the next one grows.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use app::model::entry::Millis;
use app::model::pipeline::PipelineState;
use rdkafka::Message as _;
use rdkafka::consumer::stream_consumer::StreamPartitionQueue;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::context::Context;
use super::form::{Forming, Message};
use super::status::Status;
use super::{Error, explain};
use crate::clock::Clock;
use crate::records::NewBatch;

/// How long the first message of a batch waits for others, as long as the batch has room: a commit costs as much for one message as for
/// twenty. Three times as long as the last batch took to write, since a machine that is busy does best with fewer and larger ones; at least
/// and at most so many milliseconds, which whoever looks at a screen does not see.
const GATHER: RangeInclusive<u64> = 30..=80;

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
    pub async fn collect(self, mut forming: Forming, stop: CancellationToken) {
        let one_at_a_time = Arc::new(Semaphore::new(1));
        let mut due = Instant::now();
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                message = self.queue.recv(), if !forming.is_full() => match message {
                    Ok(message) => {
                        self.status.clear("Kafka");
                        let timestamp = message.timestamp().to_millis().map_or_else(|| self.clock.now(), Millis);
                        let payload = message.payload().unwrap_or_default().to_vec();
                        if forming.is_empty() {
                            due = Instant::now() + self.gather();
                        }
                        forming.push(Message { offset: message.offset(), timestamp, payload });
                        if forming.is_full() {
                            due = Instant::now();
                        }
                    }
                    Err(cause) => {
                        let place = format!("reading partition {}", forming.partition());
                        let ended = is_the_end(&cause);
                        let error = Error::kafka("reading the topic")(cause);
                        self.status.raise(&place, PipelineState::Degraded, format!("{}; trying again", explain(&error)));
                        if ended {
                            return;
                        }
                    }
                },
                place = place_from(due, &one_at_a_time), if !forming.is_empty() => {
                    let (Ok(place), Some(batch)) = (place, forming.take()) else { return };
                    if self.batches.send((batch, place)).await.is_err() {
                        return;
                    }
                }
            }
        }
    }

    fn gather(&self) -> Duration {
        let last = self.last_write.load(Ordering::Relaxed);
        Duration::from_millis((3 * last).clamp(*GATHER.start(), *GATHER.end()))
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
