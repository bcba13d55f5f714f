//! Keeps the live stock and the records the same: audits, rebuilds, replays and corrections. Uses both stores; the topic is read by
//! what `queue` lends.

mod adjust;
mod all_keys;
mod compare;
mod progress;
mod rebuild;
mod rebuild_cause;
mod replay;
mod run;
mod schedule;
mod verdict;

pub use adjust::Adjuster;
pub use rebuild::Rebuilder;
pub use rebuild_cause::{RebuildCause, is_behind, rebuild_cause};
pub use replay::confirm::Confirmed;
pub use replay::reading::{ReplayLimits, Replayer};
pub use run::{AuditRun, Auditor, Claimed};
pub use schedule::{Schedule, due_in};
pub use verdict::{Allowed, Judged, judge};

/// An error of a run. All are waited out: the next look begins anew.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Records(#[from] records::Error),
    /// The live stock.
    #[error(transparent)]
    Realtime(#[from] realtime::Error),
    #[error(transparent)]
    Queue(#[from] ::queue::Error),
    /// Somebody else changed what this run builds on.
    #[error("{0}")]
    Lost(&'static str),
    /// The records do not know what the live stock holds.
    #[error("the records do not know the batch that the live stock holds of partition {partition}; it will be rebuilt")]
    Diverged { partition: i32 },
}

/// Why a run gives up.
const TAKEN_OVER: &str = "another run took over";
