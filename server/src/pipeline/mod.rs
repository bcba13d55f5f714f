//! The pipeline: where the stream stands, from the three servers that know. Per partition its end, both cursors and the accounting line.
//!
//! `state` says what that means; `system` watches it, for `/system`.

mod state;
mod system;

use model::pipeline::{Counts, JournalStatus, PartitionStatus, Pipeline, PipelineState, RebuildStatus};

pub use system::SystemReader;

use base::status::{Detail, Reason, Status};
use queue::Topic;
use realtime::Realtime;
use records::Records;
use state::is_behind;

/// Reads where the stream stands. Cheap to clone.
#[derive(Clone)]
pub struct PipelineReader {
    /// Cursors and counts.
    pub records: Records,
    pub realtime: Realtime,
    pub topic: Topic,
    /// What the daemon of this process says is wrong.
    pub status: Status,
}

impl PipelineReader {
    /// Reads it all. Kafka and Redis may be away: then their figures are null and the reason is said.
    pub async fn read(&self, detail: Detail) -> Result<Pipeline, records::Error> {
        let cursors = self.records.cursors().await?;
        let (mut state, mut reasons) = self.status.told(detail);
        let mut away = |what: &dyn std::error::Error| {
            state = state.max(PipelineState::Degraded);
            reasons.push(Reason::of(what, "").told(detail).to_owned());
        };
        // Together: each may take its whole limit to say that it is away.
        let (reach, meta) = tokio::join!(self.topic.reach(), self.realtime.meta());
        let reach = reach.inspect_err(|it| away(it)).ok();
        let meta = meta.inspect_err(|it| away(it)).ok();
        let mut numbers: Vec<i32> =
            cursors.keys().chain(reach.iter().flatten().map(|(partition, _)| partition)).copied().collect();
        numbers.sort_unstable();
        numbers.dedup();
        let partitions: Vec<PartitionStatus> = numbers
            .into_iter()
            .map(|partition| {
                let cursor = cursors.get(&partition);
                PartitionStatus {
                    partition,
                    end_offset: reach.as_ref().and_then(|it| it.get(&partition)).map(|(_, end)| *end),
                    cursor: cursor.map_or(0, |it| it.next_offset),
                    live_cursor: meta
                        .as_ref()
                        .and_then(|it| it.mark.as_ref().map(|_| it.positions.get(&partition).copied().unwrap_or(0))),
                    counts: cursor.map(|it| it.counts).unwrap_or_default(),
                }
            })
            .collect();
        if partitions.iter().any(is_behind) {
            state = state.max(PipelineState::CatchingUp);
        }
        let totals = partitions.iter().fold(Counts::default(), |sum, it| sum.plus(it.counts));
        let size = self.records.journal_size().await?;
        let journal = JournalStatus { lines: size.lines, bytes: size.bytes };
        let last_rebuild = self.records.last_rebuild().await?.map(|it| RebuildStatus {
            cause: it.cause,
            state: it.state.as_str().to_owned(),
            keys: it.keys_done,
            took_ms: it.took_ms,
        });
        Ok(Pipeline { partitions, totals, state, reasons, journal, last_rebuild })
    }

    /// Which of the three servers does not answer.
    pub async fn missing(&self) -> Vec<&'static str> {
        let (records, realtime, topic) =
            tokio::join!(self.records.ping(), self.realtime.ping(), self.topic.partitions());
        let mut missing = Vec::new();
        if records.is_err() {
            missing.push("MySQL");
        }
        if realtime.is_err() {
            missing.push("Redis");
        }
        if !matches!(topic, Ok(Some(_))) {
            missing.push("the topic in Kafka");
        }
        missing
    }
}
