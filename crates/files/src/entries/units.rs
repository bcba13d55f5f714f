//! Units of measure of the lines: pieces of one product in boxes and in single ones cannot be added up.

use std::collections::{BTreeMap, HashMap};

use model::files::choices::DecimalMark;
use model::files::field::{Field, Mapping};
use model::files::flaw::CellFlaw;

use crate::cells::numbers;
use crate::cells::numbers::shortened;
use crate::shape::table::{Cell, Row};

/// The most characters of a unit: a column of longer texts holds something else.
const MAX_UNIT: usize = 8;

/// The unit that most lines of a product have, by its id.
#[derive(Debug, Default)]
pub struct Units {
    usual: HashMap<String, String>,
    /// Does a column of its own tell units?
    has_column: bool,
}

impl Units {
    /// Units of the rows, beside their numbers and in a column of their own.
    pub fn of(rows: &[&Row], mapping: &Mapping, marks: &BTreeMap<Field, (DecimalMark, bool)>) -> Self {
        let Some(product) = mapping.column(Field::ProductId) else { return Self::default() };
        let numbers: Vec<_> = marks.iter().filter_map(|(it, mark)| Some((mapping.column(*it)?, mark.0))).collect();
        let is_beside =
            || rows.iter().any(|row| numbers.iter().any(|(it, mark)| beside(row.cell(*it), *mark).is_some()));
        let column = mapping.column(Field::Unit);
        let column = column.filter(|it| are_units(rows, *it) && (has_several(rows, *it) || is_beside()));
        let mut counts: HashMap<String, BTreeMap<String, usize>> = HashMap::new();
        for row in rows {
            let said = numbers.iter().find_map(|(place, mark)| beside(row.cell(*place), *mark));
            let unit = said.or_else(|| Some(unit(row.cell(column?))).filter(|it| !it.is_empty()));
            if let Some(unit) = unit {
                *counts.entry(row.cell(product).text()).or_default().entry(unit).or_default() += 1;
            }
        }
        let usual = |units: BTreeMap<String, usize>| units.into_iter().max_by_key(|it| it.1).map(|it| it.0);
        let usual = counts.into_iter().filter_map(|(product, units)| Some((product, usual(units)?))).collect();
        Self { usual, has_column: column.is_some() }
    }

    /// The fault of a line whose unit is not the usual one.
    pub fn other(&self, product: &Cell, written: &str, column: &Cell) -> Option<CellFlaw> {
        if self.usual.is_empty() {
            return None;
        }
        let unit = match written {
            "" if self.has_column => unit(column),
            written => written.to_owned(),
        };
        let usual = self.usual.get(&product.text()).filter(|it| !unit.is_empty() && **it != unit)?;
        Some(CellFlaw::OtherUnit(shortened(&unit), shortened(usual)))
    }
}

/// The unit of a cell of its own, in small letters.
fn unit(cell: &Cell) -> String {
    cell.text().to_lowercase()
}

/// May all cells of a column be units? 单位 is also what a customer is called.
fn are_units(rows: &[&Row], place: usize) -> bool {
    rows.iter().all(|it| it.cell(place).text().chars().count() <= MAX_UNIT)
}

/// The unit beside a number.
fn beside(cell: &Cell, mark: DecimalMark) -> Option<String> {
    let Cell::Text(text) = cell else { return None };
    // Most cells are digits alone.
    if text.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    numbers::read(cell, mark).ok().map(|it| it.unit).filter(|it| !it.is_empty())
}

/// Does a column say more than one thing? One unit for all lines needs no look at each.
fn has_several(rows: &[&Row], place: usize) -> bool {
    let mut units = rows.iter().map(|it| it.cell(place)).filter(|it| !it.is_empty());
    let first = units.next();
    units.any(|it| Some(it) != first)
}
