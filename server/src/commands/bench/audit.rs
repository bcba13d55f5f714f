//! Audits beside a running stream: how long they take, and whether anybody waits for them.

use std::collections::HashMap;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use futures::StreamExt as _;
use model::audit::{AuditState, Scope};
use model::stock::StockKey;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::times::{Times, gaps, lengths};
use super::{PARTITIONS, ingest};
use crate::audit::Claimed;
use crate::background::drive;
use crate::startup::Parts;
use crate::world::World;
use base::config::{Config, Layout};
use queue::EntryProducer;

/// In so many warehouses.
const WAREHOUSES: usize = 40;
/// The keys came over so many days: of a million keys not all move every day.
const DAYS: u64 = 30;
/// Most keys are quiet: entries come over so many products, in so many warehouses, as in the bench of the ingest.
const HOT: (usize, usize) = (50, 12);
/// So many of these say how fast the ingest is.
const MEASURED: usize = 200_000;
/// How long is measured without an audit.
const ALONE: Duration = Duration::from_secs(30);
/// How long the load runs before the first measurement.
const WARM: Duration = Duration::from_secs(5);
/// Of the tables that hold so many products together.
const BUCKETS: u32 = 64;

/// What is measured over.
pub struct Size {
    /// Keys of both stores.
    pub keys: usize,
    /// Entries a second; none: half of what the ingest made while the keys were recorded.
    pub rate: Option<u64>,
    /// All of that, where no rate is said.
    pub at_full_rate: bool,
    /// So many audits, one after the other.
    pub audits: usize,
    /// So many tables of a long past are in the register.
    pub past_tables: u32,
}

/// What was seen of the ingest over a time.
#[derive(Clone)]
struct Seen {
    apply: [f64; 3],
    gap: [f64; 3],
    applies: Vec<(Instant, Duration)>,
}

/// Measures and prints.
pub async fn run(config: &Config, size: &Size, json_wanted: bool) -> anyhow::Result<ExitCode> {
    let mut config = config.clone();
    config.records.layout = Layout::BucketDay(BUCKETS);
    let times = Times::collect()?;
    eprintln!("recording {} keys ...", size.keys);
    let world = World::make(&config, "bench", PARTITIONS).await?;
    world.publish_over(DAYS, size.keys, size.keys.div_ceil(WAREHOUSES), WAREHOUSES, |n, days| n % days).await?;
    let parts = world.parts().await?;
    ingest::ingest_all(&parts, size.keys).await?;
    parts.records.fill_register(size.past_tables).await?;
    eprintln!("recording {MEASURED} entries of {} keys ...", HOT.0 * HOT.1);
    publish_hot(&world.config).await?;
    let took = ingest::ingest_all(&parts, size.keys + MEASURED).await?;
    let full_rate = u64::try_from(MEASURED)? * 1000 / u64::try_from(took.as_millis().max(1))?;
    let rate = size.rate.unwrap_or(if size.at_full_rate { full_rate } else { full_rate / 2 }).max(1);

    let stop = CancellationToken::new();
    let daemon = tokio::spawn(parts.daemon().run(stop.clone()));
    let keeper = tokio::spawn(drive(parts.rollup_worker(), stop.clone()));
    let watch = Arc::new(Mutex::new(Watch::default()));
    let watching = tokio::spawn(watch_feed(parts.clone(), Arc::clone(&watch)));
    let sending = tokio::spawn(send(world.config.clone(), rate, stop.clone()));
    until_levels_are_whole(&parts).await?;

    eprintln!("{rate} entries a second, without an audit ...");
    tokio::time::sleep(WARM).await;
    seen(&times);
    tokio::time::sleep(ALONE).await;
    let alone = seen(&times);
    eprintln!("with audits ...");
    // The first one settles every key that was ever recorded: those that follow are what every hour brings.
    let mut audits = vec![Audit { took: audit(&parts).await?, parts: parts_of_one(&times) }];
    let first = seen(&times);
    for _ in 1..size.audits {
        audits.push(Audit { took: audit(&parts).await?, parts: parts_of_one(&times) });
    }
    let beside = if size.audits > 1 { seen(&times) } else { first.clone() };
    stop.cancel();
    let sent = sending.await??;
    watching.abort();
    ingest::ended(daemon.await?)?;
    keeper.await?;
    world.end(&parts).await?;
    let watch = watch.lock().unwrap_or_else(PoisonError::into_inner);
    anyhow::ensure!(watch.dips.is_empty(), "the live stock went down though goods only came in: {:?}", watch.dips);
    let found = Found { size, rate, full_rate, sent, values: watch.values, audits: &audits };
    print(&found, [&alone, &first, &beside], json_wanted);
    Ok(ExitCode::SUCCESS)
}

