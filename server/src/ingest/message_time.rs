//! The time of a message: its timestamp, as its producer (`CreateTime`) or its broker (`LogAppendTime`) set it. One reading of it for all who
//! read the topic.

use model::entry::Millis;
use rdkafka::Message;

/// When a message was sent, by itself; `None` where it carries no timestamp (-1), as those of old and foreign producers.
pub fn sent_at(message: &impl Message) -> Option<Millis> {
    message.timestamp().to_millis().map(Millis)
}
