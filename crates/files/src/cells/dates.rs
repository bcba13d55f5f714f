//! Dates of a column: the order of day and month is settled by its cells, or asked. Also serial numbers of Excel, `20260301`, names of
//! months, AM and PM, 上午 and 下午. What is read is local time of the business zone; RFC 3339 stays as it is.

use chrono::{Datelike as _, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use model::files::choices::DateOrder;
use model::files::flaw::CellFlaw;
use model::files::question::Question;

use super::numbers::shortened;
use crate::shape::table::Cell;

const ORDERS: [DateOrder; 3] = [DateOrder::YearFirst, DateOrder::DayFirst, DateOrder::MonthFirst];

/// What a column says of the order.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// The first cell that is a date in several orders, and another one in each.
    open: Option<String>,
    /// How many cells are a date in one order only.
    shown: [usize; 3],
}

impl Evidence {
    /// Takes a cell into account.
    pub fn add(&mut self, cell: &Cell) {
        let Cell::Text(text) = cell else { return };
        if begins_with_year(text) {
            return;
        }
        let Some((Day::Parts(parts), _)) = split(text) else { return };
        // A month's name leaves nothing open, and says nothing of numbers.
        if parts.named.is_some() {
            return;
        }
        let days = ORDERS.map(|it| parts.day(it));
        let mut found = days.iter().enumerate().filter(|(_, it)| it.is_some());
        match (found.next(), found.next()) {
            (Some((place, _)), None) => {
                if let Some(count) = self.shown.get_mut(place) {
                    *count += 1;
                }
            }
            (Some((_, first)), Some((_, second))) if first != second => {
                self.open.get_or_insert_with(|| text.to_string());
            }
            _ => {}
        }
    }

    /// Does the column have dates as text whose order somebody had to settle?
    pub fn has_text_with_year_last(&self) -> bool {
        self.open.is_some() || self.shown.iter().skip(1).any(|it| *it > 0)
    }

    /// The order that is taken, and what must be asked before.
    pub fn settle(&self, chosen: Option<DateOrder>) -> (DateOrder, Option<Question>) {
        if let Some(order) = chosen {
            return (order, None);
        }
        let best = ORDERS.iter().zip(self.shown).max_by_key(|(_, count)| *count);
        let order = best.filter(|(_, count)| *count > 0).map_or(DateOrder::YearFirst, |(order, _)| *order);
        // Years first says nothing of those that have it last.
        let settles = self.shown.iter().skip(1).filter(|it| **it > 0).count();
        let is_open = self.open.is_some() && settles != 1;
        let order = if self.open.is_some() && order == DateOrder::YearFirst && settles == 1 {
            if self.shown.get(1).is_some_and(|it| *it > 0) { DateOrder::DayFirst } else { DateOrder::MonthFirst }
        } else {
            order
        };
        if !is_open && settles < 2 {
            return (order, None);
        }
        let sample = self.open.clone().unwrap_or_default();
        let meanings = match split(&sample) {
            Some((Day::Parts(parts), _)) => {
                ORDERS.iter().filter_map(|it| Some((*it, parts.day(*it)?.to_string()))).collect()
            }
            // Cells contradict each other: either way some of them are refused.
            _ => ORDERS.iter().skip(1).map(|it| (*it, String::new())).collect(),
        };
        (order, Some(Question::DateOrder { sample, meanings }))
    }
}

/// Does it say a day and no time of it?
pub fn is_day_only(cell: &Cell) -> bool {
    match cell {
        Cell::Time(at) => at.time() == NaiveTime::MIN,
        Cell::Number(number) => number.fract() == 0.0,
        Cell::Text(text) => {
            let has_clock =
                text.contains([':', '\u{ff1a}', '时', '点']) || text.trim().len() > 8 && compact(text.trim()).is_some();
            !has_clock
        }
        Cell::Empty | Cell::Error(_) => false,
    }
}

/// Does it begin with a year of four digits? Then it has one order, and says nothing of others.
fn begins_with_year(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().take(4).filter(|it| it.is_ascii_digit()).count() == 4
        && matches!(bytes.get(4), Some(b'-' | b'/' | b'.'))
}

