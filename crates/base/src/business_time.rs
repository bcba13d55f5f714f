//! Business time: the configured zone in which bills are written, days begin and periods end.

use chrono::{
    DateTime, Datelike, Duration, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Timelike, Utc,
};
use chrono_tz::Tz;
use model::time::Millis;

/// Turns moments into business dates and back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BusinessTime(pub Tz);

impl BusinessTime {
    /// The moment of a local date and time. `None`: it was skipped when clocks went forward.
    /// One that exists twice is the earlier (docs/domain.md#the-entry, `create_time`).
    pub fn moment(self, local: NaiveDateTime) -> Option<Millis> {
        match self.0.from_local_datetime(&local) {
            LocalResult::Single(it) | LocalResult::Ambiguous(it, _) => Some(Millis(it.timestamp_millis())),
            LocalResult::None => None,
        }
    }

    /// The local date and time of a moment; `None` beyond the years that dates can hold.
    pub fn local(self, at: Millis) -> Option<NaiveDateTime> {
        Some(DateTime::<Utc>::from_timestamp_millis(at.0)?.with_timezone(&self.0).naive_local())
    }

    /// The business date of a moment.
    pub fn day(self, at: Millis) -> Option<NaiveDate> {
        self.local(at).map(|it| it.date())
    }

    /// When a business date begins: midnight, or the first moment after it where midnight was skipped.
    pub fn start_of(self, day: NaiveDate) -> Option<Millis> {
        let midnight = day.and_time(NaiveTime::MIN);
        (0..24 * 4).find_map(|quarter| self.moment(midnight + Duration::minutes(15 * quarter)))
    }

    /// When the hour of business time began that a moment is in: at a full hour of the clock, or when the clock was changed
    /// since. An hour that exists twice is two hours. `None` beyond the years that dates can hold.
    pub fn hour_start(self, at: Millis) -> Option<Millis> {
        let (minute, offset) = self.minute_and_offset(at)?;
        let start = Millis(at.0 - minute * 60_000 - at.0.rem_euclid(60_000));
        if self.minute_and_offset(start)?.1 == offset {
            return Some(start);
        }
        // The clock was changed in between, at a full minute: the first one that has our offset.
        let (mut before, mut after) = (start.0, at.0 - at.0.rem_euclid(60_000));
        while after - before > 60_000 {
            let middle = before + (after - before) / 120_000 * 60_000;
            if self.minute_and_offset(Millis(middle))?.1 == offset { after = middle } else { before = middle }
        }
        Some(Millis(after))
    }

    /// When the next hour begins after the one that a moment is in.
    pub fn next_hour(self, at: Millis) -> Option<Millis> {
        let start = self.hour_start(at)?;
        let (mut inside, mut beyond) = (at.0.div_euclid(60_000), at.0.div_euclid(60_000) + 180);
        while beyond - inside > 1 {
            let middle = inside + (beyond - inside) / 2;
            if self.hour_start(Millis(middle * 60_000))? == start { inside = middle } else { beyond = middle }
        }
        Some(Millis(beyond * 60_000))
    }

    /// When the first day of business time begins that is not before a date: dates were skipped where the date line moved.
    pub fn start_from(self, day: NaiveDate) -> Option<Millis> {
        day.iter_days().take(3).find_map(|day| self.start_of(day))
    }

    /// A moment as RFC 3339 with the offset of the zone: `2025-03-10T00:00:00+08:00`.
    pub fn rfc3339(self, at: Millis) -> String {
        match DateTime::<Utc>::from_timestamp_millis(at.0) {
            Some(it) => it.with_timezone(&self.0).to_rfc3339_opts(chrono::SecondsFormat::AutoSi, false),
            None => String::from("out of range"),
        }
    }

    /// A moment as a field of a form takes it: `2025-03-10T14:30`, in business time, as fine as it is; with its offset where the local
    /// time alone would be another moment.
    pub fn field(self, at: Millis) -> String {
        let Some(local) = self.local(at) else { return String::new() };
        if self.moment(local) != Some(at) {
            return self.rfc3339(at);
        }
        let format = match at.0.rem_euclid(60_000) {
            0 => "%Y-%m-%dT%H:%M",
            it if it % 1000 == 0 => "%Y-%m-%dT%H:%M:%S",
            _ => "%Y-%m-%dT%H:%M:%S%.3f",
        };
        local.format(format).to_string()
    }

