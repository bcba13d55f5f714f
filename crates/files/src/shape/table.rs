//! A table: rows of cells as they stand in a file, and how they were found.

use std::collections::HashSet;

use chrono::NaiveDateTime;
use model::files::choices::{Charset, Separator};
use model::files::question::Question;

/// A cell. Of a CSV file it is text or nothing.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// A cell with nothing in it.
    Empty,
    /// Text as it stands, with the white space at its ends: only a description keeps that.
    Text(Box<str>),
    /// Number of a workbook.
    Number(f64),
    /// Date or time of a workbook, in no zone.
    Time(NaiveDateTime),
    /// Error of a workbook: `#N/A`.
    Error(Box<str>),
}

impl Cell {
    /// Text of a cell, or none.
    pub fn from_text(text: &str) -> Self {
        if text.is_empty() { Self::Empty } else { Self::Text(text.into()) }
    }

    /// Is there nothing in it but white space?
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    /// Text with the white space at its ends.
    pub fn whole_text(&self) -> String {
        if let Self::Text(text) = self { text.to_string() } else { self.text() }
    }

    /// What a person sees in it.
    pub fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Error(text) => text.trim().to_owned(),
            Self::Number(number) => number.to_string(),
            Self::Time(at) => at.format("%Y-%m-%d %H:%M:%S%.f").to_string(),
        }
    }
}

/// A row that is not blank.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Line of the file in which it begins, from 1; of a workbook the row.
    pub line: usize,
    /// Its cells, as many as it has.
    pub cells: Vec<Cell>,
    /// Text stands outside the quotes of a cell.
    pub has_text_outside: bool,
}

impl Row {
    /// A cell; the empty one where the row ends before it.
    pub fn cell(&self, place: usize) -> &Cell {
        self.cells.get(place).unwrap_or(&Cell::Empty)
    }

    /// The first cell that is not empty, and its place.
    pub fn first(&self) -> Option<(usize, &Cell)> {
        self.cells.iter().enumerate().find(|(_, it)| !it.is_empty())
    }

    /// How many cells it has up to the last one that is not empty.
    pub fn width(&self) -> usize {
        self.cells.iter().rposition(|it| !it.is_empty()).map_or(0, |it| it + 1)
    }
}

/// Rows of a file, with its titles.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// Encoding, of a text.
    pub charset: Option<Charset>,
    /// Encodings it may be as well, each with a sample.
    pub charsets: Vec<(Charset, String)>,
    /// Separator, of a text.
    pub separator: Option<Separator>,
    /// Names of the sheets, of a workbook.
    pub sheets: Vec<String>,
    /// The sheet that was read.
    pub sheet: Option<String>,
    /// Rows in the order of the file, the titles among them.
    pub rows: Vec<Row>,
    /// Place of the titles in `rows`; none: it has no titles.
    pub head: Option<usize>,
    /// Other sheets with anything in them, where nobody has chosen this one.
    pub other_sheets: Vec<String>,
    /// The last line that is part of the table, where a person has said it.
    pub last: Option<usize>,
    /// A cell that looks as if a quote had swallowed lines, where nobody has said that it is one.
    pub long_cell: Option<Question>,
    /// Days before the count of days begins, beside the usual ones: workbooks of old Macintoshes count from 1904.
    pub epoch_days: u16,
    /// Cells of merged areas below their first: line and column, from 0. They mean the cell above.
    pub merged: HashSet<(usize, usize)>,
}

impl Table {
    /// What the columns are called; without titles their numbers.
    pub fn titles(&self) -> Vec<String> {
        match self.head.and_then(|it| self.rows.get(it)) {
            Some(row) => row.cells.iter().take(row.width()).map(Cell::text).collect(),
            None => (1..=self.rows.iter().map(Row::width).max().unwrap_or(0)).map(|it| it.to_string()).collect(),
        }
    }

    /// The question for its encoding, where its bytes do not settle that.
    pub fn charset_question(&self) -> Option<Question> {
        (!self.charsets.is_empty()).then(|| Question::Charset(self.charsets.clone()))
    }

    /// The question for its sheet, where others hold something too and nobody has chosen.
    pub fn sheet_question(&self) -> Option<Question> {
        let all = || self.sheet.iter().chain(&self.other_sheets).cloned().collect();
        (!self.other_sheets.is_empty()).then(|| Question::Sheet(all()))
    }

    /// Rows below the titles, up to the last line of the table.
    pub fn below(&self) -> &[Row] {
        self.rows.get(self.head.map_or(0, |it| it + 1)..self.end()).unwrap_or_default()
    }

    /// Rows below the last line of the table.
    pub fn beyond(&self) -> &[Row] {
        self.rows.get(self.end()..).unwrap_or_default()
    }

    fn end(&self) -> usize {
        self.last.map_or(self.rows.len(), |last| self.rows.partition_point(|it| it.line <= last))
    }
}
