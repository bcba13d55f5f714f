//! A line of a table to an entry as JSON.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;

use model::files::choices::{Choices, SignRule, Way};
use model::files::field::{Field, Mapping, Source};
use model::files::flaw::CellFlaw;
use model::files::question::Question;
use serde_json::Value;

use super::styles::Styles;
use crate::cells::ids::Ids;
use crate::cells::numbers::shortened;
use crate::cells::{dates, directions, kinds, numbers};
use crate::known::KnownIds;
use crate::shape::table::{Cell, Row};

/// What a line comes to.
pub enum Outcome {
    /// JSON of the entry.
    Entry(String),
    /// JSON of an entry, and the doubt about one of its ids.
    Doubt(String, Field, CellFlaw),
    Flaw(Option<Field>, CellFlaw),
    /// It waits for an answer.
    Waits,
}

/// Why a line is no entry yet.
enum Stop {
    Flaw(Field, CellFlaw),
    Waits,
}

/// Cells of a line by what they hold.
struct Cells<'a>(Vec<(Field, &'a Cell)>);

impl<'a> Cells<'a> {
    fn get(&self, field: Field) -> &'a Cell {
        self.0.iter().find(|it| it.0 == field).map_or(&Cell::Empty, |it| it.1)
    }
}

/// A JSON object, written field by field.
#[derive(Default)]
struct JsonEntry(String);

impl JsonEntry {
    fn set(&mut self, field: Field, value: &Value) {
        self.0.push(if self.0.is_empty() { '{' } else { ',' });
        // Writing to a string cannot fail.
        let _written = write!(self.0, "\"{}\":{value}", field.as_str());
    }

    fn written(mut self) -> String {
        self.0.push_str(if self.0.is_empty() { "{}" } else { "}" });
        self.0
    }
}

/// So many unknown words are asked one by one.
const MAX_WORDS: usize = 12;
/// Fields whose empty cells may mean the one above: what a merged cell or a group of lines has in common.
const REPEATED: [Field; 6] =
    [Field::CreateTime, Field::BillId, Field::ProductId, Field::WarehouseId, Field::CompanyId, Field::Direction];

/// Reads the lines of one file, from top to bottom.
pub struct Lines<'a> {
    mapping: &'a Mapping,
    choices: &'a Choices,
    styles: &'a Styles,
    ids: Ids<'a>,
    /// Values that are the same in every line.
    fixed: &'a BTreeMap<Field, Cell>,
    /// Cells that are part of a merged one.
    merged: &'a HashSet<(usize, usize)>,
    /// The last value of each column that may be repeated.
    above: BTreeMap<Field, &'a Cell>,
    /// The first line with an empty cell under a value.
    blank: Option<Question>,
    /// Words that are no direction, and how often they are there.
    words: BTreeMap<String, usize>,
}

