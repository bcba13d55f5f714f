//! Where the stream stands: `GET /api/v1/pipeline` and `/system`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// At every moment, per partition: `consumed = recorded + duplicates + rejected`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
pub struct Counts {
    /// Messages that were read: recorded, duplicates and rejected together.
    pub consumed: i64,
    /// Messages whose entry is in the records.
    pub recorded: i64,
    /// Messages whose entry was there already, the same.
    pub duplicates: i64,
    /// Messages that are no valid entry, or conflict with one.
    pub rejected: i64,
    /// Messages met again after the cursor was set back, that brought nothing new. In none of the other counts.
    #[serde(default)]
    pub read_again: i64,
}

impl Counts {
    /// Does the accounting line hold?
    pub fn balance(self) -> bool {
        self.consumed == self.recorded + self.duplicates + self.rejected
    }

    /// By how much each count differs from another, in words.
    pub fn differences(self, other: Self) -> String {
        let counts = [
            ("consumed", self.consumed - other.consumed),
            ("recorded", self.recorded - other.recorded),
            ("duplicates", self.duplicates - other.duplicates),
            ("rejected", self.rejected - other.rejected),
            ("read again", self.read_again - other.read_again),
        ];
        let words = counts.into_iter().filter(|(_, by)| *by != 0).map(|(name, by)| format!("{name} {by:+}"));
        words.collect::<Vec<_>>().join(", ")
    }

    /// Sum of both, count by count.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            consumed: self.consumed + other.consumed,
            recorded: self.recorded + other.recorded,
            duplicates: self.duplicates + other.duplicates,
            rejected: self.rejected + other.rejected,
            read_again: self.read_again + other.read_again,
        }
    }
}

/// One partition of the topic.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct PartitionStatus {
    /// Number of the partition in the topic, from 0.
    pub partition: i32,
    /// The topic's end; null while Kafka does not answer.
    pub end_offset: Option<i64>,
    /// The next position to record.
    pub cursor: i64,
    /// The next position to add to the live stock; null while Redis does not answer or holds none.
    pub live_cursor: Option<i64>,
    /// The accounting line.
    #[serde(flatten)]
    pub counts: Counts,
}

impl PartitionStatus {
    /// Messages that wait to be recorded. Null while Kafka does not answer.
    pub fn waiting(&self) -> Option<i64> {
        self.end_offset.map(|end| waiting(end, self.cursor))
    }
}

/// Messages of a partition that wait to be recorded, at most: places between cursor and end, of which some may hold no message.
pub fn waiting(end: i64, cursor: i64) -> i64 {
    (end - cursor).max(0)
}

/// The worst state that holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PipelineState {
    /// Everything recorded is in the live stock, and nothing waits for long.
    #[default]
    Ok,
    /// Entries wait to be recorded or added; they are being worked off.
    CatchingUp,
    /// Something does not answer; figures are as of the last time it did.
    Degraded,
    /// A partition waits for a person, or messages that are set aside do; the reason names what to do.
    Paused,
    /// The records were restored from a backup and are behind the live stock.
    RecordsBehind,
    /// The live stock is being made anew from the records.
    Rebuilding,
}

impl PipelineState {
    /// Every state, from good to bad.
    pub const ALL: [Self; 6] =
        [Self::Ok, Self::CatchingUp, Self::Degraded, Self::Paused, Self::RecordsBehind, Self::Rebuilding];

    /// The word over HTTP.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::CatchingUp => "catching_up",
            Self::Degraded => "degraded",
            Self::Paused => "paused",
            Self::RecordsBehind => "records_behind",
            Self::Rebuilding => "rebuilding",
        }
    }
}

/// The answer of `GET /api/v1/pipeline`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Pipeline {
    /// Every partition, in order.
    pub partitions: Vec<PartitionStatus>,
    /// The sum over the partitions.
    pub totals: Counts,
    /// The worst state that holds.
    pub state: PipelineState,
    /// Why, in words that say what to do.
    pub reasons: Vec<String>,
    /// What the journal holds that the live stock could still be fed with.
    pub journal: JournalStatus,
    /// The newest rebuild of the live stock; none yet: null.
    pub last_rebuild: Option<RebuildStatus>,
}

/// What the journal holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct JournalStatus {
    /// Lines that can still be fed: what they did was not let go.
    pub lines: i64,
    /// Bytes of what they did.
    pub bytes: i64,
}

/// A rebuild of the live stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RebuildStatus {
    /// `emptied`, `unfinished`, `journal_too_short` or `records_restored`.
    pub cause: String,
    /// `running`, `done` or `error`.
    pub state: String,
    /// Keys that are done.
    pub keys: i64,
    /// How long it took, or has been going on, in milliseconds.
    pub took_ms: i64,
}
