//! Numbers of a column (locale detection): what the comma and the point mean is decided from all of its cells, or asked. Thousands may also be grouped by
//! spaces or apostrophes, a minus may stand behind or be a pair of brackets, digits may be full-width, a unit may follow.

use model::files::choices::DecimalMark;
use model::files::field::Field;
use model::files::flaw::CellFlaw;
use model::files::question::Question;

use crate::shape::table::Cell;

/// A number as it is written: its sign, its digits with their marks, its unit.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Written {
    is_negative: bool,
    body: String,
    unit: String,
}

/// A number of pieces and the unit written behind it, where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// How many pieces, with their sign.
    pub value: i64,
    /// The unit in small letters; empty: none is written.
    pub unit: String,
}

/// What a column says of its marks.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// The first cell that is a number with a decimal point only, and the first with a decimal comma only.
    shown: [Option<String>; 2],
    /// How many cells show each.
    counts: [usize; 2],
    /// Has a cell both marks? `1.200,000` leaves nothing open, as `13,75` may: that can be a slip.
    has_both_marks: bool,
    /// The first cell that is a number either way, and another one each.
    open: Option<String>,
}

const MARKS: [DecimalMark; 2] = [DecimalMark::Point, DecimalMark::Comma];

impl Evidence {
    /// Takes a cell into account.
    pub fn add(&mut self, cell: &Cell) {
        let Cell::Text(text) = cell else { return };
        // Most are digits alone, and say nothing.
        if is_plain(text) {
            return;
        }
        let Some(written) = written(text) else { return };
        self.has_both_marks |= written.body.contains(',') && written.body.contains('.');
        match MARKS.map(|mark| decimal(&written.body, mark)) {
            [Some(point), Some(comma)] if point != comma => drop(self.open.get_or_insert_with(|| text.to_string())),
            [Some(_), None] => self.show(0, text),
            [None, Some(_)] => self.show(1, text),
            _ => {}
        }
    }

    fn show(&mut self, place: usize, text: &str) {
        if let (Some(shown), Some(count)) = (self.shown.get_mut(place), self.counts.get_mut(place)) {
            shown.get_or_insert_with(|| text.to_owned());
            *count += 1;
        }
    }

    /// The mark that is taken, and what must be asked before: a column of which nothing tells, or that contradicts itself, or whose comma is a
    /// decimal one, by cells without thousands, while it has numbers that may be thousands.
    pub fn settle(&self, field: Field, chosen: Option<DecimalMark>) -> (DecimalMark, Option<Question>) {
        if let Some(mark) = chosen {
            return (mark, None);
        }
        let shown = |place: usize| self.shown.get(place).and_then(Clone::clone);
        let (mark, shown_by) = match (shown(0), shown(1)) {
            (None, None) => (DecimalMark::Point, None),
            (Some(_), Some(comma)) if self.counts.first() < self.counts.last() => (DecimalMark::Comma, Some(comma)),
            (Some(point), _) => (DecimalMark::Point, Some(point)),
            (None, Some(comma)) => (DecimalMark::Comma, Some(comma)),
        };
        let is_contradicted = shown(0).is_some() && shown(1).is_some();
        let is_told = self.has_both_marks || mark == DecimalMark::Point;
        let is_open = self.open.is_some() && (shown_by.is_none() || !is_told);
        if !is_contradicted && !is_open {
            return (mark, None);
        }
        // A cell that contradicts is the sample where none is open.
        let other = shown(usize::from(mark == DecimalMark::Point));
        let sample = self.open.clone().or(other).unwrap_or_default();
        let body = written(&sample).map(|it| it.body).unwrap_or_default();
        let meaning = |mark| (mark, decimal(&body, mark).unwrap_or_else(|| "—".to_owned()));
        let shown_by = shown_by.map(|it| (mark, it));
        (mark, Some(Question::DecimalMark { field, sample, meanings: MARKS.map(meaning), shown_by }))
    }
}

/// Is it digits alone?
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())
}

/// May it be below 0? A look that is cheap, and never says no where it is.
pub fn may_be_negative(cell: &Cell) -> bool {
    match cell {
        Cell::Text(text) => !is_plain(text),
        Cell::Number(number) => *number < 0.0,
        _ => false,
    }
}

/// Is it a number that may be two?
pub fn is_open(cell: &Cell) -> bool {
    let Cell::Text(text) = cell else { return false };
    if is_plain(text) {
        return false;
    }
    let Some(written) = written(text) else { return false };
    let [point, comma] = MARKS.map(|mark| decimal(&written.body, mark));
    point.is_some() && comma.is_some() && point != comma
}

