//! Brings a partition's batches into the live stock, in order: what was just recorded, and what is missing from before.
//! Each call is bounded, so that feeding a long gap never holds recording up: the worker alternates between the two.

use std::time::Duration;

use model::batch::JournalLine;
use model::pipeline::PipelineState;
use tokio::time::Instant;
use uuid::Uuid;

use super::Error;
use base::status::{Reason, Status, explain};
use realtime::{Applied, Realtime};
use records::{Cursor, Following, Records};

/// After a failure nothing is tried for this long: a Redis that is away must not slow recording down.
const PAUSE: Duration = Duration::from_millis(500);

/// Adds the batches of one partition to the live stock.
pub struct LiveWriter {
    partition: i32,
    place: String,
    records: Records,
    realtime: Realtime,
    status: Status,
    /// Has the live stock everything that was recorded? Only then may the next batch be added directly.
    caught_up: bool,
    not_before: Option<Instant>,
}

/// How far one step came.
enum Step {
    /// The live stock has everything before the cursor.
    CaughtUp,
    /// There is more in the journal.
    More,
    /// A rebuild or a person must help; who looks will see why.
    Wrong(PipelineState, String),
}

impl LiveWriter {
    /// A writer for a partition.
    pub fn new(partition: i32, records: Records, realtime: Realtime, status: Status) -> Self {
        let place = format!("live stock, partition {partition}");
        Self { partition, place, records, realtime, status, caught_up: false, not_before: None }
    }

    /// Has the live stock everything that was recorded?
    pub fn is_caught_up(&self) -> bool {
        self.caught_up
    }

    /// Adds a batch that was just recorded, if everything before it is there. Else [`Self::step`] will come to it.
    pub async fn add(&mut self, line: &JournalLine) {
        if !self.caught_up {
            return;
        }
        let started = std::time::Instant::now();
        let applied = self.realtime.apply(line).await;
        metrics::histogram!("tallyhouse_apply_seconds").record(started.elapsed().as_secs_f64());
        match applied {
            Ok(Applied::Applied { damaged }) => count_damaged(damaged),
            // A repeat may be one of another history; something missing or wrong is looked into from the start too.
            Ok(_) => self.caught_up = false,
            Err(error) => self.failed(&error.into()),
        }
    }

    /// Compares place and cursor, and feeds at most a page of what is missing. `true`: call again, there is more.
    pub async fn step(&mut self, cursor: &Cursor) -> bool {
        if self.not_before.is_some_and(|it| Instant::now() < it) {
            return false;
        }
        self.not_before = None;
        match self.feed(cursor).await {
            Ok(Step::CaughtUp) => {
                self.caught_up = true;
                self.status.clear(&self.place);
                false
            }
            Ok(Step::More) => {
                self.caught_up = false;
                let reason = format!("the live stock of partition {} is being fed from the journal", self.partition);
                self.status.raise(&self.place, PipelineState::CatchingUp, reason);
                true
            }
            Ok(Step::Wrong(state, reason)) => {
                self.caught_up = false;
                self.not_before = Some(Instant::now() + PAUSE);
                self.status.raise(&self.place, state, reason);
                false
            }
            Err(error) => {
                self.failed(&error);
                false
            }
        }
    }

    fn failed(&mut self, error: &Error) {
        self.caught_up = false;
        self.not_before = Some(Instant::now() + PAUSE);
        self.status.raise(&self.place, PipelineState::Degraded, Reason::of(error, "; trying again"));
    }

    async fn feed(&self, cursor: &Cursor) -> Result<Step, Error> {
        let meta = self.realtime.meta().await?;
        if meta.mark.is_none() && !ensure_initialised(&self.records, &self.realtime).await? {
            return Ok(Step::Wrong(PipelineState::Rebuilding, EMPTIED.to_owned()));
        }
        if meta.unreadable.is_some() {
            return Ok(unreadable());
        }
        let place = meta.place(self.partition);
        if cursor.is_at(place.position, place.batch.as_ref()) {
            return Ok(Step::CaughtUp);
        }
        match self.records.journal_after(self.partition, place.position, place.batch.as_ref()).await? {
            Following::Lines(lines) => self.send(lines).await,
            Following::TooShort => Ok(Step::Wrong(
                PipelineState::Rebuilding,
                format!(
                    "the journal of partition {} no longer holds what follows {}; the live stock is rebuilt by itself",
                    self.partition, place.position
                ),
            )),
            Following::Diverged => Ok(self.diverged(place.position)),
            Following::Misplaced => Ok(unreadable()),
        }
    }

    /// Sends lines that follow each other. None at all: another daemon is ahead of the cursor we know.
    async fn send(&self, lines: Vec<JournalLine>) -> Result<Step, Error> {
        if lines.is_empty() {
            return Ok(Step::CaughtUp);
        }
        for line in lines {
            match self.realtime.apply(&line).await? {
                Applied::Applied { damaged } => count_damaged(damaged),
                Applied::Repeat => {}
                // It was thrown back, or fed by another, just now; the next look begins there.
                Applied::Gap { .. } => return Ok(Step::More),
                Applied::Diverged { position } => return Ok(self.diverged(position)),
                Applied::Rebuilding => {
                    return Ok(Step::Wrong(PipelineState::Rebuilding, "the live stock is being rebuilt".to_owned()));
                }
                Applied::Empty => return Ok(Step::Wrong(PipelineState::Rebuilding, EMPTIED.to_owned())),
                Applied::Unreadable => return Ok(unreadable()),
                Applied::Foreign => return Ok(Step::Wrong(PipelineState::Paused, explain(&self.realtime.foreign()))),
            }
        }
        Ok(Step::More)
    }

    fn diverged(&self, position: i64) -> Step {
        let reason = format!(
            "partition {}: the live stock is at {position} of another history; the records were restored from a backup. \
             Once they have read on to there, the live stock is rebuilt by itself",
            self.partition
        );
        Step::Wrong(PipelineState::RecordsBehind, reason)
    }
}

fn unreadable() -> Step {
    let reason = "somebody edited what Redis says of where it stands; the live stock is rebuilt by itself";
    Step::Wrong(PipelineState::Rebuilding, reason.to_owned())
}

/// An empty Redis beside empty records becomes ready. `false`: it is empty, and they are not.
///
/// # Errors
/// When the records are empty and Redis does not answer: then it must be waited for.
pub async fn ensure_initialised(records: &Records, realtime: &Realtime) -> Result<bool, Error> {
    if records.nothing_recorded().await? {
        realtime.initialise(&Uuid::now_v7().simple().to_string()).await?;
        return Ok(true);
    }
    // Another daemon may have made it, and recorded, since we looked.
    Ok(realtime.meta().await.is_ok_and(|meta| meta.mark.is_some()))
}

fn count_damaged(damaged: u64) {
    if damaged > 0 {
        tracing::error!(
            damaged,
            "keys of the live stock could not be read and were quarantined; an audit will settle them"
        );
        metrics::counter!("tallyhouse_keys_set_apart_total").increment(damaged);
    }
}

const EMPTIED: &str = "Redis was emptied while the records were not; nothing is lost, entries are recorded on, and the live \
                       stock is rebuilt by itself";
