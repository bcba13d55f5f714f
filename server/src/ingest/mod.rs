//! Kafka to both stores, exactly once. The only home of rdkafka.

mod consumer;
mod context;
mod error;
mod form;
mod live_writer;
mod partition;
mod producer;
mod rejection;
mod status;
mod topic;
mod wire;

pub use consumer::Daemon;
pub use error::Error;
pub use producer::{EntryProducer, Sent};
pub use rejection::Rejection;
pub use status::{Status, explain};
pub use topic::{Reach, Topic, make_topic};
pub use wire::decode;
