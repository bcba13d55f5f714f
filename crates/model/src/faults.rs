//! What is wrong with a question, field by field. The words are in `i18n/faults.rs`.

use super::ids::IdError;
use super::quantity::MAX_SUM;

/// One field, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// As the URL names it.
    pub field: String,
    /// What is wrong.
    pub why: Why,
}

/// What can be wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// It must be given.
    Missing,
    /// It may be given once.
    Repeated,
    /// There is no such field.
    NoSuchField,
    /// More characters than this.
    TooLong(usize),
    /// Not a date or time.
    NotATime,
    /// A year outside these.
    NotInYears(i32, i32),
    /// A local time that was skipped when clocks went forward.
    SkippedTime,
    /// It must be later than that field.
    NotAfter(&'static str),
    /// The period is longer than so many years.
    PeriodTooLong(u32),
    /// Not an id.
    NoId(IdError),
    /// No entry and no name has this id.
    UnknownId(String),
    /// More values than this.
    TooMany(usize),
    /// None of these words.
    NotOneOf(Vec<&'static str>),
    /// Not a number within these bounds.
    NotBetween(i64, i64),
    /// A cursor that was given out for another question, or never.
    BrokenCursor,
    /// The interval cuts the period into more parts than this.
    TooManyParts(usize),
    /// The statement would have more lines than this.
    TooManyRows(usize),
    /// A bound within an hour, over more products than this.
    TooFine(usize),
    /// A text is looked for within a product or a day only.
    TooWide,
    /// A sum beyond +-[`MAX_SUM`].
    OutOfRange,
}

impl Why {
    /// A stable word, for scripts.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Repeated => "repeated",
            Self::NoSuchField => "no_such_field",
            Self::TooLong(_) => "too_long",
            Self::NotATime => "not_a_time",
            Self::NotInYears(..) => "not_in_years",
            Self::SkippedTime => "skipped_time",
            Self::NotAfter(_) => "not_after",
            Self::PeriodTooLong(_) => "period_too_long",
            Self::NoId(_) => "no_id",
            Self::UnknownId(_) => "unknown_id",
            Self::TooMany(_) => "too_many",
            Self::NotOneOf(_) => "not_one_of",
            Self::NotBetween(..) => "not_between",
            Self::BrokenCursor => "broken_cursor",
            Self::TooManyParts(_) => "too_many_parts",
            Self::TooManyRows(_) => "too_many_rows",
            Self::TooFine(_) => "too_fine",
            Self::TooWide => "too_wide",
            Self::OutOfRange => "out_of_range",
        }
    }
}

/// The largest sum, for messages.
pub const LARGEST_SUM: i64 = MAX_SUM;
