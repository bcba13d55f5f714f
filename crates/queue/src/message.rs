//! A message as the queue hands it over, for all who read the topic: its bytes, and its time.

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
    /// The time of the message by which its entry is judged. One without a timestamp is judged by `otherwise`: when it was read, by whoever
    /// records it, once, for the verdict is on record; the end of time, by whoever asks later what it says, for then it cannot be too far ahead.
    pub fn time_or(&self, otherwise: Millis) -> Millis {
        self.sent_at.unwrap_or(otherwise)
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
