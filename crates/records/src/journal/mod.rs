//! The journal (`ingest_batches`), a change log and transactional outbox: its lines, its holes, its bounds, its proof.

pub mod holes;
pub mod lines;
pub mod prove;
pub mod prune;
