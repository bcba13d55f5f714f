//! A correction beside a running stream: three bills of a year are edited by hand, a full audit finds their keys, a replay names them, and the
//! records are corrected, while somebody asks for a month again and again.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use chrono::Days;
use model::audit::{AuditState, Scope};
use model::statistics::{Column, Filter, GroupBy, Order, Question};
use model::time::Millis;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::audit::{run_audit, send, until_levels_are_whole};
use super::latency::percentiles_at;
use super::statistics::ask;
use super::{PARTITIONS, ingest};
use crate::audit::Confirmed;
use crate::background::drive;
use crate::startup::Parts;
use crate::world::World;
use base::clock::Clock;
use base::config::{Config, Layout};
use records::ReplayClaim;

/// In so many warehouses.
const WAREHOUSES: usize = 12;
/// Tables per day.
const BUCKETS: u32 = 4;
/// How long is asked before the records are corrected.
const ALONE: Duration = Duration::from_secs(15);
/// Lines as the page shows them first.
const ORDER: Order = Order { column: Column::Closing, descending: true };
const WHO: &str = "bench";

/// What is measured over.
pub struct Size {
    /// Messages in the topic.
    pub entries: usize,
    /// Over so many business days.
    pub days: u64,
    /// Of so many products.
    pub products: usize,
    /// So many bills are edited.
    pub bills: usize,
    /// Entries a second that come meanwhile.
    pub rate: u64,
}

/// Measures and prints.
pub async fn run(config: &Config, size: &Size, json_wanted: bool) -> anyhow::Result<ExitCode> {
    let mut config = config.clone();
    config.records.layout = Layout::BucketDay(BUCKETS);
    config.records.max_tables = u32::MAX;
    eprintln!("recording {} entries of {} days ...", size.entries, size.days);
    let world = World::make(&config, "bench", PARTITIONS).await?;
    world.publish_in_order(size.days, size.entries, size.products, WAREHOUSES).await?;
    let parts = world.parts().await?;
    ingest::ingest_all(&parts, size.entries).await?;

    let stop = CancellationToken::new();
    let daemon = tokio::spawn(parts.daemon().run(stop.clone()));
    let keeper = tokio::spawn(drive(parts.rollup_worker(), stop.clone()));
    until_levels_are_whole(&parts).await?;
    until_folded(&parts).await?;
    let sending = tokio::spawn(send(world.config.clone(), size.rate, stop.clone()));
    eprintln!("asking for months beside {} entries a second ...", size.rate);
    let (mut before, ()) = ask_until(&parts, size.days, tokio::time::sleep(ALONE)).await?;

    parts.records.edit_by_hand(size.bills).await?;
    eprintln!("a full audit ...");
    let (failed, auditing) = audit(&parts, AuditState::Failed).await?;
    eprintln!("a replay of the whole topic ...");
    let started = Instant::now();
    let replay = replay(&parts, failed, size.bills).await?;
    let replaying = started.elapsed();
    eprintln!("the correction ...");
    let replayer = parts.replayer();
    let correction = tokio::spawn(async move {
        let started = Instant::now();
        replayer.confirm(replay, WHO).await.map(|confirmed| (confirmed, started.elapsed()))
    });
    let (mut during, corrected) = ask_until(&parts, size.days, correction).await?;
    let (confirmed, correcting) = corrected??;
    ensure!(confirmed == Confirmed::Done, "{confirmed:?}");
    audit(&parts, AuditState::Passed).await?;
    stop.cancel();
    ingest::ended(daemon.await?)?;
    let _ended = (keeper.await?, sending.await??);
    world.end(&parts).await?;

    let [before, during] = [&mut before, &mut during].map(|it| (it.len(), percentiles_at(it, 95)));
    print(size, [auditing, replaying, correcting], [before, during], json_wanted);
    Ok(ExitCode::SUCCESS)
}

