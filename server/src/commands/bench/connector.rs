//! A tuned Kafka Connect sink over the same topic: rows alone, into one table, at least once.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};

use crate::startup::Parts;

/// A run that takes longer has failed.
const LIMIT: Duration = Duration::from_mins(5);
/// How often is looked whether all rows are there. Seldom: each look counts them.
const EVERY: Duration = Duration::from_secs(1);

/// Runs `script` (dev/connector/run.sh, which keeps a log) until all entries are rows; answers their rate from the first row
/// to the last, without the start of the Java machine.
pub async fn run(parts: &Parts, script: &Path, entries: usize) -> anyhow::Result<f64> {
    parts.records.make_connector_table().await?;
    let mut connector = tokio::process::Command::new(script)
        .arg("run")
        .env("TALLYHOUSE_KAFKA_BROKERS", &parts.config.kafka.brokers)
        .env("TALLYHOUSE_TOPIC", &parts.config.kafka.topic)
        .env("TALLYHOUSE_MYSQL_URL", parts.config.records.url.reveal())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("starting {}", script.display()))?;
    let started = Instant::now();
    loop {
        tokio::time::sleep(EVERY).await;
        if let Some(ended) = connector.try_wait().context("waiting for the connector")? {
            bail!("the connector ended: {ended}");
        }
        let done = parts.records.connector_rows().await?;
        if usize::try_from(done.rows)? >= entries {
            connector.kill().await.context("stopping the connector")?;
            return done.per_second().context("all rows came at once");
        }
        if started.elapsed() > LIMIT {
            bail!("the connector: {} of {entries} rows after {} s", done.rows, LIMIT.as_secs());
        }
    }
}
