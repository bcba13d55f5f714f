//! How long the live stock takes to be made anew, per key, from the moment Redis was emptied.

use records::RunState;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{PARTITIONS, ingest};
use crate::background::drive;
use crate::world::World;
use base::config::Config;

/// A rebuild that takes longer has failed.
const LIMIT: Duration = Duration::from_mins(10);
/// In so many warehouses.
const WAREHOUSES: usize = 40;

/// Makes so many keys, empties Redis, and waits.
pub async fn run(config: &Config, keys: usize, json_wanted: bool) -> anyhow::Result<ExitCode> {
    eprintln!("recording {keys} keys ...");
    let world = World::make(config, "bench", PARTITIONS).await?;
    world.publish(keys, keys.div_ceil(WAREHOUSES), WAREHOUSES).await?;
    let parts = world.parts().await?;
    ingest::ingest_all(&parts, keys).await?;

    eprintln!("rebuilding ...");
    parts.realtime.remove_everything().await?;
    let stop = CancellationToken::new();
    let started = Instant::now();
    let rebuilding = tokio::spawn(drive(parts.rebuilder(), stop.clone()));
    while !parts.realtime.meta().await?.is_ready() {
        anyhow::ensure!(started.elapsed() < LIMIT, "not done after {} s: {:?}", LIMIT.as_secs(), parts.status.now());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let ready_ms = started.elapsed().as_millis();
    while parts.records.last_rebuild().await?.is_none_or(|it| it.state != RunState::Done) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let run = parts.records.last_rebuild().await?;
    stop.cancel();
    rebuilding.await?;
    let run_ms = run.map_or(0, |it| it.took_ms);
    world.end(&parts).await?;
    if json_wanted {
        println!("{}", json!({ "keys": keys, "rebuild_ms": run_ms, "ready_after_ms": ready_ms }));
    } else {
        println!(
            "rebuild of {keys} keys: {run_ms} ms; ready {ready_ms} ms after Redis was emptied (looked for every second)"
        );
    }
    Ok(ExitCode::SUCCESS)
}
