//! Kafka to both stores, exactly once. The only home of rdkafka.

mod backlog;
mod collect;
mod consumer;
mod context;
mod encode;
mod error;
mod fit;
mod form;
mod instance;
mod live_writer;
mod message_time;
mod partition;
mod peek;
mod position;
mod producer;
mod reader;
mod rejection;
mod scan;
mod topic;
mod wire;

pub use backlog::{Backlog, Waiting};
pub use consumer::Daemon;
pub use encode::to_json;
pub use error::Error;
pub use fit::{Misfit, fit};
pub use producer::{EntryProducer, Sent};
pub use reader::MessageReader;
pub use rejection::Rejection;
pub use scan::{Scanned, TopicScan};
pub use topic::{Reach, Topic, delete_before, delete_topic, make_topic};
pub use wire::{admit, decode, read};
