//! Totals by minute, hour, day and month, the roll-up that keeps them, and what statistics read.

pub mod day_nets;
pub mod fold;
pub mod levels;
pub mod minutes;
pub mod prove;
pub mod rebuild;
pub mod snapshot;
pub mod staged;
pub mod sums;
