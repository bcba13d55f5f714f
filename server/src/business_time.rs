//! Business time: the configured zone in which bills are written, days begin and periods end.

use app::model::entry::Millis;
use chrono::{DateTime, Duration, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;

/// Turns moments into business dates and back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BusinessTime(pub Tz);

impl BusinessTime {
    /// The moment of a local date and time. `None`: it was skipped when clocks went forward.
    /// One that exists twice is the earlier (1-domain, `create_time`).
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
    fn a_day_begins_after_a_skipped_midnight() {
        let sao_paulo = BusinessTime(chrono_tz::America::Sao_Paulo);
        let day = NaiveDate::from_ymd_opt(2018, 11, 4).unwrap();
        assert_eq!(rfc3339(sao_paulo.start_of(day).unwrap()), "2018-11-04T03:00:00.000Z");
    }
}
