//! One worker per partition: while one batch commits, the next one forms.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use model::batch::BatchId;
use model::flaw::Code;
use model::pipeline::PipelineState;
use queue::{LagOffsets, PartitionQueue, Topic};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::batch_builder::{BatchBuilder, bisect, reject_only_line, set_aside};
use super::collector::{Collector, Ready};
use super::live_writer::LiveWriter;
use base::clock::Clock;
use base::config::EntryRules;
use base::kill_point;
use base::status::{Reason, Status};
use records::{Cursor, NewBatch, Outcome, Writer};

/// How often an idle partition compares its position with its cursor.
const IDLE_CHECK: Duration = Duration::from_secs(1);
/// How often while it is not caught up.
const WAITING_CHECK: Duration = Duration::from_millis(250);
/// The first and the longest wait between tries.
const BACK_OFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_millis(500));

/// Fewer day tables than this are made before anybody would read it.
const TABLES_TO_TELL: usize = 20;

/// How often it is said how many are made.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// How a partition's worker ended.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
    /// It was told to.
    Stopped,
    /// The cursor stands elsewhere: another daemon moved it, or a person did. Start again from there.
    Fenced,
    /// Kafka gives nothing more from where we are. Look again whether the cursor fits the topic.
    Lost,
}

/// What a worker works with.
pub struct Worker {
    pub partition: i32,
    /// What makes an entry valid.
    pub rules: EntryRules,
    /// For messages without a timestamp.
    pub clock: Clock,
    pub writer: Writer,
    /// The live stock.
    pub live: LiveWriter,
    /// Where troubles are told.
    pub status: Status,
    /// For lag tools only; the cursor is ours.
    pub lag_offsets: LagOffsets,
    pub topic: Topic,
}

impl Worker {
    /// Works until told to stop, or until the cursor turns out to be elsewhere.
    pub async fn run(self, queue: PartitionQueue, cursor: Cursor, stop: CancellationToken) -> End {
        let (sender, receiver) = mpsc::channel(1);
        let forming = BatchBuilder::new(self.partition, cursor.next_offset, self.rules);
        let stop = stop.child_token();
        let last_write = Arc::new(AtomicU64::new(0));
        let collector = Collector {
            queue,
            batches: sender,
            topic: self.topic.clone(),
            clock: self.clock.clone(),
            status: self.status.clone(),
            last_write: Arc::clone(&last_write),
        };
        let collecting = tokio::spawn(collector.collect(forming, stop.clone()));
        let (status, partition) = (self.status.clone(), self.partition);
        let end = self.write(receiver, cursor, &last_write, &stop).await;
        // Whoever has the partition next has its troubles too.
        for place in ["records, partition", "live stock, partition"] {
            status.clear(&format!("{place} {partition}"));
        }
        stop.cancel();
        if let Err(panic) = collecting.await {
            tracing::error!(%panic, "a collector ended badly");
        }
        end
    }

    async fn write(
        mut self,
        mut batches: mpsc::Receiver<Ready>,
        mut cursor: Cursor,
        last_write: &AtomicU64,
        stop: &CancellationToken,
    ) -> End {
        let mut feeding = false;
        let mut next_look = Instant::now();
        loop {
            tokio::select! {
                () = stop.cancelled() => return End::Stopped,
                batch = batches.recv() => {
                    // The collector ends by itself only when there is nothing more to collect.
                    let Some((batch, _place)) = batch else { return if stop.is_cancelled() { End::Stopped } else { End::Lost } };
                    let started = Instant::now();
                    match self.record(batch, &mut cursor, stop).await {
                        Ok(()) => feeding = !self.live.is_caught_up(),
                        Err(end) => return end,
                    }
                    let took = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
                    last_write.store(took, Ordering::Relaxed);
                }
                () = std::future::ready(()), if feeding => feeding = self.live.step(&cursor).await,
                () = tokio::time::sleep_until(next_look) => {
                    if self.is_elsewhere(&cursor).await {
                        return End::Fenced;
                    }
                    feeding = self.live.step(&cursor).await;
                    next_look = Instant::now() + if self.live.is_caught_up() { IDLE_CHECK } else { WAITING_CHECK };
                }
            }
        }
    }

    /// Did somebody move the cursor, or restore the records, while no batch came that would meet the fence?
    async fn is_elsewhere(&self, cursor: &Cursor) -> bool {
        match self.writer.records().cursor(self.partition).await {
            Ok(stored) => !stored.is_some_and(|it| it.is_at(cursor.next_offset, cursor.batch_id.as_ref())),
            // Whether it is away or not, the next batch will tell.
            Err(_) => false,
        }
    }

