//! What runs of a process: the one wiring of parts for `serve`, for tests and for benches.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::Parts;
use crate::background::{Task, drive};
use crate::ingest::Error;
use crate::live::{AuditWatch, Follower, Hub, HubWatch, LagWatch};
use crate::pipeline::{PipelineReader, SystemReader};
use crate::retention::Retention;
use crate::web::live::selections::Selections;
use crate::web::{Web, version_of};

/// How long parts have to end after they were told to.
const END_LIMIT: Duration = Duration::from_secs(8);

/// Parts that run; one that ends with an error ends the process. Dropped, it ends them all.
#[derive(Debug, Default)]
pub struct Running(JoinSet<anyhow::Result<()>>);

impl Running {
    /// Kafka to both stores, and what keeps both fit for it.
    pub fn ingest(&mut self, parts: &Parts, stop: &CancellationToken) -> anyhow::Result<()> {
        let daemon = parts.daemon().run(stop.clone());
        self.0.spawn(async move {
            match daemon.await {
                Ok(()) | Err(Error::Stopped) => Ok(()),
                Err(error) => Err(anyhow::Error::new(error).context("the daemon cannot go on")),
            }
        });
        self.task(parts.rebuilder(), stop);
        self.task(parts.rollup_worker(), stop);
        let (records, realtime) = (parts.records.clone(), parts.realtime.clone());
        self.task(Retention { records, realtime, journal: parts.config.journal }, stop);
        self.task(parts.set_aside()?, stop);
        Ok(())
    }

    /// Audits when they are due, what persons decided about them, and alerts.
    pub fn audit(&mut self, parts: &Parts, stop: &CancellationToken) -> anyhow::Result<()> {
        self.task(parts.schedule(), stop);
        self.task(parts.adjuster(), stop);
        self.task(parts.alerter()?, stop);
        Ok(())
    }

    /// The hub of live pages, kept up to date.
    pub fn hub(&mut self, parts: &Parts, stop: &CancellationToken) -> Hub {
        let Parts { records, realtime, status, clock, config, .. } = parts.clone();
        let (follower, hub) = Follower::new(records, realtime, status, clock, config.entry.business_time);
        let following = Box::pin(follower.run(stop.clone()));
        self.0.spawn(async move {
            following.await;
            Ok(())
        });
        hub
    }

    /// The web server with all that it shows. `pkg`: where the browser's part is.
    pub fn web(
        &mut self,
        parts: &Parts,
        pkg: PathBuf,
        metrics: PrometheusHandle,
        stop: &CancellationToken,
    ) -> anyhow::Result<Web> {
        let hub = self.hub(parts, stop);
        let Parts { records, realtime, topic, status, clock, config, .. } = parts.clone();
        let zone = config.entry.business_time;
        self.task(HubWatch { hub: hub.clone(), clock: clock.clone() }, stop);
        self.task(AuditWatch::new(hub.clone(), records.clone(), config.audit), stop);
        self.task(LagWatch::new(records.clone(), realtime.clone(), status.clone()), stop);
        let pipeline = PipelineReader { records: records.clone(), realtime, topic, status };
        let system = SystemReader::new(pipeline.clone(), clock.clone(), zone);
        self.task(system.clone(), stop);
        Ok(Web {
            hub,
            records,
            pipeline,
            system,
            intake: parts.intake()?,
            auditor: parts.auditor(),
            replayer: parts.replayer(),
            decided: parts.decided.clone(),
            audit_rules: config.audit,
            version: version_of(&pkg)?,
            metrics,
            clock,
            business_time: zone,
            pkg,
            selections: Selections::default(),
            stop: stop.clone(),
        })
    }

    /// Serves a web server, at the addresses of the settings.
    pub fn serve(&mut self, parts: &Parts, web: Web) {
        let settings = parts.config.web.clone();
        self.0.spawn(async move { Ok(web.serve(&settings).await?) });
    }

    /// A background task.
    pub fn task<T: Task>(&mut self, task: T, stop: &CancellationToken) {
        let driven = Box::pin(drive(task, stop.clone()));
        self.0.spawn(async move {
            driven.await;
            Ok(())
        });
    }

    /// Waits for the first part that fails, or for all to end after a signal; then ends the rest, within a limit.
    pub async fn wait(mut self, stop: &CancellationToken) -> anyhow::Result<()> {
        let mut first = Ok(());
        loop {
            let next = if stop.is_cancelled() {
                if let Ok(next) = tokio::time::timeout(END_LIMIT, self.0.join_next()).await {
                    next
                } else {
                    tracing::warn!("some parts did not end in time");
                    return first;
                }
            } else {
                tokio::select! {
                    next = self.0.join_next() => next,
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
}
