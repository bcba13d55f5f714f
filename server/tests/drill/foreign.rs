//! What foreign producers write: transactions and their marks, every codec, messages without timestamp or value; and a batch that nobody can
//! read.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use model::audit::Scope;
use model::stock::StockKey;
use rand::Rng as _;
use rdkafka::ClientConfig;
use rdkafka::producer::{FutureProducer, FutureRecord, Producer as _};
use realtime::{Keys, member};
use redis::AsyncCommands as _;

use crate::audits::audit;
use crate::daemon::run;
use crate::load::{Content, Identity};
use crate::stage::{Findings, QUIET, Stage};

const LIMIT: Duration = Duration::from_secs(20);

fn client(stage: &Stage, settings: &[(&str, &str)]) -> anyhow::Result<FutureProducer> {
    let mut client = ClientConfig::new();
    client.set("bootstrap.servers", &stage.world.config.kafka.brokers).set("message.timeout.ms", "20000");
    for (name, value) in settings {
        client.set(*name, *value);
    }
    client.create().context("a foreign client")
}

/// Sends messages to the quiet partition, which are one batch if the client makes one of them; `None`: a tombstone.
async fn send(
    stage: &Stage,
    client: &FutureProducer,
    messages: &[Option<String>],
    timestamp: Option<i64>,
) -> anyhow::Result<()> {
    let topic = &stage.world.config.kafka.topic;
    let waiting = messages.iter().map(|it| {
        let mut record = FutureRecord::<String, String>::to(topic).partition(QUIET);
        record.payload = it.as_ref();
        record.timestamp = timestamp;
        client.send(record, LIMIT)
    });
    for sent in futures::future::join_all(waiting).await {
        sent.map_err(|(cause, _)| cause).context("a foreign message")?;
    }
    Ok(())
}

fn entry(name: &str) -> (Identity, Content) {
    let content = Content { quantity: 3, drcr: 1, day: "2025-03-10".to_owned() };
    (("company 0".to_owned(), name.to_owned(), "foreign".to_owned(), "warehouse 0".to_owned()), content)
}

/// Whatever a broker may legally hand over, while daemons die.
pub async fn everything(stage: &mut Stage) -> anyhow::Result<()> {
    let id = stage.world.config.kafka.topic.clone();
    let transactional = client(stage, &[("transactional.id", &id)])?;
    blocking(&transactional, |it| it.init_transactions(LIMIT)).await?;
    let mut marks = 0;
    for round in 0..if stage.short { 4 } else { 20 } {
        for codec in ["none", "gzip", "snappy", "lz4", "zstd"] {
            let client = client(stage, &[("compression.type", codec), ("linger.ms", "10")])?;
            let (identity, content) = entry(&format!("{codec} {round}"));
            let line = crate::load::line(&identity, &content);
            let timestamp = if stage.random.random_bool(0.5) { Some(-1) } else { None };
            send(stage, &client, &[Some(line.clone()), None, Some("{".repeat(300)), Some(line)], timestamp).await?;
            stage.add_content(identity, content);
        }
        let is_kept = stage.random.random_bool(0.5);
        let (identity, content) = entry(&format!("transaction {round}"));
        blocking(&transactional, |it| it.begin_transaction()).await?;
        send(stage, &transactional, &[Some(crate::load::line(&identity, &content))], None).await?;
        if is_kept {
            blocking(&transactional, |it| it.commit_transaction(LIMIT)).await?;
            stage.add_content(identity, content);
        } else {
            blocking(&transactional, |it| it.abort_transaction(LIMIT)).await?;
        }
        marks += if is_kept { 1 } else { 2 };
        stage.daemons.pop().context("no daemon is running")?.kill().await?;
        stage.daemon("")?;
    }
    stage.skipped += marks;
    stage.notes.push(format!("{marks} places without a message"));
    stage.progress().await
}

/// One batch is damaged on the broker's disk: its partition waits and says what to do, the others go on; then it is skipped.
pub async fn unreadable(stage: &mut Stage) -> anyhow::Result<()> {
    stage.stop_daemons().await?;
    let client = client(stage, &[("compression.type", "zstd"), ("linger.ms", "200")])?;
    let payload = format!("{{ poison {}", "of many kinds ".repeat(40));
    let before = stage.parts.topic.reach().await?[&QUIET].1;
    send(stage, &client, &vec![Some(payload); 7], None).await?;
    let after = stage.parts.topic.reach().await?[&QUIET].1;
    stage.servers.damage_end_of_partition(&stage.world.config.kafka.topic, QUIET)?;
    stage.daemon("")?;
    stage.progress().await.context("the other partitions")?;
    let log = stage.log.clone();
    let said = std::cell::RefCell::new(String::new());
    stage
        .wait("the batch is named", Duration::from_secs(30), async || {
            let text = std::fs::read_to_string(&log)?;
            let found = text.lines().rev().find(|it| it.contains("cannot be read") && it.contains("cursor set"));
            found.unwrap_or_default().clone_into(&mut said.borrow_mut());
            Ok(found.is_none().then(|| "nothing is said".to_owned()))
        })
        .await?;
    let command = format!("cursor set {QUIET} {after} ");
    let said = said.into_inner();
    ensure!(said.contains(&command), "told to skip to {after}, from {before}: {said}");
    let (partition, to) = (QUIET.to_string(), after.to_string());
    let words = ["cursor", "set", &partition, &to, "--reason", "damaged"];
    let done = run(&stage.world.config, &stage.log, &words, "").await?;
    ensure!(done.code == Some(0), "the cursor is not set: {}", done.text);
    stage.skipped += after - before;
    let (identity, content) = entry("after it");
    stage.publish_one(QUIET, identity, content).await?;
    stage.progress().await?;
    stage
        .wait("it is in both stores", LIMIT, async || {
            let cursor = stage.parts.records.cursor(QUIET).await?.map_or(0, |it| it.next_offset);
            let position = stage.parts.realtime.meta().await?.place(QUIET).position;
            Ok((cursor <= after || position < cursor).then(|| format!("{cursor}, {position}")))
        })
        .await?;
    replayed(stage).await
}

/// A replay reads the topic again over the batch that nobody can read.
async fn replayed(stage: &mut Stage) -> anyhow::Result<()> {
    stage.findings = Findings::OfEdits;
    let key = StockKey { warehouse_id: "warehouse 0".try_into()?, product_id: "foreign".try_into()? };
    let key = Keys::new(&stage.world.config.realtime.prefix).stock(&member(&key));
    let mut redis = stage.redis().await?;
    let active: i64 = redis.hget(&key, "active_version").await?;
    let _: i64 = redis.hincr(&key, format!("change_v{active}"), 5).await?;
    let found = audit(stage, Scope::Quick).await?;
    ensure!(found.state == "failed", "{found:?}");
    let done = run(&stage.world.config, &stage.log, &["replay", &found.id.to_string(), "--json"], "").await?;
    ensure!(done.code == Some(0), "the replay: {}", done.text);
    let active: i64 = redis.hget(&key, "active_version").await?;
    let _: i64 = redis.hincr(&key, format!("change_v{active}"), -5).await?;
    Ok(())
}

async fn blocking(
    producer: &FutureProducer,
    work: impl FnOnce(FutureProducer) -> Result<(), rdkafka::error::KafkaError> + Send + 'static,
) -> anyhow::Result<()> {
    let producer = producer.clone();
    Ok(tokio::task::spawn_blocking(move || work(producer)).await??)
}
