//! Why a message is not recorded, and what is wrong with an entry that somebody wants to send. In English here, as it is stored; in
//! other languages in `i18n/flaws.rs`.

use utoipa::ToSchema;

use super::entry::MAX_DESCRIPTION_BYTES;
use super::files::flaw::CellFlaw;
use super::ids::IdError;
use super::quantity::{DirectionError, QuantityError};

/// Stable codes, for scripts and for the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, ToSchema)]
#[schema(as = RejectionCode, rename_all = "snake_case")]
pub enum Code {
    /// No JSON object in UTF-8.
    Malformed,
    /// An object that names a field twice.
    TwinField,
    /// A field that must be there is not.
    Missing,
    /// A field of another JSON type.
    WrongType,
    /// A field whose value is not allowed.
    Invalid,
    /// A bill line that is recorded already, with other content.
    Conflict,
    /// Would carry a sum beyond +-(2^53 - 1).
    SumOutOfRange,
    /// The database refuses the row though the decoder accepted it.
    Refused,
    /// Set aside for want of a day table: there are as many as the cap allows. Sent again by itself once there is room.
    NoTable,
}

impl Code {
    /// Codes in the order in which the page of rejections counts them.
    pub const ALL: [Self; 9] = [
        Self::Malformed,
        Self::TwinField,
        Self::Missing,
        Self::WrongType,
        Self::Invalid,
        Self::Conflict,
        Self::SumOutOfRange,
        Self::Refused,
        Self::NoTable,
    ];

    /// The word that is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::TwinField => "twin_field",
            Self::Missing => "missing",
            Self::WrongType => "wrong_type",
            Self::Invalid => "invalid",
            Self::Conflict => "conflict",
            Self::SumOutOfRange => "sum_out_of_range",
            Self::Refused => "refused",
            Self::NoTable => "no_table",
        }
    }

    /// By its word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }
}

/// What is wrong with a text that should be a JSON object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BrokenJson {
    /// It ends within the object: after so many characters.
    #[error("breaks off after character {0}: a quote or a brace is missing")]
    Ends(usize),
    /// It is no JSON from that character on.
    #[error("is no JSON from character {0} on")]
    Syntax(usize),
    /// JSON of another type: a number, a text, an array.
    #[error("is no JSON object: it must be {{...}}")]
    NoObject,
}

/// What is wrong with an entry, or with one field of it: to be read after the field's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// From that byte on.
    #[error("is not UTF-8 from byte {0}")]
    NotUtf8(usize),
    /// Text that is no JSON object.
    #[error(transparent)]
    NotAnObject(BrokenJson),
    /// Change event that changes or deletes a row.
    #[error("is a change event of a row that was there before: an entry never changes, correct it with another bill")]
    ChangeEvent,
    /// Field that the object names more than once.
    #[error("is named twice")]
    Twin,
    /// Field that must be there and is absent or `null`.
    #[error("is missing")]
    Missing,
    /// A field that wants a text.
    #[error("is not a text in quotes")]
    NotText,
    /// Text with half of a character in it.
    #[error("has an escape that is no character")]
    BrokenText,
    /// A field that wants an id.
    #[error("is neither a text in quotes nor a whole number")]
    NotTextOrInteger,
    /// A field that wants a number.
    #[error("is not a whole number written as digits without quotes, such as 10")]
    NotInteger,
    /// Text that is no id: empty, too long, with a control character, or with white space at an end.
    #[error(transparent)]
    Id(IdError),
    /// Id with a character that nobody sees, which would make two ids of one: this one.
    #[error("contains an invisible character, U+{:04X}", u32::from(*.0))]
    Invisible(char),
    /// Number of pieces that is not between 1 and 2 147 483 647.
    #[error(transparent)]
    Quantity(QuantityError),
    /// Number for `drcr` that is neither 1 (in) nor -1 (out).
    #[error(transparent)]
    Direction(DirectionError),
    /// Description of more than [`MAX_DESCRIPTION_BYTES`] bytes.
    #[error("is longer than {MAX_DESCRIPTION_BYTES} bytes")]
    TooLong,
    /// Description with U+0000 in it.
    #[error("contains U+0000")]
    HasNul,
    /// Kind that is none of `bill`, `opening` and `adjust`.
    #[error("is none of bill, opening, adjust")]
    Kind,
    /// A number of a line.
    #[error("is not between 1 and 2147483647")]
    LineNo,
    /// Time in neither shape: `2025-03-10 08:00:00`, with `.123` or without, or RFC 3339.
    #[error("is neither YYYY-MM-DD HH:MM:SS nor RFC 3339")]
    NotATime,
    /// Local time of the business time zone that never was: clocks went forward over it.
    #[error("does not exist: clocks went forward over it")]
    SkippedTime,
    /// Time too far off for a calendar: it has no business day.
    #[error("is out of range")]
    OutOfRange,
    /// A time before that day.
    #[error("is before {0}")]
    Before(String),
    /// A time that is later by more than so much.
    #[error("is more than {0} ahead of its message")]
    TooFarAhead(String),
    /// In a file: that line has the same identity and another content.
    #[error("is the same bill line as line {0}, which says otherwise")]
    Contradicts(usize),
    /// It is recorded with other content.
    #[error("is recorded already, with another {0}")]
    Recorded(String),
    /// In a file: the cells are no entry.
    #[error(transparent)]
    Cells(#[from] CellFlaw),
    /// The database or a check of sums says so.
    #[error("{0}")]
    Said(String),
}

impl Flaw {
    /// What kind of fault it is.
    pub fn code(&self) -> Code {
        match self {
            Self::NotUtf8(_) | Self::NotAnObject(_) | Self::BrokenText => Code::Malformed,
            Self::Twin => Code::TwinField,
            Self::Missing => Code::Missing,
            Self::NotText | Self::NotTextOrInteger | Self::NotInteger => Code::WrongType,
            Self::Contradicts(_) | Self::Recorded(_) => Code::Conflict,
            Self::Said(_) => Code::Refused,
            _ => Code::Invalid,
        }
    }

    /// Is it a doubt about a cell only? Then the line can be sent as it is written, if a person says so.
    pub fn is_doubt(&self) -> bool {
        matches!(self, Self::Cells(it) if it.is_doubt())
    }
}

/// What is wrong with a line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineFlaw {
    /// Line of the file, from 1; of a JSON array the place of the entry, from 1.
    pub line: usize,
    /// Which field, where it is one.
    pub field: Option<String>,
    /// What is wrong.
    pub flaw: Flaw,
}

impl LineFlaw {
    /// It is recorded already, and differs in these fields.
    pub fn recorded(line: usize, fields: String) -> Self {
        Self { line, field: None, flaw: Flaw::Recorded(fields) }
    }
}
