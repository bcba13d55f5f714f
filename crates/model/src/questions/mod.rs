//! What may be asked of the records, and what is answered: entries, period statistics, and the period and filters of both.

pub mod entries;
pub mod period;
pub mod statistics;
