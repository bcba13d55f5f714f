//! A message as the queue hands it over, for all who read the topic: its bytes, and the time by which it is judged, also where it
//! carries no timestamp.

use model::time::Millis;
use rdkafka::Message as _;
use rdkafka::message::BorrowedMessage;

/// So far, in milliseconds, the clocks of producers may be ahead of ours: as far as brokers let them.
const SKEW: i64 = 3_600_000;

/// A message of the topic.
#[derive(Debug, Clone)]
pub struct Message {
    /// Whose stream it is of.
    pub partition: i32,
    /// Its place in the partition.
    pub offset: i64,
    /// The time of the message: its timestamp, as its producer (`CreateTime`) or its broker (`LogAppendTime`) set it. `None`: it carries none
    /// (-1), as those of old and foreign producers.
    pub sent_at: Option<Millis>,
    /// Its bytes; a tombstone has none.
    pub payload: Vec<u8>,
}

impl Message {
    /// Time by which its entry is judged, once, by whoever records it: that of the message, but no later than an hour after it was read, whatever its
    /// producer says (brokers before Kafka 4 take any time); of one without a timestamp, when it was read. The verdict is on record.
    pub fn judged_at(&self, read_at: Millis) -> Millis {
        let latest = Millis(read_at.0.saturating_add(SKEW));
        self.sent_at.map_or(read_at, |it| it.min(latest))
    }

    /// Time for whoever asks later whether its entry would have been let in: a message without a timestamp was never too far ahead.
    pub fn asked_later(&self) -> Millis {
        self.sent_at.unwrap_or(Millis(i64::MAX))
    }

    /// The one reading of what the client hands over.
    pub(crate) fn of(message: &BorrowedMessage<'_>) -> Self {
        Self {
            partition: message.partition(),
            offset: message.offset(),
            sent_at: message.timestamp().to_millis().map(Millis),
            payload: message.payload().unwrap_or_default().to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_message_was_sent_long_after_it_was_read() {
        let judged = |sent_at: Option<i64>| {
            let message = Message { partition: 0, offset: 0, sent_at: sent_at.map(Millis), payload: Vec::new() };
            message.judged_at(Millis(1_000_000_000)).0
        };
        assert_eq!(judged(None), 1_000_000_000);
        assert_eq!(judged(Some(999_000_000)), 999_000_000);
        assert_eq!(judged(Some(1_003_000_000)), 1_003_000_000, "a clock that is a little ahead");
        assert_eq!(judged(Some(253_370_764_800_000)), 1_003_600_000, "the year 9999");
    }
}
