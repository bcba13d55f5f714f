//! Messages to batches: decodes as messages come, and cuts batches in two when the database refuses one. Pure.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use model::batch::BatchId;
use model::entry::Entry;
use model::flaw::{Code, Flaw};
use model::time::Millis;
use uuid::Uuid;

use base::config::EntryRules;
use queue::{Message, Rejection, admit, read};
use records::{LastMessage, Line, NewBatch, RejectedMessage};

/// The most messages of a batch.
pub const MAX_MESSAGES: usize = 4000;
/// The most business days of a batch, once it holds more than [`FEW_MESSAGES`]: each needs tables of its own, which a backlog has to make.
pub const MAX_DAYS: usize = 3;
/// So many messages are worth a transaction, whatever days they are of.
pub const FEW_MESSAGES: usize = 250;
/// The most bytes of a batch, beyond its first message.
pub const MAX_BYTES: usize = 8 << 20;

/// A batch that is being formed.
#[derive(Debug)]
pub struct BatchBuilder {
    rules: EntryRules,
    partition: i32,
    from: i64,
    lines: Vec<Line>,
    rejected: Vec<RejectedMessage>,
    bytes: usize,
    days: BTreeSet<NaiveDate>,
    /// The offset of the message that went in last.
    last: Option<i64>,
}

impl BatchBuilder {
    /// An empty batch that begins at a position.
    pub fn new(partition: i32, from: i64, rules: EntryRules) -> Self {
        Self {
            rules,
            partition,
            from,
            lines: Vec::new(),
            rejected: Vec::new(),
            bytes: 0,
            days: BTreeSet::new(),
            last: None,
        }
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
        let messages = self.lines.len() + self.rejected.len();
        messages >= MAX_MESSAGES || self.bytes >= MAX_BYTES || (self.days.len() > MAX_DAYS && messages >= FEW_MESSAGES)
    }

    /// Decodes a message and puts it in. One from before [`Self::next`] was here already and is left out.
    /// `read_at`: when it was read; by this a message without a timestamp is judged.
    pub fn push(&mut self, message: Message, read_at: Millis) {
        if message.offset < self.next() {
            return;
        }
        self.bytes += message.payload.len();
        self.last = Some(message.offset);
        match self.decode(&message, read_at) {
            Ok((entry, day)) => {
                self.days.insert(day);
                let (offset, raw, sent_at) = (message.offset, message.payload, message.sent_at);
                self.lines.push(Line { offset, entry, day, raw, sent_at });
            }
            Err((rejection, entry)) => self.rejected.push(rejected(message, rejection, entry)),
        }
    }

    /// What a message says, and of which day it is; or why it is not let in, and what it says all the same.
    fn decode(
        &self,
        message: &Message,
        read_at: Millis,
    ) -> Result<(Entry, NaiveDate), (Rejection, Option<Box<Entry>>)> {
        let zone = self.rules.business_time;
        let entry = read(&message.payload, zone).map_err(|it| (it, None))?;
        if let Err(rejection) = admit(&entry, message.judged_at(read_at), &self.rules) {
            return Err((rejection, Some(Box::new(entry))));
        }
        // The decoder has seen that the day exists; asking again must not be able to panic.
        let day = zone.day(entry.create_time);
        let day = day.ok_or_else(|| (Rejection::field("create_time", Flaw::OutOfRange), None))?;
        Ok((entry, day))
    }

