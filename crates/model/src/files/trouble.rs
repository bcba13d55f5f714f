//! Why a file cannot be read at all. In English here; in other languages in `i18n/files.rs`.

use super::choices::Charset;

/// Trouble with a whole file: to be read after "this file".
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileTrouble {
    /// More bytes than this.
    #[error("is larger than {} MB", .0 / 1_048_576)]
    TooLarge(usize),
    /// More lines than this.
    #[error("has more than {0} lines")]
    TooMany(usize),
    /// More columns than this.
    #[error("has more than {0} columns")]
    TooWide(usize),
    /// Nothing below the titles, or nothing at all.
    #[error("has no entry in it")]
    Empty,
    /// Bytes that are not text in the encoding that was chosen.
    #[error("is not text in {}", .0.as_str())]
    NotText(Charset),
    /// Bytes that are no text in any encoding.
    #[error("is not text: it may be a picture, a PDF or a damaged file")]
    Binary,
    /// A quote that opens in this line and never closes: everything behind it is one cell.
    #[error("has a quote that opens in line {0} and never closes")]
    UnclosedQuote(usize),
    /// Other titles below the first: what stands under them is of other columns.
    #[error("has other titles in line {0}: split it there")]
    OtherTitles(usize),
    /// A line of more bytes than this.
    #[error("has more than {} MB in line {line}", .most / 1_048_576)]
    LongLine {
        /// The line, from 1.
        line: usize,
        /// The most bytes.
        most: usize,
    },
    /// Text that may be in several encodings, where nobody can be asked.
    #[error("is text in an encoding that cannot be told for sure: save it as UTF-8")]
    UnsureCharset,
    /// So many files are being read that this one had no turn in time.
    #[error("has not been read: many others are being read now. Try again in a minute")]
    Busy,
    /// There is no such line of titles.
    #[error("has no titles in line {0}")]
    NoHead(usize),
    /// There is no such sheet.
    #[error("has no sheet {0:?}")]
    NoSheet(String),
    /// A workbook of Excel 97, or one of another program.
    #[error("is a workbook of an old kind: save it as .xlsx or CSV")]
    OldWorkbook,
    /// A workbook with a password.
    #[error("is locked with a password: save it without one")]
    Locked,
    /// A workbook with macros.
    #[error("has macros in it: save it as .xlsx without macros")]
    Macros,
    /// A workbook that is more than so many MB when it is unpacked.
    #[error("is more than {0} MB when it is unpacked")]
    Bomb(u64),
    /// A workbook whose parts cannot be read.
    #[error("is a damaged workbook")]
    Damaged,
    /// JSON that breaks off or is no array of entries: place and cause.
    #[error("is not JSON: line {line}, column {column}")]
    NotJson {
        /// Line of the file, from 1.
        line: usize,
        /// Character of that line, from 1.
        column: usize,
    },
}
