//! Audits: the lease of a run, its history, what it found, what persons decided, and what it compares.

pub mod adjustments;
pub mod decisions;
pub mod findings;
pub mod history;
pub mod last_check;
pub mod lease;
pub mod prove_tables;
pub mod stock_snapshot;
pub mod stored;
