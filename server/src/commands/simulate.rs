//! `tallyhouse simulate`: publishes what the grocer does, and prints the truth about it as JSON.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use chrono::Days;
use clap::Args;
use model::entry::Entry;
use model::time::Millis;
use tokio::time::{Instant, MissedTickBehavior};

use crate::simulate::{Grocer, Truth, keys, names};
use base::business_time::BusinessTime;
use base::clock::Clock;
use base::config::Config;
use base::shutdown;
use queue::{EntryProducer, Sent, to_json};

/// So many messages may wait for Kafka's word.
const WAITING: usize = 10_000;
const HOUR_MS: i64 = 3_600_000;
/// Seconds after which a longer pause is drawn anew.
const LONGEST_PAUSE: f64 = 120.0;

/// What `simulate` takes.
#[derive(Debug, Args)]
pub struct Simulate {
    /// Same seed, same grocer.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// So many past days, as fast as Kafka takes them, beginning with opening stock.
    #[arg(long, default_value_t = 0)]
    pub days: u32,
    /// About so many entries on each of them.
    #[arg(long, default_value_t = 3000)]
    pub entries_per_day: usize,
    /// With --days: the last of them ends with an hour of so many entries a second, so that what follows live is no break.
    #[arg(long, requires = "days")]
    pub last_hour_rate: Option<f64>,
    /// Then so many entries a second, until stopped.
    #[arg(long)]
    pub rate: Option<f64>,
    /// Then entries as they would come on such a day (--entries-per-day), in its rhythm, until stopped.
    #[arg(long, conflicts_with = "rate")]
    pub live: bool,
    /// Stop the live entries after so many seconds.
    #[arg(long)]
    pub seconds: Option<u64>,
    /// Write the grocer's names as CSV, for `names import`.
    #[arg(long)]
    pub write_names: Option<PathBuf>,
}

/// Publishes past days, then live entries.
pub async fn run(config: &Config, simulate: &Simulate) -> anyhow::Result<ExitCode> {
    if let Some(file) = &simulate.write_names {
        write_names(file)?;
    }
    let zone = config.entry.business_time;
    let mut play = Play {
        grocer: Grocer::new(simulate.seed, zone),
        truth: Truth::new(simulate.seed),
        producer: EntryProducer::new(&config.kafka)?,
        waiting: Vec::new(),
        zone,
        clock: Clock::system(),
    };
    if simulate.days > 0 {
        play.past(simulate.days, simulate.entries_per_day, simulate.last_hour_rate).await?;
    }
    if simulate.live {
        play.as_usual(simulate.entries_per_day, simulate.seconds.map(Duration::from_secs)).await?;
    }
    if let Some(rate) = simulate.rate {
        play.live(rate, simulate.seconds.map(Duration::from_secs)).await?;
    }
    play.settle().await?;
    println!("{}", serde_json::to_string(&play.truth)?);
    Ok(ExitCode::SUCCESS)
}

struct Play {
    grocer: Grocer,
    truth: Truth,
    producer: EntryProducer,
    waiting: Vec<Sent>,
    zone: BusinessTime,
    clock: Clock,
}

impl Play {
    /// Opening stock, then every day up to now.
    async fn past(&mut self, days: u32, entries_per_day: usize, last_hour_rate: Option<f64>) -> anyhow::Result<()> {
        check_rate(last_hour_rate)?;
        let now = self.clock.now();
        let quiet_until = Millis(now.0 - last_hour_rate.map_or(0, |_| HOUR_MS));
        let today = self.zone.day(now).context("the clock shows no date that can be")?;
        let first = today.checked_sub_days(Days::new(u64::from(days.saturating_sub(1)))).context("too many days")?;
        let opening = self.zone.start_of(first).context("the first day does not exist")?;
        for entry in self.grocer.opening(opening) {
            self.publish(&entry).await?;
        }
        // Just after midnight the last hour reaches into yesterday.
        let quiet_day = self.zone.day(quiet_until).context("the clock shows no date that can be")?;
        for day in first.iter_days().take_while(|day| *day <= quiet_day) {
            let until = (day >= quiet_day).then_some(quiet_until);
            for entry in self.grocer.day(day, until, entries_per_day) {
                self.publish(&entry).await?;
            }
        }
        if let Some(rate) = last_hour_rate {
            let step = Duration::from_secs_f64(1.0 / rate);
            let mut since = Duration::ZERO;
            while let Some(passed) = i64::try_from(since.as_millis()).ok().filter(|it| *it < HOUR_MS) {
                let entry = self.grocer.next(Millis(quiet_until.0 + passed));
                self.publish(&entry).await?;
                since += step;
            }
        }
        self.settle().await
    }

