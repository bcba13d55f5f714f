//! What each command does, a file per command. These print; nothing else does.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "commands talk to people")]

pub mod audit;
pub mod bench;
pub mod config;
pub mod cursor;
pub mod migrate;
pub mod names;
pub mod produce;
pub mod replay;
pub mod serve;
pub mod simulate;
pub mod topic;
pub mod translate;

use base::business_time::BusinessTime;
use base::clock::Clock;
use base::config::Config;
use records::Records;

/// The records, for commands that need nothing else.
fn records(config: &Config) -> anyhow::Result<Records> {
    let zone: BusinessTime = config.entry.business_time;
    Ok(Records::new(&config.records, &config.kafka.topic, zone, Clock::system())?)
}
