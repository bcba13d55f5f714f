//! A backfill: a year of a retailer in time order, into an empty system with day tables by bucket; against a plain loop that makes and fills
//! the same tables, in the same run. What is said of the pipeline meanwhile is watched.

use std::collections::BTreeSet;
use std::process::ExitCode;

use model::pipeline::PipelineState;
use serde_json::json;

use super::PARTITIONS;
use super::ingest::drain;
use crate::world::World;
use base::config::{Config, Layout};

/// What is measured over.
pub struct Size {
    pub days: u64,
    /// Messages in the topic.
    pub entries: usize,
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
        let mut states = BTreeSet::new();
        let took = drain(&parts, || {
            states.insert(parts.status.now().0);
        })
        .await?;
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
