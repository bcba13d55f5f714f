//! Lends a plain reader to those who want to see a topic's messages for themselves: benches, and the translator of change events.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::consumer::{CommitMode, Consumer, StreamConsumer};
use rdkafka::{Message as _, Offset, TopicPartitionList};
use tokio::time::timeout;

use super::client::client;
use super::{Error, Message};
use base::config::KafkaConfig;

/// What follows comes within this.
const FOLLOWS: Duration = Duration::from_millis(50);

/// Reads the topic from its start, as a group of its own, and commits message by message.
pub struct MessageReader(StreamConsumer);

impl MessageReader {
    /// A reader of a group that nobody else is in.
    pub fn new(config: &KafkaConfig, group: &str) -> Result<Self, Error> {
        let consumer: StreamConsumer = client(config)
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

    /// Waits for messages, at most so many: what has come once one is there and nothing follows at once. Nothing is committed. `None`: none came
    /// for so long.
    pub async fn batch(&self, most: usize, quiet: Duration) -> Result<Option<Vec<Message>>, Error> {
        let mut all: Vec<Message> = Vec::new();
        while all.len() < most {
            let wait = if all.is_empty() { quiet } else { FOLLOWS };
            match timeout(wait, self.0.recv()).await {
                Ok(message) => all.push(Message::of(&message.map_err(Error::kafka("reading a message"))?)),
                Err(_) => break,
            }
        }
        Ok((!all.is_empty()).then_some(all))
    }

    /// Commits the places behind these messages: a reader of this group goes on there.
    pub fn commit(&self, topic: &str, messages: &[Message]) -> Result<(), Error> {
        let mut next: BTreeMap<i32, i64> = BTreeMap::new();
        for message in messages {
            let place = next.entry(message.partition).or_default();
            *place = (*place).max(message.offset + 1);
        }
        let mut list = TopicPartitionList::new();
        for (partition, offset) in next {
            list.add_partition_offset(topic, partition, Offset::Offset(offset))
                .map_err(Error::kafka("committing an offset"))?;
        }
        self.0.commit(&list, CommitMode::Sync).map_err(Error::kafka("committing an offset"))
    }
}
