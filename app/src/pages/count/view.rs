//! `/count` as a person asks for it and sees it: a sheet of what was counted beside what the books said, and what posting it would write. Only the
//! server makes and reads these pages.

use model::files::field::Mapping;
use model::files::question::Question;
use model::files::trouble::FileTrouble;
use model::live::Named;

use crate::pages::import::view::{FlawGroup, ImportQuery, UploadState};

/// A line of the sheet beside the books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedLine {
    /// Line of the file.
    pub line: usize,
    pub warehouse: Named,
    pub product: Named,
    /// Moment at which it was counted: `2026-11-26 09:12:00`.
    pub counted_at: String,
    /// Pieces by the books at that moment.
    pub book: i64,
    pub counted: i64,
    pub difference: i64,
    /// What has moved since.
    pub since: i64,
    /// What the stock of now becomes.
    pub becomes: i64,
}

/// Why the books of a moment cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoBook {
    /// The sheet has more moments than this.
    TooManyMoments(usize),
    /// The totals are being made, or the moment is beyond the years that can be.
    NotNow,
}

/// A count that was posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostedView {
    pub bill_id: String,
    pub who: String,
    /// When it was posted: `2026-11-26 10:41:12`.
    pub at: String,
    pub lines: i64,
    pub adjusted: i64,
}

/// A sheet that was brought, beside the books.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CountView {
    /// Name of the file.
    pub name: String,
    /// What became of it.
    pub state: UploadState,
    /// Bill of the adjusting entries.
    pub bill_id: String,
    /// Moment for lines without one, as a form takes it.
    pub counted_at: String,
    /// Why it cannot be read.
    pub trouble: Option<FileTrouble>,
    /// The books of a moment cannot be read; why.
    pub no_book: Option<NoBook>,
    /// Stands for all that posting would write.
    pub seal: String,
    pub titles: Vec<String>,
    /// Where the fields come from.
    pub mapping: Mapping,
    /// Lines of totals.
    pub set_aside: usize,
    pub questions: Vec<Question>,
    /// Lines that differ, the largest first.
    pub differing: Vec<CountedLine>,
    /// How many lines agree.
    pub agreeing: usize,
    /// How many were not counted.
    pub uncounted: usize,
    pub waiting: usize,
    pub bad: usize,
    pub doubtful: usize,
    pub flaws: Vec<FlawGroup>,
    /// Places of the stream at which the books were read: partition and offset.
    pub positions: Vec<(i32, i64)>,
}

impl CountView {
    /// How many lines it has.
    pub fn lines(&self) -> usize {
        self.differing.len() + self.agreeing + self.uncounted + self.waiting + self.bad + self.set_aside
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CountPage {
    /// What was asked.
    pub query: ImportQuery,
    /// Warehouses that a sheet can be printed for.
    pub warehouses: Vec<Named>,
    pub latest: Vec<PostedView>,
    /// The sheet; none: none was brought, or it is not there any more.
    pub sheet: Option<CountView>,
}

/// What posting came to, where it was not posted; the server puts it into the context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotPosted {
    /// It comes to something else than the person has seen.
    Changed,
    /// It was posted already, or is being posted.
    Already,
    /// Kafka has only so many of the entries.
    Some(usize),
    /// The books are behind the queue: nothing was posted.
    Behind,
    /// The records do not answer: nothing was posted.
    Away,
    /// Others have all turns: nothing was done.
    Busy,
    /// There is no such file any more.
    Gone,
    /// A file that cannot be taken.
    File(FileTrouble),
}

/// A line of a sheet to count with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetLine {
    pub product: Named,
    pub unit: String,
    /// Pieces by the books; none: the sheet is blind.
    pub book: Option<i64>,
}

/// A sheet to print and to count with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetPage {
    pub warehouse: Named,
    /// When it was made.
    pub at: String,
    /// Does it show what the books say?
    pub has_figures: bool,
    pub lines: Vec<SheetLine>,
}
