//! When bills are written: the rhythm of a day and of a week.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Weekday};
use model::time::Millis;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::shelves::Weights;
use base::business_time::BusinessTime;

/// Bills per hour of the day, relative to each other: peaks at 9-11 and 14-17, a dip at lunch, hardly any at night.
const HOURS: [u64; 24] = [1, 1, 0, 0, 1, 3, 10, 28, 60, 100, 110, 85, 38, 52, 98, 108, 100, 70, 40, 24, 15, 9, 5, 2];

const HOUR_SECONDS: u32 = 3600;

/// How many per cent of a working day's trade a day has.
fn per_cent_of(day: NaiveDate) -> u64 {
    match day.weekday() {
        Weekday::Sat => 66,
        Weekday::Sun => 58,
        _ => 100,
    }
}

/// How many entries a day has if a plain working day has `entries`; no two days are quite the same.
pub(super) fn volume(rng: &mut ChaCha8Rng, day: NaiveDate, entries: usize) -> u64 {
    let mood = rng.random_range(94..=106_u64);
    let plain = u64::try_from(entries).unwrap_or(u64::MAX);
    plain.saturating_mul(per_cent_of(day)).saturating_mul(mood) / 10_000
}

/// Entries per second at a moment, where a plain working day has so many.
pub(super) fn per_second(at: NaiveDateTime, entries: f64) -> f64 {
    let hour = usize::try_from(at.hour()).unwrap_or_default();
    // At night too something moves now and then.
    let share = |it: u64| f64::from(u32::try_from(it).unwrap_or_default());
    let (now, all) = (share(HOURS.get(hour).copied().unwrap_or_default().max(1)), share(HOURS.iter().sum()));
    entries * share(per_cent_of(at.date())) / 100.0 * now / all / f64::from(HOUR_SECONDS)
}

/// The sorted moments of a day's bills. An hour that clocks skip has none.
pub(super) fn moments(rng: &mut ChaCha8Rng, time: BusinessTime, day: NaiveDate, bills: u64) -> Vec<Millis> {
    let hours = Weights::new(HOURS);
    let mut moments: Vec<Millis> = (0..bills)
        .filter_map(|_| {
            let hour = u32::try_from(hours.draw(rng)).ok()?;
            let second = hour * HOUR_SECONDS + rng.random_range(0..HOUR_SECONDS);
            let nano = rng.random_range(0..1000_u32) * 1_000_000;
            let local = day.and_time(NaiveTime::from_num_seconds_from_midnight_opt(second, nano)?);
            time.moment(local)
        })
        .collect();
    moments.sort_unstable();
    moments
}
