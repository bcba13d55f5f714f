//! What `/system` shows: where the stream stands, how fast, how the stores are, and what is degraded.

use serde::{Deserialize, Serialize};

use super::pipeline::Pipeline;

/// How the parts are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SystemView {
    /// Since when the state of the pipeline is what it is, `YYYY-MM-DD HH:MM:SS`; none: it was not looked at yet.
    pub state_since: Option<String>,
    /// The program's version.
    pub version: String,
    /// Business time, `YYYY-MM-DD HH:MM:SS`.
    pub time: String,
    /// How long this process has been up, in seconds.
    pub up_seconds: u64,
    /// Where the stream stands; none: the records do not answer.
    pub pipeline: Option<Pipeline>,
    /// Of the last 10 seconds; none: not looked at for so long yet.
    pub rates: Option<Rates>,
    /// MySQL, Redis and Kafka.
    pub stores: Vec<StoreHealth>,
    /// Day tables; none: the records do not answer.
    pub tables: Option<Tables>,
}

/// Messages a second, in tenths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rates {
    /// Growth of the topic: by how many places its ends went on.
    pub produced: u64,
    /// Recorded or rejected.
    pub consumed: u64,
    /// Added to the live stock.
    pub applied: u64,
}

/// One of the three.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StoreHealth {
    /// Server that this is about.
    pub store: Store,
    /// Does it answer?
    pub answers: bool,
    /// Since when it does, or does not: `YYYY-MM-DD HH:MM:SS`, business time; as far as this process has seen.
    pub since: String,
    /// How long the last answer took, in microseconds.
    pub took_us: Option<u64>,
    /// What is wrong.
    pub trouble: Option<String>,
}

/// A server that we rest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Store {
    /// MySQL or MariaDB.
    Records,
    /// Redis, which holds the live stock.
    LiveStock,
    /// Kafka, which holds the topic of entries.
    Topic,
}

/// The day tables of the records (docs/domain.md#the-records-one-table-per-product-per-day).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tables {
    /// How many there are.
    pub count: i64,
    /// At so many, what needs another one is set aside.
    pub most: i64,
    /// How many a day were new, over the last week, in tenths.
    pub new_a_day: i64,
    /// Days until the cap at that rate; none: never.
    pub days_left: Option<i64>,
}

impl Tables {
    /// Is it time to say so? At 80 %.
    pub fn are_many(&self) -> bool {
        self.count.saturating_mul(10) >= self.most.saturating_mul(8)
    }
}

/// Room for new day tables, for somebody who brings entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TableRoom {
    /// New tables that the entries need.
    pub wanted: i64,
    /// New tables before the cap.
    pub left: i64,
}

impl TableRoom {
    /// New tables that one file or body may need: a quarter of what is left, so that nobody takes the room from all others by a mistake such as bills
    /// in the column of products.
    pub fn most(self) -> i64 {
        self.left / 4
    }

    /// Does it need more than it may?
    pub fn is_too_small(self) -> bool {
        self.wanted > self.most()
    }
}
