//! Replays and corrections: the queue read again, and the records put right by it.

pub mod apply;
pub mod bills;
pub mod correction;
pub mod key_rows;
pub mod levels;
pub mod rows;
pub mod stored;
pub mod totals;
