//! Looks at single messages of the topic, to see whether it is still the same.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext};
use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaErrorCode;
use rdkafka::{ClientContext, Message as _, Offset, TopicPartitionList};

use super::Error;
use super::message::Message;
use super::topic::{Topic, blocking, of_no_group};

/// Kafka shows them within this, or is asked again.
const LIMIT: Duration = Duration::from_secs(10);

/// The end of a partition is no error here, so it does not belong in the log.
struct Quiet;

impl ClientContext for Quiet {
    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(%error, reason, "while looking at single messages");
    }
}

impl ConsumerContext for Quiet {}

impl Topic {
    /// The next place behind a batch that cannot be read, from which Kafka hands messages out again, or the end.
    pub async fn next_readable(&self, partition: i32, from: i64) -> Result<i64, Error> {
        let end = self.reach().await?.get(&partition).map_or(from, |(_, end)| *end);
        let peek = self.peek()?;
        blocking(move || {
            // A batch is read whole or not at all: first twice as far each time, then between the last two.
            let (mut bad, mut step) = (from, 1);
            let mut good = loop {
                let next = bad.saturating_add(step).min(end);
                if next >= end || peek.is_readable(partition, next)? {
                    break next;
                }
                (bad, step) = (next, step * 2);
            };
            while bad + 1 < good {
                let middle = bad + (good - bad) / 2;
                if peek.is_readable(partition, middle)? {
                    good = middle;
                } else {
                    bad = middle;
                }
            }
            Ok(good)
        })
        .await
    }

    /// Can whatever stands at an offset be read?
    pub async fn is_readable(&self, partition: i32, offset: i64) -> Result<bool, Error> {
        let peek = self.peek()?;
        blocking(move || peek.is_readable(partition, offset)).await
    }

    fn peek(&self) -> Result<Peek, Error> {
        let consumer = of_no_group(self.config())
            .set("fetch.wait.max.ms", "50")
            // One message of each is wanted: what lies behind it must not keep the others waiting.
            .set("queued.min.messages", "1")
            .create_with_context(Quiet)
            .map_err(Error::kafka("making a Kafka client"))?;
        Ok(Peek { consumer, name: self.name().to_owned() })
    }
}

/// A consumer that is a member of no group and commits nothing.
struct Peek {
    consumer: BaseConsumer<Quiet>,
    name: String,
}

impl Topic {
    /// The messages at some offsets, for as many as are there; a compacted or expired one is not.
    pub async fn messages_at(&self, offsets: BTreeMap<i32, i64>) -> Result<BTreeMap<i32, Message>, Error> {
        if offsets.is_empty() {
            return Ok(BTreeMap::new());
        }
        let peek = self.peek()?;
        blocking(move || peek.messages_at(&offsets)).await
    }
}

impl Peek {
    /// Can whatever stands at an offset be read?
    fn is_readable(&self, partition: i32, offset: i64) -> Result<bool, Error> {
        let doing = Error::kafka("looking for the next batch that can be read");
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(&self.name, partition, Offset::Offset(offset)).map_err(&doing)?;
        self.consumer.assign(&list).map_err(&doing)?;
        match self.consumer.poll(LIMIT) {
            None => Err(Error::NotYet("Kafka does not show the messages behind it".to_owned())),
            Some(Ok(_) | Err(KafkaError::PartitionEOF(_))) => Ok(true),
            Some(Err(cause)) if is_unreadable(&cause) => Ok(false),
            // Says nothing about the batch: whoever took it for that would skip what can be read.
            Some(Err(cause)) => Err(doing(cause)),
        }
    }

    fn messages_at(&self, offsets: &BTreeMap<i32, i64>) -> Result<BTreeMap<i32, Message>, Error> {
        let doing = Error::kafka("looking at the message before the cursor");
        let mut list = TopicPartitionList::new();
        for (partition, offset) in offsets {
            list.add_partition_offset(&self.name, *partition, Offset::Offset(*offset)).map_err(&doing)?;
        }
        self.consumer.assign(&list).map_err(&doing)?;
        let (mut found, mut waiting) = (BTreeMap::new(), offsets.clone());
        let until = Instant::now() + LIMIT;
        while !waiting.is_empty() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let partitions: Vec<i32> = waiting.into_keys().collect();
                return Err(Error::NotYet(format!(
                    "Kafka does not show the message before the cursor of partitions {partitions:?}"
                )));
            }
            let answered = match self.consumer.poll(left) {
                None => continue,
                Some(Ok(message)) => {
                    if waiting.get(&message.partition()) == Some(&message.offset()) {
                        found.insert(message.partition(), Message::of(&message));
                    }
                    message.partition()
                }
                // Nothing is there any more: it was compacted away.
                Some(Err(KafkaError::PartitionEOF(partition))) => partition,
                // Retention may have passed it just now; then the reach tells.
                Some(Err(KafkaError::MessageConsumption(
                    RDKafkaErrorCode::AutoOffsetReset | RDKafkaErrorCode::OffsetOutOfRange,
                ))) => return Err(Error::NotYet("the topic is being cut while it is looked at".to_owned())),
                Some(Err(cause)) => return Err(doing(cause)),
            };
            if waiting.remove(&answered).is_some() {
                let mut done = TopicPartitionList::new();
                done.add_partition(&self.name, answered);
                self.consumer.pause(&done).map_err(&doing)?;
            }
        }
        Ok(found)
    }
}

/// Errors of a batch that no further try can read.
pub fn is_unreadable(cause: &KafkaError) -> bool {
    matches!(
        cause,
        KafkaError::MessageConsumption(
            RDKafkaErrorCode::BadCompression
                | RDKafkaErrorCode::BadMessage
                | RDKafkaErrorCode::NotImplemented
                | RDKafkaErrorCode::InvalidMessage
                | RDKafkaErrorCode::UnsupportedCompressionType
        )
    )
}
