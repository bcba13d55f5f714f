//! `tallyhouse serve` and `tallyhouse inv-daemon`.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::ingest::Error;
use crate::live::{Follower, Watch};
use crate::startup::Parts;
use crate::web::{PipelineReader, SystemReader, Web, check_listen, version_of};
use base::clock::Clock;
use base::config::{Config, JournalConfig};
use base::status::explain;
use base::{shutdown, telemetry};
use realtime::Realtime;
use records::Records;

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
    /// Comparing both stores when it is due.
    Audit,
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

    let mut running = Running::new();
    if with(Part::Ingest) {
        start_ingest(&parts, &mut running, &stop);
    }
    if with(Part::Audit) {
        spawn(&mut running, parts.schedule().run(stop.clone()));
        spawn(&mut running, parts.adjuster().run(stop.clone()));
        spawn(&mut running, parts.alerter()?.run(stop.clone()));
    }
    if with(Part::Web) {
        start_web(&parts, serve.pkg.clone(), metrics, &mut running, &stop)?;
    }
    let ended = wait(&mut running, &stop).await;
    parts.records.close().await;
    ended.map(|()| ExitCode::SUCCESS)
}

/// The parts that run; one that ends with an error ends the process.
pub type Running = JoinSet<anyhow::Result<()>>;

/// Runs what ends without a word.
fn spawn(running: &mut Running, work: impl Future<Output = ()> + Send + 'static) {
    let work = Box::pin(work);
    running.spawn(async move {
        work.await;
        Ok(())
    });
}

pub fn start_ingest(parts: &Parts, running: &mut Running, stop: &CancellationToken) {
    let daemon = parts.daemon().run(stop.clone());
    running.spawn(async move {
        match daemon.await {
            Ok(()) | Err(Error::Stopped) => Ok(()),
            Err(error) => Err(anyhow::Error::new(error).context("the daemon cannot go on")),
        }
    });
    spawn(running, parts.rebuilder().run(stop.clone()));
    spawn(running, parts.rollup_worker().run(stop.clone()));
    running.spawn(prune(parts.records.clone(), parts.realtime.clone(), parts.config.journal, stop.clone()));
}

/// Starts serving the browser's part in `pkg`.
pub fn start_web(
    parts: &Parts,
    pkg: PathBuf,
    metrics: PrometheusHandle,
    running: &mut Running,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    let (intake, auditor, replayer) = (parts.intake()?, parts.auditor(), parts.replayer());
    let Parts { records, realtime, topic, status, clock, config } = parts.clone();
    let zone = config.entry.business_time;
    let (follower, hub) = Follower::new(records.clone(), realtime.clone(), status.clone(), clock.clone(), zone);
    spawn(running, follower.run(stop.clone()));
    let watch = Watch {
        hub: hub.clone(),
        records: records.clone(),
        realtime: realtime.clone(),
        status: status.clone(),
        clock: clock.clone(),
        audits: config.audit,
    };
    spawn(running, watch.run(stop.clone()));
    let pipeline = PipelineReader { records, realtime, topic, status };
    let system = SystemReader::new(pipeline.clone(), clock.clone(), zone);
    spawn(running, system.clone().run(stop.clone()));
    let web = Web {
        hub,
        pipeline,
        system,
        intake,
        auditor,
        replayer,
        audit_rules: config.audit,
        version: version_of(&pkg)?,
        metrics,
        clock,
        business_time: zone,
        pkg,
        stop: stop.clone(),
    };
    running.spawn(async move { Ok(web.serve(config.web.listen, config.web.ops_listen).await?) });
    Ok(())
}

/// Waits for the first part that fails, or for all to end after a signal; then ends the rest, within a limit.
async fn wait(running: &mut Running, stop: &CancellationToken) -> anyhow::Result<()> {
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

async fn prune(
    records: Records,
    realtime: Realtime,
    journal: JournalConfig,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let mut every = tokio::time::interval(PRUNE_EVERY);
    loop {
        tokio::select! {
            () = stop.cancelled() => return Ok(()),
            _ = every.tick() => {}
        }
        if let Err(error) = records.prune_minutes().await {
            tracing::warn!("{}", explain(&error));
        }
        if let Err(error) = records.prune_uploads().await {
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
        if let Err(error) = prune_proved(&records, &realtime, &stop).await {
            tracing::warn!("{}", explain(&error));
        }
    }
}

/// Lines that an audit proved go, as far as the live stock has passed them.
async fn prune_proved(records: &Records, realtime: &Realtime, stop: &CancellationToken) -> Result<(), Error> {
    let meta = realtime.meta().await?;
    if !meta.is_ready() {
        return Ok(());
    }
    while !stop.is_cancelled() {
        let lines = records.prune_proved(&meta.batches).await?;
        if lines == 0 {
            break;
        }
        tracing::info!(lines, "proved lines of the journal were let go");
    }
    Ok(())
}
