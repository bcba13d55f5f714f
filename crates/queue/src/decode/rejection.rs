//! Why a message is not recorded. Bad data is no error: it is stored, shown, and the stream goes on.

use model::flaw::{Code, Flaw};

/// A finding about one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// What kind of fault.
    pub code: Code,
    /// Which field, where it is one.
    pub field: Option<String>,
    /// What is wrong.
    pub flaw: Flaw,
}

/// The most characters of a reason that are kept.
const MAX_REASON_CHARS: usize = 500;

impl Rejection {
    /// A rejection of the message as a whole.
    pub fn whole(flaw: Flaw) -> Self {
        Self { code: flaw.code(), field: None, flaw }
    }

    /// A rejection for one field.
    pub fn field(field: &str, flaw: Flaw) -> Self {
        Self { code: flaw.code(), field: Some(field.chars().take(64).collect()), flaw }
    }

    /// For people, in English. Never longer than the `reason` column.
    pub fn reason(&self) -> String {
        shorten(&match &self.field {
            Some(field) => format!("{field} {}", self.flaw),
            None => self.flaw.to_string(),
        })
    }
}

fn shorten(text: &str) -> String {
    let printable = text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c });
    printable.take(MAX_REASON_CHARS).collect()
}
