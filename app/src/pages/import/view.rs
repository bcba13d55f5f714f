//! `/import` as a person asks for it and sees it: a file of entries, how it was read, what is asked, what is wrong, what can be sent. Only the
//! server makes and reads this page.

use model::entry::Kind;
use model::files::choices::{Charset, Choices, Separator};
use model::files::field::{Field, Mapping};
use model::files::question::Question;
use model::files::trouble::FileTrouble;
use model::flaw::Flaw;
use model::quantity::Direction;
use model::system::TableRoom;
use model::url::Url;

/// The state of the page, which is its URL.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportQuery {
    /// Is it a count of shelves, `/count`, rather than `/import`?
    pub is_count: bool,
    /// Which file; empty: none was brought yet.
    pub upload: String,
    /// Name of the profile that was chosen; empty: the one that fits, if any.
    pub profile: String,
    /// What a person has said of it.
    pub choices: Choices,
}

impl ImportQuery {
    pub fn url(&self) -> String {
        let url = Url::new(if self.is_count { "/count" } else { "/import" });
        self.fields().iter().fold(url, |url, (name, value)| url.with(name, value)).into_text()
    }

    /// The same with one choice more.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let fields = self.choices.fields().into_iter().filter(|it| it.0 != name);
        let fields = fields.chain([(name.to_owned(), value.to_owned())]);
        Self { choices: Choices::read(fields).0, ..self.clone() }
    }

    /// The fields of its URL.
    pub fn fields(&self) -> Vec<(String, String)> {
        let upload = ("upload".to_owned(), self.upload.clone());
        let profile = (!self.profile.is_empty()).then(|| ("profile".to_owned(), self.profile.clone()));
        [upload].into_iter().chain(profile).chain(self.choices.fields()).collect()
    }
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum UploadState {
    /// It can be sent.
    #[default]
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

/// What a line of the file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// It stands above the titles.
    Above,
    /// The titles once more.
    Titles,
    /// A sum of other lines.
    Total,
    /// An entry, or what should be one.
    Entry,
}

/// A line as it stands in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawRow {
    pub line: usize,
    pub kind: RowKind,
    pub cells: Vec<String>,
    /// Is it wrong, and in which column, where it is one?
    pub wrong: Option<Option<usize>>,
}

/// How a table was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReadingView {
    /// Encoding, of a text.
    pub charset: Option<Charset>,
    /// Separator, of a text.
    pub separator: Option<Separator>,
    /// Sheets of a workbook.
    pub sheets: Vec<String>,
    /// The sheet that was read.
    pub sheet: Option<String>,
    /// Line of the titles.
    pub head: usize,
    /// The last line of the table, where a person has said it.
    pub last: Option<usize>,
    pub titles: Vec<String>,
    /// Where the fields come from.
    pub mapping: Mapping,
    /// The lines that tell most, as they stand.
    pub rows: Vec<RawRow>,
}

/// A line of totals beside what the lines above come to: for each column of quantities what is said and what is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotalView {
    pub line: usize,
    pub sums: Vec<(Field, i64, i64)>,
}

/// Faults of one cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlawGroup {
    pub field: Option<String>,
    /// What is wrong, as in the first of the lines.
    pub flaw: Flaw,
    /// The first of the lines.
    pub lines: Vec<usize>,
    /// How many lines there are.
    pub count: usize,
}

/// A profile that is kept: a file's choices by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProfileView {
    pub name: String,
    /// How many files were sent with it.
    pub used: i64,
    /// Does it have the titles of this file?
    pub fits: bool,
}

/// A file that was brought, looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UploadView {
    /// What it is called.
    pub name: String,
    /// What became of it.
    pub state: UploadState,
    /// When that began: `2026-11-20 14:32:08`.
    pub changed_at: String,
    /// Why it cannot be read.
    pub trouble: Option<FileTrouble>,
    /// How it was read, where it is a table.
    pub reading: Option<ReadingView>,
    /// Profiles that are kept.
    pub profiles: Vec<ProfileView>,
    /// What nothing in it settles.
    pub questions: Vec<Question>,
    /// Stands for all that would be sent.
    pub seal: String,
    /// How many lines it has: the sum of the six that follow.
    pub lines: usize,
    /// Titles and totals.
    pub set_aside: usize,
    /// What can be sent.
    pub fresh: usize,
    /// What repeats another line of the file.
    pub repeated: usize,
    /// What is recorded already.
    pub recorded: usize,
    /// What is wrong.
    pub bad: usize,
    /// What waits for an answer.
    pub waiting: usize,
    /// How many of the wrong ones are doubts only.
    pub doubtful: usize,
    /// What is wrong, by cause.
    pub flaws: Vec<FlawGroup>,
    pub totals: Vec<TotalView>,
    /// More new day tables than one file may need: nothing can be sent.
    pub crowd: Option<TableRoom>,
    /// The first that can be sent, as they were understood.
    pub first: Vec<Understood>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportPage {
    /// What was asked.
    pub query: ImportQuery,
    /// Name of the zone in which local times are.
    pub zone: String,
    /// The file; none: none was brought, or it is not there any more.
    pub upload: Option<UploadView>,
}

/// What sending a file came to, where it was not sent; the server puts it into the context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotSent {
    /// It holds something else than the person has seen.
    Changed,
    /// A question is open.
    Open,
    /// More new day tables than one file may need.
    Crowd(TableRoom),
    /// It was sent already, or is being sent by somebody.
    Already,
    /// Kafka has only so many of it.
    Some(usize),
    /// The records do not answer: nothing was sent.
    Away,
    /// Others have all turns: nothing was done.
    Busy,
    /// There is no such file any more.
    Gone,
    /// A file that cannot be taken.
    File(FileTrouble),
    /// A profile needs a name.
    Nameless,
    /// There is no profile of that name any more.
    NoProfile,
    /// There are as many profiles as there may be.
    TooManyProfiles,
}

/// Letters of a column, counted from 0, as spreadsheets name it: `A`, `Z`, `AA`.
pub fn letters(place: usize) -> String {
    let letter = |it: usize| char::from(b'A' + u8::try_from(it % 26).unwrap_or(0));
    if place < 26 { letter(place).to_string() } else { format!("{}{}", letter(place / 26 - 1), letter(place)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_a_url() {
        let choices = [("column.3", "bill_id"), ("value.company_id", "c 1"), ("number.quantity", "comma")];
        let query =
            ImportQuery { upload: "ab".to_owned(), choices: Choices::read(choices).0, ..ImportQuery::default() };
        let url = "/import?upload=ab&column.3=bill_id&value.company_id=c%201&number.quantity=comma";
        assert_eq!(query.url(), url);
        assert_eq!(query.with("number.quantity", "point").url(), url.replace("=comma", "=point"));
    }

    #[test]
    fn columns_have_letters() {
        assert_eq!([0, 25, 26, 51, 52, 255].map(letters), ["A", "Z", "AA", "AZ", "BA", "IV"]);
    }
}
