//! Rows to entries: what is no line of goods is set aside, what a column says of its numbers, dates and signs is settled or asked, and each line
//! becomes an entry as JSON, a fault, or waits for an answer.

mod line;
pub mod styles;
mod units;

use std::collections::BTreeMap;
use std::ops::Range;

use model::files::choices::{Choices, DateOrder};
use model::files::field::{Field, Mapping, Source};
use model::files::flaw::CellFlaw;
use model::files::question::Question;
use model::flaw::{Flaw, LineFlaw};

use crate::cells::{dates, numbers};
use crate::columns::{Subject, is_complete, mapping};
use crate::known::KnownIds;
use crate::shape::table::{Cell, Row, Table};
use crate::shape::titles;

use line::{Lines, Outcome};
use styles::Styles;

/// An entry as it is written, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenEntry {
    /// Line of the file, from 1.
    pub line: usize,
    /// JSON of the entry; whether it is a valid one is not said.
    pub json: String,
}

/// Why a line holds no entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skipped {
    /// It stands above the titles.
    Above,
    /// It stands below the last line of the table.
    Beyond,
    /// The titles, or the same again.
    Titles,
    /// It is a sum of others.
    Total,
    /// It is about the file: who made it, when it was printed.
    Note,
}

/// A line of totals, compared with the lines above.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TotalLine {
    /// Line of the file, from 1.
    pub line: usize,
    /// For each column of quantities: the field, what the line says, and what the lines above come to.
    pub sums: Vec<(Field, i64, i64)>,
}

/// A table, read.
#[derive(Debug, Default)]
pub struct Read {
    /// Where the fields come from.
    pub mapping: Mapping,
    /// What nothing in the file settles.
    pub questions: Vec<Question>,
    /// Lines that are entries, in their order.
    pub entries: Vec<WrittenEntry>,
    /// Faults, one of a line.
    pub flaws: Vec<LineFlaw>,
    /// Lines that are entries, if a doubt about one of their ids is dispelled.
    pub doubts: Vec<(WrittenEntry, LineFlaw)>,
    /// Lines that wait for an answer.
    pub waiting: Vec<usize>,
    /// Lines that hold no entry.
    pub skipped: Vec<(usize, Skipped)>,
    /// Lines of totals, compared.
    pub totals: Vec<TotalLine>,
}

/// Reads the lines of a table.
pub fn read_entries(table: &Table, choices: &Choices, known: &KnownIds) -> Read {
    let (mapping, questions) = mapping(table, choices, Subject::Entries);
    let mut read = Read { mapping, questions, ..Read::default() };
    let (rows, totals) = set_aside(table, &mut read);
    let columns = (&read.mapping, titles::are_ours(&table.titles()), table.epoch_days);
    let styles = Styles::of(&rows, columns, choices, &mut read.questions);
    read.totals = totals
        .iter()
        .map(|it| total(it.row, rows.get(it.lines.clone()).unwrap_or_default(), &read.mapping, &styles))
        .collect();
    if !choices.ignores_totals {
        read.questions.extend(differing(&read.totals));
    }
    read.questions.extend(unsure_titles(table, choices));
    read.questions.extend(table.sheet_question());
    let is_complete = is_complete(&read.questions);
    let titles = table.titles().len();
    let fixed = fixed(&read.mapping);
    let mut lines = Lines::new((&read.mapping, &fixed, &table.merged), choices, &styles, known);
    for row in rows {
        let outcome = match shape_flaw(row, titles) {
            Some(flaw) => {
                lines.forget();
                Outcome::Flaw(None, flaw)
            }
            None => lines.read(row),
        };
        match outcome {
            Outcome::Entry(json) if is_complete => read.entries.push(WrittenEntry { line: row.line, json }),
            Outcome::Doubt(json, field, flaw) if is_complete => {
                read.doubts.push((WrittenEntry { line: row.line, json }, line_flaw(row, Some(field), flaw)));
            }
            Outcome::Entry(_) | Outcome::Doubt(..) | Outcome::Waits => read.waiting.push(row.line),
            Outcome::Flaw(field, flaw) => read.flaws.push(line_flaw(row, field, flaw)),
        }
    }
    read.questions.extend(lines.questions());
    read
}

