//! From produce to the event stream: each entry is timed from before it is sent until a change carries its position.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use futures::{Stream, StreamExt as _};
use model::live::LiveChange;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::PARTITIONS;
use crate::live::{Event, Hub};
use crate::startup::{Parts, Running};
use crate::world::World;
use base::config::Config;
use queue::EntryProducer;
use realtime::FeedMessage;

/// An entry that was sent: partition, offset, when, and how long Kafka took to acknowledge it.
type Sent = (i32, i64, Instant, Duration);

/// How long the last entries may take to arrive.
const TAIL: Duration = Duration::from_secs(10);

/// Measures and prints percentiles.
pub async fn run(config: &Config, rate: u64, seconds: u64, json_wanted: bool) -> anyhow::Result<ExitCode> {
    let system = WarmSystem::start(config).await?;
    let [mut acknowledged, mut published, mut latencies] = system.measure("L", rate, seconds).await?;
    system.end().await?;

    let seen = latencies.len();
    let shown = percentiles(&mut latencies);
    let kafka = percentiles(&mut acknowledged);
    let feed = percentiles(&mut published);
    let percentiles = |[p50, p99, max]: [u128; 3]| json!({ "p50": p50, "p99": p99, "max": max });
    if json_wanted {
        let (shown, kafka, feed) = (percentiles(shown), percentiles(kafka), percentiles(feed));
        println!(
            "{}",
            json!({ "rate": rate, "entries": rate * seconds, "seen": seen, "shown_ms": shown, "kafka_ms": kafka, "feed_ms": feed })
        );
    } else {
        let text = |[p50, p99, max]: [u128; 3]| format!("p50 {p50} ms, p99 {p99} ms, max {max} ms");
        println!("at {rate}/s, {seen} of {} entries seen", rate * seconds);
        println!("produce -> acknowledged by Kafka   {}", text(kafka));
        println!("produce -> in both stores          {}", text(feed));
        println!("produce -> in the event stream     {}   (merged to 4 changes a second)", text(shown));
    }
    Ok(ExitCode::SUCCESS)
}

/// A daemon and a hub in a world of their own, whose tables and connections are there before a clock runs.
pub struct WarmSystem {
    pub parts: Parts,
    world: World,
    hub: Hub,
    daemon: JoinHandle<Result<(), crate::ingest::Error>>,
    stop: CancellationToken,
    _running: Running,
}

