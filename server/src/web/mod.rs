//! The web server: pages, server functions, the event stream and the HTTP interface. The only home of axum.

mod audits;
mod backend;
mod count;
mod export;
mod health;
mod http;
mod import;
pub mod live;
mod names;
mod openapi;
mod pages;
mod records;
mod rejections;
mod router;
mod statistics;
mod system;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;

pub use http::guard::{Principal, Role, check_listen};

use crate::audit::{Auditor, Replayer};
use crate::background::Demand;
use crate::intake::Intake;
use crate::live::Hub;
use crate::pipeline::{PipelineReader, SystemReader};
use ::records::Records;
use base::business_time::BusinessTime;
use base::clock::Clock;
use base::config::{AuditConfig, WebConfig};
use http::front_door::{self, Limits};
use live::selections::Selections;

/// What the web server works with. Cheap to clone.
#[derive(Clone)]
pub struct Web {
    /// What live pages show.
    pub hub: Hub,
    pub records: Records,
    /// Where the stream stands.
    pub pipeline: PipelineReader,
    /// How the parts are.
    pub system: SystemReader,
    /// Takes entries in.
    pub intake: Intake,
    pub auditor: Auditor,
    /// Reads the queue again.
    pub replayer: Replayer,
    /// Wakes whoever sends adjusting entries, when a person has decided.
    pub decided: Demand,
    /// When they are made.
    pub audit_rules: AuditConfig,
    pub metrics: PrometheusHandle,
    pub clock: Clock,
    /// The zone of clocks on pages.
    pub business_time: BusinessTime,
    /// Where the browser's part is.
    pub pkg: PathBuf,
    /// Another one when anything of the browser's part changed.
    pub version: Arc<str>,
    /// Who watches which selections.
    pub selections: Selections,
    /// Ends the event streams first when the process goes down.
    pub stop: CancellationToken,
}

/// An error of the web server's start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address cannot be had.
    #[error("cannot listen on {address}")]
    Listen {
        address: SocketAddr,
        #[source]
        cause: std::io::Error,
    },
    /// The browser's part is missing.
    #[error("cannot read the browser's part in {path}; build it with `make frontend`")]
    Assets {
        /// Where it was looked for.
        path: PathBuf,
        #[source]
        cause: std::io::Error,
    },
}

/// The version of the browser's part, which names its folder.
pub fn version_of(pkg: &Path) -> Result<Arc<str>, Error> {
    http::assets::version(pkg).map(Into::into).map_err(|cause| Error::Assets { path: pkg.to_owned(), cause })
}

impl Web {
    /// Answers about periods.
    fn statistics(&self) -> statistics::page::StatisticsReader {
        statistics::page::StatisticsReader {
            records: self.records.clone(),
            finder: self.finder(),
            zone: self.business_time,
        }
    }

    /// Answers about entries.
    fn records(&self) -> records::page::RecordsReader {
        records::page::RecordsReader { records: self.records.clone(), finder: self.finder(), zone: self.business_time }
    }

    /// Compares counts of shelves with the books.
    fn count(&self) -> count::page::CountReader {
        let counter = crate::counting::Counter {
            intake: self.intake.clone(),
            zone: self.business_time,
            topic: self.pipeline.topic.clone(),
        };
        count::page::CountReader { counter, hub: self.hub.clone() }
    }

    /// Reads audits for pages.
    fn audits(&self) -> audits::page::AuditsReader {
        audits::page::AuditsReader {
            auditor: self.auditor.clone(),
            rules: self.audit_rules,
            hub: self.hub.clone(),
            zone: self.business_time,
        }
    }

    fn finder(&self) -> names::find::Finder {
        names::find::Finder { hub: self.hub.clone(), records: self.records.clone() }
    }

    /// Serves until it is told to stop. Where the settings have an address for operations, health and metrics are served there instead.
    pub async fn serve(self, settings: &WebConfig) -> Result<(), Error> {
        let (health, limits, stop) = (health::routes(&self), Limits::of(settings), self.stop.clone());
        let app = router::routes(self, settings, settings.ops_listen.is_none().then(|| health.clone()));
        let listener = bind(settings.listen).await?;
        tracing::info!(address = %settings.listen, "serving");
        let main = front_door::serve(listener, app, limits.clone(), stop.clone());
        match settings.ops_listen {
            None => main.await,
            Some(address) => {
                let ops = front_door::serve(bind(address).await?, health, limits.of_operations(), stop);
                tokio::join!(main, ops);
            }
        }
        Ok(())
    }
}

async fn bind(address: SocketAddr) -> Result<tokio::net::TcpListener, Error> {
    tokio::net::TcpListener::bind(address).await.map_err(|cause| Error::Listen { address, cause })
}
