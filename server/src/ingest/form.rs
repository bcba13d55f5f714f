//! Messages to batches: decodes as messages come, and cuts batches in two when the database refuses one. Pure.

use app::model::batch::BatchId;
use app::model::entry::Millis;
use app::model::flaw::{Code, Flaw};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::rejection::Rejection;
use super::wire;
use crate::config::EntryRules;
use crate::hex::hex;
use crate::records::{LastMessage, Line, NewBatch, RejectedMessage};

/// What Kafka brings.
#[derive(Debug, Clone)]
pub struct Message {
    /// Its place in the partition.
    pub offset: i64,
    /// Its timestamp.
    pub timestamp: Millis,
    /// Its bytes; a tombstone has none.
    pub payload: Vec<u8>,
}

/// The most messages of a batch.
pub const MAX_MESSAGES: usize = 4000;
/// The most bytes of a batch, beyond its first message.
pub const MAX_BYTES: usize = 8 << 20;

/// A batch that is being formed.
#[derive(Debug)]
pub struct Forming {
    rules: EntryRules,
    partition: i32,
    from: i64,
    lines: Vec<Line>,
    rejected: Vec<RejectedMessage>,
    bytes: usize,
    /// The offset of the message that went in last.
    last: Option<i64>,
}

impl Forming {
    /// An empty batch that begins at a position.
    pub fn new(partition: i32, from: i64, rules: EntryRules) -> Self {
        Self { rules, partition, from, lines: Vec::new(), rejected: Vec::new(), bytes: 0, last: None }
    }

    /// The position that the next message must not be before.
    pub fn next(&self) -> i64 {
        self.last.map_or(self.from, |offset| offset + 1)
    }

    /// Whose stream it is of.
    pub fn partition(&self) -> i32 {
        self.partition
    }

    /// Is there anything in it?
    pub fn is_empty(&self) -> bool {
        self.last.is_none()
    }

    /// May no more go in?
    pub fn is_full(&self) -> bool {
        self.lines.len() + self.rejected.len() >= MAX_MESSAGES || self.bytes >= MAX_BYTES
    }

    /// Decodes a message and puts it in. One from before [`Self::next`] was here already and is left out.
    pub fn push(&mut self, message: Message) {
        if message.offset < self.next() {
            return;
        }
        self.bytes += message.payload.len();
        self.last = Some(message.offset);
        match self.decode(&message) {
            Ok((entry, day)) => self.lines.push(Line {
                offset: message.offset,
                entry,
                day,
                raw: message.payload,
                sent_at: message.timestamp,
            }),
            Err(rejection) => self.rejected.push(rejected(message, rejection)),
        }
    }

    fn decode(&self, message: &Message) -> Result<(app::model::entry::Entry, chrono::NaiveDate), Rejection> {
        let entry = wire::decode(&message.payload, message.timestamp, &self.rules)?;
        // The decoder has seen that the day exists; asking again must not be able to panic.
        let day = self.rules.business_time.day(entry.create_time);
        let day = day.ok_or_else(|| Rejection::field("create_time", Flaw::OutOfRange))?;
        Ok((entry, day))
    }

    /// The batch as it stands, and an empty one that follows it. `None` while it is empty.
    pub fn take(&mut self) -> Option<NewBatch> {
        let to = self.last.take()? + 1;
        let from = std::mem::replace(&mut self.from, to);
        self.bytes = 0;
        let (lines, rejected) = (std::mem::take(&mut self.lines), std::mem::take(&mut self.rejected));
        let last = last_message(&lines, &rejected);
        Some(NewBatch {
            batch_id: new_id(),
            previous: None,
            highest: 0,
            generation: 0,
            partition: self.partition,
            from,
            to,
            last,
            lines,
            rejected,
        })
    }
}

/// A rejection with its message.
fn rejected(message: Message, rejection: Rejection) -> RejectedMessage {
    RejectedMessage {
        offset: message.offset,
        code: rejection.code.as_str(),
        reason: rejection.reason(),
        field: rejection.field,
        raw: message.payload,
        sent_at: message.timestamp,
    }
}

fn new_id() -> BatchId {
    BatchId(Uuid::now_v7().simple().to_string())
}