impl WarmSystem {
    pub async fn start(config: &Config) -> anyhow::Result<Self> {
        let world = World::make(config, "bench", PARTITIONS).await?;
        world.publish(1000, 50, 12).await?;
        let parts = world.parts().await?;
        let stop = CancellationToken::new();
        let daemon = tokio::spawn(parts.daemon().run(stop.clone()));
        let mut running = Running::default();
        let hub = running.hub(&parts, &stop);
        let warm = Instant::now();
        while hub.everything().view().totals.today.entries < 1000 {
            anyhow::ensure!(warm.elapsed() < Duration::from_mins(1), "not warm after 60 s: {:?}", parts.status.now());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(Self { parts, world, hub, daemon, stop, _running: running })
    }

    /// Times entries at a rate: until Kafka acknowledged each, until both stores have it, until the event stream shows it. `name` begins their bills.
    pub async fn measure(&self, name: &str, rate: u64, seconds: u64) -> anyhow::Result<[Vec<Duration>; 3]> {
        anyhow::ensure!(rate > 0 && seconds > 0, "--rate and --seconds must be above 0");
        let (sender, sent) = mpsc::unbounded_channel();
        let (_, changes) = self.hub.everything().stream(None);
        let places = Places { changes, feed: Box::pin(self.parts.realtime.subscribe().await?.into_messages()) };
        let sending = tokio::spawn(send(self.world.config.clone(), name.to_owned(), rate, seconds, sender));
        let times = receive(places, sent, rate * seconds).await;
        sending.await??;
        Ok(times)
    }

    pub async fn end(self) -> anyhow::Result<()> {
        self.stop.cancel();
        // How the daemon ends after it was told to is of no interest here.
        super::ingest::ended(self.daemon.await?)?;
        self.world.end(&self.parts).await?;
        Ok(())
    }
}

/// The median, the 99th percentile and the maximum, in milliseconds.
pub fn percentiles(times: &mut [Duration]) -> [u128; 3] {
    percentiles_at(times, 99)
}

/// The median, a percentile and the maximum, in milliseconds.
pub fn percentiles_at(times: &mut [Duration], percentile: usize) -> [u128; 3] {
    times.sort_unstable();
    let last = times.len().saturating_sub(1);
    [50, percentile, 100].map(|percent| times.get(last * percent / 100).map_or(0, Duration::as_millis))
}

async fn send(
    config: Config,
    name: String,
    rate: u64,
    seconds: u64,
    sent: mpsc::UnboundedSender<Sent>,
) -> anyhow::Result<()> {
    let producer = EntryProducer::new(&config.kafka)?;
    let start = config.entry.business_time.local(base::clock::Clock::system().now());
    let time = start.map(|it| it.format("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default();
    let payload = |product: &str, warehouse: u64, bill: &str| {
        json!({
            "product_id": product, "quantity": 1, "drcr": 1, "company_id": "company0", "bill_id": bill,
            "warehouse_id": format!("warehouse{warehouse}"), "create_time": time,
        })
        .to_string()
    };
    // With its first message an idempotent producer asks for its id, and again half a second later while the broker is still loading: no part of
    // what is measured.
    let first = payload("product0", 0, &format!("{name}-first"));
    producer.send("product0", first.as_bytes()).await?.acknowledged().await?;
    let mut tick = tokio::time::interval(Duration::from_nanos(1_000_000_000 / rate));
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    for n in 0..rate * seconds {
        tick.tick().await;
        let product = format!("product{}", n % 50);
        let payload = payload(&product, n / 50 % 12, &format!("{name}-{n}"));
        let at = Instant::now();
        let waiting = producer.send(&product, payload.as_bytes()).await?;
        let sent = sent.clone();
        tokio::spawn(async move {
            if let Ok((partition, offset)) = waiting.place().await {
                // The receiver is gone only when the measuring is over.
                let _over = sent.send((partition, offset, at, at.elapsed()));
            }
        });
    }
    Ok(())
}

/// One place that entries reach, and how long each took to get there.
#[derive(Default)]
struct Track {
    waiting: BTreeMap<i32, BTreeMap<i64, Instant>>,
    reached: BTreeMap<i32, (i64, Instant)>,
    times: Vec<Duration>,
}

impl Track {
    fn sent(&mut self, partition: i32, offset: i64, at: Instant) {
        match self.reached.get(&partition) {
            // It was faster than the producer's own acknowledgement.
            Some((to, when)) if *to > offset => self.times.push(when.saturating_duration_since(at)),
            _ => {
                self.waiting.entry(partition).or_default().insert(offset, at);
            }
        }
    }

    /// Everything of a partition before a position is there now.
    fn reach(&mut self, partition: i32, to: i64) {
        let now = Instant::now();
        self.reached.insert(partition, (to, now));
        let waiting = self.waiting.entry(partition).or_default();
        let later = waiting.split_off(&to);
        self.times.extend(waiting.values().map(|at| now.saturating_duration_since(*at)));
        *waiting = later;
    }
}

/// Where entries come by.
struct Places {
    changes: tokio::sync::broadcast::Receiver<Event>,
    feed: std::pin::Pin<Box<dyn Stream<Item = Result<FeedMessage, realtime::Error>> + Send>>,
}

/// Acknowledged by Kafka, published by Redis, in the event stream.
async fn receive(mut places: Places, mut sent: mpsc::UnboundedReceiver<Sent>, entries: u64) -> [Vec<Duration>; 3] {
    let (mut acknowledged, mut feed, mut screen) = (Vec::new(), Track::default(), Track::default());
    loop {
        tokio::select! {
            Some((partition, offset, at, took)) = sent.recv() => {
                acknowledged.push(took);
                feed.sent(partition, offset, at);
                screen.sent(partition, offset, at);
            }
            Some(Ok(message)) = places.feed.next() => feed.reach(message.partition, message.to),
            Ok(event) = places.changes.recv() => {
                let Ok(change) = serde_json::from_str::<LiveChange>(&event.data) else { continue };
                for (partition, to) in change.offsets {
                    screen.reach(partition, to);
                }
            }
            () = tokio::time::sleep(TAIL) => return [acknowledged, feed.times, screen.times],
        }
        if u64::try_from(screen.times.len()).is_ok_and(|seen| seen >= entries) {
            return [acknowledged, feed.times, screen.times];
        }
    }
}
