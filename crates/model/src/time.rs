//! Moments.

use serde::{Deserialize, Serialize};

/// A moment, in milliseconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Millis(pub i64);

/// Everything that a record can hold, in whole years of UTC from 1900 to 2200.
pub const EVER: std::ops::Range<Millis> = Millis(-2_208_988_800_000)..Millis(7_289_654_400_000);
