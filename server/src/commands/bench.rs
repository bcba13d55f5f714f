//! `tallyhouse bench`: ratios within one run, all servers on the same machine, each run in a world of its own.

mod ingest;
mod latency;

use std::process::ExitCode;

use crate::cli::Bench;
use crate::config::Config;

/// As many partitions as the goals of the design are stated for.
const PARTITIONS: i32 = 16;

/// Runs one bench.
pub async fn run(config: &Config, bench: &Bench) -> anyhow::Result<ExitCode> {
    match *bench {
        Bench::Ingest { entries, products, json } => ingest::run(config, entries, products, json).await,
        Bench::Latency { rate, seconds, json } => latency::run(config, rate, seconds, json).await,
    }
}
