//! Statistics over a year of 50 million entries: how long the server takes for a month, its opening included, and for a page of
//! entries of its last days.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use chrono::{Days, Months, NaiveDate};
use model::entries::EntriesQuestion;
use model::statistics::{Column, Filter, GroupBy, Interval, Order, Question};
use model::time::Millis;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::json;

use super::PARTITIONS;
use super::latency::percentiles_at;
use crate::lookup::Lookup;
use crate::statistics::Reader;
use crate::statistics::page::page;
use crate::world::World;
use base::business_time::BusinessTime;
use base::config::Config;
use records::{Records, YearSize};

/// What is asked, and what p95 is to be reached, in milliseconds.
const QUESTIONS: [(&str, GroupBy, Option<Interval>, u128); 4] = [
    ("a month by warehouse", GroupBy { warehouse: true, product: false, company: false }, None, 50),
    ("a month by company", GroupBy { warehouse: false, product: false, company: true }, None, 50),
    ("a month by day", GroupBy { warehouse: false, product: false, company: false }, Some(Interval::Day), 50),
    ("a month by product, 100 lines", GroupBy { warehouse: false, product: true, company: false }, None, 150),
];

/// Fills the year, asks, and prints percentiles.
pub async fn run(config: &Config, mut size: YearSize, questions: usize, json_wanted: bool) -> anyhow::Result<ExitCode> {
    size.entries = i64::try_from(50_000_000 / size.day_totals().max(1))?.max(1);
    eprintln!("filling {} day totals ...", size.day_totals());
    let world = World::make(config, "bench", PARTITIONS).await?;
    let parts = world.parts().await?;
    let started = Instant::now();
    parts.records.fill_year(size).await?;
    eprintln!("filled in {} s; asking ...", started.elapsed().as_secs());

    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut found = Vec::new();
    for (name, group_by, interval, goal) in QUESTIONS {
        let mut took = Vec::with_capacity(questions);
        for asked in 0..questions {
            let (from, to) =
                month(size, &mut random, asked % 2 == 0).ok_or_else(|| anyhow::anyhow!("no such month"))?;
            let zone = config.entry.business_time;
            let at = |day| zone.start_from(day).unwrap_or(Millis(0));
            let question = Question { period: at(from)..at(to), group_by, interval, filter: Filter::default() };
            let column = Column::ALL[random.random_range(0..Column::ALL.len())];
            let order = Order { column, descending: random.random() };
            took.push(ask(&parts.records, zone, &question, order).await?);
        }
        let [p50, p95, max] = percentiles_at(&mut took, 95);
        found.push((name, p50, p95, max, goal));
    }
    eprintln!("writing the entries of {DAYS} days ...");
    let entries = parts.records.fill_entries(size, DAYS).await?;
    eprintln!("{entries} entries; looking up ...");
    for (name, filter) in LOOKUPS {
        let mut took = Vec::new();
        let mut after = None;
        for _ in 0..questions {
            let question = entries_question(size, DAYS, config.entry.business_time, &filter())?;
            let started = Instant::now();
            let mut lookup = Lookup::open(&parts.records, config.entry.business_time).await?;
            let page = lookup.page(&question, after.as_ref(), 100).await?;
            lookup.close().await;
            took.push(started.elapsed());
            anyhow::ensure!(!page.entries.is_empty(), "no entries");
            after = page.next;
        }
        let [p50, p95, max] = percentiles_at(&mut took, 95);
        found.push((name, p50, p95, max, 50));
    }
    world.end(&parts).await?;
    for (name, p50, p95, max, goal) in &found {
        if json_wanted {
            println!(
                "{}",
                json!({ "statistics": name, "p50_ms": p50, "p95_ms": p95, "max_ms": max, "goal_p95_ms": goal })
            );
        } else {
            println!("{name:<32} p50 {p50:>4} ms, p95 {p95:>4} ms, max {max:>4} ms   (goal p95 {goal})");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What is looked up, newest first, page after page.
const LOOKUPS: [(&str, fn() -> Filter); 3] = [
    ("a page of all entries", Filter::default),
    ("a page of a product", || Filter { products: id("P00007"), ..Filter::default() }),
    ("a page of a warehouse", || Filter { warehouses: id("WH-03"), ..Filter::default() }),
];
/// Days that have entries below their totals.
const DAYS: u32 = 3;

fn id<T: for<'a> TryFrom<&'a str>>(id: &str) -> Vec<T> {
    T::try_from(id).into_iter().collect()
}

/// All entries of the last days that a filter takes.
pub fn entries_question(
    size: YearSize,
    days: u32,
    zone: BusinessTime,
    filter: &Filter,
) -> anyhow::Result<EntriesQuestion> {
    let last = size.first.checked_add_days(Days::new(u64::from(size.days)));
    let first = size.first.checked_add_days(Days::new(u64::from(size.days.saturating_sub(days))));
    let at =
        |day: Option<NaiveDate>| day.and_then(|it| zone.start_from(it)).ok_or_else(|| anyhow::anyhow!("no such day"));
    Ok(EntriesQuestion {
        period: at(first)?..at(last)?,
        filter: filter.clone(),
        direction: None,
        kinds: Vec::new(),
        bill: None,
        text: None,
    })
}

/// A whole month, or one that has come to its 20th.
fn month(size: YearSize, random: &mut ChaCha8Rng, is_whole: bool) -> Option<(NaiveDate, NaiveDate)> {
    let from = size.first.checked_add_months(Months::new(random.random_range(0..12)))?;
    let to = if is_whole { from.checked_add_months(Months::new(1))? } else { from.checked_add_days(Days::new(20))? };
    Some((from, to))
}

/// From the question to its first page.
pub(super) async fn ask(
    records: &Records,
    zone: BusinessTime,
    question: &Question,
    order: Order,
) -> anyhow::Result<Duration> {
    let started = Instant::now();
    let mut reader = Reader::open(records, zone).await?;
    let statement = reader.statement(question).await?;
    reader.close().await;
    let (lines, _) = page(statement.rows, order, None, 100);
    let took = started.elapsed();
    anyhow::ensure!(!lines.is_empty(), "no lines");
    Ok(took)
}
