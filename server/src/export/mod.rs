//! Tables as files: CSV and XLSX, written row by row, so that a million rows need no more memory than a thousand. Knows no HTTP and no SQL.

mod csv_file;
mod entries;
mod findings;
mod progress;
mod statement;
mod xlsx_file;

use chrono::NaiveDateTime;
use tokio::sync::mpsc;

pub use csv_file::{csv_head, csv_rows};
pub use entries::EntriesExport;
pub use findings::{finding_rows, finding_titles};
pub use progress::{Exports, Progress, State};
pub use statement::{statement_rows, statement_titles};
pub use xlsx_file::{XlsxError, write_xlsx};

/// A cell. Numbers and times are themselves; a text is a text, whatever it looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// A text.
    Text(String),
    /// A number.
    Number(i64),
    /// A moment in business time.
    Time(NaiveDateTime),
    /// Nothing.
    Empty,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// A row.
pub type Row = Vec<Cell>;

/// Rows as they come, some at a time. An error is the last that comes: the file must not look whole then.
pub type Rows = mpsc::Receiver<Result<Vec<Row>, Broken>>;

/// The rows could not be read to their end.
#[derive(Debug, thiserror::Error)]
#[error("export: {0}")]
pub struct Broken(pub String);