/// Is it a date that may be several?
pub fn is_open(cell: &Cell) -> bool {
    let Cell::Text(text) = cell else { return false };
    if begins_with_year(text) {
        return false;
    }
    let Some((Day::Parts(parts), _)) = split(text) else { return false };
    parts.only_day().is_none() && ORDERS.iter().any(|it| parts.day(*it).is_some())
}

/// Is it a true date that a spreadsheet may have made by swapping day and month? In a column of dates as text with the year last, it made dates of those
/// that it could read in its own order.
pub fn may_be_swapped(cell: &Cell) -> bool {
    let at = match cell {
        Cell::Time(at) => Some(*at),
        Cell::Number(number) => serial(*number),
        Cell::Text(text) => Some(text.trim()).filter(|it| it.len() >= 5).and_then(|it| serial(it.parse().ok()?)),
        _ => None,
    };
    at.is_some_and(|it| it.day() <= 12 && it.day() != it.month())
}

/// The time of a cell, and of the time of day in a column of its own: `2026-03-01 08:05:00.000`, or RFC 3339 as it was.
pub fn read(cell: &Cell, time_of_day: &Cell, order: DateOrder) -> Result<String, CellFlaw> {
    let text = cell.text();
    let wrong = || CellFlaw::NotADate(shortened(&text));
    let moment = match cell {
        Cell::Time(at) => *at,
        Cell::Number(number) => serial(*number).or_else(|| compact(&text)).ok_or_else(wrong)?,
        Cell::Error(_) => return Err(CellFlaw::Error(shortened(&text))),
        Cell::Empty => return Err(wrong()),
        Cell::Text(text) if is_rfc3339(text) => return Ok(text.to_string()),
        Cell::Text(text) if with_offset(text).is_some() => return with_offset(text).ok_or_else(wrong),
        Cell::Text(text) => match split(text).ok_or_else(wrong)? {
            (Day::Moment(moment), _) => moment,
            (Day::Parts(parts), clock) => {
                let is_other = ORDERS.iter().any(|it| parts.day(*it).is_some());
                let other = || if is_other { CellFlaw::OtherOrder(shortened(text)) } else { wrong() };
                let order = if parts.is_year_first() { DateOrder::YearFirst } else { order };
                let day = parts.day(order).or_else(|| parts.only_day().filter(|_| order == DateOrder::YearFirst));
                day.ok_or_else(other)?.and_time(clock)
            }
        },
    };
    let moment = match time_of_day {
        Cell::Empty => moment,
        Cell::Time(at) => moment.date().and_time(at.time()),
        Cell::Number(number) => moment.date().and_time(serial(*number).ok_or_else(wrong)?.time()),
        other => {
            let text = other.text();
            // A column of times may repeat the day.
            let clock = clock(&text).or_else(|| split(&text).map(|it| it.1));
            moment.date().and_time(clock.ok_or_else(|| CellFlaw::NotADate(shortened(&text)))?)
        }
    };
    Ok(moment.format("%Y-%m-%d %H:%M:%S%.3f").to_string())
}

fn is_rfc3339(text: &str) -> bool {
    text.get(10..11).is_some_and(|it| it.eq_ignore_ascii_case("t"))
        && chrono::DateTime::parse_from_rfc3339(text).is_ok()
}

/// `2026-03-01 08:05:00 +0800`, as shops write it, as RFC 3339.
fn with_offset(text: &str) -> Option<String> {
    let formats = ["%Y-%m-%d %H:%M:%S%.f %z", "%Y-%m-%d %H:%M:%S%.f%:z", "%Y/%m/%d %H:%M:%S %z"];
    let moment = formats.iter().find_map(|it| chrono::DateTime::parse_from_str(text, it).ok())?;
    Some(moment.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, false))
}

