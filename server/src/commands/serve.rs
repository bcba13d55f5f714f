//! `tallyhouse serve` and `tallyhouse inv-daemon`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::clock::Clock;
use crate::config::{Config, JournalConfig};
use crate::ingest::{Error, explain};
use crate::live::{Follower, Watch};
use crate::records::Records;
use crate::startup::Parts;
use crate::web::{PipelineReader, Web, check_listen};
use crate::{shutdown, telemetry};

/// How long parts have to end after they were told to.
const END_LIMIT: Duration = Duration::from_secs(8);
/// How often old minutes and old deltas are let go.
const PRUNE_EVERY: Duration = Duration::from_mins(1);

/// What `serve` takes.
#[derive(Debug, Args)]
pub struct Serve {
    /// Leave a part to another process.
    #[arg(long, value_enum)]
    pub without: Vec<Part>,
    /// Where the browser's part is.
    #[arg(long, env = "TALLYHOUSE_PKG", default_value = "pkg")]
    pub pkg: PathBuf,
}

/// A part of `serve`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// Kafka to both stores.
    Ingest,
    /// The dashboard and the HTTP interface.
    Web,
}

/// Runs the parts until a signal, or until one of them cannot go on.
pub async fn run(config: Config, serve: &Serve) -> anyhow::Result<ExitCode> {
    let with = |part| !serve.without.contains(&part);
    if with(Part::Web) {
        check_listen(config.web.listen).map_err(anyhow::Error::msg)?;
    }
    let metrics = telemetry::start_metrics().context("cannot start metrics")?;
    let stop = shutdown::on_signal();
    let Some(parts) = Parts::start(config, Clock::system(), &stop).await? else { return Ok(ExitCode::SUCCESS) };

    let mut running: JoinSet<anyhow::Result<()>> = JoinSet::new();
    if with(Part::Ingest) {
        let daemon = parts.daemon().run(stop.clone());
        running.spawn(async move {
            match daemon.await {
                Ok(()) | Err(Error::Stopped) => Ok(()),
                Err(error) => Err(anyhow::Error::new(error).context("the daemon cannot go on")),
            }
        });
        let rebuilding = parts.rebuilder().run(stop.clone());
        running.spawn(async move {
            rebuilding.await;
            Ok(())
        });
        running.spawn(prune(parts.records.clone(), parts.config.journal, stop.clone()));
    }
    if with(Part::Web) {
        let zone = parts.config.entry.business_time;
        let (follower, hub) = Follower::new(
            parts.records.clone(),
            parts.realtime.clone(),
            parts.status.clone(),
            parts.clock.clone(),
            zone,
        );
        let following = follower.run(stop.clone());
        running.spawn(async move {
            following.await;
            Ok(())
        });
        let watch = Watch {
            hub: hub.clone(),
            records: parts.records.clone(),
            realtime: parts.realtime.clone(),
            status: parts.status.clone(),
            clock: parts.clock.clone(),
        };
        let watching = watch.run(stop.clone());
        running.spawn(async move {
            watching.await;
            Ok(())
        });
        let web = Web {
            hub,
            pipeline: PipelineReader {
                records: parts.records.clone(),
                realtime: parts.realtime.clone(),
                topic: parts.topic.clone(),
                status: parts.status.clone(),
            },
            metrics,
            clock: parts.clock.clone(),
            business_time: zone,
            pkg: serve.pkg.clone(),
            stop: stop.clone(),
        };
        let (listen, ops) = (parts.config.web.listen, parts.config.web.ops_listen);
        running.spawn(async move { Ok(web.serve(listen, ops).await?) });
    }
    let ended = wait(&mut running, &stop).await;
    parts.records.close().await;
    ended.map(|()| ExitCode::SUCCESS)
}

/// Waits for the first part that fails, or for all to end after a signal; then ends the rest, within a limit.
async fn wait(running: &mut JoinSet<anyhow::Result<()>>, stop: &CancellationToken) -> anyhow::Result<()> {
    let mut first = Ok(());
    loop {
        let next = if stop.is_cancelled() {
            if let Ok(next) = tokio::time::timeout(END_LIMIT, running.join_next()).await {
                next
            } else {
                tracing::warn!("some parts did not end in time");
                return first;
            }
        } else {
            tokio::select! {
                next = running.join_next() => next,
                () = stop.cancelled() => continue,
            }
        };
        let Some(ended) = next else { return first };
        let ended = ended.context("a part of the process panicked").and_then(|it| it);
        if let (Err(error), Ok(())) = (ended, &first) {
            tracing::error!("{error:#}");
            first = Err(error);
            stop.cancel();
        }
    }
}

async fn prune(records: Records, journal: JournalConfig, stop: CancellationToken) -> anyhow::Result<()> {
    let mut every = tokio::time::interval(PRUNE_EVERY);
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            _ = every.tick() => {}
        }
        if let Err(error) = records.prune_minutes().await {
            tracing::warn!("{}", explain(&error));
        }
        loop {
            match records.prune_journal(journal.keep, journal.max_bytes).await {
                Ok(0) => break,
                Ok(lines) => tracing::info!(lines, "deltas of old batches were let go"),
                Err(error) => {
                    tracing::warn!("{}", explain(&error));
                    break;
                }
            }
            if stop.is_cancelled() {
                return Ok(());
            }
        }
    }
}
