//! `make drill-audit`: each fault is injected under load; audits, replays and decisions are made as an auditor would make them, by command
//! line and HTTP; a table says what came of it. In the end both stores equal what was produced.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use base::config::Config;
use model::audit::replay::{Bill, BillKind};
use model::audit::{AuditState, Finding, FindingCause, Scope};
use records::{FindingsFilter, StoredAudit};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Arguments;
use crate::daemon::run;
use crate::edits::{self, Bills, Edit, End, Expected};
use crate::load::Content;
use crate::servers::{Servers, screen};
use crate::stage::{Findings, Stage};
use crate::steps;

/// So long it is waited for an audit that can be made, and for one that follows by itself.
pub const LIMIT: Duration = Duration::from_mins(2);

/// A line of the table.
#[derive(Debug, Default, Serialize)]
pub struct Line {
    pub fault: String,
    pub verdict: String,
    pub cause: String,
    pub bills: String,
    pub found_by: String,
    pub after: String,
    pub seconds: u64,
    pub failure: Option<String>,
}

/// What `audit --json` prints.
#[derive(Debug, Deserialize)]
pub struct Printed {
    pub id: i64,
    pub state: String,
    pub keys: i64,
    pub agree: i64,
    message: Option<String>,
}

/// What `replay --json` prints, line by line.
#[derive(Debug, Deserialize)]
struct PrintedBill {
    bill: Bill,
}

