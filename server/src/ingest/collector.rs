//! What a partition brings, as batches: as long as one is being written, the next one grows.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use model::pipeline::PipelineState;
use queue::{PartitionQueue, ReadError, Topic};
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::batch_builder::BatchBuilder;
use base::clock::Clock;
use base::status::{Reason, Status, explain};
use records::NewBatch;

/// How long the first message of a batch waits for others, as long as the batch has room: a commit costs as much for one message as for
/// twenty. Three times as long as the last batch took to write, since a machine that is busy does best with fewer and larger ones; at least
/// and at most so many milliseconds, which whoever looks at a screen does not see.
const LINGER: RangeInclusive<u64> = 30..=80;

/// A partition that brings no message for so long is looked at: it may have been read over places that hold none.
const PASS_AFTER: Duration = Duration::from_millis(200);

/// A batch, and the place it holds while it is being written.
pub type Ready = (NewBatch, OwnedSemaphorePermit);

pub struct Collector {
    /// Where they come from.
    pub queue: PartitionQueue,
    /// Where batches go.
    pub batches: mpsc::Sender<Ready>,
    /// What is looked at where a batch cannot be read.
    pub topic: Topic,
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
    pub async fn collect(mut self, mut forming: BatchBuilder, stop: CancellationToken) {
        let one_at_a_time = Arc::new(Semaphore::new(1));
        let mut due = Instant::now();
        let mut unreadable = None;
        let place = format!("reading partition {}", forming.partition());
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => return,
                message = self.queue.next(), if !forming.is_full() => match message {
                    Ok(message) => {
                        self.status.clear("Kafka");
                        self.status.clear(&place);
                        if forming.is_empty() {
                            due = Instant::now() + self.gather();
                        }
                        forming.push(message, self.clock.now());
                        if forming.is_full() {
                            due = Instant::now();
                        }
                    }
                    Err(ReadError::Unreadable(cause)) => tokio::select! {
                        () = stop.cancelled() => return,
                        () = self.tell_unreadable(&cause, &forming, &mut unreadable) => {}
                    },
                    Err(ReadError::Passing(error)) => self.tell(&place, &error),
                    Err(ReadError::Ended(error)) => return self.tell(&place, &error),
                },
                place = place_from(due, &one_at_a_time), if !forming.is_empty() => {
                    let (Ok(place), Some(batch)) = (place, forming.take(self.queue.read_to(forming.next()))) else { return };
                    if self.batches.send((batch, place)).await.is_err() {
                        return;
                    }
                }
                () = tokio::time::sleep(PASS_AFTER), if forming.is_empty() => {
                    let position = self.queue.read_to(forming.next());
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
    async fn tell_unreadable(&self, cause: &str, forming: &BatchBuilder, told: &mut Option<i64>) {
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

    fn tell(&self, place: &str, error: &queue::Error) {
        self.status.raise(place, PipelineState::Degraded, Reason::of(error, "; trying again"));
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