/// The pieces of a cell.
pub fn read(cell: &Cell, mark: DecimalMark) -> Result<Number, CellFlaw> {
    if let Cell::Text(text) = cell
        && is_plain(text)
        && let Ok(value) = text.parse()
    {
        return Ok(Number { value, unit: String::new() });
    }
    let text = cell.text();
    let shown = || shortened(&text);
    let Cell::Text(_) = cell else {
        return match cell {
            Cell::Number(number) => whole(*number, &text),
            Cell::Error(_) => Err(CellFlaw::Error(shown())),
            _ => Err(CellFlaw::NotANumber(shown())),
        };
    };
    let written = written(&text).ok_or_else(|| CellFlaw::NotANumber(shown()))?;
    let Some(decimal_text) = decimal(&written.body, mark) else {
        let is_other = MARKS.iter().any(|it| decimal(&written.body, *it).is_some());
        return Err(if is_other { CellFlaw::OtherMark(shown()) } else { CellFlaw::NotANumber(shown()) });
    };
    let (digits, decimals) = decimal_text.split_once('.').unwrap_or((&decimal_text, ""));
    if !decimals.bytes().all(|it| it == b'0') {
        return Err(CellFlaw::NotWhole(shown()));
    }
    let value: i64 = digits.parse().map_err(|_| CellFlaw::TooLarge(shown()))?;
    Ok(Number { value: if written.is_negative { -value } else { value }, unit: written.unit })
}

fn whole(number: f64, text: &str) -> Result<Number, CellFlaw> {
    if number.fract() != 0.0 {
        return Err(CellFlaw::NotWhole(shortened(text)));
    }
    // A double prints all of its digits.
    let value = format!("{number:.0}").parse().map_err(|_| CellFlaw::TooLarge(shortened(text)))?;
    Ok(Number { value, unit: String::new() })
}

/// So much of a cell as a sentence can hold.
pub fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(40).collect();
    if text.chars().nth(40).is_some() {
        short.push('…');
    }
    short
}

/// What stands behind a number and makes another number of it: no unit.
const MULTIPLES: [&str; 18] = [
    "万", "千", "百", "亿", "十", "w", "k", "m", "mio", "mio.", "mln", "mn", "tsd", "tsd.", "lakh", "crore", "dz", "打",
];

/// Takes a text apart: `(1,200)`, `1 200-`, `－５`, `12 箱`.
fn written(text: &str) -> Option<Written> {
    let plain: String = text.chars().filter_map(ascii).collect();
    let text = plain.trim();
    let (mut is_negative, mut rest) = (false, text);
    if let Some(inner) = text.strip_prefix('(').and_then(|it| it.strip_suffix(')')) {
        (is_negative, rest) = (true, inner.trim());
    }
    if let Some(inner) = rest.strip_prefix(['-', '+']) {
        is_negative ^= rest.starts_with('-');
        rest = inner.trim_start();
    }
    let end = rest.rfind(|it: char| it.is_ascii_digit())? + 1;
    let (body, mut unit) = rest.split_at(end);
    // `5.` and `5-`.
    unit = unit.strip_prefix('.').unwrap_or(unit);
    if let Some(behind) = unit.trim_start().strip_prefix('-').filter(|it| !is_negative && it.trim().is_empty()) {
        (is_negative, unit) = (true, behind);
    }
    let unit = unit.trim();
    let is_multiple = MULTIPLES.contains(&unit.to_lowercase().as_str()) || super::directions::way(unit).is_some();
    let is_unit = !is_multiple
        && unit.chars().count() <= 12
        && unit.chars().all(|it| it.is_alphabetic() || matches!(it, '.' | ' ' | '²' | '³'));
    let body = ungrouped(body)?;
    let is_body = body.starts_with(|it: char| it.is_ascii_digit() || matches!(it, '.' | ','))
        && body.bytes().all(|it| it.is_ascii_digit() || matches!(it, b'.' | b','));
    (is_unit && is_body).then(|| Written { is_negative, body, unit: unit.to_lowercase() })
}

/// Full-width forms and the kinds of minus as ASCII; what has no width is left out.
fn ascii(it: char) -> Option<char> {
    match it {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(it) - 0xfee0),
        '\u{2212}' | '\u{2013}' | '\u{2010}' | '\u{2011}' => Some('-'),
        '\u{2019}' | '\u{2bc}' => Some('\''),
        '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{feff}' => None,
        it if it.is_whitespace() => Some(' '),
        it => Some(it),
    }
}

/// Without spaces and apostrophes between groups of three; none where they group otherwise.
fn ungrouped(body: &str) -> Option<String> {
    let Some(mark) = body.chars().find(|it| matches!(it, ' ' | '\'')) else { return Some(body.to_owned()) };
    let end = body.find(['.', ',']).unwrap_or(body.len());
    let (digits, decimals) = body.split_at(end);
    let groups: Vec<&str> = digits.split(mark).collect();
    let fits = is_grouped(&groups) && !decimals.contains([' ', '\'']);
    fits.then(|| groups.concat() + decimals)
}

/// `1 234 567`, or the Indian `12 34 567`.
fn is_grouped(groups: &[&str]) -> bool {
    let Some((first, rest)) = groups.split_first() else { return false };
    let Some((last, middle)) = rest.split_last() else { return true };
    let is_digits = groups.iter().all(|it| !it.is_empty() && it.bytes().all(|b| b.is_ascii_digit()));
    let western = first.len() <= 3 && middle.iter().all(|it| it.len() == 3);
    let indian = first.len() <= 2 && middle.iter().all(|it| it.len() == 2) && !middle.is_empty();
    is_digits && last.len() == 3 && !first.starts_with('0') && (western || indian)
}

