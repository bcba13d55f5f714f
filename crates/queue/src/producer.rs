//! Lends a producer to those who publish entries: `produce`, `simulate`, tests and benches.

use std::time::Duration;

use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::ToBytes;
use rdkafka::producer::{DeliveryFuture, FutureProducer, FutureRecord};

use super::Error;
use super::client::{LastComplaint, client};
use base::config::KafkaConfig;

/// How long one message may take to be acknowledged.
const SEND_LIMIT: Duration = Duration::from_mins(1);

/// Publishes entries, idempotently: a retry by the client never makes a second message.
#[derive(Clone)]
pub struct EntryProducer {
    producer: FutureProducer<LastComplaint>,
    complaint: LastComplaint,
    topic: String,
}

/// An acknowledgement that is yet to come.
pub struct Sent(DeliveryFuture, LastComplaint);

impl Sent {
    /// Waits for Kafka's word.
    pub async fn acknowledged(self) -> Result<(), Error> {
        self.place().await.map(drop)
    }

    /// Waits for Kafka's word: partition and offset.
    pub async fn place(self) -> Result<(i32, i64), Error> {
        match self.0.await {
            Ok(Ok(delivery)) => Ok((delivery.partition, delivery.offset)),
            Ok(Err((cause, _))) => Err(self.1.explain("publishing an entry")(cause)),
            Err(_) => Err(Error::Stopped),
        }
    }
}

impl EntryProducer {
    /// A producer for the topic of entries; connects when first used.
    pub fn new(config: &KafkaConfig) -> Result<Self, Error> {
        let complaint = LastComplaint::default();
        let producer = client(config)
            .set("enable.idempotence", "true")
            .set("compression.type", "lz4")
            .set("linger.ms", "5")
            .set("message.timeout.ms", SEND_LIMIT.as_millis().to_string())
            .create_with_context(complaint.clone())
            .map_err(Error::kafka("making a Kafka producer"))?;
        Ok(Self { producer, complaint, topic: config.topic.clone() })
    }

    /// Publishes one message; its key says which partition it goes to.
    pub async fn send<P: ToBytes + ?Sized>(&self, key: &str, payload: &P) -> Result<Sent, Error> {
        self.enqueue(FutureRecord::to(&self.topic).key(key).payload(payload)).await
    }

    /// Publishes one message without a key to a partition.
    pub async fn send_to<P: ToBytes + ?Sized>(&self, partition: i32, payload: &P) -> Result<Sent, Error> {
        self.enqueue(FutureRecord::<str, P>::to(&self.topic).partition(partition).payload(payload)).await
    }

    /// Waits while the client's queue is full.
    async fn enqueue<P: ToBytes + ?Sized>(&self, mut record: FutureRecord<'_, str, P>) -> Result<Sent, Error> {
        loop {
            match self.producer.send_result(record) {
                Ok(delivery) => return Ok(Sent(delivery, self.complaint.clone())),
                Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back)) => {
                    record = back;
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                Err((cause, _)) => return Err(self.complaint.explain("publishing an entry")(cause)),
            }
        }
    }
}
