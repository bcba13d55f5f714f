//! Ids of a file against what is known: rounded by a spreadsheet, a name in the place of an id, or the look-alike (confusable) of another id.

use std::collections::HashMap;

use model::files::field::Field;
use model::files::flaw::CellFlaw;
use model::ids::is_invisible;

use super::numbers::shortened;
use super::skeleton::skeleton;
use crate::known::KnownIds;
use crate::shape::table::Cell;

/// Beyond it a double of a workbook does not hold every integer, and Excel only 15 digits.
const MAX_DIGITS: f64 = 1e15;

/// Watches the ids of one file.
#[derive(Debug)]
pub struct Ids<'a> {
    known: &'a KnownIds,
    /// Ids of this file that are not known, by field and skeleton: the first one has it.
    seen: HashMap<(Field, String), String>,
    /// What was said of texts before: a file has few products on many lines.
    said: HashMap<Field, HashMap<String, Option<CellFlaw>>>,
}

impl<'a> Ids<'a> {
    /// Watches against what is known.
    pub fn new(known: &'a KnownIds) -> Self {
        Self { known, seen: HashMap::new(), said: HashMap::new() }
    }

    /// Doubt about an id, where there is one.
    pub fn doubt(&mut self, field: Field, cell: &Cell, text: &str) -> Option<CellFlaw> {
        // Bills are many, and little is asked of them.
        if field == Field::BillId {
            return self.judge(field, cell, text);
        }
        if let Some(said) = self.said.get(&field).and_then(|it| it.get(text)) {
            return said.clone();
        }
        let doubt = self.judge(field, cell, text);
        self.said.entry(field).or_default().insert(text.to_owned(), doubt.clone());
        doubt
    }

    fn judge(&mut self, field: Field, cell: &Cell, text: &str) -> Option<CellFlaw> {
        let is_rounded = match cell {
            Cell::Number(number) => number.abs() >= MAX_DIGITS,
            _ => is_scientific(text) || is_decimal(text),
        };
        if is_rounded && !self.known.has(field, text) {
            return Some(CellFlaw::Rounded(shortened(text)));
        }
        // A bill may be numbered as its maker likes.
        if field == Field::BillId || self.known.has(field, text) {
            return None;
        }
        if let Some(id) = self.known.named(field, text) {
            return Some(CellFlaw::IsName(shortened(text), id.to_owned()));
        }
        let skeleton = skeleton(text);
        if let Some(other) = self.known.like(field, &skeleton) {
            return Some(CellFlaw::LooksLike(visible(text), other.to_owned()));
        }
        let first = self.seen.entry((field, skeleton)).or_insert_with(|| text.to_owned());
        (first != text).then(|| CellFlaw::LooksLike(visible(text), visible(first)))
    }
}

/// `6.90123E+12`, as Excel writes a long number into a CSV file; with the decimal comma of other countries too.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let digits = mantissa.strip_prefix(|it: char| it.is_ascii_digit()).unwrap_or("x");
    let decimals = digits.strip_prefix(['.', ',']).unwrap_or(digits);
    let is_mantissa = decimals.bytes().all(|it| it.is_ascii_digit());
    let power = exponent.strip_prefix(['+', '-']).unwrap_or_default();
    is_mantissa && (2..=3).contains(&power.len()) && power.bytes().all(|it| it.is_ascii_digit())
}

/// `6901234567890.0`: a long number that went through a program of fractions.
fn is_decimal(text: &str) -> bool {
    text.strip_suffix(".0").is_some_and(|it| it.len() >= 8 && it.bytes().all(|it| it.is_ascii_digit()))
}

/// With what cannot be seen as its code: `SP\u{200b}1`.
pub fn visible(text: &str) -> String {
    let shown: String = text
        .chars()
        .flat_map(|it| {
            let code = is_invisible(it).then(|| it.escape_unicode().to_string());
            code.unwrap_or_else(|| it.to_string()).chars().collect::<Vec<_>>()
        })
        .collect();
    shortened(&shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> KnownIds {
        let mut known = KnownIds::default();
        known.add(Field::ProductId, "SP-0012", ["洗衣液", "Detergent"]);
        known.add(Field::ProductId, "85132B", []);
        known.add(Field::ProductId, "85132b", []);
        known
    }

    fn doubt(text: &str) -> Option<CellFlaw> {
        Ids::new(&known()).doubt(Field::ProductId, &Cell::from_text(text), text)
    }

    #[test]
    fn what_a_spreadsheet_has_rounded() {
        for text in ["6.90123E+12", "1E+05", "6,9E+12", "1.5e-05"] {
            assert!(matches!(doubt(text), Some(CellFlaw::Rounded(_))), "{text}");
        }
        for text in ["2E3", "1.0", "6901234000000", "E+12", "1E+5", "12.5E+05", "ABE+05"] {
            assert_eq!(doubt(text), None, "{text}");
        }
        let number = Cell::Number(6_901_234_567_890_123.0);
        assert!(Ids::new(&known()).doubt(Field::ProductId, &number, "6901234567890123").is_some());
    }

    #[test]
    fn names_and_look_alikes() {
        assert_eq!(doubt("洗衣液"), Some(CellFlaw::IsName("洗衣液".into(), "SP-0012".into())));
        for text in ["SР‑0012", "ＳＰ-0012", "sp-0012", "SP-\u{200b}0012", "SP -0012"] {
            assert!(matches!(doubt(text), Some(CellFlaw::LooksLike(_, other)) if other == "SP-0012"), "{text}");
        }
        assert_eq!((doubt("85132b"), doubt("85132B"), doubt("SP-0013")), (None, None, None));
        assert_eq!(doubt("SP-\u{200b}0012"), Some(CellFlaw::LooksLike("SP-\\u{200b}0012".into(), "SP-0012".into())));
    }

    #[test]
    fn two_of_one_file_that_look_alike() {
        let known = KnownIds::default();
        let mut ids = Ids::new(&known);
        let mut doubt = |text: &str| ids.doubt(Field::ProductId, &Cell::from_text(text), text);
        assert_eq!((doubt("é1"), doubt("e1"), doubt("é1")), (None, None, None));
        assert!(doubt("e\u{301}1").is_some());
    }
}
