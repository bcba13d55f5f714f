//! Kafka to both stores, exactly once: a daemon that is a member of the group, a worker per partition, batches, and the live stock behind them.
//!
//! `daemon` takes partitions and gives them back; `partition` writes what `collector` and `batch_builder` make of their messages;
//! `live_writer` adds what is recorded to the live stock; `fit` sees whether a cursor is of this topic; `instance` is the name of a member.

mod batch_builder;
mod collector;
mod daemon;
mod error;
mod fit;
mod instance;
mod live_writer;
mod partition;

pub use daemon::Daemon;
pub use error::Error;
pub use fit::{Misfit, fit};
