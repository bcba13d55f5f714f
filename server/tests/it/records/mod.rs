//! The records asked: entries and statistics against naive sums, and real and simulated months.

mod entries;
mod retail;
mod simulated;
pub mod statistics;