/// Day of a serial number of Excel (1900 system): 45000 is 2023-03-15. Between 1954 and 2119, so that no other number is taken for one.
fn serial(number: f64) -> Option<NaiveDateTime> {
    const MILLIS_OF_A_DAY: f64 = 86_400_000.0;
    let day_zero = NaiveDate::from_ymd_opt(1899, 12, 30)?.and_time(NaiveTime::MIN);
    if (0.0..1.0).contains(&number) || (20_000.0..80_000.0).contains(&number) {
        let millis = format!("{:.0}", (number * MILLIS_OF_A_DAY).round()).parse().ok()?;
        return day_zero.checked_add_signed(TimeDelta::milliseconds(millis));
    }
    None
}

/// Three numbers of a date, and whether the second one was written as a month's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Parts {
    numbers: [u32; 3],
    /// Is it written with four digits?
    is_long: [bool; 3],
    /// Place of a month that is named.
    named: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Day {
    Moment(NaiveDateTime),
    Parts(Parts),
}

impl Parts {
    fn is_year_first(&self) -> bool {
        self.is_long[0]
    }

    /// The day that it is in every order in which it is one: `05/05/2026`.
    fn only_day(&self) -> Option<NaiveDate> {
        let mut days: Vec<NaiveDate> = ORDERS.iter().filter_map(|it| self.day(*it)).collect();
        days.dedup();
        days.first().copied().filter(|_| days.len() == 1)
    }

    /// The day in an order; none where it cannot be one.
    fn day(&self, order: DateOrder) -> Option<NaiveDate> {
        let [first, second, third] = self.numbers;
        let (year, month, day, year_at, month_at) = match order {
            DateOrder::YearFirst => (first, second, third, 0, 1),
            DateOrder::DayFirst => (third, second, first, 2, 1),
            DateOrder::MonthFirst => (third, first, second, 2, 0),
        };
        // Only a year has four digits.
        let long_at = self.is_long.iter().position(|it| *it);
        if long_at.is_some_and(|it| it != year_at) || self.named.is_some_and(|it| it != month_at) {
            return None;
        }
        // Nobody writes `01-Mar-26` for a day of 2001.
        if order == DateOrder::YearFirst && self.named.is_some() && long_at.is_none() {
            return None;
        }
        let year = if long_at.is_none() && year < 100 { 2000 + year } else { year };
        NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
    }
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Is a word the name of a month, whole or in its usual short form? Names of other languages are none: `marraskuu` is no March.
fn is_month(word: &str, month: &str) -> bool {
    word == month || month.get(..3) == Some(word) || (word == "sept" && month == "september")
}

/// Takes a text apart into its day and its time of day.
fn split(text: &str) -> Option<(Day, NaiveTime)> {
    let text: String = text.chars().map(ascii).collect();
    let text = text.trim();
    if let Some(moment) = compact(text) {
        return Some((Day::Moment(moment), NaiveTime::MIN));
    }
    let mut words: Vec<String> = Vec::new();
    let mut rest = text;
    while words.len() < 3 {
        rest = rest.trim_start_matches(|it: char| it == ' ' || matches!(it, '-' | '/' | '.' | ',' | '年' | '月'));
        let digits = rest.len() - rest.trim_start_matches(|it: char| it.is_ascii_digit()).len();
        let letters = rest.len() - rest.trim_start_matches(|it: char| it.is_ascii_alphabetic()).len();
        let end = digits.max(letters);
        if end == 0 {
            return None;
        }
        let (word, behind) = rest.split_at(end);
        words.push(word.to_lowercase());
        rest = behind;
    }
    let rest = rest.strip_prefix('日').unwrap_or(rest);
    // `2026-03-01T08:05`, without an offset.
    let behind = rest.strip_prefix(['T', 't']).unwrap_or(rest);
    if !behind.is_empty() && !rest.starts_with([' ', 'T', 't', ',', '上', '下']) {
        return None;
    }
    let mut parts = Parts { numbers: [0; 3], is_long: [false; 3], named: None };
    for (place, word) in words.iter().enumerate() {
        let number = if word.starts_with(|it: char| it.is_ascii_digit()) {
            *parts.is_long.get_mut(place)? = word.len() == 4;
            word.parse().ok().filter(|_| word.len() <= 2 || word.len() == 4)?
        } else {
            parts.named = Some(place);
            let month = MONTHS.iter().position(|it| is_month(word, it))?;
            u32::try_from(month + 1).ok()?
        };
        *parts.numbers.get_mut(place)? = number;
    }
    Some((Day::Parts(parts), clock(behind)?))
}

fn ascii(it: char) -> char {
    match it {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(it) - 0xfee0).unwrap_or(it),
        it if it.is_whitespace() => ' ',
        it => it,
    }
}

