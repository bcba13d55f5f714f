//! What `/import/events` shows, as plain data. Its state is a mapping file, which is more than a URL can hold: the page answers its own form.

use model::flaw::Flaw;

use crate::pages::import::view::Understood;

/// A mapping file, and what was found by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventsPreview {
    /// As it was typed.
    pub map: String,
    pub found: Found,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The newest events, the oldest of them first.
    Events(Vec<EventView>),
    /// The mapping file is none: what its reader says, in English.
    NoMap(String),
    /// There is no such topic.
    NoTopic(String),
    /// Kafka does not show the topic now.
    Away(String),
    /// Others are looking at theirs.
    Busy,
}

/// An event beside what it comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventView {
    pub partition: i32,
    pub offset: i64,
    /// Clock of the message, empty where it carries no time.
    pub sent_at: String,
    /// How its bytes begin, as text.
    pub text: String,
    pub comes_to: ComesTo,
}

/// What an event comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ComesTo {
    Entries(Vec<Understood>),
    Skipped(SkippedWhy),
    /// The field of the entry, where it is about one, and what is wrong.
    Fault(Option<String>, EventFault),
}

/// Why an event is no entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkippedWhy {
    /// A tombstone, or a message of the connector.
    Nothing,
    /// An operation that is not among those of the mapping.
    Operation,
    /// The conditions do not hold.
    Conditions,
    /// A table says that there is no entry.
    Lookup,
}

/// Why an event cannot be translated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventFault {
    /// It is no JSON object.
    NotJson,
    /// An operation that nobody knows.
    Operation(String),
    /// The row has nothing in this column.
    Missing(String),
    /// Column, and what is no whole number.
    NotWhole(String, String),
    /// Column, and what is no time.
    NotATime(String, String),
    /// Table, and what is not in it.
    NotThere(String, String),
    /// The entry would be rejected.
    Flaw(Flaw),
}
