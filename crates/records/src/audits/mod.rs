//! Audits: the lease of a run, its history, what it found, what persons decided, and what it compares.

pub mod adjustments;
pub mod clock;
pub mod decisions;
pub mod findings;
pub mod history;
pub mod lease;
pub mod prove_tables;
pub mod stock_snapshot;
pub mod stored;
