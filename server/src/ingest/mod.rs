//! Kafka to both stores. The only home of rdkafka.

pub mod rejection;
pub mod wire;
