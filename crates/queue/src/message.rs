//! A message as the queue hands it over, for all who read the topic.

use model::entry::Millis;
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
