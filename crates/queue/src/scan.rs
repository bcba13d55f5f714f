//! Lends a reading of the whole topic to a replay: from where each partition begins to a given place, of no group, committing
//! nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rdkafka::consumer::{Consumer, StreamConsumer};
use rdkafka::error::KafkaError;
use rdkafka::{Message as _, Offset, TopicPartitionList};

use super::peek::is_unreadable;
use super::topic::of_no_group;
use super::{Error, Message, Topic};
use base::config::KafkaConfig;

/// Kafka sends the next message within this, or counts as away.
const LIMIT: Duration = Duration::from_secs(30);

/// A stretch of places that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// Partition that the places are in.
    pub partition: i32,
    /// The first place.
    pub from: i64,
    /// The place behind the last.
    pub to: i64,
}

/// A reading of the topic.
pub struct TopicScan {
    consumer: StreamConsumer,
    ends: BTreeMap<i32, i64>,
    /// Partitions that are not at their end yet.
    open: BTreeSet<i32>,
    /// Where each partition begins today.
    pub begins: BTreeMap<i32, i64>,
    /// Stretches of places that cannot be read: what was there nobody can say any more.
    pub gaps: Vec<Gap>,
    topic: Topic,
    /// The next place of each partition.
    next: BTreeMap<i32, i64>,
}

impl TopicScan {
    /// Begins. `ends`: up to where each partition is read.
    pub async fn open(config: &KafkaConfig, topic: &Topic, ends: &BTreeMap<i32, i64>) -> Result<Self, Error> {
        let reach = topic.reach().await?;
        let consumer: StreamConsumer = of_no_group(config).create().map_err(Error::kafka("making a reader"))?;
        let mut list = TopicPartitionList::new();
        let mut open = BTreeSet::new();
        for (partition, (begin, end)) in &reach {
            if ends.get(partition).is_some_and(|wanted| wanted.min(end) > begin) {
                list.add_partition_offset(&config.topic, *partition, Offset::Offset(*begin))
                    .map_err(Error::kafka("choosing where to read"))?;
                open.insert(*partition);
            }
        }
        consumer.assign(&list).map_err(Error::kafka("choosing where to read"))?;
        let begins: BTreeMap<i32, i64> = reach.into_iter().map(|(partition, (begin, _))| (partition, begin)).collect();
        let (topic, next) = (topic.clone(), begins.clone());
        Ok(Self { consumer, ends: ends.clone(), open, begins, gaps: Vec::new(), topic, next })
    }

    /// The next message. `None`: all partitions are at their ends.
    pub async fn next(&mut self) -> Result<Option<Message>, Error> {
        while !self.open.is_empty() {
            let read = tokio::time::timeout(LIMIT, self.consumer.recv()).await;
            let read = read.map_err(|_| Error::NotYet("Kafka sends no message of the topic".to_owned()))?;
            match read {
                Ok(message) => {
                    let (partition, offset) = (message.partition(), message.offset());
                    if self.next.get(&partition).is_some_and(|next| offset < *next) {
                        // Of before a batch that cannot be read was passed.
                        continue;
                    }
                    self.next.insert(partition, offset + 1);
                    let end = self.ends.get(&partition).copied().unwrap_or_default();
                    if offset + 1 >= end {
                        self.open.remove(&partition);
                    }
                    if offset < end {
                        return Ok(Some(Message::of(&message)));
                    }
                }
                // Places before the end that hold no message, such as marks of transactions.
                Err(KafkaError::PartitionEOF(partition)) => {
                    self.open.remove(&partition);
                }
                Err(cause) if is_unreadable(&cause) => self.pass_unreadable().await?,
                Err(cause) => return Err(Error::kafka("reading the topic again")(cause)),
            }
        }
        Ok(None)
    }

    /// Passes batches that cannot be read; the client does not say of which partition its error is.
    async fn pass_unreadable(&mut self) -> Result<(), Error> {
        for partition in self.open.clone() {
            let from = self.next.get(&partition).copied().unwrap_or(0);
            if self.topic.is_readable(partition, from).await? {
                continue;
            }
            let to = self.topic.next_readable(partition, from).await?;
            self.gaps.push(Gap { partition, from, to });
            self.next.insert(partition, to);
            if self.ends.get(&partition).is_some_and(|end| to >= *end) {
                self.open.remove(&partition);
            }
            let doing = Error::kafka("passing a batch that cannot be read");
            self.consumer.seek(self.topic.name(), partition, Offset::Offset(to), Duration::ZERO).map_err(doing)?;
        }
        Ok(())
    }
}
