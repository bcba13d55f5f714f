//! Why a message is not recorded. Bad data is no error: it is stored, shown, and the stream goes on.

use std::fmt;

/// Stable codes, for scripts and for the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
}

impl Code {
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
        }
    }
}

/// A finding about one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// What kind of fault.
    pub code: Code,
    /// Which field, where it is one.
    pub field: Option<String>,
    /// For people. Never longer than the `reason` column.
    pub reason: String,
}

/// The most characters of a reason that are kept.
const MAX_REASON_CHARS: usize = 500;

impl Rejection {
    /// A rejection of the message as a whole.
    pub fn whole(code: Code, reason: impl fmt::Display) -> Self {
        Self { code, field: None, reason: shorten(&reason.to_string()) }
    }

    /// A rejection for one field.
    pub fn field(code: Code, field: &str, reason: impl fmt::Display) -> Self {
        let reason = shorten(&format!("{field} {reason}"));
        Self { code, field: Some(field.chars().take(64).collect()), reason }
    }
}

fn shorten(text: &str) -> String {
    let printable = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c });
    printable.take(MAX_REASON_CHARS).collect()
}
