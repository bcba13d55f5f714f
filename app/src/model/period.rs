//! What pages that ask about a period have in common. Only the server makes and reads them.

use super::live::Named;
use super::names::NameOf;

/// A period by name; it moves with the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// The business day.
    Today,
    /// The one before.
    Yesterday,
    /// Seven days, with today.
    SevenDays,
    /// Thirty days, with today.
    ThirtyDays,
    /// From the first to today.
    ThisMonth,
    /// The whole month before.
    LastMonth,
    /// From 1 January to today.
    ThisYear,
}

impl Preset {
    /// All, in the order of the page.
    pub const ALL: [Self; 7] = [
        Self::Today,
        Self::Yesterday,
        Self::SevenDays,
        Self::ThirtyDays,
        Self::ThisMonth,
        Self::LastMonth,
        Self::ThisYear,
    ];

    /// Its word in URLs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::Yesterday => "yesterday",
            Self::SevenDays => "7d",
            Self::ThirtyDays => "30d",
            Self::ThisMonth => "month",
            Self::LastMonth => "last_month",
            Self::ThisYear => "year",
        }
    }
}

/// A text that was typed into a filter, and what it may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unclear {
    /// Which filter.
    pub of: NameOf,
    /// What was typed.
    pub typed: String,
    /// What it finds, the first of them; none: nothing.
    pub found: Vec<Named>,
}
