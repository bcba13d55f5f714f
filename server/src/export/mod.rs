//! Tables as files: CSV and XLSX, written row by row, so that a million rows need no more memory than a thousand. Knows no HTTP and no SQL.

mod csv_file;
mod entries;
mod findings;
mod progress;
mod statement;
mod xlsx_file;

use app::i18n::Locale;
use chrono::NaiveDateTime;
use model::names::NameOf;
use tokio::sync::mpsc;

use records::Names;

pub use csv_file::{csv_head, csv_rows};
pub use entries::EntriesExport;
pub use findings::{finding_rows, finding_titles};
pub use progress::{Exports, Progress, State};
pub use statement::{statement_rows, statement_titles};
pub use xlsx_file::{XlsxError, write_xlsx};

/// A cell. Numbers and times are themselves; a text is a text, whatever it looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Text(String),
    Number(i64),
    /// A moment in business time.
    Time(NaiveDateTime),
    Empty,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// An id and its name.
fn named((names, locale): (&Names, Locale), of: NameOf, id: &str) -> [Cell; 2] {
    let name = names.get(&of).and_then(|it| it.get(id));
    [id.into(), Cell::Text(name.map(|it| locale.name(it, id)).unwrap_or_default())]
}

pub type Row = Vec<Cell>;

/// Rows as they come, some at a time. An error is the last that comes: the file must not look whole then.
pub type Rows = mpsc::Receiver<Result<Vec<Row>, Broken>>;

/// Rows that are in memory as a whole, as they are for their page.
pub fn whole(rows: Vec<Row>, progress: &Progress) -> Rows {
    let (sender, receiver) = mpsc::channel(1);
    progress.expect(i64::try_from(rows.len()).unwrap_or(i64::MAX));
    progress.add(rows.len());
    // There is room for one, and somebody who takes it.
    let is_sent = sender.try_send(Ok(rows)).is_ok();
    progress.end(if is_sent { State::Done } else { State::Failed });
    receiver
}

/// The rows could not be read to their end.
#[derive(Debug, thiserror::Error)]
#[error("export: {0}")]
pub struct Broken(pub String);