struct Found<'a> {
    size: &'a Size,
    rate: u64,
    full_rate: u64,
    sent: u64,
    values: u64,
    audits: &'a [Audit],
}

/// How long an audit took.
struct Audit {
    took: Duration,
    parts: [Part; 7],
}

/// A part of an audit: when it ended, and how long it took.
#[derive(Clone, Copy)]
struct Part {
    name: &'static str,
    ended: Instant,
    took: Duration,
}

impl Audit {
    /// Without the recount of the rows that came since the last success: those cost what came, not how many keys there are.
    fn beside_rows(&self) -> Duration {
        let rows = self.parts.iter().find(|it| it.name == "rows").map_or(Duration::ZERO, |it| it.took);
        self.took.saturating_sub(rows)
    }
}

/// Of the audit that has just ended.
fn parts_of_one(times: &Times) -> [Part; 7] {
    ["cut", "snapshot", "journal", "rows", "look", "levels", "compare"].map(|name| {
        let values = times.take(&format!("tallyhouse_audit_part_seconds {name}"));
        let (ended, took) = values.last().copied().unwrap_or((Instant::now(), Duration::ZERO));
        Part { name, ended, took }
    })
}

/// 99th percentile of one apply in milliseconds, and how many there were, in each part of audits.
fn apply_by_part(audits: &[Audit], applies: &[(Instant, Duration)]) -> Vec<(&'static str, f64, usize)> {
    let names = audits.first().map(|it| it.parts.map(|part| part.name)).unwrap_or_default();
    let of = |name: &'static str| {
        let parts: Vec<&Part> = audits.iter().flat_map(|it| &it.parts).filter(|it| it.name == name).collect();
        let within = |at: Instant| parts.iter().any(|it| at <= it.ended && at + it.took >= it.ended);
        let mut some: Vec<Duration> = applies.iter().filter(|(at, _)| within(*at)).map(|(_, took)| *took).collect();
        (name, at(&mut some)[1], some.len())
    };
    names.into_iter().map(of).filter(|(_, _, number)| *number > 0).collect()
}

