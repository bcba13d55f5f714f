//! Logs to standard error, metrics for whoever scrapes them.

use std::io::IsTerminal as _;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

/// Starts logging by a filter such as `info,tallyhouse=debug`.
pub fn start_logs(filter: &str) {
    let filter = EnvFilter::new(filter);
    // A second subscriber in one process (tests) is not an error worth stopping for.
    let _already_started = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .try_init();
}

/// Installs the metrics recorder; the handle renders the text that `/metrics` answers.
pub fn start_metrics() -> Result<PrometheusHandle, metrics_exporter_prometheus::BuildError> {
    PrometheusBuilder::new().install_recorder()
}