    /// Minutes past the hour, and the offset from UTC in seconds.
    fn minute_and_offset(self, at: Millis) -> Option<(i64, i32)> {
        let local = DateTime::<Utc>::from_timestamp_millis(at.0)?.with_timezone(&self.0);
        Some((i64::from(local.minute()), local.offset().fix().local_minus_utc()))
    }
}

/// The first day of a date's month.
pub fn month_of(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

/// A moment from UTC, as `DATETIME(3)` columns have it: the inverse of [`utc_text`].
pub fn utc_moment(at: NaiveDateTime) -> Millis {
    Millis(at.and_utc().timestamp_millis())
}

/// A moment as UTC, as `DATETIME(3)` columns take it: `2025-03-10 01:02:03.004`.
pub fn utc_text(at: Millis) -> String {
    match DateTime::<Utc>::from_timestamp_millis(at.0) {
        Some(it) => it.format("%Y-%m-%d %H:%M:%S%.3f").to_string(),
        None => String::from("out of range"),
    }
}

/// A moment as RFC 3339 in UTC, as the HTTP interface shows it.
pub fn rfc3339(at: Millis) -> String {
    match DateTime::<Utc>::from_timestamp_millis(at.0) {
        Some(it) => it.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        None => String::from("out of range"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> NaiveDateTime {
        text.parse().unwrap()
    }

    #[test]
    fn a_skipped_local_time_is_none_and_a_double_one_the_earlier() {
        let berlin = BusinessTime(chrono_tz::Europe::Berlin);
        assert_eq!(berlin.moment(at("2025-03-30T02:30:00")), None);
        assert_eq!(rfc3339(berlin.moment(at("2025-10-26T02:30:00")).unwrap()), "2025-10-26T00:30:00.000Z");
    }

    #[test]
    fn hours_are_cut_at_full_hours_and_where_the_clock_is_changed() {
        use chrono_tz::{America::St_Johns, Asia::Kathmandu, Australia::Lord_Howe, Europe::Berlin};
        for (zone, from, hours) in [
            (Berlin, "2025-10-26T00:00:00", [60, 60, 60, 60, 60, 60]),
            (Berlin, "2025-03-30T00:00:00", [60, 60, 60, 60, 60, 60]),
            (Lord_Howe, "2025-04-06T00:00:00", [60, 60, 30, 60, 60, 60]),
            (Lord_Howe, "2025-10-05T00:00:00", [60, 60, 30, 60, 60, 60]),
            (St_Johns, "2010-11-06T22:00:00", [60, 60, 1, 59, 60, 60]),
            (Kathmandu, "2025-01-01T00:00:00", [60, 60, 60, 60, 60, 60]),
        ] {
            let zone = BusinessTime(zone);
            let mut start = zone.moment(at(from)).unwrap();
            for minutes in hours {
                let next = zone.next_hour(start).unwrap();
                assert_eq!(next.0 - start.0, minutes * 60_000, "{zone:?} from {}", zone.rfc3339(start));
                for inside in [0, 1, 29_999, 60_000 * minutes - 1] {
                    assert_eq!(zone.hour_start(Millis(start.0 + inside)), Some(start), "{zone:?} {inside}");
                    assert_eq!(zone.day(Millis(start.0 + inside)), zone.day(start), "an hour is of one day");
                }
                start = next;
            }
        }
    }

    #[test]
    fn a_field_reads_back_as_the_same_moment() {
        let berlin = BusinessTime(chrono_tz::Europe::Berlin);
        let first = berlin.moment(at("2025-10-26T02:30:00")).unwrap();
        for (moment, text) in [
            (first.0, "2025-10-26T02:30"),
            (first.0 + 3_600_000, "2025-10-26T02:30:00+01:00"),
            (first.0 + 1000, "2025-10-26T02:30:01"),
            (first.0 + 7, "2025-10-26T02:30:00.007"),
        ] {
            assert_eq!(berlin.field(Millis(moment)), text);
        }
    }

    #[test]
    fn a_day_begins_after_a_skipped_midnight() {
        let sao_paulo = BusinessTime(chrono_tz::America::Sao_Paulo);
        let day = NaiveDate::from_ymd_opt(2018, 11, 4).unwrap();
        assert_eq!(rfc3339(sao_paulo.start_of(day).unwrap()), "2018-11-04T03:00:00.000Z");
    }
}