/// Cells of the values that are the same in every line.
fn fixed(mapping: &Mapping) -> BTreeMap<Field, Cell> {
    let cell = |(field, source): (&Field, &Source)| match source {
        Source::Fixed(text) => Some((*field, Cell::from_text(text))),
        Source::Column(_) => None,
    };
    mapping.0.iter().filter_map(cell).collect()
}

/// A flaw of a row as the list of flaws has it.
pub fn line_flaw(row: &Row, field: Option<Field>, flaw: CellFlaw) -> LineFlaw {
    LineFlaw { line: row.line, field: field.map(|it| it.as_str().to_owned()), flaw: Flaw::Cells(flaw) }
}

/// The first total that is not the sum of its lines.
fn differing(totals: &[TotalLine]) -> Option<Question> {
    let mut all = totals.iter().flat_map(|it| it.sums.iter().map(|sum| (it.line, *sum)));
    let (line, (field, said, counted)) = all.find(|(_, (_, said, counted))| said != counted)?;
    Some(Question::Total { line, field, said, counted })
}

/// Titles of which none is known, with a number or a date among them: they may be an entry, the first of a file without titles.
fn unsure_titles(table: &Table, choices: &Choices) -> Option<Question> {
    let row = table.head.filter(|_| choices.head.is_none()).and_then(|it| table.rows.get(it))?;
    let texts: Vec<String> = row.cells.iter().map(Cell::text).collect();
    let is_value = |it: &Cell| match it {
        Cell::Number(_) | Cell::Time(_) => true,
        Cell::Text(text) => {
            text.bytes().all(|it| it.is_ascii_digit()) || dates::read(it, &Cell::Empty, DateOrder::DayFirst).is_ok()
        }
        _ => false,
    };
    if titles::known(texts.iter().map(String::as_str)) > 1 || !row.cells.iter().any(is_value) {
        return None;
    }
    Some(Question::Titles { line: row.line, words: numbers::shortened(&texts.join(" ")) })
}

/// What is wrong with a row before anybody looks into its cells.
pub fn shape_flaw(row: &Row, titles: usize) -> Option<CellFlaw> {
    if row.width() > titles {
        return Some(CellFlaw::Cells(row.width(), titles));
    }
    row.has_text_outside.then_some(CellFlaw::OutsideQuotes)
}

/// A row of totals, and which of the rows before it they are of.
struct Total<'a> {
    row: &'a Row,
    lines: Range<usize>,
}

/// The rows that may be entries, and those of totals; what is neither is noted.
fn set_aside<'a>(table: &'a Table, read: &mut Read) -> (Vec<&'a Row>, Vec<Total<'a>>) {
    let above = table.rows.iter().take(table.head.unwrap_or(0)).map(|it| (it.line, Skipped::Above));
    read.skipped.extend(above);
    let head = table.head.and_then(|it| table.rows.get(it));
    read.skipped.extend(head.map(|it| (it.line, Skipped::Titles)));
    let bill = read.mapping.column(Field::BillId);
    let (mut rows, mut totals, mut since) = (Vec::new(), Vec::new(), 0);
    for row in table.below() {
        if head.is_some_and(|it| it.cells == row.cells) {
            read.skipped.push((row.line, Skipped::Titles));
        } else if titles::is_note(row, bill) {
            read.skipped.push((row.line, Skipped::Note));
        } else if titles::is_total(row, bill) {
            read.skipped.push((row.line, Skipped::Total));
            let from = if titles::is_subtotal(row) { since } else { 0 };
            totals.push(Total { row, lines: from..rows.len() });
            since = rows.len();
        } else {
            rows.push(row);
        }
    }
    read.skipped.extend(table.beyond().iter().map(|it| (it.line, Skipped::Beyond)));
    (rows, totals)
}

/// A line of totals beside what the rows come to, as far as both are numbers.
fn total(total: &Row, rows: &[&Row], mapping: &Mapping, styles: &Styles) -> TotalLine {
    let fields = Field::OF_ENTRIES.into_iter().filter(|it| it.is_quantity());
    let sums = fields.filter_map(|field| {
        let (place, (mark, _)) = (mapping.column(field)?, styles.mark(field));
        let said = numbers::read(total.cell(place), mark).ok()?.value;
        let counted = rows.iter().filter_map(|it| numbers::read(it.cell(place), mark).ok()).map(|it| it.value);
        Some((field, said, counted.fold(0_i64, i64::saturating_add)))
    });
    TotalLine { line: total.line, sums: sums.collect() }
}
