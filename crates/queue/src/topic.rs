//! The topic, looked at without being a member of any group: does it exist, how far does it reach.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaErrorCode;

use super::Error;
use super::client::{LastComplaint, client};
use base::config::KafkaConfig;

/// Kafka answers within this, or counts as away.
pub(crate) const ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// The first and the next offset of each partition.
pub type Reach = BTreeMap<i32, (i64, i64)>;

/// Settings of a consumer that is a member of no group and commits nothing: it hands over what is committed, says where a partition ends, and fails where
/// the place that it is sent to is not there any more.
pub(crate) fn of_no_group(config: &KafkaConfig) -> ClientConfig {
    let mut client = client(config);
    client
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
    consumer: std::sync::Arc<BaseConsumer<LastComplaint>>,
    config: KafkaConfig,
    name: String,
}

impl Topic {
    /// A handle; connects when first used.
    pub fn new(config: &KafkaConfig) -> Result<Self, Error> {
        let consumer = client(config)
            .set("enable.auto.commit", "false")
            .create_with_context(LastComplaint::default())
            .map_err(Error::kafka("making a Kafka client"))?;
        Ok(Self { consumer: std::sync::Arc::new(consumer), config: config.clone(), name: config.topic.clone() })
    }

    /// Another topic of the same brokers, by the same connection.
    #[must_use]
    pub fn other(&self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self.clone() }
    }

    pub(crate) fn config(&self) -> &KafkaConfig {
        &self.config
    }

    /// Name of the topic, from the settings.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// For `map_err`: names what was being done, and what the client complained of meanwhile. Nobody else polls it, and its events would pile up.
    fn explain(&self, doing: &'static str) -> impl Fn(KafkaError) -> Error {
        move |cause| {
            while self.consumer.poll(Duration::ZERO).is_some() {}
            self.consumer.context().explain(doing)(cause)
        }
    }

    /// The partitions of the topic; `None` where there is no such topic.
    pub async fn partitions(&self) -> Result<Option<Vec<i32>>, Error> {
        let this = self.clone();
        blocking(move || {
            let doing = this.explain("asking Kafka for the topic");
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
            let doing = this.explain("asking Kafka how far the topic reaches");
            let marks = |partition| this.consumer.fetch_watermarks(&this.name, partition, ANSWER_LIMIT).map_err(&doing);
            partitions.into_iter().map(|partition| Ok((partition, marks(partition)?))).collect()
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
