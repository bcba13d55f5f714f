//! What else an audit must stand: a process that dies at each step, two processes, Redis gone; and many audits that find nothing.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use model::audit::{AuditState, Scope, Step as At};
use records::StoredAudit;

use crate::audits::{LIMIT, Line, acknowledge, audit, clean, confirm, find, findings_of, followed, resolve};
use crate::daemon::run;
use crate::edits;
use crate::servers::Server;
use crate::stage::Stage;

pub type Step = for<'a> fn(&'a mut Stage) -> futures::future::LocalBoxFuture<'a, anyhow::Result<Line>>;

/// Name and step, in their order.
pub const ALL: &[(&str, Step)] = &[
    ("killed in replay and confirmation", |it| Box::pin(killed(it))),
    ("killed while it settles", |it| Box::pin(killed_settling(it))),
    ("two processes", |it| Box::pin(two(it))),
    ("settings changed since recording", |it| Box::pin(settings_changed(it))),
    ("Redis away in the middle", |it| Box::pin(redis_away(it))),
    ("Redis emptied", |it| Box::pin(emptied(it))),
    ("clean under load, many audits", |it| Box::pin(many(it))),
];

fn only_after(after: String) -> Line {
    Line { after, ..Line::default() }
}

/// Rows are lost; whoever replays and confirms dies at each step, also between the parts of a correction; whoever comes next ends it.
async fn killed(stage: &mut Stage) -> anyhow::Result<Line> {
    // A replay that died is over after a minute.
    let (row, products) = ("a row lost", "tables and totals of products lost");
    let points =
        [("correction-named", row), ("correction-part", products), ("correction-made", row), ("replay-named", row)];
    let points = &points[..if stage.short { 2 } else { points.len() }];
    for (point, fault) in points {
        let lose = edits::ALL.iter().find(|(name, _)| name == fault).context("the fault")?.1;
        lose(stage).await?;
        let (found, _) = find(stage).await?;
        let code = confirm(stage, found.id, &format!("{point}=return")).await?;
        ensure!(code.is_none(), "{point}: it did not die, but ended with {code:?}");
        confirm(stage, found.id, "").await.context(*point)?;
        followed(stage, found.id).await.context(*point)?;
        clean(stage, Scope::Quick).await.context(*point)?;
    }
    let names: Vec<&str> = points.iter().map(|it| it.0).collect();
    Ok(only_after(format!("at {}: confirmed again, clean", names.join(", "))))
}

/// A key of the live stock is wrong; the audit that settles it dies before, between and after.
async fn killed_settling(stage: &mut Stage) -> anyhow::Result<Line> {
    let points = ["audit-settled", "audit-written-down", "audit-ending"];
    let points = &points[..if stage.short { 1 } else { 3 }];
    for point in points {
        let miss = edits::ALL.first().context("the fault")?.1;
        miss(stage).await?;
        let done = run(&stage.world.config, &stage.log, &["audit", "--wait"], &format!("{point}=return")).await?;
        ensure!(done.code.is_none(), "{point}: it did not die, but ended with {:?}", done.code);
        let next = audit(stage, Scope::Quick).await.context(*point)?;
        ensure!(next.state == "passed", "{point}: {next:?}");
        acknowledge(stage, next.id).await?;
        clean(stage, Scope::Quick).await.context(*point)?;
    }
    Ok(only_after(format!("at {}: the next one passes, clean", points.join(", "))))
}

/// A replay by somebody whose settings would let nothing of it in: what is recorded is right all the same.
async fn settings_changed(stage: &mut Stage) -> anyhow::Result<Line> {
    let edit = edits::ALL.iter().find(|(name, _)| *name == "a key edited to a higher number").context("the fault")?.1;
    edit(stage).await?;
    let (found, _) = find(stage).await?;
    let mut config = stage.world.config.clone();
    config.entry.min_time = "2030-01-01".parse().context("a date")?;
    let done = run(&config, &stage.log, &["replay", &found.id.to_string(), "--json"], "").await?;
    ensure!(done.code == Some(0), "bills differ by other settings: {}", done.text);
    resolve(found.id, &findings_of(stage, found.id).await?, "accept_records").await?;
    followed(stage, found.id).await?;
    clean(stage, Scope::Full).await?;
    Ok(only_after("a replay by other settings names no bill".to_owned()))
}

/// Waits until an audit that began after a number is about to compare: before that it sleeps, where a fail point says so.
async fn under_way(stage: &Stage, after: i64) -> anyhow::Result<()> {
    let is_comparing = async || {
        let newest = stage.parts.records.audits(None, 1).await?.pop();
        let found = newest
            .as_ref()
            .is_some_and(|it| it.id > after && it.state == AuditState::Running && it.step == At::Compare);
        Ok(if found { None } else { Some(format!("{newest:?}")) })
    };
    stage.wait("an audit is about to compare", LIMIT, is_comparing).await.map(drop)
}

