//! The topic: does it exist, how far does it reach; and making it, for development and tests.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaErrorCode;
use rdkafka::{ClientConfig, Offset, TopicPartitionList};

use super::Error;
use base::config::KafkaConfig;

/// Kafka answers within this, or counts as away.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// The first and the next offset of each partition.
pub type Reach = BTreeMap<i32, (i64, i64)>;

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

    pub(super) fn brokers(&self) -> &str {
        &self.brokers
    }

    pub(super) fn name(&self) -> &str {
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

pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|_| Err(Error::Stopped))
}

/// Makes the topic; one that is there already is left as it is. For development, demos and tests: production topics are
/// made by those who run the cluster.
pub async fn make_topic(config: &KafkaConfig, partitions: i32) -> Result<(), Error> {
    let doing = Error::kafka("making the topic");
    let admin: AdminClient<DefaultClientContext> =
        ClientConfig::new().set("bootstrap.servers", &config.brokers).create().map_err(&doing)?;
    let topic = NewTopic::new(&config.topic, partitions, TopicReplication::Fixed(1));
    let options = AdminOptions::new().operation_timeout(Some(ANSWER_LIMIT)).request_timeout(Some(ANSWER_LIMIT));
    let answers = admin.create_topics(&[topic], &options).await.map_err(&doing)?;
    for answer in answers {
        match answer {
            Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
            Err((_, code)) => return Err(doing(KafkaError::AdminOp(code))),
        }
    }
    Ok(())
}

/// Deletes the topic. For tests, whose topic is their own.
pub async fn delete_topic(config: &KafkaConfig) -> Result<(), Error> {
    let doing = Error::kafka("deleting the topic");
    let admin: AdminClient<DefaultClientContext> =
        ClientConfig::new().set("bootstrap.servers", &config.brokers).create().map_err(&doing)?;
    let answers = admin.delete_topics(&[&config.topic], &AdminOptions::new()).await.map_err(&doing)?;
    match answers.into_iter().next() {
        Some(Err((_, code))) => Err(doing(KafkaError::AdminOp(code))),
        _ => Ok(()),
    }
}

/// Lets go of a partition's messages before an offset, as retention would. For tests.
pub async fn delete_before(config: &KafkaConfig, partition: i32, offset: i64) -> Result<(), Error> {
    let doing = Error::kafka("deleting messages");
    let admin: AdminClient<DefaultClientContext> =
        ClientConfig::new().set("bootstrap.servers", &config.brokers).create().map_err(&doing)?;
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(&config.topic, partition, Offset::Offset(offset)).map_err(&doing)?;
    admin.delete_records(&list, &AdminOptions::new()).await.map(drop).map_err(&doing)
}
