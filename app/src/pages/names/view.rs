//! The catalogue as a person edits it: a page of rows, what was typed into them, and what is wrong with that.
//! Only the server makes and reads these pages.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use model::files::trouble::FileTrouble;
use model::ids::IdError;
use model::live::Named;
use model::names::NameOf;

/// The most characters of a name.
pub const MAX_NAME: usize = 128;
/// The most characters of a unit.
pub const MAX_UNIT: usize = 32;

/// Which rows are looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueQuery {
    /// Of this kind.
    pub of: NameOf,
    /// Found by this, by name, initials or id; empty: all.
    pub find: String,
    pub page: usize,
}

impl CatalogueQuery {
    /// From a query string's parts; what is missing or makes no sense is the first page of products.
    pub fn of<'a>(get: impl Fn(&str) -> Option<&'a str>) -> Self {
        let page = get("page").and_then(|it| it.parse::<usize>().ok()).unwrap_or(1);
        Self {
            of: get("of").and_then(NameOf::parse).unwrap_or(NameOf::Product),
            find: get("find").unwrap_or_default().trim().to_owned(),
            page: page.saturating_sub(1),
        }
    }
}

/// All that can be said of one id, as texts that a person may change; an empty one says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RowValues {
    pub zh: String,
    pub en: String,
    /// `kg`, `箱`; products only.
    pub unit: String,
    /// Below how many it is low, by warehouse id; products only.
    #[serde(default)]
    pub levels: BTreeMap<String, String>,
}

impl RowValues {
    /// Does it say nothing at all?
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Has it no name in either language?
    pub fn is_unnamed(&self) -> bool {
        self.zh.is_empty() && self.en.is_empty()
    }
}

/// One row of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogueRow {
    /// What it names.
    pub id: String,
    pub values: RowValues,
    /// Did an entry ever bring this id?
    pub is_in_entries: bool,
}

/// How many ids of a kind there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindCount {
    pub of: NameOf,
    /// In the catalogue or in entries.
    pub all: usize,
    /// Of them without a name.
    pub unnamed: usize,
}

/// One page of rows: those without a name first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CataloguePage {
    pub kinds: Vec<KindCount>,
    pub rows: Vec<CatalogueRow>,
    /// Rows that match the query, on all pages.
    pub matched: usize,
    /// Where the first of them stands, from 1.
    pub first: usize,
    /// Pages that there are, at least one.
    pub pages: usize,
    /// Every warehouse, for levels.
    pub warehouses: Vec<Named>,
}

/// A column of the catalogue; as files call it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// What a row is about.
    Kind,
    Id,
    Zh,
    En,
    Unit,
    /// Of a level: where.
    Warehouse,
    /// Of a level: how many.
    Level,
}

impl Column {
    /// As files call it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::Id => "id",
            Self::Zh => "zh",
            Self::En => "en",
            Self::Unit => "unit",
            Self::Warehouse => "warehouse",
            Self::Level => "level",
        }
    }
}

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It is no id.
    Id(Column, IdError),
    /// More characters than this.
    TooLong(Column, usize),
    /// A control character.
    Control(Column),
    /// A character that nobody sees, in an id.
    Invisible(Column),
    /// The level in this warehouse is no number from 1 to this.
    Level(String, String, i64),
    /// Only products have a unit.
    UnitOf(NameOf),
    /// No such kind.
    Kind(String),
    /// The same a second time.
    Twice(String),
    /// Somebody changed it since it was looked at; what it is now.
    ChangedSince(Column, String),
    /// A line with so many fields, where the first line has so many.
    Fields(u64, u64),
    /// The first line names no such column.
    NoColumn(Column),
    /// The file has more bytes than this.
    TooLarge(usize),
    /// The records do not answer; not a fault of what was sent.
    Away,
    /// The file cannot be read.
    File(FileTrouble),
    /// Text stands outside the quotes of a cell.
    OutsideQuotes,
}

/// A fault of a file, by line; without one it is about the whole file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineFault {
    pub line: Option<u64>,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileFaults {
    pub count: usize,
    /// The first of it.
    pub first: Vec<LineFault>,
}

impl FileFaults {
    /// As many are told.
    pub const TOLD: usize = 1000;

    /// Only this; without a line of the whole file.
    pub fn one(line: Option<u64>, fault: Fault) -> Self {
        Self { count: 1, first: vec![LineFault { line, fault }] }
    }

    pub fn add(&mut self, fault: LineFault) {
        self.count += 1;
        if self.first.len() < Self::TOLD {
            self.first.push(fault);
        }
    }
}

/// What somebody typed into a row that could not be saved.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TypedRow {
    /// The id; of a new row it is typed too.
    pub id: String,
    /// What is stored; what was not typed over is the same in `values`.
    pub stored: RowValues,
    pub values: RowValues,
    /// The warehouse of a level to be added, and the level.
    pub add: (String, String),
    /// What is wrong with it; empty: nothing, only another row is wrong.
    pub faults: Vec<Fault>,
}

/// What was typed and could not be saved: shown again, so that nothing is lost.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Typed {
    /// Rows of the page that were changed.
    pub rows: Vec<TypedRow>,
    /// A row to be added.
    pub new: Option<TypedRow>,
    /// Nothing is wrong with it: the records do not answer.
    pub is_away: bool,
}

/// What a file would do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportPreview {
    /// As it was called.
    pub file: String,
    /// Its text, to be sent once more.
    pub text: String,
    /// Rows that would be new.
    pub added: usize,
    /// Rows that would be changed.
    pub changed: usize,
    /// Rows that are so already.
    pub same: usize,
    /// The first of what would be new or changed.
    pub changes: Vec<Change>,
    /// Stands for all that it would do: importing it must do just that.
    pub seal: String,
    /// Is this another preview than the one that was confirmed?
    pub is_another: bool,
    /// All that is wrong with it; with any, nothing is imported.
    pub faults: FileFaults,
}

/// One thing that becomes another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// `product apple`, `low_stock apple in north`.
    pub subject: String,
    /// What it is; none: nothing yet.
    pub before: Option<String>,
    /// What it will be.
    pub after: String,
}