/// Waits until the fold has caught up with the year.
async fn until_folded(parts: &Parts) -> anyhow::Result<()> {
    let started = Instant::now();
    while parts.records.pending_flows().await? > 0 {
        ensure!(started.elapsed() < Duration::from_mins(5), "the totals are not folded within 5 min");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// Asks for months of the year one after the other until something ends; each must be answered. How long each took, and what ended.
async fn ask_until<T>(parts: &Parts, days: u64, ends: impl Future<Output = T>) -> anyhow::Result<(Vec<Duration>, T)> {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let (mut took, mut ended) = (Vec::new(), None);
    tokio::pin!(ends);
    loop {
        let question = month(parts, random.random_range(0..days.saturating_sub(30).max(1)))?;
        let ask = ask(&parts.records, parts.config.entry.business_time, &question, ORDER);
        tokio::pin!(ask);
        let answered = tokio::select! {
            answered = &mut ask => answered,
            end = &mut ends => {
                ended = Some(end);
                ask.await
            }
        };
        took.push(answered.context("a statistics call failed")?);
        if let Some(ended) = ended {
            return Ok((took, ended));
        }
    }
}

/// Thirty days that end so many days ago, by warehouse.
fn month(parts: &Parts, ago: u64) -> anyhow::Result<Question> {
    let zone = parts.config.entry.business_time;
    let today = zone.local(Clock::system().now()).context("no local time")?.date();
    let day = |ago| -> anyhow::Result<Millis> {
        let day = today.checked_sub_days(Days::new(ago)).context("no such day")?;
        zone.start_from(day).context("no such day")
    };
    let group_by = GroupBy { warehouse: true, product: false, company: false };
    Ok(Question { period: day(ago + 30)?..day(ago)?, group_by, interval: None, filter: Filter::default() })
}

/// A full audit, which must end as expected; its number and how long it took.
async fn audit(parts: &Parts, expected: AuditState) -> anyhow::Result<(i64, Duration)> {
    let (number, state, took) = run_audit(parts, Scope::Full).await?;
    ensure!(state == expected, "audit {number} {state:?}: {:?}", parts.records.audit(number).await?);
    Ok((number, took))
}

/// A replay of an audit, which must name so many bills; its number.
async fn replay(parts: &Parts, audit: i64, bills: usize) -> anyhow::Result<i64> {
    let replayer = parts.replayer();
    let ReplayClaim::Ours(replay) = replayer.claim(audit, WHO).await? else {
        anyhow::bail!("another replay is under way");
    };
    replayer.to_end(replay, audit).await?;
    let named = parts.records.replay_bills(replay, 0, i64::MAX).await?;
    ensure!(named.len() == bills, "{} bills named: {:?}", named.len(), parts.records.replay(replay).await?);
    Ok(replay)
}

fn print(size: &Size, took: [Duration; 3], [before, during]: [(usize, [u128; 3]); 2], json_wanted: bool) {
    let [audit, replay, correction] = took.map(|it| it.as_millis());
    if json_wanted {
        let of = |(asked, [p50, p95, max]): (usize, [u128; 3])| json!({ "asked": asked, "p50_ms": p50, "p95_ms": p95, "max_ms": max });
        return println!(
            "{}",
            json!({ "entries": size.entries, "bills": size.bills, "rate": size.rate, "audit_ms": audit, "replay_ms": replay,
                "correction_ms": correction, "before": of(before), "during": of(during) })
        );
    }
    println!(
        "{} bills of {} entries corrected in {correction} ms, beside {} entries a second",
        size.bills, size.entries, size.rate
    );
    println!("the audit that found them took {audit} ms, the replay of the whole topic {replay} ms");
    for (when, (asked, [p50, p95, max])) in [("before", before), ("meanwhile", during)] {
        println!(
            "a month by warehouse, {when:<9} p50 {p50:>4} ms, p95 {p95:>4} ms, max {max:>4} ms  ({asked} asked, all answered)"
        );
    }
}