/// `20260301`, `202603010805`, `20260301080500`, and serial numbers as text.
fn compact(text: &str) -> Option<NaiveDateTime> {
    if !text.bytes().all(|it| it.is_ascii_digit() || it == b'.') {
        return None;
    }
    match text.len() {
        8 if !text.contains('.') => {
            NaiveDate::parse_from_str(text, "%Y%m%d").ok()?.checked_add_days(Days::new(0))?.and_hms_opt(0, 0, 0)
        }
        12 if !text.contains('.') => NaiveDateTime::parse_from_str(text, "%Y%m%d%H%M").ok(),
        14 if !text.contains('.') => NaiveDateTime::parse_from_str(text, "%Y%m%d%H%M%S").ok(),
        _ => serial(text.parse().ok().filter(|_| text.matches('.').count() <= 1 && !looks_like_a_date(text))?),
    }
}

/// `1.3.26` has two points, `01.03` is half a date.
fn looks_like_a_date(text: &str) -> bool {
    text.split('.').next().is_some_and(|it| it.len() != 5)
}

/// Digits and colons alone.
fn plain_clock(text: &str) -> Option<NaiveTime> {
    if !text.bytes().all(|it| it.is_ascii_digit() || it == b':') || text.is_empty() {
        return None;
    }
    let mut parts = text.split(':');
    let mut next = |is_needed: bool| match parts.next() {
        Some(part) if (1..=2).contains(&part.len()) => part.parse().ok(),
        None if !is_needed => Some(0),
        _ => None,
    };
    let (hour, minute, second) = (next(true)?, next(true)?, next(false)?);
    parts.next().is_none().then(|| NaiveTime::from_hms_opt(hour, minute, second))?
}

