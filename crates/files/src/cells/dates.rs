//! Dates of a column: the order of day and month is settled by its cells, or asked. Also serial numbers of Excel, `20260301`, names of
//! months, AM and PM, 上午 and 下午. What is read is local time of the business zone; RFC 3339 stays as it is.

use chrono::{Datelike as _, NaiveTime};
use model::files::choices::DateOrder;
use model::files::flaw::CellFlaw;
use model::files::question::Question;

use super::date_text::{Day, ORDERS, clock, compact, is_rfc3339, serial, split, with_offset};
use super::numbers::shortened;
use crate::shape::table::Cell;

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
        Cell::Text(text) => match (with_offset(text), split(text)) {
            (Some(moment), _) => return Ok(moment),
            (None, None) => return Err(wrong()),
            (None, Some((Day::Moment(moment), _))) => moment,
            (None, Some((Day::Parts(parts), clock))) => {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str, order: DateOrder) -> Result<String, CellFlaw> {
        read(&Cell::from_text(text), &Cell::Empty, order)
    }

    fn settle(texts: &[&str]) -> (DateOrder, Option<Question>) {
        let mut evidence = Evidence::default();
        for text in texts {
            evidence.add(&Cell::from_text(text));
        }
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
