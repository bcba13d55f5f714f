//! Administration of the topic: making it, for development and demos; and what tests do to it.

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaErrorCode;
use rdkafka::{Offset, TopicPartitionList};

use super::Error;
use super::client::{LastComplaint, client};
use super::topic::{ANSWER_LIMIT, Topic};
use base::config::KafkaConfig;

fn admin(config: &KafkaConfig) -> Result<AdminClient<LastComplaint>, Error> {
    client(config).create_with_context(LastComplaint::default()).map_err(Error::kafka("making a Kafka client"))
}

/// Makes the topic; one that is there already is left as it is. For development, demos and tests: production topics are
/// made by those who run the cluster.
pub async fn make_topic(config: &KafkaConfig, partitions: i32) -> Result<(), Error> {
    if Topic::new(config)?.partitions().await?.is_some() {
        return Ok(());
    }
    let admin = admin(config)?;
    let doing = admin.inner().context().explain("making the topic");
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
    let admin = admin(config)?;
    let doing = admin.inner().context().explain("deleting the topic");
    let answers = admin.delete_topics(&[&config.topic], &AdminOptions::new()).await.map_err(&doing)?;
    match answers.into_iter().next() {
        Some(Err((_, code))) => Err(doing(KafkaError::AdminOp(code))),
        _ => Ok(()),
    }
}

/// Lets go of a partition's messages before an offset, as retention would. For tests.
pub async fn delete_before(config: &KafkaConfig, partition: i32, offset: i64) -> Result<(), Error> {
    let admin = admin(config)?;
    let doing = admin.inner().context().explain("deleting messages");
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(&config.topic, partition, Offset::Offset(offset)).map_err(&doing)?;
    admin.delete_records(&list, &AdminOptions::new()).await.map(drop).map_err(&doing)
}
