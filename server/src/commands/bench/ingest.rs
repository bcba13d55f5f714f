//! Ingest against the plain loop: the same rows into the same tables by multi-row INSERTs that do nothing else.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::PARTITIONS;
use crate::config::Config;
use crate::ingest::Error;
use crate::startup::Parts;
use crate::world::World;

/// A run that takes longer has failed.
const LIMIT: Duration = Duration::from_mins(10);

/// Measures both and prints the ratio.
pub async fn run(config: &Config, entries: usize, products: usize, json_wanted: bool) -> anyhow::Result<ExitCode> {
    eprintln!("publishing {entries} entries of {products} products ...");
    let world = World::make(config, "bench", PARTITIONS).await?;
    world.publish(entries, products).await?;
    let parts = world.parts().await?;

    eprintln!("ingest ...");
    let ingest = rate(entries, ingest_all(&parts, entries).await?);
    let mut plain = Vec::new();
    for connections in [1, 2, 4] {
        eprintln!("plain loop, {connections} connections ...");
        let took = parts.records.replay_rows_plainly(connections).await?;
        plain.push((connections, rate(entries, took)));
    }
    world.end(&parts).await?;

    let best = plain.iter().map(|(_, rate)| *rate).fold(0.0, f64::max);
    let ratio = ingest / best;
    if json_wanted {
        let plain: Vec<_> =
            plain.iter().map(|(n, rate)| json!({ "connections": n, "entries_per_second": rate })).collect();
        println!(
            "{}",
            json!({ "entries": entries, "products": products, "ingest_per_second": ingest, "plain": plain, "ratio": ratio })
        );
    } else {
        println!("ingest             {ingest:>10.0} entries/s");
        for (connections, rate) in plain {
            println!("plain loop, {connections} con.  {rate:>10.0} entries/s");
        }
        println!("ratio to the best  {ratio:>10.2}   (goal 0.5)");
    }
    Ok(ExitCode::SUCCESS)
}

/// From the start of the daemon until both stores are at the end.
async fn ingest_all(parts: &Parts, entries: usize) -> anyhow::Result<Duration> {
    let stop = CancellationToken::new();
    let started = Instant::now();
    let daemon = tokio::spawn(parts.daemon().run(stop.clone()));
    let ends = parts.topic.reach().await?;
    loop {
        let meta = parts.realtime.meta().await?;
        let there =
            ends.iter().all(|(partition, (_, end))| meta.positions.get(partition).copied().unwrap_or(0) >= *end);
        if there {
            break;
        }
        anyhow::ensure!(started.elapsed() < LIMIT, "not done after {} s: {:?}", LIMIT.as_secs(), parts.status.now());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let took = started.elapsed();
    stop.cancel();
    match daemon.await? {
        Ok(()) | Err(Error::Stopped) => {}
        Err(error) => return Err(error.into()),
    }
    let recorded: i64 = parts.records.cursors().await?.values().map(|it| it.counts.recorded).sum();
    anyhow::ensure!(usize::try_from(recorded)? == entries, "{recorded} of {entries} entries were recorded");
    Ok(took)
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a rate for people")]
fn rate(entries: usize, took: Duration) -> f64 {
    entries as f64 / took.as_secs_f64()
}