pub async fn drill(
    servers: &Arc<Servers>,
    config: &Config,
    seed: u64,
    arguments: &Arguments,
) -> anyhow::Result<ExitCode> {
    println!("seed {seed}");
    let log = arguments.folder.join("audits.log");
    let _old = std::fs::remove_file(&log);
    let mut stage = Stage::set(Arc::clone(servers), config, seed, arguments.short, log.clone()).await?;
    (stage.findings, stage.live_goes_back) = (Findings::OfEdits, true);
    stage.start_load(arguments.rate);
    edits::prepare(&stage).await?;
    stage.progress().await?;
    let first = audit(&stage, Scope::Full).await.context("the first audit")?;
    ensure!(first.state == "passed", "{first:?}");
    println!("{:<36} {:<20} {:<17} {:<28} {:<8} after", "fault", "verdict", "cause", "bills", "found by");
    let mut lines = Vec::new();
    for (name, edit) in edits::ALL.iter().filter(|(name, _)| is_wanted(name, arguments)) {
        lines.push(said(name, Box::pin(fault(&mut stage, *edit))).await);
        if lines.last().is_some_and(|it| it.failure.is_some()) {
            break;
        }
    }
    for (name, step) in steps::ALL {
        if is_wanted(name, arguments) && lines.iter().all(|it| it.failure.is_none()) {
            lines.push(said(name, Box::pin(step(&mut stage))).await);
        }
    }
    stage.stop_load().await?;
    if lines.iter().all(|it| it.failure.is_none()) {
        lines.push(said("in the end", Box::pin(steps::end(&mut stage))).await);
    }
    stage.end().await?;
    let failed = lines.iter().filter(|it| it.failure.is_some()).count();
    let path = arguments.folder.join("report-audit.json");
    std::fs::write(&path, serde_json::to_string_pretty(&lines)?).context("the report")?;
    println!("{} lines, {failed} failed; report in {}, log in {}", lines.len(), path.display(), log.display());
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn is_wanted(name: &str, arguments: &Arguments) -> bool {
    arguments.only.as_ref().is_none_or(|only| name.contains(only))
}

async fn said(name: &str, work: impl Future<Output = anyhow::Result<Line>>) -> Line {
    let started = Instant::now();
    let mut line = work.await.unwrap_or_else(|error| Line { failure: Some(format!("{error:#}")), ..Line::default() });
    name.clone_into(&mut line.fault);
    line.seconds = started.elapsed().as_secs();
    let after = line.failure.as_ref().map_or_else(|| line.after.clone(), |it| format!("FAILED: {it}"));
    println!(
        "{name:<36} {:<20} {:<17} {:<28} {:<8} {after} ({} s)",
        line.verdict, line.cause, line.bills, line.found_by, line.seconds
    );
    line
}

/// One fault, from a clean system to a clean system.
async fn fault(stage: &mut Stage, edit: Edit) -> anyhow::Result<Line> {
    clean(stage, Scope::Quick).await.context("before the fault")?;
    let expected = edit(stage).await.context("the fault")?;
    let (found, scope) = find(stage).await?;
    let findings = findings_of(stage, found.id).await?;
    ensure!(!findings.is_empty(), "no audit found it");
    check(&findings, &expected, found.keys)?;
    let bills = replay(stage, found.id, &expected.bills).await?;
    deal_with(stage, &found, &findings, &expected).await?;
    clean(stage, scope).await.context("after the repair")?;
    let open = findings_of(stage, found.id).await?.iter().filter(|it| !it.is_resolved).count();
    ensure!(open == 0, "{open} findings of audit {} are not dealt with", found.id);
    Ok(Line {
        verdict: expected.verdict.as_str().to_owned(),
        cause: expected.cause.as_str().to_owned(),
        bills,
        found_by: scope.as_str().to_owned(),
        after: format!("{:?}, then a {} audit finds nothing", expected.end, scope.as_str()),
        ..Line::default()
    })
}

/// A quick audit, and a full one where that finds nothing.
pub async fn find(stage: &Stage) -> anyhow::Result<(Printed, Scope)> {
    let quick = audit(stage, Scope::Quick).await?;
    if quick.keys != quick.agree {
        return Ok((quick, Scope::Quick));
    }
    Ok((audit(stage, Scope::Full).await?, Scope::Full))
}

fn check(findings: &[Finding], expected: &Expected, keys: i64) -> anyhow::Result<()> {
    for it in findings {
        let said = (it.verdict, it.cause);
        ensure!(said == (expected.verdict, expected.cause), "{said:?} of {:?}: {:?}", it.key, it.evidence);
    }
    let mut found: Vec<_> = findings.iter().map(|it| it.key.clone()).collect();
    found.sort();
    match &expected.keys {
        Some(wanted) => ensure!(found == *wanted, "found {found:?}, not {wanted:?}"),
        None => ensure!(i64::try_from(found.len())? == keys, "{} of {keys} keys", found.len()),
    }
    Ok(())
}

/// What a replay names, in words; exactly what it must.
async fn replay(stage: &Stage, audit: i64, wanted: &Bills) -> anyhow::Result<String> {
    let done = run(&stage.world.config, &stage.log, &["replay", &audit.to_string(), "--json"], "").await?;
    ensure!(matches!(done.code, Some(0 | 1)), "the replay could not be made: {:?} {}", done.code, done.text);
    let mut bills: Vec<(BillKind, String)> = Vec::new();
    for line in done.text.lines() {
        let it: PrintedBill = serde_json::from_str(line).with_context(|| line.to_owned())?;
        bills.push((it.bill.kind, it.bill.bill_id));
    }
    ensure!(bills.is_empty() == (done.code == Some(0)), "exit code {:?} for {bills:?}", done.code);
    match wanted {
        Bills::Exactly(wanted) => {
            let mut wanted = wanted.clone();
            wanted.sort();
            bills.sort();
            ensure!(bills == wanted, "the replay names {bills:?}, not {wanted:?}");
            let mut words = String::new();
            for kind in BillKind::ALL {
                let of_kind: Vec<&String> = bills.iter().filter(|it| it.0 == kind).map(|it| &it.1).collect();
                match of_kind.as_slice() {
                    [] => {}
                    [one] => write!(words, "{} {one}", kind.as_str())?,
                    more => write!(words, "{} {}", more.len(), kind.as_str())?,
                }
            }
            Ok(if words.is_empty() { "none".to_owned() } else { words })
        }
        Bills::Among(bill) => {
            let wanted = (BillKind::Candidate, bill.clone());
            ensure!(bills.contains(&wanted), "{bill} is not among {bills:?}");
            Ok(format!(
                "{bill}, {}",
                if bills.len() == 1 { "exact".to_owned() } else { format!("1 of {}", bills.len()) }
            ))
        }
    }
}

/// As an auditor would.
async fn deal_with(stage: &Stage, found: &Printed, findings: &[Finding], expected: &Expected) -> anyhow::Result<()> {
    match expected.end {
        End::ByItself => ensure!(found.state == "passed", "{found:?}"),
        End::ByTheNext if found.state != "passed" => {
            let next = audit(stage, Scope::Quick).await?;
            ensure!(next.state == "passed" && next.agree + 1 == next.keys, "the next one: {next:?}");
            acknowledge(stage, next.id).await?;
            return resolve(found.id, findings, "accept_records").await;
        }
        End::ByTheNext => {}
        End::Confirmed => {
            let replay = stage.parts.records.replay_of(found.id).await?.context("a replay")?;
            post(&format!("replays/{}/confirm", replay.id), &Value::Null).await?;
            followed(stage, found.id).await?;
        }
        End::Accepted => {
            resolve(found.id, findings, "accept_records").await?;
            followed(stage, found.id).await?;
        }
        End::Adjusted => {
            resolve(found.id, findings, "adjust").await?;
            followed(stage, found.id).await?;
            adjusted(stage, found.id, &findings[0]).await?;
        }
    }
    acknowledge(stage, found.id).await
}

/// Replays and confirms by command line. A run under way is waited for.
pub async fn confirm(stage: &Stage, audit: i64, points: &str) -> anyhow::Result<Option<i32>> {
    let started = Instant::now();
    loop {
        let arguments = ["replay", &audit.to_string(), "--confirm"];
        let done = run(&stage.world.config, &stage.log, &arguments, points).await?;
        if done.code == Some(0) || !points.is_empty() {
            return Ok(done.code);
        }
        ensure!(started.elapsed() < LIMIT, "the correction could not be made: {:?} {}", done.code, done.text);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// The audit that follows a decision comes by itself, and passes.
pub async fn followed(stage: &Stage, after: i64) -> anyhow::Result<()> {
    stage
        .wait("the audit that follows has passed", LIMIT, async || {
            let audits: Vec<StoredAudit> = stage.parts.records.audits(None, 10).await?;
            let next =
                audits.iter().find(|it| it.id > after && it.cause == "decided" && it.state == AuditState::Passed);
            Ok(if next.is_some() { None } else { audits.first().map(|it| format!("{it:?}")) })
        })
        .await?;
    let passed = stage.parts.records.audits(None, 1).await?.pop().context("an audit")?;
    acknowledge(stage, passed.id).await
}

/// The adjusting entry is recorded; what was produced is more by that.
async fn adjusted(stage: &Stage, audit: i64, finding: &Finding) -> anyhow::Result<()> {
    let bill = format!("audit-{audit}-{}", finding.number);
    let day = async || -> anyhow::Result<Option<String>> {
        Ok(sqlx::query_scalar("SELECT DATE_FORMAT(day, '%Y-%m-%d') FROM bill_lines WHERE bill_id = ?")
            .bind(&bill)
            .fetch_optional(&mut stage.connection().await?)
            .await?)
    };
    stage
        .wait("the adjusting entry is recorded", LIMIT, async || {
            Ok(if day().await?.is_some() { None } else { Some("not yet".to_owned()) })
        })
        .await?;
    let content = Content { quantity: 11, drcr: 1, day: day().await?.context("a day")? };
    let key = &finding.key;
    stage.add_content(
        ("adjustment".to_owned(), bill.clone(), key.product_id.to_string(), key.warehouse_id.to_string()),
        content,
    );
    Ok(())
}

pub async fn resolve(audit: i64, findings: &[Finding], way: &str) -> anyhow::Result<()> {
    // Of a hole all are dealt with by the first.
    let is_hole = findings.first().is_some_and(|it| it.cause == FindingCause::JournalBroken);
    for it in findings.iter().take(if is_hole { 1 } else { findings.len() }) {
        let body = json!({ "as": way, "note": "the drill" });
        post(&format!("audits/{audit}/findings/{}/resolve", it.number), &body).await.context(way.to_owned())?;
    }
    Ok(())
}

/// Over HTTP, as the page does. A run under way is waited for.
async fn post(path: &str, body: &Value) -> anyhow::Result<()> {
    let started = Instant::now();
    loop {
        let url = format!("http://{}/api/v1/{path}", screen());
        let answer = reqwest::Client::new().post(url).json(body).send().await?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        let said: Value = answer.json().await.unwrap_or_default();
        ensure!(said["code"] == "running" && started.elapsed() < LIMIT, "{path}: {status} {said}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// What was repaired without anybody is seen.
pub async fn acknowledge(stage: &Stage, audit: i64) -> anyhow::Result<()> {
    let mut findings = findings_of(stage, audit).await?;
    findings.retain(|it| it.repaired && !it.is_resolved);
    resolve(audit, &findings, "acknowledge").await
}

pub async fn findings_of(stage: &Stage, audit: i64) -> anyhow::Result<Vec<Finding>> {
    Ok(stage.parts.records.findings(audit, FindingsFilter::default()).await?)
}

/// An audit by command line. One that could not be made, such as while totals are made anew, is made again.
pub async fn audit(stage: &Stage, scope: Scope) -> anyhow::Result<Printed> {
    let started = Instant::now();
    loop {
        let mut arguments = vec!["audit", "--json", "--wait"];
        arguments.extend((scope == Scope::Full).then_some("--full"));
        let done = run(&stage.world.config, &stage.log, &arguments, "").await?;
        let printed: Option<Printed> = serde_json::from_str(&done.text).ok();
        match (done.code, printed) {
            (Some(0), Some(it)) if it.state == "passed" => return Ok(it),
            (Some(1), Some(it)) if it.state == "failed" => return Ok(it),
            (code, it) => {
                let why = it.and_then(|it| it.message).unwrap_or(done.text);
                ensure!(started.elapsed() < LIMIT, "no audit could be made: {code:?} {why}");
            }
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// An audit that finds nothing.
pub async fn clean(stage: &Stage, scope: Scope) -> anyhow::Result<Printed> {
    let it = audit(stage, scope).await?;
    if it.state != "passed" || it.keys != it.agree {
        let found = findings_of(stage, it.id).await?;
        bail!("{it:?}: {:?}", found.first());
    }
    Ok(it)
}
