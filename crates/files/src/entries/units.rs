//! Units of measure of the lines: pieces of one product in boxes and in single ones cannot be added up.

use std::collections::{BTreeMap, HashMap};

use model::files::choices::DecimalMark;
use model::files::field::{Field, Mapping};
use model::files::flaw::CellFlaw;

use crate::cells::numbers;
use crate::cells::numbers::shortened;
use crate::shape::table::{Cell, Row};

/// The unit that most lines of a product have; empty for most lines without one.
#[derive(Debug, Default)]
pub struct Units(HashMap<String, String>);

impl Units {
    /// Units of the rows, beside their numbers and in a column of their own.
    pub fn of(rows: &[&Row], mapping: &Mapping, marks: &BTreeMap<Field, (DecimalMark, bool)>) -> Self {
        let Some(product) = mapping.column(Field::ProductId) else { return Self::default() };
        let numbers: Vec<_> = marks.iter().filter_map(|(it, mark)| Some((mapping.column(*it)?, mark.0))).collect();
        let column = mapping.column(Field::Unit).filter(|it| has_several(rows, *it));
        let mut counts: HashMap<String, BTreeMap<String, usize>> = HashMap::new();
        for row in rows {
            let said = numbers.iter().find_map(|(place, mark)| beside(row.cell(*place), *mark));
            let unit = said.or_else(|| Some(row.cell(column?).text()).filter(|it| !it.is_empty()));
            if let Some(unit) = unit {
                *counts.entry(row.cell(product).text()).or_default().entry(unit).or_default() += 1;
            }
        }
        let usual = |units: BTreeMap<String, usize>| units.into_iter().max_by_key(|it| it.1).map(|it| it.0);
        Self(counts.into_iter().filter_map(|(product, units)| Some((product, usual(units)?))).collect())
    }

    /// The fault of a line whose unit is not the usual one.
    pub fn other(&self, product: &Cell, written: &str, column: &Cell) -> Option<CellFlaw> {
        if self.0.is_empty() {
            return None;
        }
        let unit = if written.is_empty() { column.text() } else { written.to_owned() };
        let usual = self.0.get(&product.text()).filter(|it| !unit.is_empty() && **it != unit)?;
        Some(CellFlaw::OtherUnit(shortened(&unit), shortened(usual)))
    }
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
