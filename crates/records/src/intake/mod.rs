//! Files and messages that persons send in: uploads, how they are read, and rejected messages sent again.

pub mod counts;
pub mod profiles;
pub mod resubmissions;
pub mod uploads;