    /// Records a batch, in parts where the database refuses something in it, and adds each part to the live stock.
    async fn record(&mut self, batch: NewBatch, cursor: &mut Cursor, stop: &CancellationToken) -> Result<(), End> {
        let mut parts = vec![batch];
        while let Some(mut part) = parts.pop() {
            part.previous = cursor.batch_id.clone();
            (part.highest, part.generation) = (cursor.highest, cursor.generation);
            kill_point("after-decode");
            match self.record_with_retry(&part, stop).await? {
                Written::Recorded(line) => {
                    cursor.next_offset = line.to;
                    cursor.batch_id = Some(BatchId(line.batch_id.0.clone()));
                    self.live.add(&line).await;
                    kill_point("after-apply");
                    self.lag_offsets.store(line.to);
                    count(line.counts);
                }
                Written::WithoutTable(lines) => parts.push(set_aside(&part, &lines)),
                Written::Refused { reason, is_range } => {
                    if let Some((first, second)) = bisect(&part) {
                        parts.extend([second, first]);
                    } else {
                        let code = if is_range { Code::SumOutOfRange } else { Code::Refused };
                        parts.push(reject_only_line(&part, code, &reason));
                    }
                }
            }
        }
        Ok(())
    }

    /// Tries until the records answer, however long that takes.
    async fn record_with_retry(&mut self, batch: &NewBatch, stop: &CancellationToken) -> Result<Written, End> {
        let place = format!("records, partition {}", self.partition);
        let mut wait = BACK_OFF.0;
        loop {
            let started = std::time::Instant::now();
            let mut told = None::<Instant>;
            let tell = |made, all| {
                if all >= TABLES_TO_TELL && told.is_none_or(|it| it.elapsed() >= TELL_EVERY) {
                    told = Some(Instant::now());
                    let reason = format!("partition {}: making day tables, {made} of {all}", self.partition);
                    self.status.raise(&place, PipelineState::CatchingUp, reason);
                }
            };
            // Stopped half-way, what is made stays made.
            let prepared = tokio::select! {
                () = stop.cancelled() => return Err(End::Stopped),
                prepared = self.writer.prepare(batch, tell) => prepared,
            };
            let recorded = match prepared {
                Ok(without_table) if !without_table.is_empty() => return Ok(Written::WithoutTable(without_table)),
                Ok(_) => self.writer.record(batch).await,
                Err(error) => Err(error),
            };
            match recorded {
                Ok(Outcome::Recorded(line)) => {
                    metrics::histogram!("tallyhouse_record_seconds").record(started.elapsed().as_secs_f64());
                    self.status.clear(&place);
                    return Ok(Written::Recorded(line));
                }
                Ok(Outcome::Fenced(cursor)) => {
                    tracing::warn!(
                        partition = self.partition,
                        at = cursor.next_offset,
                        from = batch.from,
                        "the cursor stands elsewhere"
                    );
                    return Err(End::Fenced);
                }
                Err(records::Error::Data { reason, is_range }) if !batch.lines.is_empty() => {
                    return Ok(Written::Refused { reason, is_range });
                }
                Err(error) => {
                    let paused = matches!(
                        error,
                        records::Error::Inconsistent(_) | records::Error::Data { .. } | records::Error::TooLarge
                    );
                    let state = if paused { PipelineState::Paused } else { PipelineState::Degraded };
                    self.status.raise(&place, state, Reason::of(&error, "; trying again"));
                }
            }
            tokio::select! {
                () = stop.cancelled() => return Err(End::Stopped),
                () = tokio::time::sleep(wait) => wait = (wait * 2).min(BACK_OFF.1),
            }
        }
    }
}

enum Written {
    Recorded(model::batch::JournalLine),
    /// Lines for which there may be no table, by their index.
    WithoutTable(Vec<usize>),
    Refused {
        reason: String,
        is_range: bool,
    },
}

fn count(counts: model::pipeline::Counts) {
    for (name, number) in [
        ("tallyhouse_messages_consumed_total", counts.consumed),
        ("tallyhouse_entries_recorded_total", counts.recorded),
        ("tallyhouse_entries_duplicate_total", counts.duplicates),
        ("tallyhouse_messages_rejected_total", counts.rejected),
        ("tallyhouse_messages_read_again_total", counts.read_again),
    ] {
        metrics::counter!(name).increment(u64::try_from(number).unwrap_or_default());
    }
}