fn print(it: &Found<'_>, [alone, beside_first, beside]: [&Seen; 3], json_wanted: bool) {
    let (first, rest) = it.audits.split_first().map_or((Duration::ZERO, &[][..]), |(first, rest)| (first.took, rest));
    let longest = rest.iter().map(|it| it.took).max().unwrap_or_default();
    let beside_rows = rest.iter().map(Audit::beside_rows).max().unwrap_or_default();
    let ratio = |with: [f64; 3], without: [f64; 3]| with[1] / without[1].max(0.001);
    let (apply, gap) = (ratio(beside.apply, alone.apply), ratio(beside.gap, alone.gap));
    if json_wanted {
        let of = |it: &Seen| json!({ "apply_ms": it.apply, "commit_gap_ms": it.gap, "batches": it.applies.len() });
        let line: Value = json!({
            "keys": it.size.keys, "past_tables": it.size.past_tables, "rate": it.rate, "full_rate": it.full_rate, "sent": it.sent,
            "audits": it.audits.len(), "first_ms": first.as_millis(), "longest_ms": longest.as_millis(),
            "beside_rows_ms": beside_rows.as_millis(),
            "parts_ms": it.audits.iter().map(|it| parts_json(&it.parts)).collect::<Value>(),
            "alone": of(alone), "beside_first": of(beside_first), "beside": of(beside), "apply_ratio": apply, "gap_ratio": gap, "values_seen": it.values,
        });
        return println!("{line}");
    }
    println!(
        "audit of {} keys, {} past tables in the register, beside {} entries a second ({} sent; ingest alone made {})",
        it.size.keys, it.size.past_tables, it.rate, it.sent, it.full_rate
    );
    println!("first audit, all rows    {:>8} ms", first.as_millis());
    println!(
        "next ones, the longest   {:>8} ms  ({} of them), {} beside the rows that came (goal for 1,000,000 keys 20,000)",
        longest.as_millis(),
        rest.len(),
        beside_rows.as_millis()
    );
    let line = |name: &str, without: [f64; 3], with: [f64; 3], ratio: f64| {
        println!(
            "{name:<24} p99 {:.1} ms without, {:.1} with: {ratio:.2} (goal 1.5); longest {:.1} and {:.1} ms (goal 250)",
            without[1], with[1], without[2], with[2]
        );
    };
    line("one apply", alone.apply, beside.apply, apply);
    line("between two commits", alone.gap, beside.gap, gap);
    let of_first =
        [beside_first.apply, beside_first.gap].map(|it| format!("p99 {:.1} ms, longest {:.1}", it[1], it[2]));
    println!("beside the first audit   one apply {}; between two commits {}", of_first[0], of_first[1]);
    println!("values in the live feed  {:>8}, none went down", it.values);
    let of_parts = apply_by_part(it.audits.get(1..).unwrap_or_default(), &beside.applies);
    let of_parts: Vec<String> = of_parts.iter().map(|(name, p99, n)| format!("{name} {p99:.1} ms ({n})")).collect();
    println!("one apply, p99 beside    {}", of_parts.join(", "));
    for audit in it.audits {
        let parts: Vec<String> = audit.parts.iter().map(|it| format!("{} {}", it.name, it.took.as_millis())).collect();
        println!("parts of {:>8} ms     {}", audit.took.as_millis(), parts.join(", "));
    }
}

fn parts_json(parts: &[Part]) -> Value {
    parts.iter().map(|it| (it.name.to_owned(), json!(it.took.as_millis()))).collect()
}

/// Median, 99th percentile and longest, in milliseconds, since the last call.
fn seen(times: &Times) -> Seen {
    let applies = times.take("tallyhouse_apply_seconds");
    let records = times.take("tallyhouse_record_seconds");
    Seen { apply: at(&mut lengths(&applies)), gap: at(&mut gaps(&records)), applies }
}

fn at(times: &mut [Duration]) -> [f64; 3] {
    times.sort_unstable();
    let last = times.len().saturating_sub(1);
    [50, 99, 100].map(|it| times.get(last * it / 100).map_or(0.0, |it| it.as_secs_f64() * 1000.0))
}

/// An audit to its end: its number, what it came to, and how long it took from its claim on.
pub(super) async fn run_audit(parts: &Parts, scope: Scope) -> anyhow::Result<(i64, AuditState, Duration)> {
    let Claimed::Ours(run) = parts.auditor().claim(scope, "hand", "bench").await? else {
        anyhow::bail!("another run is under way");
    };
    let (number, started) = (run.number(), Instant::now());
    let state = run.to_end().await?;
    Ok((number, state, started.elapsed()))
}

/// A quick audit, which must find nothing.
async fn audit(parts: &Parts) -> anyhow::Result<Duration> {
    let (number, state, took) = run_audit(parts, Scope::Quick).await?;
    let stored = parts.records.audit(number).await?.context("the audit")?;
    anyhow::ensure!(
        state == AuditState::Passed && stored.counts.agrees == stored.keys_compared,
        "audit {number} {state:?}: {} of {} keys agree; {:?}",
        stored.counts.agrees,
        stored.keys_compared,
        stored.message
    );
    Ok(took)
}

