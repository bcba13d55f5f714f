//! Tallyhouse: the daemon, both stores and the web server. See ARCHITECTURE.md for the map.

pub mod alerts;
pub mod audit;
pub mod business_time;
pub mod catalogue;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
mod csv_lines;
pub mod export;
#[cfg(test)]
mod fixtures;
mod hex;
pub mod ingest;
pub mod intake;
pub mod live;
pub mod lookup;
pub mod realtime;
pub mod records;
pub mod shutdown;
pub mod simulate;
pub mod startup;
pub mod statistics;
pub mod telemetry;
pub mod web;
pub mod world;