/// What is remembered of the message with the highest offset.
fn last_message(lines: &[Line], rejected: &[RejectedMessage]) -> LastMessage {
    let line = lines.last().map(|it| (it.offset, it.sent_at, it.raw.as_slice()));
    let other = rejected.last().map(|it| (it.offset, it.sent_at, it.raw.as_slice()));
    let (_, timestamp, raw) = line.max(other).unwrap_or((0, Millis(0), &[]));
    LastMessage { timestamp, checksum: checksum(raw) }
}

/// 16 hexadecimal digits over the bytes of a message.
pub fn checksum(raw: &[u8]) -> String {
    hex(&Sha256::digest(raw)[..8])
}

/// Two batches that follow each other and hold what one held; `None` when it is a single message.
pub fn halves(batch: &NewBatch) -> Option<(NewBatch, NewBatch)> {
    let mut offsets: Vec<i64> =
        batch.lines.iter().map(|it| it.offset).chain(batch.rejected.iter().map(|it| it.offset)).collect();
    offsets.sort_unstable();
    let middle = *offsets.get(offsets.len() / 2).filter(|_| offsets.len() > 1)?;
    let part = |from: i64, to: i64| {
        let within = |offset: i64| (from..to).contains(&offset);
        let lines: Vec<Line> = batch.lines.iter().filter(|it| within(it.offset)).cloned().collect();
        let rejected: Vec<RejectedMessage> = batch.rejected.iter().filter(|it| within(it.offset)).cloned().collect();
        let last = last_message(&lines, &rejected);
        NewBatch { batch_id: new_id(), previous: None, from, to, last, lines, rejected, ..batch.clone_head() }
    };
    Some((part(batch.from, middle), part(middle, batch.to)))
}

/// A batch of one line that the database refuses, as a batch of one rejection.
pub fn reject_only_line(batch: &NewBatch, code: Code, reason: &str) -> NewBatch {
    let rejection = Rejection { code, ..Rejection::whole(Flaw::Said(reason.to_owned())) };
    let rejected = batch.lines.iter().map(|it| {
        let message = Message { offset: it.offset, timestamp: it.sent_at, payload: it.raw.clone() };
        rejected(message, rejection.clone())
    });
    let rejected = batch.rejected.iter().cloned().chain(rejected).collect();
    NewBatch { batch_id: new_id(), lines: Vec::new(), rejected, last: batch.last.clone(), ..batch.clone_head() }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::business_time::BusinessTime;

    fn forming(from: i64) -> Forming {
        let rules = EntryRules {
            business_time: BusinessTime(chrono_tz::Asia::Shanghai),
            max_future: Duration::from_hours(24),
            min_time: "2000-01-01".parse().unwrap(),
        };
        Forming::new(3, from, rules)
    }

    fn message(offset: i64, good: bool) -> Message {
        let payload = format!(
            r#"{{"product_id":"p","quantity":{},"drcr":1,"company_id":"c","warehouse_id":"w","bill_id":"{offset}","create_time":"2025-03-10 08:00:00"}}"#,
            i32::from(good)
        );
        Message { offset, timestamp: Millis(1_741_600_000_000 + offset), payload: payload.into_bytes() }
    }

    #[test]
    fn positions_follow_the_stream_and_its_holes() {
        let mut forming = forming(10);
        assert!(forming.take().is_none());
        for offset in [9, 12, 12, 15] {
            forming.push(message(offset, true));
        }
        let batch = forming.take().unwrap();
        assert_eq!((batch.from, batch.to, batch.consumed()), (10, 16, 2));
        assert_eq!(forming.next(), 16);
    }

    proptest! {
        #[test]
        fn halves_hold_what_the_whole_held(goods in proptest::collection::vec(any::<bool>(), 2..30)) {
            let mut forming = forming(100);
            for (place, good) in goods.iter().enumerate() {
                forming.push(message(100 + 2 * i64::try_from(place).unwrap(), *good));
            }
            let whole = forming.take().unwrap();
            let (a, b) = halves(&whole).unwrap();
            prop_assert_eq!((a.from, a.to, b.to), (whole.from, b.from, whole.to));
            prop_assert_eq!(a.consumed() + b.consumed(), whole.consumed());
            prop_assert!(a.consumed() > 0 && b.consumed() > 0);
            prop_assert_eq!(&b.last, &whole.last);
            prop_assert!(a.last.timestamp < b.last.timestamp, "each part remembers its own last message");
        }
    }
}
