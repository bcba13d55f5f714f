//! What the ingest writes: one batch, one transaction, and the verdicts on what it read.

pub mod bill_lines;
pub mod classify;
pub mod duplicate_preview;
pub mod effects;
pub mod recall;
pub mod rejections;
pub mod set_aside;
pub mod set_cursor;
pub mod writer;
