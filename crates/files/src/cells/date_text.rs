//! Texts of dates and times taken apart: numbers and their places, names of months, times of day, serial numbers of Excel.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use model::files::choices::DateOrder;

/// Orders of year, month and day.
pub const ORDERS: [DateOrder; 3] = [DateOrder::YearFirst, DateOrder::DayFirst, DateOrder::MonthFirst];

pub fn is_rfc3339(text: &str) -> bool {
    text.get(10..11).is_some_and(|it| it.eq_ignore_ascii_case("t"))
        && chrono::DateTime::parse_from_rfc3339(text).is_ok()
}

/// `2026-03-01 08:05:00 +0800`, as shops write it, as RFC 3339.
pub fn with_offset(text: &str) -> Option<String> {
    let formats = ["%Y-%m-%d %H:%M:%S%.f %z", "%Y-%m-%d %H:%M:%S%.f%:z", "%Y/%m/%d %H:%M:%S %z"];
    let moment = formats.iter().find_map(|it| chrono::DateTime::parse_from_str(text, it).ok())?;
    Some(moment.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, false))
}

/// Day of a serial number of Excel (1900 system): 45000 is 2023-03-15. Between 1954 and 2119, so that no other number is taken for one.
pub fn serial(number: f64) -> Option<NaiveDateTime> {
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
pub struct Parts {
    numbers: [u32; 3],
    /// Is it written with four digits?
    is_long: [bool; 3],
    /// Place of a month that is named.
    pub named: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Day {
    Moment(NaiveDateTime),
    Parts(Parts),
}

impl Parts {
    pub fn is_year_first(&self) -> bool {
        self.is_long[0]
    }

    /// The day that it is in every order in which it is one: `05/05/2026`.
    pub fn only_day(&self) -> Option<NaiveDate> {
        let mut days: Vec<NaiveDate> = ORDERS.iter().filter_map(|it| self.day(*it)).collect();
        days.dedup();
        days.first().copied().filter(|_| days.len() == 1)
    }

    /// The day in an order; none where it cannot be one.
    pub fn day(&self, order: DateOrder) -> Option<NaiveDate> {
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
pub fn split(text: &str) -> Option<(Day, NaiveTime)> {
    let text: String = text.chars().map(ascii).collect();
    let text = text.trim();
    if let Some(moment) = compact(text) {
        return Some((Day::Moment(moment), NaiveTime::MIN));
    }
    let mut words: Vec<String> = Vec::new();
    let mut rest = text;
    while words.len() < 3 {
        rest = rest.trim_start_matches([' ', '-', '/', '.', ',', '年', '月']);
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
pub fn compact(text: &str) -> Option<NaiveDateTime> {
    if !text.bytes().all(|it| it.is_ascii_digit() || it == b'.') {
        return None;
    }
    match text.len() {
        8 if !text.contains('.') => NaiveDate::parse_from_str(text, "%Y%m%d").ok()?.and_hms_opt(0, 0, 0),
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
pub fn clock(text: &str) -> Option<NaiveTime> {
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
