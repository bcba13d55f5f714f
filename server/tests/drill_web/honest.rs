//! Honest clients: entries that flow, a monitor, a screen, an export after another. What they see is kept with its time.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use futures::StreamExt as _;
use queue::EntryProducer;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::measures::Row;
use crate::site::{ENTRIES, Site, client};

/// A monitor that hears nothing for so long has heard nothing.
const LIMIT: Duration = Duration::from_secs(5);

/// What was seen, each with its time.
#[derive(Debug, Default)]
struct Seen {
    /// How long `/healthz` took.
    health: Vec<(Instant, Duration)>,
    /// When something came on the event stream.
    screen: Vec<Instant>,
    /// How long an export took; none: it did not come whole.
    exports: Vec<(Instant, Option<Duration>)>,
    /// Resident memory, in megabytes.
    memory: Vec<(Instant, u64)>,
    /// States of the pipeline that are none: a partition that waits for a person.
    paused: Vec<(Instant, String)>,
    /// Messages that were published, and of which Kafka has said so.
    published: i64,
}

pub struct Honest {
    site: Arc<Site>,
    seen: Arc<Mutex<Seen>>,
    tasks: JoinSet<anyhow::Result<()>>,
    stop: CancellationToken,
    rate: u64,
}

/// Where everything stood.
pub struct Mark {
    at: Instant,
    recorded: i64,
    published: i64,
}

impl Honest {
    pub fn start(site: &Arc<Site>, rate: u64) -> Self {
        let (seen, stop) = (Arc::<Mutex<Seen>>::default(), CancellationToken::new());
        let mut tasks = JoinSet::new();
        tasks.spawn(publish(Arc::clone(site), Arc::clone(&seen), rate, stop.clone()));
        let (address, asking, until) = (site.address, Arc::clone(&seen), stop.clone());
        tasks.spawn_blocking(move || {
            ask_health(address, &asking, &until);
            Ok(())
        });
        tasks.spawn(each(stop.clone(), Duration::from_millis(200), weigh, (Arc::clone(site), Arc::clone(&seen))));
        tasks.spawn(each(stop.clone(), Duration::from_secs(1), ask_pipeline, (Arc::clone(site), Arc::clone(&seen))));
        tasks.spawn(each(stop.clone(), Duration::from_millis(500), export, (Arc::clone(site), Arc::clone(&seen))));
        tasks.spawn(each(stop.clone(), Duration::from_millis(200), watch, (Arc::clone(site), Arc::clone(&seen))));
        Self { site: Arc::clone(site), seen, tasks, stop, rate }
    }

    /// Waits until each has seen something.
    pub async fn warm(&self) -> anyhow::Result<()> {
        self.site
            .wait("honest clients", || async {
                let seen = self.seen.lock().unwrap();
                let all = !seen.health.is_empty() && seen.screen.len() > 5 && seen.exports.len() > 1;
                Ok((!all).then(|| format!("{} events, {} exports", seen.screen.len(), seen.exports.len())))
            })
            .await
    }

    pub async fn mark(&self) -> Mark {
        let recorded = self.site.recorded().await.unwrap_or_default();
        Mark { at: Instant::now(), recorded, published: self.seen.lock().unwrap().published }
    }

    /// What was seen since then.
    pub async fn since(&self, name: &str, mark: &Mark, note: String, fault: Option<String>) -> Row {
        let now = self.mark().await;
        let seen = self.seen.lock().unwrap();
        let within = |at: &Instant| *at >= mark.at && *at <= now.at;
        let mut health: Vec<Duration> = seen.health.iter().filter(|(at, _)| within(at)).map(|(_, it)| *it).collect();
        health.sort_unstable();
        let part = |percent: usize| health.get(health.len() * percent / 100).copied().unwrap_or(LIMIT);
        let events: Vec<Instant> = seen.screen.iter().filter(|it| within(it)).copied().collect();
        let edges: Vec<Instant> = [mark.at].into_iter().chain(events).chain([now.at]).collect();
        let silence = edges.windows(2).map(|it| it[1] - it[0]).max().unwrap_or_default();
        let exports: Vec<Option<Duration>> =
            seen.exports.iter().filter(|(at, _)| within(at)).map(|(_, it)| *it).collect();
        let seconds = (now.at - mark.at).as_secs_f64();
        #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a rate is a float")]
        let of_rate = (now.recorded - mark.recorded) as f64 / seconds / self.rate as f64;
        #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a rate is a float")]
        let published = (now.published - mark.published) as f64 / seconds / self.rate as f64;
        Row {
            name: name.to_owned(),
            health_p50_ms: part(50).as_millis(),
            health_p99_ms: part(99).as_millis(),
            asked: health.len(),
            recorded_of_rate: of_rate,
            published_of_rate: published,
            screen_silent_ms: silence.as_millis(),
            exports: exports.iter().flatten().count(),
            exports_failed: exports.iter().filter(|it| it.is_none()).count(),
            export_slowest_ms: exports.iter().flatten().max().map_or(0, Duration::as_millis),
            memory_mb: seen.memory.iter().filter(|(at, _)| within(at)).map(|(_, it)| *it).max().unwrap_or_default(),
            paused: seen.paused.iter().find(|(at, _)| within(at)).map(|(_, it)| it.clone()),
            note,
            fault,
        }
    }

