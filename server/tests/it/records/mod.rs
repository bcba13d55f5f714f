//! The records asked: entries and statistics against naive sums, and real and simulated months.

mod entries;
mod retail;
mod rogue_server;
mod simulated;
pub mod statistics;
