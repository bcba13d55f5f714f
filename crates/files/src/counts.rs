//! Count sheets (physical inventory, 盘点): lines of a warehouse, a product and the pieces that were counted, perhaps with the moment at which. An empty
//! cell was not counted, and says nothing.

use std::collections::HashMap;

use model::files::choices::Choices;
use model::files::field::{Field, Mapping, Source};
use model::files::flaw::CellFlaw;
use model::files::question::Question;
use model::flaw::LineFlaw;
use model::quantity::MAX_QUANTITY;

use crate::cells::ids::Ids;
use crate::cells::numbers::shortened;
use crate::cells::{dates, numbers};
use crate::columns::{Subject, is_complete, mapping};
use crate::entries::styles::Styles;
use crate::entries::{line_flaw, shape_flaw};
use crate::known::KnownIds;
use crate::shape::table::{Cell, Row, Table};
use crate::shape::titles;

/// A line that was counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedLine {
    /// Line of the file, from 1.
    pub line: usize,
    /// Id of the warehouse, as it is written.
    pub warehouse_id: String,
    /// Id of the product, as it is written.
    pub product_id: String,
    /// Id of the company whose books are adjusted.
    pub company_id: String,
    /// Moment at which it was counted, as the reader of dates writes it; none: the line does not say.
    pub counted_at: Option<String>,
    /// Pieces on the shelves, 0 or more.
    pub counted: i64,
}

/// A count sheet, read.
#[derive(Debug, Default)]
pub struct CountRead {
    /// Where the fields come from.
    pub mapping: Mapping,
    /// What nothing in the sheet settles.
    pub questions: Vec<Question>,
    /// Lines that were counted.
    pub lines: Vec<CountedLine>,
    /// Lines without a number: they were not counted.
    pub uncounted: Vec<usize>,
    /// Faults, one of a line.
    pub flaws: Vec<LineFlaw>,
    /// Lines that wait for an answer.
    pub waiting: Vec<usize>,
    /// Lines of totals, and those below the last line of the table.
    pub set_aside: usize,
}

enum Outcome {
    Counted(CountedLine),
    Uncounted,
    Waits,
    Flaw(Field, CellFlaw),
}

/// Reads the lines of a count sheet. A product that stands twice for one warehouse is a fault: nobody knows which number holds, or whether both do.
pub fn read_counts(table: &Table, choices: &Choices, known: &KnownIds) -> CountRead {
    let (mapping, questions) = mapping(table, choices, Subject::Count);
    let mut read = CountRead { mapping, questions, ..CountRead::default() };
    let titles = table.titles();
    let product = read.mapping.column(Field::ProductId);
    let (totals, rows): (Vec<&Row>, Vec<&Row>) = table.below().iter().partition(|it| titles::is_total(it, product));
    read.set_aside = totals.len() + table.beyond().len();
    // A day is not a moment: goods of that day went before or after the count.
    let time = read.mapping.column(Field::CreateTime).filter(|_| !read.mapping.0.contains_key(&Field::TimeOfDay));
    let is_day_only = |row: &&&Row| time.is_some_and(|it| dates::is_day_only(row.cell(it)));
    let has_days_only = rows.iter().any(|row| is_day_only(&row));
    read.questions.extend(has_days_only.then_some(Question::Missing(Field::TimeOfDay)));
    let styles = Styles::of(&rows, (&read.mapping, false, table.epoch_days), choices, &mut read.questions);
    read.questions.extend(table.sheet_question());
    let is_complete = is_complete(&read.questions);
    let (mut ids, mut seen) = (Ids::new(known), HashMap::new());
    for row in rows {
        let outcome = match shape_flaw(row, titles.len()) {
            Some(flaw) => Outcome::Flaw(Field::Counted, flaw),
            None => line(row, &read.mapping, choices, &styles, &mut ids),
        };
        match outcome {
            Outcome::Counted(it) => {
                let key = (it.warehouse_id.clone(), it.product_id.clone());
                match seen.insert(key, row.line) {
                    Some(first) => {
                        let flaw = CellFlaw::CountedTwice(first);
                        read.flaws.push(line_flaw(row, Some(Field::ProductId), flaw));
                    }
                    None if is_complete => read.lines.push(it),
                    None => read.waiting.push(row.line),
                }
            }
            Outcome::Uncounted => read.uncounted.push(row.line),
            Outcome::Waits => read.waiting.push(row.line),
            Outcome::Flaw(field, flaw) => read.flaws.push(line_flaw(row, Some(field), flaw)),
        }
    }
    read
}

fn line(row: &Row, mapping: &Mapping, choices: &Choices, styles: &Styles, ids: &mut Ids<'_>) -> Outcome {
    let cell = |field: Field| match mapping.0.get(&field) {
        Some(Source::Column(place)) => row.cell(*place).clone(),
        Some(Source::Fixed(text)) => Cell::from_text(text),
        None => Cell::Empty,
    };
    let counted = cell(Field::Counted);
    if counted.is_empty() {
        return Outcome::Uncounted;
    }
    let (mark, is_open) = styles.mark(Field::Counted);
    if is_open && numbers::is_open(&counted) {
        return Outcome::Waits;
    }
    let pieces = match numbers::read(&counted, mark) {
        Ok(number) if number.value < 0 => {
            return Outcome::Flaw(Field::Counted, CellFlaw::Negative(shortened(&counted.text())));
        }
        // What an entry cannot move cannot be counted.
        Ok(number) if number.value > MAX_QUANTITY => {
            return Outcome::Flaw(Field::Counted, CellFlaw::TooLarge(shortened(&counted.text())));
        }
        Ok(number) => number.value,
        Err(flaw) => return Outcome::Flaw(Field::Counted, flaw),
    };
    let mut texts = Vec::new();
    for field in [Field::WarehouseId, Field::ProductId, Field::CompanyId] {
        let text = cell(field).text();
        if text.is_empty() && mapping.0.contains_key(&field) {
            return Outcome::Flaw(field, CellFlaw::Empty);
        }
        let doubt = ids.doubt(field, &cell(field), &text).filter(|_| !choices.takes_doubtful);
        if let Some(doubt) = doubt {
            return Outcome::Flaw(field, doubt);
        }
        texts.push(text);
    }
    let (order, is_open) = styles.order();
    // An empty cell is of the moment that a person said for such lines.
    let said = || choices.values.get(&Field::CreateTime).map_or(Cell::Empty, |it| Cell::from_text(it));
    let time = Some(cell(Field::CreateTime)).filter(|it| !it.is_empty()).unwrap_or_else(said);
    if is_open && dates::is_open(&time) {
        return Outcome::Waits;
    }
    let read = (!time.is_empty()).then(|| dates::read(&styles.dated(&time), &cell(Field::TimeOfDay), order));
    let counted_at = match read.transpose() {
        Ok(at) => at,
        Err(flaw) => return Outcome::Flaw(Field::CreateTime, flaw),
    };
    let mut texts = texts.into_iter();
    let mut next = || texts.next().unwrap_or_default();
    let (warehouse_id, product_id, company_id) = (next(), next(), next());
    Outcome::Counted(CountedLine { line: row.line, warehouse_id, product_id, company_id, counted_at, counted: pieces })
}