/// Time of the day: `8:05`, `08:05:01.250`, `8:05 PM`, `下午 3:05`, `8时05分`; nothing is midnight.
fn clock(text: &str) -> Option<NaiveTime> {
    // As most are written: `8:05`, `08:05:01`.
    if let Some(time) = plain_clock(text.trim()) {
        return Some(time);
    }
    let text: String = text.chars().map(ascii).collect();
    let mut text = text.trim().trim_start_matches(',').trim().to_lowercase();
    if text.is_empty() {
        return Some(NaiveTime::MIN);
    }
    let mut half = None;
    for (word, is_afternoon) in
        [("上午", false), ("下午", true), ("a.m.", false), ("p.m.", true), ("am", false), ("pm", true)]
    {
        if let Some(rest) = text.strip_prefix(word).or_else(|| text.strip_suffix(word)) {
            half = Some(is_afternoon);
            text = rest.trim().to_owned();
            break;
        }
    }
    let text = text.replace(['时', '点', '分'], ":").replace('秒', "");
    let text = text.trim_end_matches(':');
    let (whole, fraction) = text.split_once('.').map_or((text, "0"), |(whole, fraction)| (whole, fraction));
    let numbers: Option<Vec<u32>> = whole.split(':').map(|it| it.parse().ok().filter(|_| it.len() <= 2)).collect();
    let numbers = numbers.filter(|it| (1..=3).contains(&it.len()) && (it.len() > 1 || half.is_some()))?;
    let get = |place: usize| numbers.get(place).copied().unwrap_or(0);
    let hour = match half {
        Some(_) if !(1..=12).contains(&get(0)) && get(0) != 0 => return None,
        Some(true) => get(0) % 12 + 12,
        Some(false) => get(0) % 12,
        None => get(0),
    };
    let millis: u32 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    NaiveTime::from_hms_milli_opt(hour, get(1), get(2), millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str, order: DateOrder) -> Result<String, CellFlaw> {
        read(&Cell::from_text(text), &Cell::Empty, order)
    }

    fn settle(texts: &[&str]) -> (DateOrder, Option<Question>) {
        let mut evidence = Evidence::default();
        texts.iter().for_each(|it| evidence.add(&Cell::from_text(it)));
        evidence.settle(None)
    }

    #[test]
    fn dates_as_people_write_them() {
        for (text, wanted) in [
            ("2025/3/1 8:05", "2025-03-01 08:05:00.000"),
            ("2025年3月1日", "2025-03-01 00:00:00.000"),
            ("2025年3月1日 8时5分", "2025-03-01 08:05:00.000"),
            ("2025.03.01 08:05:01.250", "2025-03-01 08:05:01.250"),
            ("2025-03-01T08:05:01+08:00", "2025-03-01T08:05:01+08:00"),
            ("2025-03-01T08:05", "2025-03-01 08:05:00.000"),
            ("20260301", "2026-03-01 00:00:00.000"),
            ("20260301080510", "2026-03-01 08:05:10.000"),
            ("46082", "2026-03-01 00:00:00.000"),
            ("46082.5", "2026-03-01 12:00:00.000"),
            ("2026/3/1 下午 3:05", "2026-03-01 15:05:00.000"),
            ("2026/3/1 上午12:05:00", "2026-03-01 00:05:00.000"),
            ("2026/3/1 12:05 AM", "2026-03-01 00:05:00.000"),
            ("2026-3-1 3:05:06 pm", "2026-03-01 15:05:06.000"),
            ("1 Mar 2026", "2026-03-01 00:00:00.000"),
            ("01-Mar-26", "2026-03-01 00:00:00.000"),
            ("２０２６／３／１", "2026-03-01 00:00:00.000"),
            ("13/02/2026", "2026-02-13 00:00:00.000"),
        ] {
            assert_eq!(time(text, DateOrder::DayFirst).as_deref(), Ok(wanted), "{text}");
        }
        assert_eq!(time("Mar 1, 2026", DateOrder::MonthFirst).as_deref(), Ok("2026-03-01 00:00:00.000"));
        for text in [
            "yesterday",
            "1 marraskuu 2026",
            "1. März 2026",
            "2026-03-01 晚上12:05",
            "2026-13-02",
            "2026/2/30",
            "12:05",
            "5",
            "123456",
            "1.5",
            "2026-03",
            "2026/3/1 25:00",
            "1/2/3/4",
        ] {
            assert!(time(text, DateOrder::YearFirst).is_err(), "{text}: {:?}", time(text, DateOrder::YearFirst));
        }
        let day = Cell::from_text("2026-03-01");
        let both = read(&day, &Cell::from_text("08:05:00.123456"), DateOrder::YearFirst);
        assert_eq!(both.as_deref(), Ok("2026-03-01 08:05:00.123"));
        assert_eq!(read(&day, &Cell::Number(0.5), DateOrder::YearFirst).as_deref(), Ok("2026-03-01 12:00:00.000"));
    }

    #[test]
    fn a_column_settles_its_order_or_asks() {
        use DateOrder::{DayFirst, MonthFirst, YearFirst};
        for (texts, order, asks) in [
            (&["2026-03-04"][..], YearFirst, false),
            (&["03/04/2026", "13/02/2026"], DayFirst, false),
            (&["03/04/2026", "02/13/2026"], MonthFirst, false),
            (&["03/04/2026"], YearFirst, true),
            (&["05/05/2026"], YearFirst, false),
            (&["13/02/2026", "02/13/2026", "13/03/2026"], DayFirst, true),
            (&["3/4/26"], YearFirst, true),
            (&["03/04/2026", "2026-01-01", "13/01/2026"], DayFirst, false),
        ] {
            let (found, question) = settle(texts);
            assert_eq!((found, question.is_some()), (order, asks), "{texts:?}: {question:?}");
        }
        let wrong = time("02/13/2026", DayFirst);
        assert_eq!(wrong, Err(CellFlaw::OtherOrder("02/13/2026".into())));
    }
}
