//! The faults. Each runs under load, and returns when everything is back; then the oracle judges.

use std::cell::Cell;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use futures::FutureExt as _;
use futures::future::LocalBoxFuture;
use rand::Rng as _;

use crate::foreign;
use crate::proxy::Link;
use crate::servers::Server;
use crate::stage::Stage;

pub type Fault = for<'a> fn(&'a mut Stage) -> LocalBoxFuture<'a, anyhow::Result<()>>;

/// Name and fault, in the order of a run.
pub const ALL: &[(&str, Fault)] = &[
    ("daemon killed at random", |it| daemon_killed(it).boxed_local()),
    ("daemon dies at each point", |it| named_points(it).boxed_local()),
    ("daemon dies in a rebuild", |it| rebuild_points(it).boxed_local()),
    ("daemon dies in an audit", |it| audit_points(it).boxed_local()),
    ("daemon frozen, another takes over", |it| frozen(it).boxed_local()),
    ("daemons come and go", |it| storm(it).boxed_local()),
    ("MySQL killed", |it| server_killed(it, Server::Mariadb).boxed_local()),
    ("Redis killed", |it| server_killed(it, Server::Redis).boxed_local()),
    ("Kafka killed", |it| server_killed(it, Server::Kafka).boxed_local()),
    ("Redis emptied", |it| flushed(it).boxed_local()),
    ("Redis full", |it| full(it).boxed_local()),
    ("Redis with an older file", |it| redis_older(it).boxed_local()),
    ("MySQL restored from a minute ago", |it| mysql_restored(it).boxed_local()),
    ("MySQL's disk full", |it| disk_full(it).boxed_local()),
    ("clocks a day off", |it| clocks_off(it).boxed_local()),
    ("links cut", |it| links(it, Link::Cut).boxed_local()),
    ("links half-open", |it| links(it, Link::HalfOpen).boxed_local()),
    ("links slow", |it| links(it, Link::Slow).boxed_local()),
    ("transactions, codecs, no timestamps", |it| foreign::everything(it).boxed_local()),
    ("a batch that cannot be read", |it| foreign::unreadable(it).boxed_local()),
    ("idle partition: right within 2 s", |it| idle(it).boxed_local()),
];

async fn moment(stage: &mut Stage, from: u64, to: u64) {
    let wait = stage.random.random_range(from..to);
    tokio::time::sleep(Duration::from_millis(wait)).await;
}

fn take_daemon(stage: &mut Stage) -> anyhow::Result<crate::daemon::Process> {
    stage.daemons.pop().context("no daemon is running")
}

async fn daemon_killed(stage: &mut Stage) -> anyhow::Result<()> {
    let times = if stage.short { 3 } else { 50 };
    for _ in 0..times {
        stage.progress().await?;
        moment(stage, 0, 1500).await;
        take_daemon(stage)?.kill().await?;
        stage.daemon("")?;
    }
    stage.notes.push(format!("{times} times"));
    stage.progress().await
}

async fn named_points(stage: &mut Stage) -> anyhow::Result<()> {
    for point in ["after-decode", "mid-transaction", "before-commit", "after-commit", "after-apply"] {
        take_daemon(stage)?.stop().await?;
        let passes = stage.random.random_range(0..30);
        stage.daemon(&format!("{point}={passes}*off->return"))?;
        take_daemon(stage)?.died(Duration::from_mins(1)).await.context(point)?;
        stage.daemon("")?;
        stage.progress().await.context(point)?;
    }
    Ok(())
}

async fn rebuild_points(stage: &mut Stage) -> anyhow::Result<()> {
    stage.live_goes_back = true;
    for point in ["rebuild-begun", "rebuild-writing", "rebuild-unfinished"] {
        take_daemon(stage)?.stop().await?;
        stage.daemon(&format!("{point}=return"))?;
        stage.progress().await.context(point)?;
        stage.parts.realtime.remove_everything().await?;
        take_daemon(stage)?.died(Duration::from_mins(1)).await.context(point)?;
        stage.daemon("")?;
        stage.progress().await.context(point)?;
    }
    Ok(())
}