    /// Entries in the rhythm of the day, until stopped.
    async fn as_usual(&mut self, entries_per_day: usize, limit: Option<Duration>) -> anyhow::Result<()> {
        let entries = f64::from(u32::try_from(entries_per_day).context("too many entries a day")?);
        anyhow::ensure!(entries > 0.0, "a day has at least one entry");
        let stop = shutdown::on_signal();
        let end = limit.map(|limit| Instant::now() + limit);
        let mut next = Instant::now();
        loop {
            // A night's pause is not slept through: the hour that follows may be busier.
            let pause = self.grocer.pause(self.clock.now(), entries);
            let is_due = pause <= LONGEST_PAUSE;
            next += Duration::from_secs_f64(pause.min(LONGEST_PAUSE));
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                () = tokio::time::sleep_until(next) => {}
            }
            if end.is_some_and(|end| Instant::now() >= end) {
                return Ok(());
            }
            if is_due {
                let entry = self.grocer.next(self.clock.now());
                self.publish(&entry).await?;
            }
        }
    }

    /// Entries as they happen, until stopped.
    async fn live(&mut self, rate: f64, limit: Option<Duration>) -> anyhow::Result<()> {
        check_rate(Some(rate))?;
        let stop = shutdown::on_signal();
        let end = limit.map(|limit| Instant::now() + limit);
        // Above 100 a second several entries share a tick: timers are no finer than a millisecond.
        let per_tick = (rate / 100.0).ceil();
        let mut tick = tokio::time::interval(Duration::from_secs_f64(per_tick / rate));
        tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
        loop {
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                _ = tick.tick() => {}
            }
            if end.is_some_and(|end| Instant::now() >= end) {
                return Ok(());
            }
            let mut left = per_tick;
            while left > 0.0 {
                let entry = self.grocer.next(self.clock.now());
                self.publish(&entry).await?;
                left -= 1.0;
            }
        }
    }

    async fn publish(&mut self, entry: &Entry) -> anyhow::Result<()> {
        self.truth.add(entry)?;
        let sent = self.producer.send(entry.product_id.as_str(), to_json(entry, self.zone).as_bytes()).await?;
        self.waiting.push(sent);
        if self.waiting.len() >= WAITING {
            self.settle().await?;
        }
        Ok(())
    }

    async fn settle(&mut self) -> anyhow::Result<()> {
        for sent in self.waiting.drain(..) {
            sent.acknowledged().await?;
        }
        Ok(())
    }
}

fn check_rate(rate: Option<f64>) -> anyhow::Result<()> {
    anyhow::ensure!(rate.is_none_or(|it| it > 0.0 && it <= 1_000_000.0), "a rate must be above 0 and at most 1000000");
    Ok(())
}

/// The grocer orders again below this many.
const LOW_STOCK: i64 = 5000;

fn write_names(file: &Path) -> anyhow::Result<()> {
    let mut text = String::from("kind,id,zh,en,unit,warehouse,level\n");
    for row in names() {
        let column = |it: Option<&String>| it.cloned().unwrap_or_default();
        let (zh, en) = (column(row.name.zh.as_ref()), column(row.name.en.as_ref()));
        writeln!(text, "{},{},{zh},{en},{},,", row.of.as_str(), row.id, column(row.unit.as_ref()))?;
    }
    for (product, warehouse) in keys() {
        writeln!(text, "low_stock,{product},,,,{warehouse},{LOW_STOCK}")?;
    }
    std::fs::write(file, text).with_context(|| format!("cannot write {}", file.display()))
}
