//! A backfill: a year of a retailer in time order, into an empty system with day tables by bucket; against a plain loop that makes and fills
//! the same tables, in the same run. What is said of the pipeline meanwhile is watched.

use std::collections::BTreeSet;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use app::model::pipeline::PipelineState;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::PARTITIONS;
use super::ingest::until_applied;
use crate::config::{Config, Layout};
use crate::ingest::Error;
use crate::startup::Parts;
use crate::world::World;

/// How often is looked at what is said.
const LOOK: Duration = Duration::from_millis(50);

/// What is measured over.
pub struct Size {
    /// Business days.
    pub days: u64,
    /// Messages in the topic.
    pub entries: usize,
    /// Their products.
    pub products: usize,
    /// Tables per day.
    pub buckets: Vec<u32>,
}

/// Measures each number of buckets and prints the ratios.
pub async fn run(config: &Config, size: &Size, json_wanted: bool) -> anyhow::Result<ExitCode> {
    for buckets in &size.buckets {
        let mut config = config.clone();
        config.records.layout = Layout::BucketDay(*buckets);
        config.records.max_tables = u32::MAX;
        let world = World::make(&config, "bench", PARTITIONS).await?;
        eprintln!("{buckets} buckets: publishing {} entries of {} days ...", size.entries, size.days);
        world.publish_in_order(size.days, size.entries, size.products, 1).await?;
        let parts = world.parts().await?;
        eprintln!("ingest ...");
        let (took, states) = watched(&parts).await?;
        let tables = parts.records.table_count().await?.count;
        eprintln!("plain loop, {tables} tables ...");
        let (made, filled) = parts.records.make_and_fill_plainly(1).await?;
        let plain = made + filled;
        world.end(&parts).await?;
        let (took, plain) = (took.as_secs_f64(), plain.as_secs_f64());
        let states: Vec<&str> = states.into_iter().map(PipelineState::as_str).collect();
        if json_wanted {
            println!(
                "{}",
                json!({ "buckets": buckets, "tables": tables, "entries": size.entries, "ingest_seconds": took, "plain_seconds": plain,
                    "ratio": plain / took, "states": states })
            );
        } else {
            println!(
                "{buckets:>3} buckets, {tables:>6} tables: ingest {took:>6.1} s, plain loop {plain:>6.1} s, ratio {:.2} (goal 0.3); said {}",
                plain / took,
                states.join(", ")
            );
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// From the start of the daemon until both stores are at the end; and every state that was said meanwhile.
async fn watched(parts: &Parts) -> anyhow::Result<(Duration, BTreeSet<PipelineState>)> {
    let stop = CancellationToken::new();
    let started = Instant::now();
    let daemon = tokio::spawn(parts.daemon().run(stop.clone()));
    let mut states = BTreeSet::new();
    let applied = until_applied(parts);
    tokio::pin!(applied);
    loop {
        tokio::select! {
            done = &mut applied => break done?,
            () = tokio::time::sleep(LOOK) => {
                states.insert(parts.status.now().0);
            }
        }
    }
    let took = started.elapsed();
    stop.cancel();
    match daemon.await? {
        Ok(()) | Err(Error::Stopped) => Ok((took, states)),
        Err(error) => Err(error.into()),
    }
}
