//! The topic, looked at without being a member of any group: does it exist, how far does it reach.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaErrorCode;

use super::Error;
use base::config::KafkaConfig;

/// Kafka answers within this, or counts as away.
pub(crate) const ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// The first and the next offset of each partition.
pub type Reach = BTreeMap<i32, (i64, i64)>;

/// Settings of a consumer that is a member of no group and commits nothing: it hands over what is committed, says where a partition ends, and fails where
/// the place that it is sent to is not there any more.
pub(crate) fn of_no_group(brokers: &str) -> ClientConfig {
    let mut client = ClientConfig::new();
    client
        .set("bootstrap.servers", brokers)
        // Never joined and never committed to; the client insists on a name.
        .set("group.id", "tallyhouse-reader")
        .set("enable.auto.commit", "false")
        .set("enable.auto.offset.store", "false")
        .set("enable.partition.eof", "true")
        .set("auto.offset.reset", "error")
        .set("isolation.level", "read_committed");
    client
}

/// Looks at the topic without being a member of any group. Cheap to clone; keeps one connection.
#[derive(Clone)]
pub struct Topic {
    consumer: std::sync::Arc<BaseConsumer>,
    brokers: String,
    name: String,
}

impl Topic {
    /// A handle; connects when first used.
    pub fn new(config: &KafkaConfig) -> Result<Self, Error> {
        let consumer = ClientConfig::new()
            .set("bootstrap.servers", &config.brokers)
            .set("enable.auto.commit", "false")
            .create()
            .map_err(Error::kafka("making a Kafka client"))?;
        Ok(Self {
            consumer: std::sync::Arc::new(consumer),
            brokers: config.brokers.clone(),
            name: config.topic.clone(),
        })
    }

    /// Another topic of the same brokers, by the same connection.
    #[must_use]
    pub fn other(&self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self.clone() }
    }

    pub(crate) fn brokers(&self) -> &str {
        &self.brokers
    }

    /// Name of the topic, from the settings.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The partitions of the topic; `None` where there is no such topic.
    pub async fn partitions(&self) -> Result<Option<Vec<i32>>, Error> {
        let this = self.clone();
        blocking(move || {
            let doing = Error::kafka("asking Kafka for the topic");
            let metadata = this.consumer.fetch_metadata(Some(&this.name), ANSWER_LIMIT).map_err(&doing)?;
            let Some(topic) = metadata.topics().iter().find(|it| it.name() == this.name) else { return Ok(None) };
            match topic.error().map(RDKafkaErrorCode::from) {
                None if topic.partitions().is_empty() => return Ok(None),
                None => {}
                Some(RDKafkaErrorCode::UnknownTopicOrPartition | RDKafkaErrorCode::UnknownTopic) => return Ok(None),
                // Such as a leader that is being elected: there is a topic, and it will answer.
                Some(code) => return Err(doing(KafkaError::MetadataFetch(code))),
            }
            let mut ids: Vec<i32> = topic.partitions().iter().map(rdkafka::metadata::MetadataPartition::id).collect();
            ids.sort_unstable();
            Ok(Some(ids))
        })
        .await
    }

    /// How far each partition reaches.
    pub async fn reach(&self) -> Result<Reach, Error> {
        let Some(partitions) = self.partitions().await? else { return Ok(Reach::new()) };
        let this = self.clone();
        blocking(move || {
            partitions
                .into_iter()
                .map(|partition| {
                    let marks = this
                        .consumer
                        .fetch_watermarks(&this.name, partition, ANSWER_LIMIT)
                        .map_err(Error::kafka("asking Kafka how far the topic reaches"))?;
                    Ok((partition, marks))
                })
                .collect()
        })
        .await
    }
}

/// Runs what waits for Kafka where waiting is allowed.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(Error::Stopped))
}
