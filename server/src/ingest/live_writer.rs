//! Brings a partition's batches into the live stock, in order: what was just recorded, and what is missing from before.

use app::model::batch::JournalLine;
use app::model::pipeline::PipelineState;
use uuid::Uuid;

use super::status::Status;
use super::{Error, explain};
use crate::realtime::{Applied, Realtime};
use crate::records::Records;

/// Adds the batches of one partition to the live stock.
pub struct LiveWriter {
    partition: i32,
    place: String,
    records: Records,
    realtime: Realtime,
    status: Status,
}

impl LiveWriter {
    /// A writer for a partition.
    pub fn new(partition: i32, records: Records, realtime: Realtime, status: Status) -> Self {
        Self { partition, place: format!("live stock, partition {partition}"), records, realtime, status }
    }

    /// Adds a recorded batch. What cannot be added now is fed from the journal later; ingest does not wait for it.
    pub async fn add(&self, line: &JournalLine) {
        let added = match self.realtime.apply(line).await {
            Ok(Applied::Applied { .. } | Applied::Repeat) => Ok(true),
            // Something is missing before it, or something is wrong: both are looked into from the start.
            Ok(_) => self.catch_up(line.to).await,
            Err(error) => Err(error.into()),
        };
        self.tell(added);
    }

    /// Compares position and cursor, and feeds what is missing. Called on assignment and every second while idle.
    pub async fn check(&self, cursor: i64) {
        let caught_up = self.catch_up(cursor).await;
        self.tell(caught_up);
    }

    fn tell(&self, outcome: Result<bool, Error>) {
        match outcome {
            Ok(true) => self.status.clear(&self.place),
            // What is wrong was said where it was seen.
            Ok(false) => {}
            Err(error) => {
                self.status.raise(&self.place, PipelineState::Degraded, format!("{}; trying again", explain(&error)));
            }
        }
    }

    /// `true`: the live stock has everything before `cursor`. `false`: a person or a rebuild must help, and was told.
    async fn catch_up(&self, cursor: i64) -> Result<bool, Error> {
        let meta = self.realtime.meta().await?;
        if meta.mark.is_none() && !ensure_first_mark(&self.records, &self.realtime).await? {
            return Ok(self.pause(EMPTIED.to_owned()));
        }
        // Nothing stored counts as the partition's first offset.
        let mut position = meta.positions.get(&self.partition).copied().unwrap_or(0);
        while position < cursor {
            let lines = self.records.journal_from(self.partition, position).await?;
            if lines.is_empty() {
                return Ok(self.pause(format!(
                    "the journal of partition {} no longer reaches back to {position}; the live stock must be rebuilt",
                    self.partition
                )));
            }
            for line in lines {
                match self.realtime.apply(&line).await? {
                    Applied::Applied { .. } | Applied::Repeat => position = line.to,
                    Applied::Gap { position: stored } => {
                        position = stored;
                        break;
                    }
                    Applied::Parted { position } => {
                        return Ok(self.raise(
                            PipelineState::RecordsBehind,
                            format!(
                                "partition {}: the live stock is at {position} of another history; the records were \
                                 restored from a backup, and the live stock must be rebuilt",
                                self.partition
                            ),
                        ));
                    }
                    Applied::Rebuilding => {
                        return Ok(self.raise(PipelineState::Rebuilding, "the live stock is being rebuilt".to_owned()));
                    }
                    Applied::Empty => return Ok(self.pause(EMPTIED.to_owned())),
                    Applied::Foreign => return Ok(self.pause(explain(&self.realtime.foreign()))),
                }
            }
        }
        Ok(true)
    }

    fn pause(&self, reason: String) -> bool {
        self.raise(PipelineState::Paused, reason)
    }

    fn raise(&self, state: PipelineState, reason: String) -> bool {
        self.status.raise(&self.place, state, reason);
        false
    }
}

/// An empty Redis beside empty records becomes ready. `false`: it is empty, and they are not.
///
/// # Errors
/// When the records are empty and Redis does not answer: then it must be waited for.
pub async fn ensure_first_mark(records: &Records, realtime: &Realtime) -> Result<bool, Error> {
    if records.nothing_recorded().await? {
        realtime.make_first_mark(&Uuid::now_v7().simple().to_string()).await?;
        return Ok(true);
    }
    // Another daemon may have made it, and recorded, since we looked.
    Ok(realtime.meta().await.is_ok_and(|meta| meta.mark.is_some()))
}

const EMPTIED: &str = "Redis was emptied while the records were not; nothing is lost, entries are recorded on, but the live \
                       stock must be rebuilt";
