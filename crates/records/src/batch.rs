//! What the ingest hands over: one batch of one partition, decoded.

use chrono::NaiveDate;
use model::batch::BatchId;
use model::entry::Entry;
use model::time::Millis;
use sha2::{Digest as _, Sha256};

use base::hex::hex;

/// A decoded message.
#[derive(Debug, Clone)]
pub struct Line {
    /// Its place in the partition.
    pub offset: i64,
    /// What it says.
    pub entry: Entry,
    /// The business date of its `create_time`.
    pub day: NaiveDate,
    /// Its bytes, kept in case it turns out to conflict.
    pub raw: Vec<u8>,
    /// The message's timestamp, where it has one.
    pub sent_at: Option<Millis>,
}

/// A message that is not recorded, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedMessage {
    /// Its place in the partition.
    pub offset: i64,
    /// A stable word.
    pub code: &'static str,
    /// Which field, where it is one.
    pub field: Option<String>,
    /// For people; at most 1 000 characters.
    pub reason: String,
    /// Bytes of the message, all of them.
    pub raw: Vec<u8>,
    /// The message's timestamp, where it has one.
    pub sent_at: Option<Millis>,
    /// What it says, where only the settings of today refuse it: it may have been let in before they were changed.
    pub entry: Option<Box<Entry>>,
}

/// What is remembered of the last message before the cursor. Between the two there may be places that hold no message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastMessage {
    /// Where it is.
    pub offset: i64,
    /// Its timestamp, where it has one.
    pub timestamp: Option<Millis>,
    /// 16 hexadecimal digits over its bytes.
    pub checksum: String,
}

impl LastMessage {
    /// What is remembered of a message.
    pub fn of(offset: i64, timestamp: Option<Millis>, payload: &[u8]) -> Self {
        Self { offset, timestamp, checksum: hex(&Sha256::digest(payload)[..8]) }
    }

    /// Is it the message that now stands in its place? One without a timestamp is told by its bytes alone.
    pub fn is_same(&self, seen: &Self) -> bool {
        let same_time = self.timestamp.zip(seen.timestamp).is_none_or(|(a, b)| a == b);
        self.offset == seen.offset && self.checksum == seen.checksum && same_time
    }
}

/// A batch to be recorded in one transaction.
#[derive(Debug, Clone)]
pub struct NewBatch {
    /// Its name, unique for ever. The same name is kept over every try.
    pub batch_id: BatchId,
    /// The batch before it in the same partition.
    pub previous: Option<BatchId>,
    /// Below this the partition was read before: its cursor was set back.
    pub highest: i64,
    /// Of the topic: raised when one that was made again was accepted.
    pub generation: i32,
    /// Partition of the topic that it was read from.
    pub partition: i32,
    /// The cursor before it.
    pub from: i64,
    /// The cursor after it.
    pub to: i64,
    /// The last message in it; none where it only passes places that hold no message, such as marks of transactions.
    pub last: Option<LastMessage>,
    /// Messages that decode, in the order of the stream.
    pub lines: Vec<Line>,
    /// Messages that do not.
    pub rejected: Vec<RejectedMessage>,
}

impl NewBatch {
    /// How many messages it consumes.
    pub fn consumed(&self) -> usize {
        self.lines.len() + self.rejected.len()
    }

    /// The same place in the stream and chain, with nothing in it.
    #[must_use]
    pub fn clone_head(&self) -> Self {
        Self {
            batch_id: self.batch_id.clone(),
            previous: self.previous.clone(),
            highest: self.highest,
            generation: self.generation,
            partition: self.partition,
            from: self.from,
            to: self.to,
            last: self.last.clone(),
            lines: Vec::new(),
            rejected: Vec::new(),
        }
    }
}
