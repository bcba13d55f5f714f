//! `/rejections` as a person asks for it and sees it: what was not recorded, why, and what was sent again for it. Only the server makes
//! and reads these pages.

use model::faults::FieldFault;
use model::flaw::{Code, Flaw};
use model::pipeline::Counts;
use model::url::Url;

/// The state of the list, which is its URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RejectionsQuery {
    /// Only of this kind.
    pub code: Option<Code>,
    /// Only those for which something, or nothing, was sent again.
    pub sent_again: Option<bool>,
    /// Older than this one.
    pub before: Option<i64>,
}

/// The word of a state in URLs.
pub fn state_word(sent_again: bool) -> &'static str {
    if sent_again { "sent_again" } else { "open" }
}

impl RejectionsQuery {
    pub fn url(&self) -> String {
        Url::new("/rejections")
            .with("code", self.code.map_or("", Code::as_str))
            .with("state", self.sent_again.map_or("", state_word))
            .with("cursor", &self.before.map(|it| it.to_string()).unwrap_or_default())
            .into_text()
    }
}

/// What became of something that was sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Kafka did not confirm it: it may have come or not.
    Unconfirmed,
    /// The ingest has not come to it yet.
    Waiting,
    /// It is in the records.
    Recorded,
    /// It was rejected in its turn, under this number.
    Rejected(i64),
}

/// Something that was sent again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resent {
    /// Who sent it.
    pub who: String,
    pub at: String,
    /// `3 · 4,187,928`: partition and offset; none: not known.
    pub origin: Option<String>,
    /// What became of it.
    pub outcome: Outcome,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectionLine {
    pub id: i64,
    pub at: String,
    /// `3 · 4,187,928`: partition and offset.
    pub origin: String,
    /// What kind; none: a word of another version.
    pub code: Option<Code>,
    /// Which field, where it is one.
    pub field: Option<String>,
    /// Why, in English, as it is stored.
    pub reason: String,
    /// Why, where it can be told from the message once more: for other languages.
    pub flaw: Option<Flaw>,
    /// The beginning of the message, as text.
    pub raw: String,
    /// What became of what was sent again for it last.
    pub resent: Option<Outcome>,
}

/// How many rejections there are of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeCount {
    pub code: Code,
    /// All of them.
    pub all: i64,
    /// Those for which nothing was sent again.
    pub open: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RejectionsPage {
    /// What was asked, as far as it was understood.
    pub query: RejectionsQuery,
    /// What is wrong with the question.
    pub faults: Vec<FieldFault>,
    /// Every message is accounted for.
    pub totals: Counts,
    /// How many there are of each kind.
    pub counts: Vec<CodeCount>,
    pub lines: Vec<RejectionLine>,
    /// The next page is older than this one.
    pub next: Option<i64>,
    pub as_of: String,
}

/// One rejection, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectionDetail {
    /// As in the list.
    pub line: RejectionLine,
    /// How many bytes its message has.
    pub size: i64,
    /// The message as text; none: it is none.
    pub text: Option<String>,
    /// The first bytes, 16 on a line.
    pub bytes: Vec<String>,
    /// The fields of an entry, as far as they can be read from the message, to be corrected.
    pub fields: Vec<(&'static str, String)>,
    /// What was sent again for it.
    pub resent: Vec<Resent>,
    /// It was itself sent again, for this one.
    pub sent_for: Option<i64>,
}

/// Why something was not sent again; the server puts it into the context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotResent {
    /// It would be rejected again.
    Flaw(Option<String>, Flaw),
    /// Somebody has sent something for it meanwhile.
    Meanwhile,
    /// Kafka does not confirm it.
    Unconfirmed,
    /// The records do not answer: nothing was sent.
    Away,
}

/// What was typed, and why it was not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What was typed.
    pub fields: Vec<(String, String)>,
    pub why: NotResent,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_is_a_url() {
        let query = RejectionsQuery { code: Some(Code::Missing), sent_again: Some(false), before: Some(7) };
        assert_eq!(query.url(), "/rejections?code=missing&state=open&cursor=7");
        assert_eq!(RejectionsQuery::default().url(), "/rejections");
    }
}
