//! Files and messages that persons send in: uploads, and rejected messages sent again.

pub mod resubmissions;
pub mod uploads;
