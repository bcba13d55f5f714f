//! `/import` as a person asks for it and sees it: a file of entries, where its columns go, what is wrong, what can be sent. Only the server
//! makes and reads this page.

use std::collections::BTreeMap;

use model::entry::Kind;
use model::flaw::LineFlaw;
use model::quantity::Direction;
use model::url::Url;

/// The fields of an entry, in the order of the page.
pub const FIELDS: [&str; 10] = [
    "create_time",
    "bill_id",
    "line_no",
    "product_id",
    "warehouse_id",
    "company_id",
    "drcr",
    "quantity",
    "kind",
    "description",
];

/// Must an entry have it?
pub fn is_needed(field: &str) -> bool {
    !matches!(field, "line_no" | "kind" | "description")
}

/// Where a field comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Source {
    /// It is left out.
    #[default]
    None,
    /// From a column, counted from 0.
    Column(usize),
    /// The same in every line.
    Fixed(String),
    /// The direction alone: from the sign of the quantity.
    Sign,
}

/// Where the fields come from; what is not in it is left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mapping(pub BTreeMap<&'static str, Source>);

impl Mapping {
    /// Where a field comes from.
    pub fn source(&self, field: &str) -> &Source {
        self.0.get(field).unwrap_or(&Source::None)
    }
}

/// The state of the page, which is its URL.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportQuery {
    /// Which file; empty: none was brought yet.
    pub upload: String,
    /// Where its fields come from; none: as its columns are named.
    pub mapping: Option<Mapping>,
}

impl ImportQuery {
    pub fn url(&self) -> String {
        let url = Url::new("/import").with("upload", &self.upload);
        let fields = self.fields();
        fields.iter().fold(url, |url, (name, value)| url.with(name, value)).into_text()
    }

    /// The fields of its URL beside the file.
    pub fn fields(&self) -> Vec<(String, String)> {
        let sources = self.mapping.iter().flat_map(|it| &it.0);
        sources
            .filter_map(|(field, source)| match source {
                Source::None => None,
                Source::Column(place) => Some((format!("column.{field}"), (place + 1).to_string())),
                Source::Sign => Some((format!("column.{field}"), "sign".to_owned())),
                Source::Fixed(value) => Some((format!("value.{field}"), value.clone())),
            })
            .collect()
    }
}

/// Why a file cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileTrouble {
    /// More bytes than this.
    #[error("is larger than {} MB", .0 / 1_048_576)]
    TooLarge(usize),
    /// More lines than this.
    #[error("has more than {0} lines")]
    TooMany(usize),
    #[error("has no entry in it")]
    Empty,
    /// What the parser says.
    #[error("cannot be read: {0}")]
    Unreadable(String),
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UploadState {
    /// It can be sent.
    LookedAt,
    /// It is being sent.
    Sending,
    /// It was sent.
    Sent {
        /// Entries that Kafka has.
        accepted: i64,
        /// Lines that were left out.
        left_out: i64,
    },
}

/// An entry as it was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Understood {
    pub line: usize,
    pub time: String,
    pub bill_id: String,
    /// Which line of it.
    pub line_no: i32,
    pub product_id: String,
    pub warehouse_id: String,
    pub company_id: String,
    pub direction: Direction,
    pub quantity: i64,
    /// Trade or adjustment.
    pub kind: Kind,
    pub description: String,
}

/// A file that was brought, looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadView {
    /// What it is called.
    pub name: String,
    /// What became of it.
    pub state: UploadState,
    /// When that began: `2026-11-20 14:32:08`.
    pub changed_at: String,
    /// Why it cannot be read.
    pub trouble: Option<FileTrouble>,
    /// Its columns, each with its first value; none: it has none.
    pub columns: Vec<(String, String)>,
    /// Where the fields come from.
    pub mapping: Mapping,
    /// How many lines it has.
    pub lines: usize,
    /// How many of them can be sent.
    pub good: usize,
    /// How many of those repeat another line of the file.
    pub repeated: usize,
    /// How many of those are recorded already.
    pub recorded: usize,
    /// How many are wrong.
    pub bad: usize,
    /// What is wrong with the first of them.
    pub flaws: Vec<LineFlaw>,
    /// The first that can be sent, as they were understood.
    pub first: Vec<Understood>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportPage {
    /// What was asked.
    pub query: ImportQuery,
    /// The file; none: none was brought, or it is not there any more.
    pub upload: Option<UploadView>,
}

/// What sending a file came to, where it was not sent; the server puts it into the context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotSent {
    /// There are bad lines, and nobody said to send the good ones.
    Flaws,
    /// It was sent already, or is being sent by somebody.
    Already,
    /// Kafka has only so many of it.
    Some(usize),
    /// The records do not answer: nothing was sent.
    Away,
    /// There is no such file any more.
    Gone,
    /// A file that cannot be taken.
    File(FileTrouble),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_is_a_url() {
        let mapping = Mapping(BTreeMap::from([
            ("bill_id", Source::Column(2)),
            ("company_id", Source::Fixed("c 1".to_owned())),
            ("drcr", Source::Sign),
            ("kind", Source::None),
        ]));
        let query = ImportQuery { upload: "ab".to_owned(), mapping: Some(mapping) };
        assert_eq!(query.url(), "/import?upload=ab&column.bill_id=3&value.company_id=c%201&column.drcr=sign");
    }
}