/// Waits until every level of totals is whole, as a quick audit wants it.
pub(super) async fn until_levels_are_whole(parts: &Parts) -> anyhow::Result<()> {
    let started = Instant::now();
    loop {
        let mut snapshot = parts.records.stock_snapshot().await?;
        let are_whole = snapshot.levels_are_whole().await?;
        snapshot.close().await;
        if are_whole {
            return Ok(());
        }
        anyhow::ensure!(started.elapsed() < Duration::from_mins(5), "the levels are not made within 5 min");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// What a client of the live feed has seen.
#[derive(Default)]
struct Watch {
    newest: HashMap<StockKey, i64>,
    values: u64,
    dips: Vec<String>,
}

/// Goods only come in while this is looked at: a value that is lower than one before is a dip.
async fn watch_feed(parts: Parts, watch: Arc<Mutex<Watch>>) -> anyhow::Result<()> {
    let mut messages = Box::pin(parts.realtime.subscribe().await?.into_messages());
    while let Some(message) = messages.next().await {
        let message = message?;
        let mut watch = watch.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, value) in message.keys {
            watch.values += 1;
            let now = value.stock;
            let before = now.and_then(|now| watch.newest.insert(key.clone(), now));
            if now.is_none() || before > now {
                watch.dips.push(format!("{key:?}: {before:?}, then {now:?}"));
            }
        }
    }
    Ok(())
}

/// Goods come in, of any hot key.
struct Goods {
    random: ChaCha8Rng,
    time: String,
    number: u64,
}

impl Goods {
    fn new(config: &Config, seed: u64) -> anyhow::Result<Self> {
        let now = config.entry.business_time.local(base::clock::Clock::system().now()).context("no local time")?;
        let time = now.format("%Y-%m-%d %H:%M:%S").to_string();
        Ok(Self { random: ChaCha8Rng::seed_from_u64(seed), time, number: seed << 40 })
    }

    /// Product and message.
    fn next(&mut self) -> (String, String) {
        self.number += 1;
        let product = format!("product{}", self.random.random_range(0..HOT.0));
        let payload = json!({
            "product_id": product, "quantity": 1, "drcr": 1, "company_id": "company0", "bill_id": format!("L-{}", self.number),
            "warehouse_id": format!("warehouse{}", self.random.random_range(0..HOT.1)), "create_time": self.time,
        })
        .to_string();
        (product, payload)
    }
}

async fn publish_hot(config: &Config) -> anyhow::Result<()> {
    let (producer, mut goods) = (EntryProducer::new(&config.kafka)?, Goods::new(config, 1)?);
    let mut waiting = Vec::with_capacity(MEASURED);
    for _ in 0..MEASURED {
        let (product, payload) = goods.next();
        waiting.push(producer.send(&product, payload.as_bytes()).await?);
    }
    for sent in waiting {
        sent.acknowledged().await?;
    }
    Ok(())
}

/// At a rate, until `stop`; answers how many entries.
pub(super) async fn send(config: Config, rate: u64, stop: CancellationToken) -> anyhow::Result<u64> {
    const PER_SECOND: u64 = 100;
    let (producer, mut goods) = (EntryProducer::new(&config.kafka)?, Goods::new(&config, 2)?);
    let mut tick = tokio::time::interval(Duration::from_millis(1000 / PER_SECOND));
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let (mut sent, mut due) = (0, 0);
    while !stop.is_cancelled() {
        tick.tick().await;
        due += rate;
        while sent * PER_SECOND < due {
            let (product, payload) = goods.next();
            // Kafka's word on each is not waited for: what is lost would be missing from both stores alike.
            let _sent = producer.send(&product, payload.as_bytes()).await?;
            sent += 1;
        }
    }
    Ok(sent)
}
