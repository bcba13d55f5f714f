//! `/records` as a person asks for it and sees it. Only the server makes and reads these pages.

use model::entry::Kind;
use model::live::Named;
use model::period::{About, Form};
use model::quantity::Direction;
use model::url::Url;

/// The state of the page, which is its URL.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordsQuery {
    /// The period and the filters; no period: any time.
    pub about: About,
    /// Only in or out.
    pub direction: Option<Direction>,
    /// Only of these kinds.
    pub kinds: Vec<Kind>,
    /// Only of this bill.
    pub bill: String,
    /// Only with this in their description.
    pub text: String,
    /// After which entry.
    pub cursor: String,
}

impl RecordsQuery {
    pub fn url(&self) -> String {
        let direction = match self.direction {
            Some(Direction::In) => "in",
            Some(Direction::Out) => "out",
            None => "",
        };
        let kinds: Vec<&str> = self.kinds.iter().map(|it| it.as_str()).collect();
        let url = self.about.onto(Url::new("/records"));
        url.with("direction", direction)
            .with("kind", &kinds.join(","))
            .with("bill_id", &self.bill)
            .with("text", &self.text)
            .with("cursor", &self.cursor)
            .into_text()
    }

    /// Another state that is near this one, from its first entry.
    #[must_use]
    pub fn but(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut other = Self { cursor: String::new(), ..self.clone() };
        change(&mut other);
        other
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordsPage {
    /// What was asked, as far as it was understood.
    pub query: RecordsQuery,
    /// The question as its form shows it.
    pub form: Form,
    /// The answer; none: the question is wrong.
    pub list: Option<EntryList>,
}

/// Sums over all entries that were asked for, on all pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntrySums {
    pub qty_in: i64,
    pub qty_out: i64,
    /// Opening stock and adjustments, in less out.
    pub adjust: i64,
    /// How many; none: that is not known without counting.
    pub entries: Option<i64>,
}

/// A page of entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryList {
    pub lines: Vec<EntryLine>,
    /// Over all pages; none: that is not known without reading them all.
    pub sums: Option<EntrySums>,
    /// Where the next page begins after.
    pub next: Option<String>,
    /// Was it given up before the page was full? Everything after this moment was looked at.
    pub looked_back_to: Option<String>,
    pub as_of: String,
}

/// An entry, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryLine {
    pub date: String,
    /// `14:32:08`, with thousandths where it has any.
    pub time: String,
    pub bill_id: String,
    /// Which line of it.
    pub line_no: i32,
    pub warehouse: Named,
    pub product: Named,
    pub company: Named,
    pub direction: Direction,
    /// Trade or adjustment.
    pub kind: Kind,
    pub quantity: i64,
    pub description: String,
    /// `3 · 4,187,928`: partition and offset.
    pub origin: String,
    pub recorded_at: String,
}
