//! A replay: the queue read again for the keys that an audit found, the bills that differ, and the correction that an auditor confirms.

pub mod candidates;
pub mod confirm;
pub mod diff;
pub mod digest;
pub mod messages;
pub mod reading;