impl<'a> Lines<'a> {
    pub fn new(
        (mapping, fixed, merged): (&'a Mapping, &'a BTreeMap<Field, Cell>, &'a HashSet<(usize, usize)>),
        choices: &'a Choices,
        styles: &'a Styles,
        known: &'a KnownIds,
    ) -> Self {
        let (above, words) = (BTreeMap::new(), BTreeMap::new());
        Self { mapping, choices, styles, ids: Ids::new(known), fixed, merged, above, blank: None, words }
    }

    /// What the lines have left open.
    pub fn questions(self) -> Vec<Question> {
        let words = self.words.into_iter().take(MAX_WORDS);
        self.blank.into_iter().chain(words.map(|(word, lines)| Question::Word { word, lines })).collect()
    }

    /// Forgets the values above: a row that cannot be read may have begun another group.
    pub fn forget(&mut self) {
        self.above.clear();
    }

    pub fn read(&mut self, row: &'a Row) -> Outcome {
        match self.entry(row) {
            Ok((json, None)) => Outcome::Entry(json),
            Ok((json, Some((field, doubt)))) => Outcome::Doubt(json, field, doubt),
            Err(Stop::Flaw(field, flaw)) => Outcome::Flaw(Some(field), flaw),
            Err(Stop::Waits) => Outcome::Waits,
        }
    }

    fn entry(&mut self, row: &'a Row) -> Result<(String, Option<(Field, CellFlaw)>), Stop> {
        let (mut entry, mut doubt) = (JsonEntry::default(), None);
        let mut set = |field: Field, value: Value| entry.set(field, &value);
        // All of them first: an empty cell of a later line may mean any of these.
        let mut cells = Cells(Vec::with_capacity(Field::OF_ENTRIES.len()));
        let (mut waits, mapping) = (false, self.mapping);
        for (field, source) in &mapping.0 {
            let cell = match source {
                Source::Fixed(_) => self.fixed.get(field).unwrap_or(&Cell::Empty),
                Source::Column(place) => self.filled(*field, row, *place, &mut waits),
            };
            cells.0.push((*field, cell));
        }
        let cell = |field: Field| cells.get(field);
        if !cell(Field::CreateTime).is_empty() {
            let (order, is_open) = self.styles.order();
            waits |= is_open && dates::is_open(cell(Field::CreateTime));
            let day = self.styles.dated(cell(Field::CreateTime));
            let read = dates::read(&day, cell(Field::TimeOfDay), order);
            let is_swapped = self.styles.may_be_swapped() && dates::may_be_swapped(&day);
            if is_swapped && !self.choices.takes_doubtful {
                let flaw = CellFlaw::MaySwapped(shortened(&cell(Field::CreateTime).text()));
                doubt = Some((Field::CreateTime, flaw));
            }
            // A cell that is asked about is not wrong before the answer.
            match read {
                Err(_) if is_open => waits = true,
                read => set(Field::CreateTime, read.map_err(wrong(Field::CreateTime))?.into()),
            }
        }
        for field in [Field::BillId, Field::ProductId, Field::WarehouseId, Field::CompanyId] {
            let text = id_text(cell(field)).map_err(wrong(field))?;
            if text.is_empty() {
                continue;
            }
            let found = self.ids.doubt(field, cell(field), &text).filter(|_| !self.choices.takes_doubtful);
            doubt = doubt.or(found.map(|it| (field, it)));
            set(field, text.into());
        }
        if !cell(Field::LineNo).is_empty() {
            let mark = model::files::choices::DecimalMark::Point;
            set(Field::LineNo, numbers::read(cell(Field::LineNo), mark).map_err(wrong(Field::LineNo))?.value.into());
        }
        if let (Cell::Text(word), false) = (cell(Field::Kind), cell(Field::Kind).is_empty()) {
            let kind = kinds::kind(word).ok_or_else(|| Stop::Flaw(Field::Kind, CellFlaw::NoKind(shortened(word))))?;
            set(Field::Kind, kind.as_str().into());
        }
        let description = cell(Field::Description).whole_text();
        if !description.is_empty() {
            set(Field::Description, description.into());
        }
        if let Some((way, pieces)) = self.moved(&cells, &mut waits)? {
            set(Field::Direction, if way == Way::In { 1 } else { -1 }.into());
            set(Field::Quantity, pieces.into());
        }
        if waits { Err(Stop::Waits) } else { Ok((entry.written(), doubt)) }
    }

    /// A cell; an empty one is the one above, if that is what a person said, and waits while nobody did.
    fn filled(&mut self, field: Field, row: &'a Row, place: usize, waits: &mut bool) -> &'a Cell {
        let cell = row.cell(place);
        if !REPEATED.contains(&field) {
            return cell;
        }
        if !cell.is_empty() {
            self.above.insert(field, cell);
            return cell;
        }
        let Some(above) = self.above.get(&field) else { return &Cell::Empty };
        if self.merged.contains(&(row.line, place)) {
            return above;
        }
        match self.choices.fill_down {
            Some(true) => above,
            Some(false) => &Cell::Empty,
            None => {
                *waits = true;
                let above = shortened(&above.text());
                self.blank.get_or_insert(Question::Blank { field, line: row.line, above });
                &Cell::Empty
            }
        }
    }

    /// Which way, and how many pieces. `None`: the line does not say, and the entry will lack it.
    fn moved(&mut self, cells: &Cells<'_>, waits: &mut bool) -> Result<Option<(Way, i64)>, Stop> {
        let cell = |field: Field| Some(cells.get(field)).filter(|it| !it.is_empty());
        if self.mapping.0.contains_key(&Field::QuantityIn) || self.mapping.0.contains_key(&Field::QuantityOut) {
            let (way, field, pieces) = self.by_column(cells, waits)?;
            return self.signed(way, field, pieces, waits).map(Some);
        }
        let Some(quantity) = cell(Field::Quantity) else { return Ok(None) };
        let pieces = self.pieces(Field::Quantity, quantity, cells, waits)?;
        if !self.mapping.0.contains_key(&Field::Direction) {
            return Ok(Some((if pieces < 0 { Way::Out } else { Way::In }, pieces.abs())));
        }
        let Some(direction) = cell(Field::Direction) else { return Ok(None) };
        let word = direction.text();
        match self.choices.words.get(&word).copied().or_else(|| directions::way(&word)) {
            Some(way) => self.signed(way, Field::Quantity, pieces, waits).map(Some),
            None if self.words.len() < MAX_WORDS || self.words.contains_key(&word) => {
                *self.words.entry(word).or_default() += 1;
                *waits = true;
                Ok(None)
            }
            None => Err(Stop::Flaw(Field::Direction, CellFlaw::NoDirection(shortened(&word)))),
        }
    }

    /// Of two columns the one that is filled; a 0 counts as nothing.
    fn by_column(&self, cells: &Cells<'_>, waits: &mut bool) -> Result<(Way, Field, i64), Stop> {
        let mut number = |field: Field| match Some(cells.get(field)).filter(|it| !it.is_empty()) {
            Some(cell) => self.pieces(field, cell, cells, waits),
            None => Ok(0),
        };
        let (pieces_in, pieces_out) = (number(Field::QuantityIn)?, number(Field::QuantityOut)?);
        match (pieces_in, pieces_out) {
            (0, 0) => Err(Stop::Flaw(Field::QuantityIn, CellFlaw::NoWay)),
            (pieces, 0) => Ok((Way::In, Field::QuantityIn, pieces)),
            (0, pieces) => Ok((Way::Out, Field::QuantityOut, pieces)),
            (first, second) => {
                Err(Stop::Flaw(Field::QuantityIn, CellFlaw::BothWays(first.to_string(), second.to_string())))
            }
        }
    }

    fn pieces(&self, field: Field, cell: &Cell, cells: &Cells<'_>, waits: &mut bool) -> Result<i64, Stop> {
        let (mark, is_open) = self.styles.mark(field);
        if is_open && numbers::is_open(cell) {
            *waits = true;
            return Ok(1);
        }
        let number = numbers::read(cell, mark).map_err(wrong(field))?;
        let other = self.styles.other_unit(cells.get(Field::ProductId), &number.unit, cells.get(Field::Unit));
        other.map_or(Ok(number.value), |it| Err(Stop::Flaw(field, it)))
    }

    /// A number beside a direction: what its minus means is settled, or asked.
    fn signed(&self, way: Way, field: Field, pieces: i64, waits: &mut bool) -> Result<(Way, i64), Stop> {
        let other = if way == Way::In { Way::Out } else { Way::In };
        let contradicts = || Stop::Flaw(field, CellFlaw::OtherSign(pieces.to_string()));
        match self.styles.sign() {
            _ if pieces == 0 => Ok((way, 0)),
            Some(SignRule::Repeats) if (pieces < 0) == (way == Way::Out) => Ok((way, pieces.abs())),
            Some(SignRule::Repeats) => Err(contradicts()),
            _ if pieces > 0 => Ok((way, pieces)),
            Some(SignRule::Reverses) => Ok((other, pieces.abs())),
            None => {
                *waits = true;
                Ok((way, pieces.abs()))
            }
        }
    }
}

fn wrong(field: Field) -> impl Fn(CellFlaw) -> Stop {
    move |flaw| Stop::Flaw(field, flaw)
}

/// Is it what a spreadsheet shows in the place of a value?
fn is_error(text: &str) -> bool {
    let is_hashes = text.len() > 2 && text.bytes().all(|it| it == b'#');
    let named = ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!", "#SPILL!"];
    is_hashes || named.contains(&text) || text.contains('\u{fffd}')
}

/// Text of an id; a number of a workbook in all of its digits.
fn id_text(cell: &Cell) -> Result<String, CellFlaw> {
    match cell {
        Cell::Error(error) => Err(CellFlaw::Error(shortened(error))),
        Cell::Time(_) => Err(CellFlaw::NotAnId(cell.text())),
        Cell::Text(text) if is_error(text.trim()) => Err(CellFlaw::Error(shortened(text))),
        Cell::Text(text) if text.contains(['\n', '\r']) => Err(CellFlaw::LineBreak),
        cell => Ok(cell.text()),
    }
}
