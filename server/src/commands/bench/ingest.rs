//! Ingest against the plain loop: the same rows into the same tables by multi-row INSERTs that do nothing else.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::resident::Resident;
use super::{PARTITIONS, connector, row_at_a_time};
use crate::ingest::Error;
use crate::startup::Parts;
use crate::world::World;
use base::config::Config;

/// A run that takes longer has failed.
const LIMIT: Duration = Duration::from_mins(10);

/// How often is looked at what goes on.
const LOOK: Duration = Duration::from_millis(50);

/// What is measured over.
pub struct Size {
    /// Messages in the topic.
    pub entries: usize,
    pub products: usize,
    pub warehouses: usize,
    /// Messages for the consumer that handles one at a time.
    pub one_at_a_time: usize,
    /// What starts a connector, where one is to be compared with.
    pub connector: Option<PathBuf>,
}

/// Measures all ways and prints the ratios.
pub async fn run(config: &Config, size: &Size, json_wanted: bool) -> anyhow::Result<ExitCode> {
    let entries = size.entries;
    eprintln!("publishing {entries} entries of {} products in {} warehouses ...", size.products, size.warehouses);
    let world = World::make(config, "bench", PARTITIONS).await?;
    world.publish(entries, size.products, size.warehouses).await?;
    let parts = world.parts().await?;

    eprintln!("ingest ...");
    let resident = Resident::watch();
    let ingest = rate(entries, ingest_all(&parts, entries).await?);
    let resident_mb = resident.most_mb();
    let mut plain = Vec::new();
    for connections in [1, 2, 4] {
        eprintln!("plain loop, {connections} connections ...");
        let took = parts.records.replay_rows_plainly(connections).await?;
        plain.push((connections, rate(entries, took)));
    }
    let one = if size.one_at_a_time == 0 {
        None
    } else {
        eprintln!("one message at a time ...");
        Some(rate(size.one_at_a_time, row_at_a_time::run(&parts, size.one_at_a_time).await?))
    };
    let connector = match &size.connector {
        None => None,
        Some(script) => {
            eprintln!("connector ...");
            Some(connector::run(&parts, script, entries).await?)
        }
    };
    world.end(&parts).await?;

    let best = plain.iter().map(|(_, rate)| *rate).fold(0.0, f64::max);
    let ratio = ingest / best;
    if json_wanted {
        let plain: Vec<_> =
            plain.iter().map(|(n, rate)| json!({ "connections": n, "entries_per_second": rate })).collect();
        println!(
            "{}",
            json!({
                "entries": entries, "products": size.products, "warehouses": size.warehouses, "ingest_per_second": ingest,
                "plain": plain, "ratio": ratio, "one_at_a_time_per_second": one, "connector_per_second": connector,
                "resident_mb": resident_mb,
            })
        );
    } else {
        println!("{entries} entries, {} products, {} warehouses", size.products, size.warehouses);
        println!("ingest             {ingest:>10.0} entries/s");
        for (connections, rate) in plain {
            println!("plain loop, {connections} con.  {rate:>10.0} entries/s");
        }
        println!("ratio to the best  {ratio:>10.2}   (goal 0.5)");
        if let Some(one) = one {
            println!("one at a time      {one:>10.0} messages/s");
            println!("ratio to that      {:>10.0}   (goal 10)", ingest / one);
        }
        if let Some(connector) = connector {
            println!("connector          {connector:>10.0} rows/s");
            println!("ratio to that      {:>10.2}   (goal 1)", ingest / connector);
        }
        println!("resident, at most  {resident_mb:>10} MB  (goal 300)");
    }
    Ok(ExitCode::SUCCESS)
}

/// Waits until both stores are at the end of the topic.
pub async fn until_applied(parts: &Parts) -> anyhow::Result<()> {
    let (started, ends) = (Instant::now(), parts.topic.reach().await?);
    loop {
        let meta = parts.realtime.meta().await?;
        let at = |partition| meta.positions.get(partition).copied().unwrap_or(0);
        if ends.iter().all(|(partition, (_, end))| at(partition) >= *end) {
            return Ok(());
        }
        anyhow::ensure!(started.elapsed() < LIMIT, "not done after {} s: {:?}", LIMIT.as_secs(), parts.status.now());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// From the start of the daemon until both stores are at the end.
pub async fn ingest_all(parts: &Parts, entries: usize) -> anyhow::Result<Duration> {
    let took = drain(parts, || ()).await?;
    let recorded: i64 = parts.records.cursors().await?.values().map(|it| it.counts.recorded).sum();
    anyhow::ensure!(usize::try_from(recorded)? == entries, "{recorded} of {entries} entries were recorded");
    Ok(took)
}

/// From the start of a daemon until both stores are at the end of the topic; `look` is called now and then meanwhile.
pub async fn drain(parts: &Parts, mut look: impl FnMut()) -> anyhow::Result<Duration> {
    let stop = CancellationToken::new();
    let started = Instant::now();
    let daemon = tokio::spawn(parts.daemon().run(stop.clone()));
    let applied = until_applied(parts);
    tokio::pin!(applied);
    loop {
        tokio::select! {
            done = &mut applied => break done?,
            () = tokio::time::sleep(LOOK) => look(),
        }
    }
    let took = started.elapsed();
    stop.cancel();
    ended(daemon.await?)?;
    Ok(took)
}

/// A daemon that was told to stop ended as it should.
pub fn ended(end: Result<(), Error>) -> anyhow::Result<()> {
    match end {
        Ok(()) | Err(Error::Stopped) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a rate for people")]
fn rate(entries: usize, took: Duration) -> f64 {
    entries as f64 / took.as_secs_f64()
}
