//! Questions about a file: what nothing in it settles. Lines that wait for an answer are not sent, nor is anything else before it is given.

use super::choices::{Charset, DateOrder, DecimalMark};
use super::field::Field;

/// A question to the person who brought the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Which encoding: those in which the bytes are text, each with a sample of what it says.
    Charset(Vec<(Charset, String)>),
    /// What the comma and the point mean in a column.
    DecimalMark {
        /// Field of the column.
        field: Field,
        /// A number of it that may be either.
        sample: String,
        /// The sample, where the mark is a point and where it is a comma.
        meanings: [(DecimalMark, String); 2],
        /// A cell that shows which it is, where there is one.
        shown_by: Option<(DecimalMark, String)>,
    },
    /// In which order year, month and day stand.
    DateOrder {
        /// A date that may be several.
        sample: String,
        /// What it is in each order: `2026-04-03`.
        meanings: Vec<(DateOrder, String)>,
    },
    /// What a minus beside a direction means.
    Sign {
        /// Word of the direction in a line that has one; empty: its column says it.
        direction: String,
        /// Number of that line, as it is written.
        quantity: String,
    },
    /// What a word of the direction means, and how many lines have it.
    Word {
        /// The word as it is written.
        word: String,
        /// How many lines have it.
        lines: usize,
    },
    /// Whether an empty cell repeats the one above; of the first column with such cells.
    Blank {
        /// Field of the column.
        field: Field,
        /// The first line with such a cell.
        line: usize,
        /// What stands above it.
        above: String,
    },
    /// Whether a cell is one cell, or a quote that nobody meant has swallowed lines of the file.
    LongCell {
        /// Line in which the quote opens, from 1.
        first: usize,
        /// Line in which it closes.
        last: usize,
        /// How the cell begins.
        sample: String,
    },
    /// Which sheet of a workbook: those with anything in them.
    Sheet(Vec<String>),
    /// Whether a line holds titles, none of which is known, or an entry.
    Titles {
        /// Line of the file, from 1.
        line: usize,
        /// Words that stand in it.
        words: String,
    },
    /// A total of the file that is not the sum of its lines.
    Total {
        /// Line of the total.
        line: usize,
        /// Field of the column.
        field: Field,
        /// What the total says.
        said: i64,
        /// What the lines come to.
        counted: i64,
    },
    /// A field that every entry needs and no column gives.
    Missing(Field),
    /// Two columns were said to hold one field.
    Twice(Field),
    /// Two columns have one title and different cells: which of them holds the field.
    SameTitle {
        /// Field that the title is of.
        field: Field,
        /// Title of both, as it is written.
        title: String,
        /// The columns, counted from 0.
        columns: [usize; 2],
    },
}

impl Question {
    /// The choice that answers it, as a URL names it.
    pub fn answered_by(&self) -> String {
        match self {
            Self::Charset(_) => "charset".to_owned(),
            Self::DecimalMark { field, .. } => format!("number.{}", field.as_str()),
            Self::DateOrder { .. } => "date".to_owned(),
            Self::Sign { .. } => "sign".to_owned(),
            Self::Word { word, .. } => format!("word.{word}"),
            Self::Blank { .. } => "blank".to_owned(),
            Self::LongCell { .. } => "cells".to_owned(),
            Self::Sheet(_) => "sheet".to_owned(),
            Self::Titles { .. } => "head".to_owned(),
            Self::Total { .. } => "totals".to_owned(),
            Self::Missing(field) => format!("value.{}", field.as_str()),
            Self::Twice(_) | Self::SameTitle { .. } => "column".to_owned(),
        }
    }
}
