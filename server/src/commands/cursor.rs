//! `tallyhouse cursor`: where the records stand, and how a person sets them, on record.

use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};
use clap::{Args, Subcommand};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::ingest::{Misfit, fit};
use crate::startup::Parts;
use base::clock::Clock;
use base::config::Config;
use queue::Reach;
use records::{Cursor, CursorMove, Loss};

/// What can be done with a cursor.
#[derive(Debug, Subcommand)]
pub enum CursorCommand {
    /// Every partition: its cursor, what the topic holds, and whether they fit.
    Show {
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Set a cursor: forward skips messages, backward reads them again (what is recorded already is only counted).
    Set {
        partition: i32,
        /// The next offset to record.
        offset: i64,
        #[command(flatten)]
        why: Why,
    },
    /// Go on with what the topic holds, where it lost messages or was deleted and made again.
    AcceptLoss {
        partition: i32,
        #[command(flatten)]
        why: Why,
    },
}

/// Goes on record with every cursor that is set.
#[derive(Debug, Args)]
pub struct Why {
    /// Why; kept in the journal and the trail.
    #[arg(long)]
    reason: String,
    #[arg(long, env = "USER", default_value = "command line")]
    by: String,
}

pub async fn run(config: Config, command: &CursorCommand) -> anyhow::Result<ExitCode> {
    let parts = Parts::start(config, Clock::system(), &CancellationToken::new()).await?.context("stopped")?;
    let reach = parts.topic.reach().await.context("how far the topic reaches")?;
    match command {
        CursorCommand::Show { json } => show(&parts, &reach, *json).await,
        CursorCommand::Set { partition, offset, why } => set(&parts, &reach, *partition, *offset, why).await,
        CursorCommand::AcceptLoss { partition, why } => accept_loss(&parts, &reach, *partition, why).await,
    }
}

async fn show(parts: &Parts, reach: &Reach, as_json: bool) -> anyhow::Result<ExitCode> {
    let cursors = parts.records.cursors().await?;
    let misfits = fit(&parts.topic, &cursors).await?;
    let meta = parts.realtime.meta().await.ok();
    let mut rows = Vec::new();
    for (partition, (first, end)) in reach {
        let cursor = cursors.get(partition);
        rows.push(json!({
            "partition": partition, "first": first, "end": end,
            "cursor": cursor.map(|it| it.next_offset),
            "live": meta.as_ref().map(|it| it.place(*partition).position),
            "read_again_up_to": cursor.map(|it| it.highest).filter(|it| *it > 0),
            "fault": misfits.get(partition).map(|it| it.explain(*partition, &parts.config.kafka.topic)),
        }));
    }
    if as_json {
        println!("{}", serde_json::to_string_pretty(&rows)?);
    } else {
        println!("{:>9} {:>12} {:>12} {:>12} {:>12}", "partition", "first", "cursor", "end", "live");
        for row in &rows {
            let cell = |name: &str| if row[name].is_null() { "-".to_owned() } else { row[name].to_string() };
            println!(
                "{:>9} {:>12} {:>12} {:>12} {:>12}",
                cell("partition"),
                cell("first"),
                cell("cursor"),
                cell("end"),
                cell("live")
            );
        }
        for row in rows.iter().filter_map(|it| it["fault"].as_str()) {
            println!("{row}");
        }
    }
    Ok(if misfits.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

async fn set(parts: &Parts, reach: &Reach, partition: i32, to: i64, why: &Why) -> anyhow::Result<ExitCode> {
    let (first, end) = in_topic(parts, reach, partition)?;
    ensure!((first..=end).contains(&to), "offset: {to} is not between {first} and {end}, which the topic holds");
    let wanted = wanted(partition, to, None, why)?;
    // Offsets of another topic are other messages: setting the cursor as if they were the same would hide that.
    if let Some(misfit) = misfit(parts, partition).await?.filter(Misfit::is_another_topic) {
        bail!("{}", misfit.explain(partition, &parts.config.kafka.topic));
    }
    do_it(parts, &wanted).await
}

async fn accept_loss(parts: &Parts, reach: &Reach, partition: i32, why: &Why) -> anyhow::Result<ExitCode> {
    let (first, _) = in_topic(parts, reach, partition)?;
    if parts.records.cursor(partition).await?.is_none() {
        ensure!(first > 0, "nothing is lost: the topic holds partition {partition} from its start");
        parts.records.start_cursor(partition).await?;
    }
    let loss = match misfit(parts, partition).await? {
        None => bail!("nothing is lost: the cursor of partition {partition} fits the topic"),
        Some(it) if Misfit::is_another_topic(&it) => Loss::Topic,
        Some(_) => Loss::Messages,
    };
    do_it(parts, &wanted(partition, first, Some(loss), why)?).await
}

async fn misfit(parts: &Parts, partition: i32) -> anyhow::Result<Option<Misfit>> {
    let cursors = parts.records.cursors().await?.into_iter().filter(|(it, _)| *it == partition).collect();
    Ok(fit(&parts.topic, &cursors).await?.remove(&partition))
}

fn in_topic(parts: &Parts, reach: &Reach, partition: i32) -> anyhow::Result<(i64, i64)> {
    reach.get(&partition).copied().with_context(|| format!("{} has no partition {partition}", parts.config.kafka.topic))
}

fn wanted(partition: i32, to: i64, accepts: Option<Loss>, why: &Why) -> anyhow::Result<CursorMove<'_>> {
    ensure!(!why.reason.trim().is_empty(), "reason: say why, it goes on record");
    ensure!(why.reason.chars().count() <= 1000, "reason: at most 1000 characters");
    ensure!(why.by.chars().count() <= 128, "by: at most 128 characters");
    Ok(CursorMove { partition, to, accepts, reason: why.reason.trim(), who: &why.by })
}

async fn do_it(parts: &Parts, wanted: &CursorMove<'_>) -> anyhow::Result<ExitCode> {
    let Cursor { next_offset, .. } = parts.records.set_cursor(wanted).await?;
    println!("partition {}: the cursor was {next_offset} and is {} now; on record", wanted.partition, wanted.to);
    Ok(ExitCode::SUCCESS)
}
