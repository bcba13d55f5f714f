//! Producers that are not ours, as other clients and other languages write to the topic: transactions, codecs, messages without key, without
//! value, without timestamp.

use std::time::Duration;

use base::config::KafkaConfig;
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, AlterConfig, ResourceSpecifier};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{FutureProducer, FutureRecord, Producer as _};

use crate::harness::eventually;

const LIMIT: Duration = Duration::from_secs(20);

#[derive(Debug, Clone, Default)]
pub struct Message {
    pub partition: i32,
    pub key: Option<String>,
    /// None: a tombstone.
    pub payload: Option<String>,
    /// None: the client's clock; -1: it carries none.
    pub timestamp: Option<i64>,
}

impl Message {
    pub fn of(payload: String) -> Self {
        Self { payload: Some(payload), ..Self::default() }
    }
}

pub struct Foreign {
    producer: FutureProducer,
    brokers: String,
    topic: String,
}

impl Foreign {
    /// A client with settings of its own.
    pub fn with(config: &KafkaConfig, settings: &[(&str, &str)]) -> Self {
        let mut client = ClientConfig::new();
        client.set("bootstrap.servers", &config.brokers).set("message.timeout.ms", "20000");
        for (name, value) in settings {
            client.set(*name, *value);
        }
        Self {
            producer: client.create().expect("a client"),
            brokers: config.brokers.clone(),
            topic: config.topic.clone(),
        }
    }

    pub fn plain(config: &KafkaConfig) -> Self {
        Self::with(config, &[])
    }

    /// One that writes in transactions.
    pub async fn transactional(config: &KafkaConfig) -> Self {
        let foreign = Self::with(config, &[("transactional.id", &config.topic)]);
        foreign.blocking(|it| it.init_transactions(LIMIT)).await;
        foreign
    }

    /// Sends messages, each with a header, and waits for Kafka's word on each.
    pub async fn send(&self, messages: &[Message]) {
        for it in messages {
            let mut record = FutureRecord::<String, String>::to(&self.topic).partition(it.partition);
            record.key = it.key.as_ref();
            record.payload = it.payload.as_ref();
            record.timestamp = it.timestamp;
            record.headers = Some(OwnedHeaders::new().insert(Header { key: "trace", value: Some("7f") }));
            self.producer.send(record, LIMIT).await.map_err(|(cause, _)| cause).expect("taken");
        }
    }

    /// Sends a message, which the broker may not take yet.
    pub async fn try_send(&self, message: &Message) -> Result<(), String> {
        let mut record = FutureRecord::<String, String>::to(&self.topic).partition(message.partition);
        record.payload = message.payload.as_ref();
        self.producer.send(record, LIMIT).await.map(drop).map_err(|(cause, _)| cause.to_string())
    }

    /// Sends messages in a transaction of their own, which is kept or not.
    pub async fn transaction(&self, messages: &[Message], keep: bool) {
        self.begin().await;
        self.send(messages).await;
        if keep {
            self.commit().await;
        } else {
            self.blocking(|it| it.abort_transaction(LIMIT)).await;
            self.marked().await;
        }
    }

    pub async fn begin(&self) {
        self.blocking(|it| it.begin_transaction()).await;
    }

    pub async fn commit(&self) {
        self.blocking(|it| it.commit_transaction(LIMIT)).await;
        self.marked().await;
    }

    /// The broker writes the marks of a transaction some time after its answer: then what is committed ends where everything ends.
    async fn marked(&self) {
        let end = |isolation: &str| {
            let mut client = ClientConfig::new();
            client.set("bootstrap.servers", &self.brokers).set("isolation.level", isolation);
            let (client, topic): (BaseConsumer, _) = (client.create().expect("a client"), self.topic.clone());
            tokio::task::spawn_blocking(move || {
                let end = |it| client.fetch_watermarks(&topic, it, LIMIT).expect("an answer").1;
                (0..4).map(end).collect::<Vec<_>>()
            })
        };
        eventually("the marks are written", || async {
            let (committed, all) = (end("read_committed").await.unwrap(), end("read_uncommitted").await.unwrap());
            if committed == all { Ok(()) } else { Err(format!("{committed:?} of {all:?}")) }
        })
        .await;
    }

    async fn blocking(
        &self,
        work: impl FnOnce(FutureProducer) -> Result<(), rdkafka::error::KafkaError> + Send + 'static,
    ) {
        let producer = self.producer.clone();
        tokio::task::spawn_blocking(move || work(producer)).await.expect("no panic").expect("taken");
    }
}

/// Has the broker take whatever time a message says, as some are set up.
pub async fn take_any_time(config: &KafkaConfig) {
    let admin: AdminClient<DefaultClientContext> =
        ClientConfig::new().set("bootstrap.servers", &config.brokers).create().expect("a client");
    let any = AlterConfig::new(ResourceSpecifier::Topic(&config.topic))
        .set("message.timestamp.after.max.ms", "9223372036854775807");
    let answers = admin.alter_configs([&any], &AdminOptions::new()).await.expect("an answer");
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
}
