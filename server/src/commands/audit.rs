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
use records::StoredAudit;

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
    if json_wanted {
        let line = json!({
            "id": it.id, "scope": it.scope, "state": it.state, "keys": it.keys_compared, "agree": it.agree,
            "nrs_missing": it.nrs_missing, "surplus": it.surplus, "flows_differ": it.flows_differ,
            "records_incomplete": it.records_incomplete, "repaired": it.repaired, "took_ms": it.took_ms,
            "message": it.message, "log": { "state": it.log_state, "flag": it.log_flag, "description": it.log_description },
        });
        return println!("{line}");
    }
    println!(
        "audit {} ({}): {} in {} ms, {} keys, {} agree",
        it.id, it.scope, it.state, it.took_ms, it.keys_compared, it.agree
    );
    for (count, words) in [
        (it.nrs_missing, "RRS > NRS"),
        (it.surplus, "RRS < NRS"),
        (it.flows_differ, "flows differ"),
        (it.records_incomplete, "the records do not prove themselves"),
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
    let word = |it: &Option<String>| it.clone().unwrap_or_default();
    println!("  STATE {} FLAG {} DESCRIPTION {}", word(&it.log_state), word(&it.log_flag), word(&it.log_description));
}
