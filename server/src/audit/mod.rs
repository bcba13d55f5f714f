//! Keeps the live stock and the records the same: the rebuild, today; audits come here. Uses both stores, and no Kafka.

mod need;
mod rebuild;

pub use need::{Cause, need};
pub use rebuild::Rebuilder;

/// An error of a run. All are waited out: the next look begins anew.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The records.
    #[error(transparent)]
    Records(#[from] crate::records::Error),
    /// The live stock.
    #[error(transparent)]
    Realtime(#[from] crate::realtime::Error),
    /// Somebody else changed what this run builds on.
    #[error("{0}")]
    Lost(&'static str),
}
