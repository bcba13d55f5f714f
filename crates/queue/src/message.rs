//! A message as the queue hands it over, for all who read the topic: its bytes, and the time by which it is judged, also where it
//! carries no timestamp.

use model::time::Millis;
use rdkafka::Message as _;
use rdkafka::message::BorrowedMessage;

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
    /// Time by which its entry is judged, once, by whoever records it: that of the message; of one without a timestamp, when it was read. The
    /// verdict is on record.
    pub fn judged_at(&self, read_at: Millis) -> Millis {
        self.sent_at.unwrap_or(read_at)
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
