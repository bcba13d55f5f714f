//! The newest messages of a topic, for a person who wants to see what is in it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::{ClientConfig, Offset, TopicPartitionList};

use super::topic::blocking;
use super::{Error, Message, Topic};
use base::config::KafkaConfig;

/// Kafka hands them over within this.
const LIMIT: Duration = Duration::from_secs(10);

/// The newest messages, the oldest of them first; of each partition at most so many, and of all together. Joins no group and commits nothing.
/// Refused: Kafka does not show all of them in time.
pub async fn newest(config: &KafkaConfig, most: usize) -> Result<Vec<Message>, Error> {
    let reach = Topic::new(config)?.reach().await?;
    let (config, wanted) = (config.clone(), i64::try_from(most).unwrap_or(i64::MAX));
    let mut all = blocking(move || {
        let consumer: BaseConsumer = ClientConfig::new()
            .set("bootstrap.servers", &config.brokers)
            // Never joined and never committed to; the client insists on a name.
            .set("group.id", format!("{}-newest", config.group))
            .set("enable.auto.commit", "false")
            .set("enable.partition.eof", "true")
            .set("isolation.level", "read_committed")
            .create()
            .map_err(Error::kafka("making a reader"))?;
        let mut list = TopicPartitionList::new();
        let mut open = BTreeMap::new();
        for (partition, (begin, end)) in reach {
            if end > begin {
                let from = begin.max(end - wanted);
                list.add_partition_offset(&config.topic, partition, Offset::Offset(from))
                    .map_err(Error::kafka("choosing where to read"))?;
                open.insert(partition, end);
            }
        }
        consumer.assign(&list).map_err(Error::kafka("choosing where to read"))?;
        let (mut all, until) = (Vec::new(), Instant::now() + LIMIT);
        while !open.is_empty() {
            match consumer.poll(until.saturating_duration_since(Instant::now())) {
                None => return Err(Error::NotYet("Kafka does not show the newest messages".to_owned())),
                // Marks of transactions take the last places: then the end comes without a message.
                Some(Err(KafkaError::PartitionEOF(partition))) => drop(open.remove(&partition)),
                Some(message) => {
                    let message = Message::of(&message.map_err(Error::kafka("reading a message"))?);
                    if open.get(&message.partition).is_some_and(|end| message.offset + 1 >= *end) {
                        open.remove(&message.partition);
                    }
                    all.push(message);
                }
            }
        }
        Ok(all)
    })
    .await?;
    all.sort_by_key(|it: &Message| (it.sent_at, it.partition, it.offset));
    Ok(all.split_off(all.len().saturating_sub(most)))
}