    pub async fn end(mut self) -> anyhow::Result<()> {
        self.stop.cancel();
        while let Some(ended) = self.tasks.join_next().await {
            ended.context("an honest client")??;
        }
        Ok(())
    }
}

/// Does something again and again, each time after a wait.
async fn each<F: Future<Output = anyhow::Result<()>> + Send>(
    stop: CancellationToken,
    wait: Duration,
    work: impl Fn(Arc<Site>, Arc<Mutex<Seen>>) -> F + Send,
    (site, seen): (Arc<Site>, Arc<Mutex<Seen>>),
) -> anyhow::Result<()> {
    while !stop.is_cancelled() {
        if let Some(Err(error)) = stop.run_until_cancelled(work(Arc::clone(&site), Arc::clone(&seen))).await {
            println!("an honest client: {error:#}");
        }
        stop.run_until_cancelled(tokio::time::sleep(wait)).await;
    }
    Ok(())
}

/// Publishes entries at a rate, spread over products and warehouses that there are.
async fn publish(site: Arc<Site>, seen: Arc<Mutex<Seen>>, rate: u64, stop: CancellationToken) -> anyhow::Result<()> {
    let producer = EntryProducer::new(&site.world.config.kafka)?;
    let zone = site.world.config.entry.business_time;
    let now = zone.local(base::clock::Clock::system().now()).context("no local time")?;
    let time = now.format("%Y-%m-%d %H:%M:%S").to_string();
    let mut every = tokio::time::interval(Duration::from_millis(20));
    let mut number = 0_u64;
    while !stop.is_cancelled() {
        every.tick().await;
        for _ in 0..(rate / 50).max(1) {
            number += 1;
            let product = format!("product{}", number % 60);
            let line = json!({
                "product_id": product, "quantity": 1, "drcr": 1, "company_id": "company0",
                "warehouse_id": format!("warehouse{}", number % 12), "bill_id": format!("W-{number}"), "create_time": time,
            });
            producer.send(&product, line.to_string().as_bytes()).await?;
        }
        seen.lock().unwrap().published += i64::try_from((rate / 50).max(1))?;
    }
    Ok(())
}

/// `/healthz` over a connection of its own, ten times a second, as a monitor asks: from a thread of its own, as it must not wait behind the abusers here.
fn ask_health(address: SocketAddr, seen: &Mutex<Seen>, stop: &CancellationToken) {
    while !stop.is_cancelled() {
        let began = Instant::now();
        let took = if is_healthy(address).is_ok_and(|it| it) { began.elapsed() } else { LIMIT };
        seen.lock().unwrap().health.push((began, took));
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn is_healthy(address: SocketAddr) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect_timeout(&address, LIMIT)?;
    stream.set_read_timeout(Some(LIMIT))?;
    let head = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 192.0.2.3\r\nConnection: close\r\n\r\n";
    stream.write_all(head.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer.ends_with("ok\n"))
}

async fn weigh(site: Arc<Site>, seen: Arc<Mutex<Seen>>) -> anyhow::Result<()> {
    let memory = site.megabytes()?;
    seen.lock().unwrap().memory.push((Instant::now(), memory));
    Ok(())
}

/// Does a partition wait for a person?
async fn ask_pipeline(site: Arc<Site>, seen: Arc<Mutex<Seen>>) -> anyhow::Result<()> {
    let answer = client("192.0.2.4")?.get(site.url("/api/v1/pipeline")).send().await?;
    if answer.status() == 200 {
        let pipeline: Value = answer.json().await?;
        if pipeline["state"] == "paused" {
            seen.lock().unwrap().paused.push((Instant::now(), pipeline["reasons"].to_string()));
        }
    }
    Ok(())
}

/// All entries as a file, to its last line.
async fn export(site: Arc<Site>, seen: Arc<Mutex<Seen>>) -> anyhow::Result<()> {
    let began = Instant::now();
    let file = async {
        let answer = client("192.0.2.5")?
            .get(site.url("/records.csv?from=2020-01-01&to=2035-01-01"))
            .send()
            .await?
            .error_for_status()?;
        let text = answer.text().await?;
        let lines = text.lines().count();
        ensure!(lines > ENTRIES && text.ends_with('\n'), "{lines} lines");
        anyhow::Ok(())
    };
    let took = match file.await {
        Ok(()) => Some(began.elapsed()),
        Err(error) => {
            println!("an export: {error:#}");
            None
        }
    };
    seen.lock().unwrap().exports.push((Instant::now(), took));
    Ok(())
}

/// The event stream, until it ends.
async fn watch(site: Arc<Site>, seen: Arc<Mutex<Seen>>) -> anyhow::Result<()> {
    let client = reqwest::Client::builder().build()?;
    let stream = client.get(site.url("/api/v1/live")).header("x-forwarded-for", "192.0.2.6").send();
    let mut events = stream.await?.error_for_status()?.bytes_stream();
    while let Some(event) = events.next().await {
        event?;
        seen.lock().unwrap().screen.push(Instant::now());
    }
    Ok(())
}
