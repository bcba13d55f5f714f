//! From the commit of a batch to every one of many screens, beside full ingest: the server in this process, the screens in
//! another, the entries waiting in the topic.

pub mod clients;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, ChildStdout, Command};
use tokio_util::sync::CancellationToken;

use super::PARTITIONS;
use super::ingest::until_applied;
use super::latency::percentiles;
use super::resident::Resident;
use crate::startup::Running;
use crate::world::World;
use base::telemetry;

/// A step that takes longer has failed.
const LIMIT: Duration = Duration::from_mins(10);
/// How long the last changes may take to the screens.
const TAIL: Duration = Duration::from_secs(2);

/// What is measured with.
pub struct Size {
    pub streams: usize,
    pub entries: usize,
}

/// Measures and prints percentiles, bytes and memory.
pub async fn run(
    config: &base::config::Config,
    size: &Size,
    pkg: PathBuf,
    json_wanted: bool,
) -> anyhow::Result<ExitCode> {
    let world = World::make(config, "bench", PARTITIONS).await?;
    eprintln!("publishing {} entries ...", size.entries);
    world.publish(size.entries, 50, 12).await?;
    let mut parts = world.parts().await?;
    parts.config.web.listen = free_address().await?;
    parts.config.web.ops_listen = None;
    let (mut running, stop) = (Running::default(), CancellationToken::new());
    let web = running.web(&parts, pkg, telemetry::start_metrics()?, &stop)?;
    running.serve(&parts, web);
    eprintln!("opening {} streams ...", size.streams);
    let (mut child, mut told) = open(parts.config.web.listen, size.streams).await?;

    eprintln!("ingest ...");
    let (started, resident) = (Instant::now(), Resident::watch());
    running.ingest(&parts, &stop)?;
    until_applied(&parts).await?;
    let took = started.elapsed();
    tokio::time::sleep(TAIL).await;
    let resident_mb = resident.most_mb();
    // The end of its input tells the child to say what it saw.
    drop(child.stdin.take());
    let mut text = String::new();
    tokio::time::timeout(LIMIT, told.read_to_string(&mut text)).await.context("the screens say nothing")??;
    let batches = parts.records.recorded_times().await?;
    stop.cancel();
    drop(running);
    world.end(&parts).await?;

    let seen = Seen::read(&text)?;
    let (mut latencies, missing) = seen.latencies(&batches);
    anyhow::ensure!(missing == 0, "{missing} times a screen was never told of a batch");
    let [p50, p99, max] = percentiles(&mut latencies);
    let seconds = took.as_secs_f64();
    let rate = per_second(size.entries, seconds);
    let (bytes, events) = (seen.bytes / size.streams, seen.events() / size.streams);
    let bytes_per_second = per_second(bytes, seconds);
    if json_wanted {
        println!(
            "{}",
            json!({
                "streams": size.streams, "entries": size.entries, "ingest_per_second": rate, "batches": batches.len(),
                "commit_to_client_ms": { "p50": p50, "p99": p99, "max": max }, "events_per_client": events,
                "bytes_per_client": bytes, "bytes_per_client_per_second": bytes_per_second, "resident_mb": resident_mb,
            })
        );
    } else {
        println!("{} streams beside {rate:.0} entries/s, {} commits", size.streams, batches.len());
        println!(
            "commit -> client       p50 {p50} ms, p99 {p99} ms, max {max} ms   (goal p99 250; changes wait up to 250 to be merged)"
        );
        println!("each client            {events} events, {bytes} bytes, {bytes_per_second:.0} bytes/s");
        println!("server, at most        {resident_mb} MB");
    }
    Ok(ExitCode::SUCCESS)
}

/// An address nobody listens on.
async fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0").await?.local_addr()?)
}

/// The screens, once every stream has begun.
async fn open(address: SocketAddr, streams: usize) -> anyhow::Result<(Child, BufReader<ChildStdout>)> {
    let until = Instant::now() + LIMIT;
    while TcpStream::connect(address).await.is_err() {
        anyhow::ensure!(Instant::now() < until, "nobody listens on {address}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut child = Command::new("/proc/self/exe")
        .args(["bench", "fanout-clients", &address.to_string(), &streams.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("starting the screens")?;
    let mut told = BufReader::new(child.stdout.take().context("no output")?);
    let mut line = String::new();
    tokio::time::timeout(LIMIT, told.read_line(&mut line)).await.context("the streams do not open")??;
    anyhow::ensure!(line == "open\n", "the screens say {line:?}");
    Ok((child, told))
}

/// What all screens were told.
#[derive(Default)]
struct Seen {
    bytes: usize,
    /// By screen: when, and up to which position of which partition.
    events: BTreeMap<usize, Vec<(i64, Vec<(i32, i64)>)>>,
}

impl Seen {
    fn read(text: &str) -> anyhow::Result<Self> {
        let mut seen = Self::default();
        for line in text.lines() {
            let mut words = line.split(' ').filter(|it| !it.is_empty());
            let screen: usize = words.next().context("no screen")?.parse()?;
            let number: i64 = words.next().context("no number")?.parse()?;
            let Some(events) = seen.events.get_mut(&screen) else {
                // Its first line: how many bytes.
                seen.bytes += usize::try_from(number)?;
                seen.events.insert(screen, Vec::new());
                continue;
            };
            let pair = |it: &str| Some((it.split_once(':')?.0.parse().ok()?, it.split_once(':')?.1.parse().ok()?));
            events.push((number, words.filter_map(pair).collect()));
        }
        Ok(seen)
    }

    fn events(&self) -> usize {
        self.events.values().map(Vec::len).sum()
    }

    /// How long each batch took to each screen, and how often one was never told.
    fn latencies(&self, batches: &[(i32, i64, i64)]) -> (Vec<Duration>, usize) {
        let (mut latencies, mut missing) = (Vec::new(), 0);
        for events in self.events.values() {
            let mut told: BTreeMap<i32, Vec<(i64, i64)>> = BTreeMap::new();
            for (at, positions) in events {
                for (partition, to) in positions {
                    told.entry(*partition).or_default().push((*to, *at));
                }
            }
            for (partition, to, written) in batches {
                let told = told.get(partition).map(Vec::as_slice).unwrap_or_default();
                match told.get(told.partition_point(|(up_to, _)| up_to < to)) {
                    Some((_, at)) => latencies.push(Duration::from_millis((at - written).max(0).unsigned_abs())),
                    None => missing += 1,
                }
            }
        }
        (latencies, missing)
    }
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a rate for people")]
fn per_second(count: usize, seconds: f64) -> f64 {
    count as f64 / seconds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_batch_is_timed_to_each_screen() {
        let seen =
            Seen::read("0 1000\n0 50 0:0 1:0\n0 300 0:10\n0 600 0:25 1:5\n1 900\n1 400 0:10\n").unwrap_or_default();
        let batches = [(0, 10, 100), (0, 20, 350), (1, 5, 550)];
        let (latencies, missing) = seen.latencies(&batches);
        assert_eq!(latencies.iter().map(Duration::as_millis).collect::<Vec<_>>(), [200, 250, 50, 300]);
        assert_eq!((missing, seen.bytes, seen.events()), (2, 1900, 4));
    }
}
