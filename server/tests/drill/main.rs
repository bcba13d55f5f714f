//! `make drill-ingest`: real processes, killed, frozen and cut off in every way, under load; one oracle. Each run prints its
//! seed: `SEED=... ONLY=...` plays it again. `make drill-audit`: both stores edited in every way, under load; each fault must be named,
//! put right and dealt with.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test program")]
#![allow(missing_docs, reason = "a test program")]

mod audits;
mod daemon;
mod edits;
mod faults;
mod foreign;
mod load;
mod proxy;
mod servers;
mod stage;
mod steps;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use base::config::{self, Config};
use clap::Parser;
use serde::Serialize;

use servers::Servers;
use stage::Stage;

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Drill {
    Ingest,
    Audit,
}

#[derive(Debug, Parser)]
struct Arguments {
    #[arg(value_enum)]
    drill: Drill,
    /// Minutes instead of an hour: fewer repetitions of each fault.
    #[arg(long)]
    short: bool,
    /// The first run's seed; each next one has the next.
    #[arg(long)]
    seed: Option<u64>,
    /// Only faults whose name contains this.
    #[arg(long)]
    only: Option<String>,
    /// Entries per second.
    #[arg(long, default_value_t = 500)]
    rate: u64,
    /// Where servers, logs and the report live.
    #[arg(long)]
    folder: PathBuf,
}

#[derive(Debug, Serialize)]
struct Report {
    fault: &'static str,
    seed: u64,
    messages: u64,
    /// From the end of fault and load until both stores were at the end of the topic.
    right_after_ms: u128,
    seconds: u64,
    notes: String,
    failure: Option<String>,
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Runtime::new().context("the runtime")?;
    runtime.block_on(drill(&arguments))
}

async fn drill(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let first_seed = arguments.seed.unwrap_or_else(|| u64::from(rand::random::<u32>()));
    servers::use_ports_from(match arguments.drill {
        Drill::Ingest => 24000,
        Drill::Audit => 25000,
    });
    let servers = Arc::new(Servers::start(&arguments.folder.join("run")).await?);
    let config = settings(arguments)?;
    if arguments.drill == Drill::Audit {
        let ended = audits::drill(&servers, &config, first_seed, arguments).await;
        servers.stop().await?;
        return ended;
    }
    let mut reports = Vec::new();
    println!("{:<36} {:>12} {:>9} {:>10} {:>8}", "fault", "seed", "messages", "right, ms", "s");
    let wanted = faults::ALL.iter().filter(|(name, _)| arguments.only.as_ref().is_none_or(|only| name.contains(only)));
    for ((name, fault), seed) in wanted.zip(first_seed..) {
        let report = run(&servers, &config, name, *fault, seed, arguments).await;
        let verdict = report.failure.clone().map_or(report.notes.clone(), |it| format!("FAILED: {it}"));
        println!(
            "{name:<36} {seed:>12} {:>9} {:>10} {:>8}  {verdict}",
            report.messages, report.right_after_ms, report.seconds
        );
        reports.push(report);
    }
    servers.stop().await?;
    let failed = reports.iter().filter(|it| it.failure.is_some()).count();
    let path = arguments.folder.join("report.json");
    std::fs::write(&path, serde_json::to_string_pretty(&reports)?).context("the report")?;
    println!("{} faults, {failed} failed; report in {}", reports.len(), path.display());
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn run(
    servers: &Arc<Servers>,
    config: &Config,
    fault: &'static str,
    work: faults::Fault,
    seed: u64,
    arguments: &Arguments,
) -> Report {
    let started = Instant::now();
    let mut report =
        Report { fault, seed, messages: 0, right_after_ms: 0, seconds: 0, notes: String::new(), failure: None };
    let log = arguments.folder.join(format!("{}.log", fault.replace(|c: char| !c.is_alphanumeric(), "-")));
    let _old = std::fs::remove_file(&log);
    match play(servers, config, work, arguments, &log, &mut report).await {
        Ok(()) => {}
        Err(error) => report.failure = Some(format!("{error:#}; log in {}", log.display())),
    }
    report.seconds = started.elapsed().as_secs();
    report
}

async fn play(
    servers: &Arc<Servers>,
    config: &Config,
    work: faults::Fault,
    arguments: &Arguments,
    log: &Path,
    report: &mut Report,
) -> anyhow::Result<()> {
    let mut stage = Stage::set(Arc::clone(servers), config, report.seed, arguments.short, log.to_owned())
        .await
        .context("setting up")?;
    stage.start_load(arguments.rate);
    stage.progress().await.context("before the fault")?;
    let worked = work(&mut stage).await;
    stage.stop_load().await?;
    report.notes = stage.notes.join(", ");
    worked?;
    report.right_after_ms = stage.settle(Duration::from_secs(90)).await?.as_millis();
    report.messages = stage.judge().await?;
    stage.end().await
}

/// The settings of whoever judges: past the proxies.
fn settings(arguments: &Arguments) -> anyhow::Result<Config> {
    let path = arguments.folder.join("drill.toml");
    let mut text = String::from("records_layout = \"bucket-day\"\nrecords_buckets = 4\n");
    text.push_str(match arguments.drill {
        // Beside every fault: an audit must never find anything that nobody has done.
        Drill::Ingest => "audit_expiration = \"15s\"\naudit_retry_after = \"1s\"\n",
        // By hand, so that it is known which one finds what; only those that follow a decision come by themselves.
        Drill::Audit => "audit_expiration = \"8760h\"\naudit_retry_after = \"8760h\"\n",
    });
    for (name, value) in Servers::settings(false) {
        let key = name.trim_start_matches("TALLYHOUSE_").to_ascii_lowercase();
        writeln!(text, "{key} = \"{value}\"").context("the drill's settings")?;
    }
    std::fs::write(&path, text).context("the drill's settings")?;
    config::load(Some(&path)).context("the drill's settings")
}
