//! Audits, replays, corrections, and what only persons decide.

mod decisions;
mod judged_once;
mod misplaced_rows;
pub mod replays;
mod run;
mod schedule;
mod unproved;