/// The number that a body is with this decimal mark: digits, and decimals behind a point where it has any. `None`: it is none.
fn decimal(body: &str, mark: DecimalMark) -> Option<String> {
    let (point, group) = if mark == DecimalMark::Point { ('.', ',') } else { (',', '.') };
    let (whole, decimals) = body.split_once(point).map_or((body, None), |(whole, decimals)| (whole, Some(decimals)));
    if decimals.is_some_and(|it| it.is_empty() || !it.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    let groups: Vec<&str> = whole.split(group).collect();
    let is_plain = groups.len() == 1 && whole.bytes().all(|it| it.is_ascii_digit());
    if !is_plain && !is_grouped(&groups) {
        return None;
    }
    let digits = groups.concat();
    let digits = digits.trim_start_matches('0');
    let digits = if digits.is_empty() { "0" } else { digits };
    let decimals = decimals.map(|it| it.trim_end_matches('0')).filter(|it| !it.is_empty());
    Some(decimals.map_or_else(|| digits.to_owned(), |it| format!("{digits}.{it}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(texts: &[&str]) -> Vec<Cell> {
        texts.iter().map(|it| Cell::from_text(it)).collect()
    }

    fn settle(texts: &[&str]) -> (DecimalMark, Option<Question>) {
        let mut evidence = Evidence::default();
        for cell in cells(texts) {
            evidence.add(&cell);
        }
        evidence.settle(Field::Quantity, None)
    }

    fn value(text: &str, mark: DecimalMark) -> Result<i64, CellFlaw> {
        read(&Cell::from_text(text), mark).map(|it| it.value)
    }

    #[test]
    fn a_column_settles_its_marks_or_asks() {
        use DecimalMark::{Comma, Point};
        for (texts, mark, asks) in [
            (&["5", "12"][..], Point, false),
            (&["1,200"], Point, true),
            (&["1.000", "2.000"], Point, true),
            (&["1,200", "2,400.00"], Point, false),
            (&["1,200", "1,234,567"], Point, false),
            (&["12.00", "1,500"], Point, false),
            (&["1200.000", "5.000"], Point, false),
            (&["13,75", "1,500", "12,000", "0,500", "-0,250"], Comma, true),
            (&["1.234,00", "12"], Comma, false),
            (&["1.200,000", "-4,000"], Comma, false),
            (&["1.200,000", "1,200.00", "4,000"], Point, true),
            (&["13,75", "12.5"], Point, true),
            (&["1,23,456", "1,200"], Point, false),
            (&["1 200", "1'200", "1’200"], Point, false),
        ] {
            let (found, question) = settle(texts);
            assert_eq!((found, question.is_some()), (mark, asks), "{texts:?}: {question:?}");
        }
    }

    #[test]
    fn none_becomes_a_thousand_times_itself() {
        for (text, wanted) in [
            ("13,75", Err(CellFlaw::NotWhole("13,75".into()))),
            ("1,500", Err(CellFlaw::NotWhole("1,500".into()))),
            ("12,000", Ok(12)),
            ("0,500", Err(CellFlaw::NotWhole("0,500".into()))),
            ("-0,250", Err(CellFlaw::NotWhole("-0,250".into()))),
        ] {
            assert_eq!(value(text, DecimalMark::Comma), wanted, "{text}");
        }
        assert_eq!(value("0,500", DecimalMark::Point), Err(CellFlaw::OtherMark("0,500".into())));
    }

    #[test]
    fn numbers_as_people_write_them() {
        for (text, wanted) in [
            ("7", 7),
            ("+7", 7),
            ("-7", -7),
            ("\u{2212}7", -7),
            ("7-", -7),
            ("(1,200)", -1200),
            ("（５）", -5),
            ("１２", 12),
            ("1\u{a0}200", 1200),
            ("1\u{202f}234\u{202f}567", 1_234_567),
            ("1'200", 1200),
            ("12.00", 12),
            ("12 箱", 12),
            ("12pcs.", 12),
            ("007", 7),
            ("5.", 5),
        ] {
            assert_eq!(value(text, DecimalMark::Point), Ok(wanted), "{text}");
        }
        for text in [
            "1万",
            "3千",
            "5K",
            "12M",
            "5 出",
            "--7",
            "ten",
            "1,20",
            "1 20",
            "3箱6瓶",
            "12-5",
            "1.2.3",
            "5%",
            "-",
            "1/2",
            "$5",
            "2026-03-01",
        ] {
            assert!(
                matches!(value(text, DecimalMark::Point), Err(CellFlaw::NotANumber(_) | CellFlaw::OtherMark(_))),
                "{text}"
            );
        }
        assert_eq!(
            value("99999999999999999999", DecimalMark::Point),
            Err(CellFlaw::TooLarge("99999999999999999999".into()))
        );
        assert_eq!(read(&Cell::Number(5.5), DecimalMark::Point), Err(CellFlaw::NotWhole("5.5".into())));
        assert_eq!(read(&Cell::from_text("3 箱"), DecimalMark::Point).map(|it| it.unit).as_deref(), Ok("箱"));
    }
}
