//! Styles of the columns: what all cells together say of decimal marks, the order of dates, signs beside directions, and units.

use std::borrow::Cow;
use std::collections::BTreeMap;

use model::files::choices::{Choices, DateOrder, DecimalMark, SignRule, Way};
use model::files::field::{Field, Mapping, Source};
use model::files::flaw::CellFlaw;
use model::files::question::Question;

use super::units::Units;
use crate::cells::{dates, directions, numbers};
use crate::shape::table::{Cell, Row};

/// A number beyond this is no count of days: `20260301` is a date as digits.
const MAX_SERIAL: f64 = 100_000.0;

/// How the cells of each column are to be read.
#[derive(Debug)]
pub struct Styles {
    marks: BTreeMap<Field, (DecimalMark, bool)>,
    order: DateOrder,
    is_order_open: bool,
    may_be_swapped: bool,
    sign: Option<SignRule>,
    units: Units,
    epoch_days: u16,
}

impl Styles {
    /// Styles of the rows; what is not settled is added to the questions. `is_ours`: the file is an export of ours, whose habits are known;
    /// `epoch_days`: as the table has it.
    pub fn of(
        rows: &[&Row],
        (mapping, is_ours, epoch_days): (&Mapping, bool, u16),
        choices: &Choices,
        questions: &mut Vec<Question>,
    ) -> Self {
        let mut marks = BTreeMap::new();
        for field in mapping.0.keys().copied().filter(|it| it.is_quantity()) {
            let Some(place) = mapping.column(field) else { continue };
            let mut evidence = numbers::Evidence::default();
            for row in rows {
                evidence.add(row.cell(place));
            }
            let (mark, question) = evidence.settle(field, choices.decimal_marks.get(&field).copied());
            marks.insert(field, (mark, question.is_some()));
            questions.extend(question);
        }
        let mut evidence = dates::Evidence::default();
        if let Some(place) = mapping.column(Field::CreateTime) {
            for row in rows {
                evidence.add(row.cell(place));
            }
        }
        let may_be_swapped = evidence.has_text_with_year_last();
        let (order, question) = evidence.settle(choices.date_order);
        let is_order_open = question.is_some();
        questions.extend(question);
        let mut styles =
            Self { marks, order, is_order_open, may_be_swapped, sign: None, units: Units::default(), epoch_days };
        styles.settle_sign(rows, (mapping, is_ours), choices, questions);
        styles.units = Units::of(rows, mapping, &styles.marks);
        styles
    }

    /// Mark of a column, and whether cells that may be either wait for an answer.
    pub fn mark(&self, field: Field) -> (DecimalMark, bool) {
        self.marks.get(&field).copied().unwrap_or((DecimalMark::Point, false))
    }

    /// Order of the dates, and whether those that may be several wait.
    pub fn order(&self) -> (DateOrder, bool) {
        (self.order, self.is_order_open)
    }

    /// May true dates of the column have been made by swapping day and month?
    pub fn may_be_swapped(&self) -> bool {
        self.may_be_swapped
    }

    /// What a minus means beside a direction. `None`: it is asked.
    pub fn sign(&self) -> Option<SignRule> {
        self.sign
    }

    /// A cell of days, counted from where Excel counts from.
    pub fn dated<'c>(&self, cell: &'c Cell) -> Cow<'c, Cell> {
        match cell {
            Cell::Number(days) if self.epoch_days > 0 && *days < MAX_SERIAL => {
                Cow::Owned(Cell::Number(days + f64::from(self.epoch_days)))
            }
            cell => Cow::Borrowed(cell),
        }
    }

    /// What is wrong with the unit of a line, written beside its number or in a column of its own: most lines of the product have another one.
    pub fn other_unit(&self, product: &Cell, written: &str, column: &Cell) -> Option<CellFlaw> {
        self.units.other(product, written, column)
    }

    /// Where nothing that comes in has a minus, and everything that goes out has one, the minus repeats the direction. Else it is asked.
    fn settle_sign(
        &mut self,
        rows: &[&Row],
        (mapping, is_ours): (&Mapping, bool),
        choices: &Choices,
        questions: &mut Vec<Question>,
    ) {
        self.sign = choices.sign;
        let is_unsaid = !mapping.0.contains_key(&Field::Direction)
            && !mapping.0.contains_key(&Field::QuantityIn)
            && !mapping.0.contains_key(&Field::QuantityOut);
        if is_unsaid {
            self.settle_unsaid(rows, mapping, questions);
            return;
        }
        let places: Vec<usize> = self.marks.keys().filter_map(|it| mapping.column(*it)).collect();
        if !rows.iter().any(|row| places.iter().any(|it| numbers::may_be_negative(row.cell(*it)))) {
            return;
        }
        let (mut in_minus, mut out_minus, mut in_plus, mut out_plus, mut sample) = (0, 0, 0, 0, None);
        for row in rows {
            for (way, word, field) in ways(row, mapping, choices) {
                let Some(place) = mapping.column(field) else { continue };
                let Ok(number) = numbers::read(row.cell(place), self.mark(field).0) else { continue };
                match way {
                    Way::In if number.value < 0 => in_minus += 1,
                    Way::In if number.value > 0 => in_plus += 1,
                    Way::Out if number.value < 0 => out_minus += 1,
                    Way::Out if number.value > 0 => out_plus += 1,
                    _ => continue,
                }
                if number.value < 0 {
                    sample.get_or_insert_with(|| (word, row.cell(place).text()));
                }
            }
        }
        if self.sign.is_some() || in_minus + out_minus == 0 {
            return;
        }
        // Something must have come in with a plus: minuses alone may all be red entries.
        if in_minus == 0 && out_plus == 0 && (in_plus > 0 || is_ours) {
            self.sign = Some(SignRule::Repeats);
            return;
        }
        questions.extend(sample.map(|(direction, quantity)| Question::Sign { direction, quantity }));
    }

    /// Without a direction the sign tells it, if there are signs: numbers without any minus may as well all be goods that left.
    fn settle_unsaid(&self, rows: &[&Row], mapping: &Mapping, questions: &mut Vec<Question>) {
        let Some(place) = mapping.column(Field::Quantity) else { return };
        let mark = self.mark(Field::Quantity).0;
        let is_negative = |row: &&Row| numbers::read(row.cell(place), mark).is_ok_and(|it| it.value < 0);
        if !rows.iter().any(is_negative) {
            questions.push(Question::Missing(Field::Direction));
        }
    }
}

/// The ways of a row that are said apart from the sign: each with its words and the column of its quantity.
fn ways(row: &Row, mapping: &Mapping, choices: &Choices) -> Vec<(Way, String, Field)> {
    let has = |field: Field| mapping.column(field).is_some_and(|it| !row.cell(it).is_empty());
    let mut ways = Vec::new();
    if has(Field::QuantityIn) {
        ways.push((Way::In, String::new(), Field::QuantityIn));
    }
    if has(Field::QuantityOut) {
        ways.push((Way::Out, String::new(), Field::QuantityOut));
    }
    let word = match mapping.0.get(&Field::Direction) {
        Some(Source::Column(place)) => row.cell(*place).text(),
        Some(Source::Fixed(word)) => word.clone(),
        None => String::new(),
    };
    let way = choices.words.get(&word).copied().or_else(|| directions::way(&word));
    ways.extend(way.filter(|_| has(Field::Quantity)).map(|way| (way, word, Field::Quantity)));
    ways
}