/// Killed at every step of an audit; the next one starts clean.
async fn audit_points(stage: &mut Stage) -> anyhow::Result<()> {
    let points = [
        "audit-cut",
        "audit-comparing",
        "audit-ending",
        "audit-looking",
        "audit-claimed",
        "audit-snapshot",
        "audit-proved",
    ];
    // A lease that nobody gives back runs for 15 s.
    for point in &points[..if stage.short { 3 } else { points.len() }] {
        take_daemon(stage)?.stop().await?;
        let passes = stage.random.random_range(0..3);
        stage.daemon(&format!("{point}={passes}*off->return"))?;
        take_daemon(stage)?.died(Duration::from_mins(2)).await.context(*point)?;
        stage.daemon("")?;
        stage.progress().await.context(*point)?;
    }
    Ok(())
}

/// Longer than Kafka's session of a member lives (10 s, a setting of the consumer), and than MySQL keeps a silent session of a writer.
const FROZEN: Duration = records::SILENT_SESSION_LIMIT.saturating_add(Duration::from_secs(3));

async fn frozen(stage: &mut Stage) -> anyhow::Result<()> {
    stage.daemon("")?;
    for _ in 0..if stage.short { 1 } else { 4 } {
        stage.progress().await?;
        moment(stage, 0, 1000).await;
        stage.daemons[0].signal("STOP").await?;
        tokio::time::sleep(FROZEN).await;
        stage.progress().await.context("while one is frozen")?;
        stage.daemons[0].signal("CONT").await?;
        stage.progress().await?;
    }
    Ok(())
}

async fn storm(stage: &mut Stage) -> anyhow::Result<()> {
    for _ in 0..if stage.short { 8 } else { 40 } {
        let many = stage.daemons.len() >= 3;
        match stage.random.random_range(0..4) {
            0 | 1 if !many => stage.daemon("")?,
            2 if stage.daemons.len() > 1 => take_daemon(stage)?.kill().await?,
            _ if stage.daemons.len() > 1 => take_daemon(stage)?.stop().await?,
            _ => stage.daemon("")?,
        }
        moment(stage, 100, 2500).await;
    }
    stage.progress().await
}

async fn server_killed(stage: &mut Stage, server: Server) -> anyhow::Result<()> {
    for _ in 0..if stage.short { 1 } else { 5 } {
        stage.progress().await?;
        moment(stage, 0, 1500).await;
        stage.servers.kill(server).await?;
        moment(stage, 500, 3000).await;
        stage.servers.revive(server).await?;
    }
    stage.progress().await
}

async fn flushed(stage: &mut Stage) -> anyhow::Result<()> {
    stage.live_goes_back = true;
    for _ in 0..if stage.short { 2 } else { 10 } {
        stage.progress().await?;
        moment(stage, 500, 2000).await;
        redis(stage, &["FLUSHALL"]).await?;
    }
    stage.progress().await
}

async fn full(stage: &mut Stage) -> anyhow::Result<()> {
    stage.progress().await?;
    redis(stage, &["CONFIG", "SET", "maxmemory", "1mb"]).await?;
    moment(stage, 2000, 4000).await;
    redis(stage, &["CONFIG", "SET", "maxmemory", "0"]).await?;
    stage.progress().await
}

async fn redis_older(stage: &mut Stage) -> anyhow::Result<()> {
    stage.live_goes_back = true;
    stage.progress().await?;
    stage.servers.keep_files(Server::Redis).await?;
    moment(stage, 3000, 4000).await;
    stage.servers.throw_back(Server::Redis).await?;
    stage.progress().await
}

async fn mysql_restored(stage: &mut Stage) -> anyhow::Result<()> {
    stage.records_go_back = true;
    stage.live_goes_back = true;
    stage.progress().await?;
    stage.servers.keep_files(Server::Mariadb).await?;
    tokio::time::sleep(Duration::from_secs(if stage.short { 5 } else { 60 })).await;
    let before = stage.consumed().await?;
    stage.servers.throw_back(Server::Mariadb).await?;
    let after = stage.consumed().await?;
    ensure!(after < before, "the records were thrown back");
    stage.notes.push(format!("{} messages read again", before - after));
    stage.progress().await
}

