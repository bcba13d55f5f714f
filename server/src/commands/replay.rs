//! `tallyhouse replay`: reads the queue again for what an audit found, names the bills, and corrects the records where that is wanted.

use std::process::ExitCode;

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};
use model::audit::replay::Bill;
use serde_json::json;

use crate::audit::Confirmed;
use crate::startup::Parts;
use base::clock::Clock;
use base::config::Config;
use base::shutdown;
use records::{ReplayClaim, StoredReplay};

/// How often it is looked how far it is.
const EVERY: std::time::Duration = std::time::Duration::from_millis(500);
/// So many bills are printed; all of them are on the page and over HTTP.
const MOST: i64 = 10_000;

/// What `replay` takes.
#[derive(Debug, clap::Args)]
pub struct Replay {
    /// The number of the audit.
    audit: i64,
    /// Correct the records as the queue says. The daemon makes the audit that follows.
    #[arg(long)]
    confirm: bool,
    /// Print as JSON, a line for each bill.
    #[arg(long)]
    json: bool,
}

/// Exit code 0: no bill differs, or the records are corrected; 1: bills differ; 2: could not.
pub async fn run(config: Config, replay: &Replay) -> anyhow::Result<ExitCode> {
    let stop = shutdown::on_signal();
    let Some(parts) = Parts::start(config, Clock::system(), &stop).await? else { return Ok(ExitCode::from(2)) };
    parts.records.audit(replay.audit).await?.with_context(|| format!("there is no audit {}", replay.audit))?;
    let replayer = parts.replayer();
    let id = match replayer.claim(replay.audit, "command line").await? {
        ReplayClaim::Ours(id) => id,
        ReplayClaim::TooMany => anyhow::bail!("many replays were begun in the last ten minutes; try again in a few"),
        ReplayClaim::Running(id) => anyhow::bail!("replay {id} of this audit is under way"),
    };
    let stored = tokio::select! {
        () = stop.cancelled() => return Ok(ExitCode::from(2)),
        stored = follow(&parts, id, replay.audit) => stored?,
    };
    if let Some(message) = stored.message {
        anyhow::bail!("replay {id}: {message}");
    }
    let bills = parts.records.replay_bills(id, 0, MOST).await?;
    for (number, bill) in &bills {
        say(*number, bill, replay.json);
    }
    if !replay.json {
        println!("replay {id}: {} messages read, {} bills differ", stored.messages_read, bills.len());
    }
    if !replay.confirm {
        return Ok(if bills.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) });
    }
    match replayer.confirm(id, "command line").await? {
        Confirmed::Done => {
            println!("the records are corrected");
            Ok(ExitCode::SUCCESS)
        }
        Confirmed::Running(number) => anyhow::bail!("run {number} is under way; try again"),
        Confirmed::NotReady => anyhow::bail!("replay {id} was confirmed before"),
        Confirmed::Changed => anyhow::bail!("the rows of its keys have changed since; replay again"),
    }
}

async fn follow(parts: &Parts, id: i64, audit: i64) -> anyhow::Result<StoredReplay> {
    let bar = ProgressBar::new(0).with_style(ProgressStyle::with_template("{bar:40} {pos}/{len} messages {eta}")?);
    let replayer = parts.replayer();
    let making = replayer.to_end(id, audit);
    tokio::pin!(making);
    loop {
        tokio::select! {
            made = &mut making => {
                made?;
                bar.finish_and_clear();
                return parts.records.replay(id).await?.context("the replay is not on record");
            }
            () = tokio::time::sleep(EVERY) => {
                if let Some(it) = parts.records.replay(id).await? {
                    bar.set_length(u64::try_from(it.messages_all).unwrap_or_default());
                    bar.set_position(u64::try_from(it.messages_read).unwrap_or_default());
                }
            }
        }
    }
}

fn say(number: i32, it: &Bill, json_wanted: bool) {
    if json_wanted {
        return println!("{}", json!({ "number": number, "bill": it, "effect": it.effect() }));
    }
    let quantity = |content: &Option<model::audit::replay::BillContent>| {
        content.as_ref().map_or_else(|| "-".to_owned(), |it| it.movement().to_string())
    };
    println!(
        "{:<11} {} line {} of {}, {} {}: queue {}, records {} (partition {}, offset {})",
        it.kind.as_str(),
        it.bill_id,
        it.line_no,
        it.company_id,
        it.warehouse_id,
        it.product_id,
        quantity(&it.queue),
        quantity(&it.records),
        it.partition,
        it.offset
    );
}