    /// The batch as it stands, and an empty one that follows it. `position`: up to where the partition was read, which is beyond the last
    /// message where places follow that hold none (marks of transactions, aborted messages). `None` where there is nothing to pass.
    pub fn take(&mut self, position: Option<i64>) -> Option<NewBatch> {
        let to = self.next().max(position.unwrap_or(0));
        if to <= self.from {
            return None;
        }
        self.last = None;
        self.days.clear();
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
fn rejected(message: Message, rejection: Rejection, entry: Option<Box<Entry>>) -> RejectedMessage {
    RejectedMessage {
        offset: message.offset,
        code: rejection.code.as_str(),
        reason: rejection.reason(),
        field: rejection.field,
        raw: message.payload,
        sent_at: message.sent_at,
        entry,
    }
}

fn new_id() -> BatchId {
    BatchId(Uuid::now_v7().simple().to_string())
}

/// What is remembered of the message with the highest offset.
fn last_message(lines: &[Line], rejected: &[RejectedMessage]) -> Option<LastMessage> {
    let line = lines.last().map(|it| (it.offset, it.sent_at, it.raw.as_slice()));
    let other = rejected.last().map(|it| (it.offset, it.sent_at, it.raw.as_slice()));
    line.max(other).map(|(offset, sent_at, raw)| LastMessage::of(offset, sent_at, raw))
}

/// Two batches that follow each other and hold what one held; `None` when it is a single message.
pub fn bisect(batch: &NewBatch) -> Option<(NewBatch, NewBatch)> {
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
    reject(batch, |_| true, code, reason)
}

/// A batch whose lines of these indexes are set aside for want of a day table: rejections with the code `no_table`, which are sent again by
/// themselves once there is room (`intake::set_aside`).
pub fn set_aside(batch: &NewBatch, without_table: &[usize]) -> NewBatch {
    let reason = "needs a new day table, and there are as many as TALLYHOUSE_RECORDS_MAX_TABLES allows";
    reject(batch, |index| without_table.binary_search(&index).is_ok(), Code::NoTable, reason)
}

/// The batch with some of its lines, by their index, as rejections.
fn reject(batch: &NewBatch, is_refused: impl Fn(usize) -> bool, code: Code, reason: &str) -> NewBatch {
    let rejection = Rejection { code, ..Rejection::whole(Flaw::Said(reason.to_owned())) };
    let (mut lines, mut rejected) = (Vec::new(), batch.rejected.clone());
    for (index, line) in batch.lines.iter().enumerate() {
        if !is_refused(index) {
            lines.push(line.clone());
            continue;
        }
        rejected.push(RejectedMessage {
            offset: line.offset,
            code: rejection.code.as_str(),
            field: None,
            reason: rejection.reason(),
            raw: line.raw.clone(),
            sent_at: line.sent_at,
            // Under another cap it may have been recorded.
            entry: (code == Code::NoTable).then(|| Box::new(line.entry.clone())),
        });
    }
    rejected.sort_by_key(|it| it.offset);
    NewBatch { batch_id: new_id(), lines, rejected, last: batch.last.clone(), ..batch.clone_head() }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use base::business_time::BusinessTime;

    fn forming(from: i64) -> BatchBuilder {
        let rules = EntryRules {
            business_time: BusinessTime(chrono_tz::Asia::Shanghai),
            max_future: Duration::from_hours(24),
            min_time: "2000-01-01".parse().unwrap(),
        };
        BatchBuilder::new(3, from, rules)
    }

    /// No message of these tests is judged by it.
    const READ_AT: Millis = Millis(i64::MAX);

    fn message(offset: i64, good: bool) -> Message {
        let payload = format!(
            r#"{{"product_id":"p","quantity":{},"drcr":1,"company_id":"c","warehouse_id":"w","bill_id":"{offset}","create_time":"2025-03-10 08:00:00"}}"#,
            i32::from(good)
        );
        let at = Millis(1_741_600_000_000 + offset);
        Message { partition: 0, offset, sent_at: Some(at), payload: payload.into_bytes() }
    }

    #[test]
    fn positions_follow_the_stream_and_its_holes() {
        let mut forming = forming(10);
        assert!(forming.take(None).is_none());
        for offset in [9, 12, 12, 15] {
            forming.push(message(offset, true), READ_AT);
        }
        let batch = forming.take(None).unwrap();
        assert_eq!((batch.from, batch.to, batch.consumed()), (10, 16, 2));
        assert_eq!(forming.next(), 16);
    }

    #[test]
    fn places_that_hold_no_message_are_passed() {
        let mut forming = forming(10);
        assert!(forming.take(Some(10)).is_none(), "nothing was read");
        let batch = forming.take(Some(12)).unwrap();
        assert_eq!((batch.from, batch.to, batch.consumed(), batch.last), (10, 12, 0, None));
        forming.push(message(12, true), READ_AT);
        let batch = forming.take(Some(14)).unwrap();
        let last = batch.last.map(|it| it.offset);
        assert_eq!(
            (batch.from, batch.to, batch.lines.len(), last),
            (12, 14, 1, Some(12)),
            "a mark follows the message"
        );
        forming.push(message(14, true), READ_AT);
        assert_eq!(forming.take(Some(3)).unwrap().to, 15, "a position that is not told yet takes nothing away");
    }

    #[test]
    fn a_backlog_is_cut_into_batches_of_few_days() {
        let mut forming = forming(0);
        let of_day = |offset: i64, day: i64| {
            let mut it = message(offset, true);
            let text = String::from_utf8(it.payload).unwrap().replace("2025-03-10", &format!("2025-02-{day:02}"));
            it.payload = text.into_bytes();
            it
        };
        let mut offset = 0;
        while !forming.is_full() {
            forming.push(of_day(offset, 1 + offset / 100), READ_AT);
            offset += 1;
        }
        assert_eq!(offset, 301, "three days and the first of the fourth");
        forming.take(None);
        while !forming.is_full() {
            forming.push(of_day(offset, 1 + offset % 28), READ_AT);
            offset += 1;
        }
        assert_eq!(offset, 301 + 250, "days in any order: not one transaction for every few messages");
    }

    #[test]
    fn what_only_the_settings_refuse_still_says_what_it_says() {
        let mut forming = forming(0);
        forming.rules.min_time = "2025-03-11".parse().unwrap();
        forming.push(message(0, true), READ_AT);
        forming.push(message(1, false), READ_AT);
        let says: Vec<bool> = forming.take(None).unwrap().rejected.iter().map(|it| it.entry.is_some()).collect();
        assert_eq!(says, [true, false]);
    }

    #[test]
    fn what_has_no_table_is_set_aside_and_the_rest_stays() {
        let mut forming = forming(0);
        for offset in 0..4 {
            forming.push(message(offset, offset != 1), READ_AT);
        }
        let batch = set_aside(&forming.take(None).unwrap(), &[1]);
        let rejected: Vec<_> = batch.rejected.iter().map(|it| (it.offset, it.code, it.entry.is_some())).collect();
        assert_eq!(rejected, [(1, "invalid", false), (2, "no_table", true)], "the second line is the third message");
        assert_eq!(batch.lines.iter().map(|it| it.offset).collect::<Vec<_>>(), [0, 3]);
        assert_eq!((batch.to, batch.last.map(|it| it.offset)), (4, Some(3)));
    }

    proptest! {
        #[test]
        fn halves_hold_what_the_whole_held(goods in proptest::collection::vec(any::<bool>(), 2..30)) {
            let mut forming = forming(100);
            for (place, good) in goods.iter().enumerate() {
                forming.push(message(100 + 2 * i64::try_from(place).unwrap(), *good), READ_AT);
            }
            let whole = forming.take(None).unwrap();
            let (a, b) = bisect(&whole).unwrap();
            prop_assert_eq!((a.from, a.to, b.to), (whole.from, b.from, whole.to));
            prop_assert_eq!(a.consumed() + b.consumed(), whole.consumed());
            prop_assert!(a.consumed() > 0 && b.consumed() > 0);
            prop_assert_eq!(&b.last, &whole.last);
            let at = |it: &NewBatch| it.last.as_ref().and_then(|it| it.timestamp);
            prop_assert!(at(&a) < at(&b), "each part remembers its own last message");
        }
    }
}