async fn newest(stage: &Stage) -> anyhow::Result<i64> {
    Ok(stage.parts.records.newest_audit().await?.map_or(0, |(id, _)| id))
}

/// While one is at it, another process is told which one.
async fn two(stage: &mut Stage) -> anyhow::Result<Line> {
    let (config, log, before) = (&stage.world.config, &stage.log, newest(stage).await?);
    let first = run(config, log, &["audit", "--json"], "audit-proved=sleep(4000)");
    let second = async {
        under_way(stage, before).await?;
        run(config, log, &["audit", "--json"], "").await
    };
    let (first, second) = tokio::join!(first, second);
    let codes = (first?.code, second?.code);
    ensure!(codes == (Some(0), Some(2)), "they ended with {codes:?}");
    clean(stage, Scope::Quick).await?;
    Ok(only_after("one passes, the other is told (exit 2)".to_owned()))
}

/// Redis is gone before the audit has compared anything, and comes back when it has given up.
async fn redis_away(stage: &mut Stage) -> anyhow::Result<Line> {
    let (config, log, before) = (stage.world.config.clone(), stage.log.clone(), newest(stage).await?);
    let auditing =
        tokio::spawn(async move { run(&config, &log, &["audit", "--json"], "audit-proved=sleep(4000)").await });
    under_way(stage, before).await?;
    stage.servers.kill(Server::Redis).await?;
    let code = auditing.await??.code;
    stage.servers.revive(Server::Redis).await?;
    ensure!(code == Some(2), "it ended with {code:?}");
    stage.progress().await?;
    let after = audit(stage, Scope::Quick).await?;
    ensure!(after.state == "passed" && after.keys == after.agree, "{after:?}");
    Ok(only_after("it could not run (exit 2); the next one passes".to_owned()))
}

/// Rebuilt at once, and audited at once, by itself.
async fn emptied(stage: &mut Stage) -> anyhow::Result<Line> {
    let before = clean(stage, Scope::Quick).await?;
    // The judge's own connection may still be the one to the server that was killed.
    let emptied = async || Ok(stage.parts.realtime.remove_everything().await.err().map(|it| format!("{it:#}")));
    stage.wait("Redis is emptied", LIMIT, emptied).await?;
    stage
        .wait("the audit that follows has passed", LIMIT, async || {
            let audits: Vec<StoredAudit> = stage.parts.records.audits(None, 10).await?;
            let next =
                audits.iter().find(|it| it.id > before.id && it.cause == "rebuilt" && it.state == AuditState::Passed);
            Ok(if next.is_some() { None } else { audits.first().map(|it| format!("{it:?}")) })
        })
        .await?;
    let rebuild = stage.parts.records.last_rebuild().await?.context("a rebuild")?;
    ensure!((rebuild.cause.as_str(), rebuild.state.as_str()) == ("emptied", "done"), "{rebuild:?}");
    clean(stage, Scope::Full).await?;
    let after = "rebuilt and audited by itself".to_owned();
    let (cause, found_by) = (rebuild.cause, "at once".to_owned());
    Ok(Line { verdict: "rebuilt".to_owned(), cause, found_by, after, ..Line::default() })
}

async fn many(stage: &mut Stage) -> anyhow::Result<Line> {
    let count = if stage.short { 30 } else { 200 };
    let (before, started) = (stage.consumed().await?, Instant::now());
    let mut keys = 0;
    for n in 0..count {
        let scope = if n % 10 == 9 { Scope::Full } else { Scope::Quick };
        keys += clean(stage, scope).await.with_context(|| format!("audit {n}"))?.keys;
    }
    let (consumed, seconds) = (stage.consumed().await? - before, started.elapsed().as_secs().max(1));
    let rate = consumed / i64::try_from(seconds)?;
    Ok(only_after(format!("{count} audits over {keys} keys find nothing; {rate} entries a second beside them")))
}

/// The oracle, and no finding without a way out.
pub async fn end(stage: &mut Stage) -> anyhow::Result<Line> {
    stage.settle(Duration::from_secs(90)).await?;
    let messages = stage.judge().await?;
    let open: Vec<(i64, i32, String)> =
        sqlx::query_as("SELECT audit_id, number, cause FROM findings WHERE flag = 'F' ORDER BY audit_id LIMIT 5")
            .fetch_all(&mut stage.connection().await?)
            .await?;
    let (audits, findings): (i64, i64) =
        sqlx::query_as("SELECT (SELECT COUNT(*) FROM audits), (SELECT COUNT(*) FROM findings)")
            .fetch_one(&mut stage.connection().await?)
            .await?;
    ensure!(open.is_empty(), "findings are left: {open:?}");
    Ok(only_after(format!("{messages} messages: both stores equal them; {audits} audits, {findings} findings, all T")))
}
