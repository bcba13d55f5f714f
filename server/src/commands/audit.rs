//! `tallyhouse audit`: compares both stores now, with exit codes for schedulers.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use model::audit::{AuditState, Scope};
use serde_json::json;

use crate::audit::{AuditRun, Claimed};
use crate::startup::Parts;
use base::clock::Clock;
use base::config::Config;
use base::shutdown;
use records::{StoredAudit, StoredLog};

/// How often is asked whether the other run is over.
const ASK_AGAIN: Duration = Duration::from_secs(1);
/// The exit code for what could not run.
const COULD_NOT: u8 = 2;

/// What `audit` takes.
#[derive(Debug, clap::Args)]
pub struct Audit {
    /// Recount every row, not only those of tables that were written to since the last success.
    #[arg(long)]
    full: bool,
    /// Where another run is under way, wait until it is over.
    #[arg(long)]
    wait: bool,
    /// Print as JSON.
    #[arg(long)]
    json: bool,
}

/// Exit code 0: passed; 1: failed; 2: could not run.
pub async fn run(config: Config, audit: &Audit) -> anyhow::Result<ExitCode> {
    let stop = shutdown::on_signal();
    let Some(parts) = Parts::start(config, Clock::system(), &stop).await? else { return Ok(ExitCode::from(COULD_NOT)) };
    let scope = if audit.full { Scope::Full } else { Scope::Quick };
    let run = tokio::select! {
        () = stop.cancelled() => return Ok(ExitCode::from(COULD_NOT)),
        run = claim(&parts, scope, audit.wait) => run?,
    };
    let number = run.number();
    let state = tokio::select! {
        // Its lease runs out, and the next run starts clean.
        () = stop.cancelled() => return Ok(ExitCode::from(COULD_NOT)),
        state = run.to_end() => state?,
    };
    let stored = parts.records.audit(number).await?.context("the audit is not on record")?;
    say(&stored, audit.json);
    Ok(match state {
        AuditState::Passed => ExitCode::SUCCESS,
        AuditState::Failed => ExitCode::from(1),
        AuditState::Running | AuditState::Error => ExitCode::from(COULD_NOT),
    })
}

async fn claim(parts: &Parts, scope: Scope, wait: bool) -> anyhow::Result<Box<AuditRun>> {
    let auditor = parts.auditor();
    loop {
        match auditor.claim(scope, "hand", "command line").await? {
            Claimed::Ours(run) => return Ok(run),
            Claimed::Running { .. } if wait => tokio::time::sleep(ASK_AGAIN).await,
            Claimed::Running { number, is_audit } => {
                let what = if is_audit { "audit" } else { "run" };
                anyhow::bail!("{what} {number} is under way; --wait waits for it");
            }
        }
    }
}

fn say(it: &StoredAudit, json_wanted: bool) {
    let log = |of: fn(&StoredLog) -> &str| it.log.as_ref().map(of);
    if json_wanted {
        let line = json!({
            "id": it.id, "scope": it.scope.as_str(), "state": it.state.as_str(), "keys": it.keys_compared, "agree": it.counts.agrees,
            "nrs_missing": it.counts.nrs_missing, "surplus": it.counts.surplus, "flows_differ": it.counts.flows_differ,
            "records_incomplete": it.counts.records_incomplete, "repaired": it.repaired, "took_ms": it.took_ms,
            "message": it.message, "log": { "state": log(|it| &it.state), "flag": log(|it| &it.flag), "description": log(|it| &it.description) },
        });
        return println!("{line}");
    }
    println!(
        "audit {} ({}): {} in {} ms, {} keys, {} agree",
        it.id,
        it.scope.as_str(),
        it.state.as_str(),
        it.took_ms,
        it.keys_compared,
        it.counts.agrees
    );
    for (count, words) in [
        (it.counts.nrs_missing, "RRS > NRS"),
        (it.counts.surplus, "RRS < NRS"),
        (it.counts.flows_differ, "flows differ"),
        (it.counts.records_incomplete, "the records do not prove themselves"),
    ] {
        if count > 0 {
            println!("  {count} {words}");
        }
    }
    if it.repaired > 0 {
        println!("  {} put right", it.repaired);
    }
    if let Some(message) = &it.message {
        println!("  {message}");
    }
    let word = |of| log(of).unwrap_or_default();
    println!(
        "  STATE {} FLAG {} DESCRIPTION {}",
        word(|it| &it.state),
        word(|it| &it.flag),
        word(|it| &it.description)
    );
}
