//! `tallyhouse serve` and `tallyhouse inv-daemon`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;

use crate::startup::{Apart, Parts, Running};
use crate::web::check_listen;
use base::clock::Clock;
use base::config::Config;
use base::{shutdown, telemetry};

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
        check_listen(&config.web).map_err(anyhow::Error::msg)?;
    }
    let config = with_descriptors(config, with(Part::Web))?;
    let metrics = telemetry::start_metrics().context("cannot start metrics")?;
    let stop = shutdown::on_signal();
    let Some(parts) = Parts::start(config, Clock::system(), &stop).await? else { return Ok(ExitCode::SUCCESS) };

    let mut running = Running::default();
    if with(Part::Ingest) {
        running.ingest(&parts, &stop)?;
    }
    if with(Part::Audit) {
        running.audit(&parts, &stop)?;
    }
    // Held to the end: what runs on it ends with it.
    let apart = with(Part::Web).then(Apart::start).transpose().context("cannot start the threads of the web server")?;
    if let Some(apart) = &apart {
        apart.enter(|| {
            let parts = parts.with_own_connections()?;
            let web = running.web(&parts, serve.pkg.clone(), metrics, &stop)?;
            running.serve(&parts, web);
            anyhow::Ok(())
        })?;
    }
    let ended = running.wait(&stop).await;
    parts.records.close().await;
    ended.map(|()| ExitCode::SUCCESS)
}

/// Open files that connections leave to the stores, the queue and the files of exports.
const KEPT_DESCRIPTORS: u64 = 200;

/// Lets the process open as many files as it may (`RLIMIT_NOFILE`), and takes no more connections than that leaves room for.
fn with_descriptors(mut config: Config, is_web: bool) -> anyhow::Result<Config> {
    let files = rlimit::increase_nofile_limit(u64::MAX).context("cannot ask how many files may be open")?;
    let room = u32::try_from(files.saturating_sub(KEPT_DESCRIPTORS)).unwrap_or(u32::MAX);
    let most = &mut config.web.max_connections;
    if is_web && room < *most {
        tracing::warn!(
            files,
            wanted = *most,
            "only {room} connections are served: no more files may be open (ulimit -n)"
        );
        *most = room.max(1);
    }
    Ok(config)
}
