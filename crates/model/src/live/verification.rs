//! Verification: how far figures can be trusted. The last audit says whether both stores agreed; what came since was compared by nobody: beyond a
//! small part of all entries (the setting `audit_unverified_part`, 5 %) the mark says how much is unverified.

use serde::{Deserialize, Serialize};

/// How far the figures can be trusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    /// When the last audit passed, for people: the time, and the date where it was another day.
    pub at: String,
    /// Entries that were recorded since.
    pub entries_since: i64,
    /// How much of the period between audits has passed, in percent; 100: all of it.
    pub age: u8,
    /// How long ago, in minutes.
    #[serde(default)]
    pub minutes: u32,
    /// Which part of all entries came since, in percent, rounded up.
    #[serde(default)]
    pub part_since: u8,
    /// What holds now.
    pub state: Verification,
}

/// What the last audits say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verification {
    /// The last audit passed, and not too long ago.
    Verified,
    /// The last audit passed, but more came since than a small part.
    Partly,
    /// None has passed for longer than the period.
    Overdue,
    /// The last one failed, or could not be made.
    Failed,
}

impl Verification {
    /// With what came since: figures are verified as long as most of what they rest on was compared. `part` and `most` in percent.
    #[must_use]
    pub fn with_part(self, part: u8, most: u8) -> Self {
        if self == Self::Verified && part > most { Self::Partly } else { self }
    }
}

/// The part of all entries that came after the last success, in percent, rounded up.
pub fn part_since(recorded: i64, verified: i64) -> u8 {
    let since = (recorded - verified).max(0);
    let part = since.saturating_mul(100).checked_add(recorded - 1).and_then(|it| it.checked_div(recorded));
    part.and_then(|it| u8::try_from(it).ok()).map_or(0, |it| it.min(100))
}

/// How pages mark figures that rest on the last audits: `verified`, `failed` or `unverified`; before the first one too.
pub fn mark_of(verification: Option<Verification>) -> &'static str {
    match verification {
        Some(Verification::Verified) => "verified",
        Some(Verification::Failed) => "failed",
        Some(Verification::Partly | Verification::Overdue) | None => "unverified",
    }
}
