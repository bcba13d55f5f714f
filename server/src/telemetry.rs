//! Logs to standard error, metrics for whoever scrapes them.

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

/// Starts logging. `TALLYHOUSE_LOG` takes a filter such as `info,tallyhouse=debug`.
pub fn start_logs(default: &str) {
    let filter = EnvFilter::try_from_env("TALLYHOUSE_LOG").unwrap_or_else(|_| EnvFilter::new(default));
    // A second subscriber in one process (tests) is not an error worth stopping for.
    let _already_started = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}

/// Installs the metrics recorder; the handle renders the text that `/metrics` answers.
pub fn start_metrics() -> Result<PrometheusHandle, metrics_exporter_prometheus::BuildError> {
    PrometheusBuilder::new().install_recorder()
}
