//! The queue: Kafka. The only home of rdkafka. A member of the consumer group, a producer, readers of the topic, and the one authority on
//! what the bytes of a message say ([`decode`]). Knows the vocabulary (`model`) and the ground floor (`base`), no store.

mod admin;
mod backlog;
mod client;
mod consumer_group;
mod decode;
mod encode;
mod error;
mod message;
mod newest;
mod peek;
mod position;
mod producer;
mod reader;
mod scan;
mod topic;

pub use admin::{delete_before, delete_topic, make_topic};
pub use backlog::{Backlog, Cursors, Waiting};
pub use consumer_group::{ConsumerGroup, GroupEvent, LagOffsets, PartitionQueue, ReadError};
pub use decode::admission::admit;
pub use decode::rejection::Rejection;
pub use decode::{decode, read};
pub use encode::to_json;
pub use error::Error;
pub use message::Message;
pub use newest::newest;
pub use producer::{EntryProducer, Sent};
pub use reader::MessageReader;
pub use scan::{Gap, TopicScan};
pub use topic::{Reach, Topic};
