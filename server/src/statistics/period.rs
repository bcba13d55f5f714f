//! Periods of business time, cut into what totals know: whole months, days and hours, and the parts of hours at the ends. Pure.

use std::ops::Range;

use chrono::{Datelike, Days, Months, NaiveDate};
use model::statistics::Interval;
use model::time::Millis;

use base::business_time::{BusinessTime, month_of};
use records::{FIRST_DAY, Span};

/// The spans that make up everything before a moment. `None`: it is beyond the years that dates can hold.
pub fn before(zone: BusinessTime, to: Millis) -> Option<Vec<Span>> {
    let (day, month) = (zone.day(to)?, month_of(zone.day(to)?));
    let mut spans = vec![Span::Months(FIRST_DAY..month)];
    if month < day {
        spans.push(Span::Days(month..day));
    }
    hours(zone, zone.start_of(day)?, to, day, &mut spans)?;
    Some(spans)
}

/// The spans that make up a period; none is longer than `longest`, weeks being made of days.
pub fn spans(zone: BusinessTime, period: &Range<Millis>, longest: Option<Interval>) -> Option<Vec<Span>> {
    let (first, last) = (zone.day(period.start)?, zone.day(period.end)?);
    let mut spans = Vec::new();
    if first == last || longest == Some(Interval::Hour) {
        hours(zone, period.start, period.end, first, &mut spans)?;
        return Some(spans);
    }
    let mut day = first;
    if zone.start_of(first) != Some(period.start) {
        day = first.succ_opt()?;
        hours(zone, period.start, zone.start_from(day)?, first, &mut spans)?;
    }
    let by_month = longest.is_none_or(|it| it == Interval::Month);
    let (month, last_month) = (next_month(day)?, month_of(last));
    if by_month && month < last_month {
        days(day..month, &mut spans);
        spans.push(Span::Months(month..last_month));
        days(last_month..last, &mut spans);
    } else {
        days(day..last, &mut spans);
    }
    hours(zone, zone.start_from(last)?, period.end, last, &mut spans)?;
    Some(spans)
}

/// When the parts begin that an interval cuts a period into, the first at its start. `None`: more than `most`, or beyond the
/// years of dates.
pub fn parts(zone: BusinessTime, period: &Range<Millis>, interval: Interval, most: usize) -> Option<Vec<Millis>> {
    let mut starts = vec![period.start];
    let mut at = period.start;
    loop {
        at = next(zone, at, interval)?;
        if at >= period.end {
            return Some(starts);
        }
        if starts.len() == most {
            return None;
        }
        starts.push(at);
    }
}

/// When the next part begins after the one that a moment is in.
fn next(zone: BusinessTime, at: Millis, interval: Interval) -> Option<Millis> {
    let day = zone.day(at)?;
    match interval {
        Interval::Hour => zone.next_hour(at),
        Interval::Day => zone.start_from(day.succ_opt()?),
        Interval::Week => {
            let gone = u64::from(day.weekday().num_days_from_monday());
            zone.start_from(day.checked_add_days(Days::new(7 - gone))?)
        }
        Interval::Month => zone.start_from(month_of(day).checked_add_months(Months::new(1))?),
    }
}

/// Hours and what is left of hours at both ends. `day` is that of the start, where the end is of the same day.
fn hours(zone: BusinessTime, from: Millis, to: Millis, day: NaiveDate, spans: &mut Vec<Span>) -> Option<()> {
    let mut at = from;
    if at < to && zone.hour_start(at)? != at {
        let end = zone.next_hour(at)?.min(to);
        spans.push(Span::Rows(day, at..end));
        at = end;
    }
    let full = zone.hour_start(to)?;
    if at < full {
        spans.push(Span::Hours(at..full));
        at = full;
    }
    if at < to {
        spans.push(Span::Rows(zone.day(at)?, at..to));
    }
    Some(())
}

fn days(range: Range<NaiveDate>, spans: &mut Vec<Span>) {
    if range.start < range.end {
        spans.push(Span::Days(range));
    }
}

