//! The newest messages of a topic, for a person who wants to see what is in it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::{Offset, TopicPartitionList};

use super::topic::{blocking, of_no_group};
use super::{Error, Message, Topic};

/// Kafka hands them over within this.
const LIMIT: Duration = Duration::from_secs(10);
/// The most bytes of the messages that are read: a topic may have many partitions, and large messages.
const MAX_BYTES: usize = 64 << 20;
/// What a message takes beside its bytes.
const MESSAGE_BYTES: usize = 100;

/// The newest messages of a topic, the oldest of them first; of each partition at most so many, and of all together. `None`: there is no such topic.
/// Joins no group and commits nothing. Refused: Kafka does not show all of them in time, or they are larger than anybody can look at.
pub async fn newest(topic: &Topic, most: usize) -> Result<Option<Vec<Message>>, Error> {
    if topic.partitions().await?.is_none() {
        return Ok(None);
    }
    let reach = topic.reach().await?;
    let (config, name, wanted) =
        (topic.config().clone(), topic.name().to_owned(), i64::try_from(most).unwrap_or(i64::MAX));
    let mut all = blocking(move || {
        let consumer: BaseConsumer = of_no_group(&config)
            .set("queued.max.messages.kbytes", "1024")
            .create()
            .map_err(Error::kafka("making a reader"))?;
        let mut list = TopicPartitionList::new();
        let mut open = BTreeMap::new();
        for (partition, (begin, end)) in reach {
            if end > begin {
                let from = begin.max(end - wanted);
                list.add_partition_offset(&name, partition, Offset::Offset(from))
                    .map_err(Error::kafka("choosing where to read"))?;
                open.insert(partition, end);
            }
        }
        consumer.assign(&list).map_err(Error::kafka("choosing where to read"))?;
        let (mut all, mut bytes, until) = (Vec::new(), 0, Instant::now() + LIMIT);
        while !open.is_empty() {
            let left = until.saturating_duration_since(Instant::now());
            let late = || Error::NotYet("Kafka does not show the newest messages".to_owned());
            let polled = if left.is_zero() { None } else { consumer.poll(left) };
            match polled {
                None => return Err(late()),
                // Marks of transactions take the last places: then the end comes without a message.
                Some(Err(KafkaError::PartitionEOF(partition))) => drop(open.remove(&partition)),
                Some(message) => {
                    let message = Message::of(&message.map_err(Error::kafka("reading a message"))?);
                    if open.get(&message.partition).is_some_and(|end| message.offset + 1 >= *end) {
                        open.remove(&message.partition);
                        // What comes behind the end is not waited for: others have their turn.
                        let mut done = TopicPartitionList::new();
                        done.add_partition(&name, message.partition);
                        consumer.pause(&done).map_err(Error::kafka("choosing where to read"))?;
                    }
                    bytes += message.payload.len() + MESSAGE_BYTES;
                    if bytes > MAX_BYTES {
                        return Err(Error::NotYet("the newest messages are too large to be shown".to_owned()));
                    }
                    all.push(message);
                }
            }
        }
        Ok(all)
    })
    .await?;
    all.sort_by_key(|it: &Message| (it.sent_at, it.partition, it.offset));
    Ok(Some(all.split_off(all.len().saturating_sub(most))))
}
