//! Lends a plain reader to those who want to see the topic's messages for themselves: benches today.

use rdkafka::consumer::{CommitMode, Consumer, StreamConsumer};
use rdkafka::{ClientConfig, Message as _};

use super::Error;
use base::config::KafkaConfig;

/// Reads the topic from its start, as a group of its own, and commits message by message.
pub struct MessageReader(StreamConsumer);

impl MessageReader {
    /// A reader of a group that nobody else is in.
    pub fn new(config: &KafkaConfig, group: &str) -> Result<Self, Error> {
        let consumer: StreamConsumer = ClientConfig::new()
            .set("bootstrap.servers", &config.brokers)
            .set("group.id", group)
            .set("enable.auto.commit", "false")
            .set("auto.offset.reset", "earliest")
            .create()
            .map_err(Error::kafka("making a reader"))?;
        consumer.subscribe(&[&config.topic]).map_err(Error::kafka("joining the group"))?;
        Ok(Self(consumer))
    }

    /// Waits for the next message, hands its place and payload over, and commits its offset when that is done.
    pub async fn each<E: From<Error>>(
        &self,
        work: impl AsyncFnOnce(i32, i64, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let message = self.0.recv().await.map_err(Error::kafka("reading a message"))?;
        work(message.partition(), message.offset(), message.payload().unwrap_or_default()).await?;
        self.0.commit_message(&message, CommitMode::Sync).map_err(Error::kafka("committing an offset"))?;
        Ok(())
    }
}