/// The records are on a volume that runs full under load, and gets room again.
async fn disk_full(stage: &mut Stage) -> anyhow::Result<()> {
    let room = if stage.short { 4 } else { 24 };
    if !stage.servers.onto_volume(Server::Mariadb, room).await? {
        stage.notes.push("NOT RUN: this process may not mount".to_owned());
        return stage.progress().await;
    }
    let began = stage.consumed().await?;
    let seen = Cell::new(began - 1);
    stage
        .wait("the disk is full: nothing more is recorded", Duration::from_mins(5), async || {
            // MariaDB 10.11 may end itself when it cannot even undo a transaction.
            if !stage.servers.is_up(Server::Mariadb)? {
                return Ok(None);
            }
            let consumed = stage.consumed().await?;
            let before = seen.replace(consumed);
            tokio::time::sleep(Duration::from_secs(3)).await;
            Ok((consumed == began || consumed != before).then(|| format!("{consumed} consumed")))
        })
        .await?;
    moment(stage, 1000, 4000).await;
    let note = if stage.servers.is_up(Server::Mariadb)? { "" } else { ", and MariaDB ended itself" };
    stage.servers.give_room(Server::Mariadb).await?;
    stage.progress().await.context("with room again")?;
    stage.notes.push(format!("full after {} messages{note}", (seen.get() - began).max(0)));
    stage.servers.off_volume(Server::Mariadb).await?;
    stage.progress().await
}

/// Daemons whose clocks are a day ahead and a day behind, one after the other and side by side: what is recorded, and what
/// is rejected, does not depend on them.
async fn clocks_off(stage: &mut Stage) -> anyhow::Result<()> {
    let (ahead, behind) = ("clock=return(86400)", "clock=return(-86400)");
    for clocks in [&[ahead][..], &[behind], &[ahead, behind]] {
        stage.stop_daemons().await?;
        for clock in clocks {
            stage.daemon(clock)?;
        }
        stage.progress().await?;
        moment(stage, 1000, 4000).await;
        stage.progress().await?;
    }
    stage.stop_daemons().await?;
    stage.daemon("")?;
    stage.progress().await
}

async fn links(stage: &mut Stage, link: Link) -> anyhow::Result<()> {
    for server in Server::ALL {
        stage.progress().await.context(server.name())?;
        stage.servers.link(server, link);
        let longest = if stage.short { 4000 } else { 25_000 };
        moment(stage, 2000, longest).await;
        stage.servers.link(server, Link::Whole);
    }
    stage.progress().await
}

/// No load: what was recorded while Redis was away, and published while MySQL was away, must be right within 2 s.
async fn idle(stage: &mut Stage) -> anyhow::Result<()> {
    stage.stop_load().await?;
    stage.settle(Duration::from_mins(1)).await?;
    stage.servers.kill(Server::Redis).await?;
    stage.publish("while Redis was away", 50).await?;
    stage
        .wait("they are recorded", Duration::from_secs(30), async || {
            let ends: i64 = stage.parts.topic.reach().await?.values().map(|(_, end)| *end).sum();
            let consumed = stage.consumed().await?;
            Ok((consumed != ends).then(|| format!("{consumed} of {ends}")))
        })
        .await?;
    stage.servers.revive(Server::Redis).await?;
    let redis = stage.settle(Duration::from_secs(30)).await?;
    stage.servers.kill(Server::Mariadb).await?;
    stage.publish("while MySQL was away", 50).await?;
    stage.servers.revive(Server::Mariadb).await?;
    let mysql = stage.settle(Duration::from_secs(30)).await?;
    let daemon = dead_after_commit(stage).await?;
    stage.notes.push(format!(
        "after Redis {} ms, after MySQL {} ms, after a daemon's death {} ms",
        redis.as_millis(),
        mysql.as_millis(),
        daemon.as_millis()
    ));
    ensure!(redis < Duration::from_secs(2), "Redis: {redis:?}");
    ensure!(mysql < Duration::from_secs(2), "MySQL: {mysql:?}");
    ensure!(daemon < Duration::from_secs(3), "daemon: {daemon:?}");
    Ok(())
}

/// A daemon dies between the two stores, with the last batch there is, and starts again at once, beside its own ghost in the group.
async fn dead_after_commit(stage: &mut Stage) -> anyhow::Result<Duration> {
    take_daemon(stage)?.stop().await?;
    stage.world.config.kafka.instance = Some("of the drill".to_owned());
    stage.daemon("after-commit=return")?;
    stage.publish("before its death", 1).await?;
    take_daemon(stage)?.died(Duration::from_mins(1)).await?;
    stage.daemon("")?;
    stage.settle(Duration::from_secs(30)).await
}

async fn redis(stage: &Stage, words: &[&str]) -> anyhow::Result<()> {
    let mut connection = stage.redis().await?;
    let mut command = redis::cmd(words[0]);
    command.arg(&words[1..]);
    Ok(command.query_async::<()>(&mut connection).await?)
}
