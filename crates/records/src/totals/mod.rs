//! Totals by minute, hour, day and month, the roll-up that keeps them, and what statistics read.

pub mod day_nets;
pub mod fold;
pub mod levels;
pub mod minutes;
pub mod part_of_hour;
pub mod prove;
pub mod question;
pub mod rebuild;
pub mod snapshot;
pub mod staged;
pub mod sums;