/// The first month that begins on a day or after it.
fn next_month(day: NaiveDate) -> Option<NaiveDate> {
    let month = month_of(day);
    if month == day { Some(day) } else { month.checked_add_months(Months::new(1)) }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDateTime;
    use chrono_tz::{Asia, Europe};
    use proptest::prelude::*;

    use super::*;

    fn at(zone: BusinessTime, text: &str) -> Millis {
        zone.moment(text.parse::<NaiveDateTime>().unwrap()).unwrap()
    }

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_period_is_cut_into_the_longest_spans_there_are() {
        let zone = BusinessTime(Asia::Shanghai);
        let at = |text| at(zone, text);
        let period = at("2025-01-30T22:59:30")..at("2025-04-02T01:00:00.001");
        assert_eq!(
            spans(zone, &period, None).unwrap(),
            [
                Span::Rows(date("2025-01-30"), period.start..at("2025-01-30T23:00:00")),
                Span::Hours(at("2025-01-30T23:00:00")..at("2025-01-31T00:00:00")),
                Span::Days(date("2025-01-31")..date("2025-02-01")),
                Span::Months(date("2025-02-01")..date("2025-04-01")),
                Span::Days(date("2025-04-01")..date("2025-04-02")),
                Span::Hours(at("2025-04-02T00:00:00")..at("2025-04-02T01:00:00")),
                Span::Rows(date("2025-04-02"), at("2025-04-02T01:00:00")..period.end),
            ]
        );
        let within = at("2025-01-30T10:10:00")..at("2025-01-30T10:10:01");
        assert_eq!(spans(zone, &within, None).unwrap(), [Span::Rows(date("2025-01-30"), within)]);
    }

    #[test]
    fn the_day_of_a_changed_clock_has_23_or_25_hours() {
        let zone = BusinessTime(Europe::Berlin);
        for (day, next, hours) in [("2025-03-30", "2025-03-31", 23), ("2025-10-26", "2025-10-27", 25)] {
            let period = zone.start_of(date(day)).unwrap()..zone.start_of(date(next)).unwrap();
            assert_eq!(parts(zone, &period, Interval::Hour, 100).unwrap().len(), hours, "{day}");
            assert_eq!(parts(zone, &period, Interval::Day, 100).unwrap().len(), 1, "{day}");
        }
    }

    #[test]
    fn weeks_begin_on_monday_and_too_many_parts_are_none() {
        let zone = BusinessTime(Asia::Shanghai);
        let period = at(zone, "2025-01-01T12:00:00")..at(zone, "2025-01-14T00:00:00");
        let starts = parts(zone, &period, Interval::Week, 3).unwrap();
        assert_eq!(starts, [period.start, at(zone, "2025-01-06T00:00:00"), at(zone, "2025-01-13T00:00:00")]);
        assert_eq!(parts(zone, &period, Interval::Week, 2), None);
    }

    /// From and to of a span, as moments.
    fn ends(zone: BusinessTime, span: &Span) -> (Option<Millis>, Millis) {
        match span {
            Span::Months(days) | Span::Days(days) => {
                let from = (days.start > FIRST_DAY).then(|| zone.start_from(days.start).unwrap());
                (from, zone.start_from(days.end).unwrap())
            }
            Span::Hours(range) | Span::Rows(_, range) => (Some(range.start), range.end),
        }
    }

    proptest! {
        /// Without a gap and without an overlap, and each span on its own boundaries.
        #[test]
        fn spans_are_the_period(
            from in 1_400_000_000_000_i64..1_800_000_000_000,
            length in prop_oneof![1_i64..10_000_000, 1_i64..20_000_000_000],
            whole in 0_usize..3,
            longest in prop_oneof![Just(None), Just(Some(Interval::Hour)), Just(Some(Interval::Day)), Just(Some(Interval::Month))],
            zone in prop_oneof![Just(Asia::Shanghai), Just(Europe::Berlin), Just(chrono_tz::Australia::Lord_Howe), Just(Asia::Kathmandu), Just(chrono_tz::America::Sao_Paulo)],
        ) {
            let zone = BusinessTime(zone);
            let round = |it| match whole {
                0 => Millis(it),
                1 => zone.hour_start(Millis(it)).unwrap(),
                _ => zone.start_of(zone.day(Millis(it)).unwrap()).unwrap(),
            };
            let period = round(from)..round(from + length);
            prop_assume!(period.start < period.end);
            let mut at = None;
            let all: Vec<_> =
                before(zone, period.start).unwrap().into_iter().chain(spans(zone, &period, longest).unwrap()).collect();
            prop_assert!(all.iter().any(|it| ends(zone, it).1 == period.start));
            for span in &all {
                let (from, to) = ends(zone, span);
                prop_assert_eq!(from, at, "{:?}", &all);
                at = Some(to);
                if let Span::Hours(range) = span {
                    prop_assert_eq!(zone.hour_start(range.start), Some(range.start));
                    prop_assert_eq!(zone.hour_start(range.end), Some(range.end));
                }
            }
            prop_assert_eq!(at, Some(period.end), "{:?}", &all);
        }
    }
}
