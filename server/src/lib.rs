//! Tallyhouse: the daemon, both stores and the web server. See ARCHITECTURE.md for the map.

#![expect(
    missing_docs,
    reason = "nobody outside the program reads them: a doc is written where it says more than the name"
)]

pub mod alerts;
pub mod audit;
pub mod background;
pub mod catalogue;
pub mod change_events;
pub mod cli;
pub mod commands;
pub mod counting;
pub mod export;
pub mod file_reading;
#[cfg(test)]
mod fixtures;
pub mod ingest;
pub mod intake;
pub mod live;
pub mod lookup;
pub mod pipeline;
pub mod retention;
pub mod simulate;
pub mod startup;
pub mod statistics;
pub mod web;
pub mod world;
