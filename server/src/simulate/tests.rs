//! A month of the grocer's life.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use chrono::{Days, NaiveDate, Timelike};
use model::entry::{Entry, Kind};
use model::quantity::Direction;
use model::time::Millis;

use super::{Grocer, Truth, names};
use base::business_time::BusinessTime;
use base::config::EntryRules;
use queue::decode;
use queue::to_json;

const ZONE: BusinessTime = BusinessTime(chrono_tz::Asia::Shanghai);
const SEED: u64 = 20_261_120;
const PER_DAY: usize = 3000;

fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 10, 20).unwrap()
}

fn day(number: u64) -> NaiveDate {
    first_day().checked_add_days(Days::new(number)).unwrap()
}

/// Opening and 31 days.
fn month(grocer: &mut Grocer) -> Vec<Vec<Entry>> {
    let mut days = vec![grocer.opening(ZONE.start_of(first_day()).unwrap())];
    days.extend((0..31).map(|number| grocer.day(day(number), None, PER_DAY)));
    days
}

fn truth(entries: impl IntoIterator<Item = Entry>) -> Truth {
    let mut truth = Truth::new(SEED);
    entries.into_iter().for_each(|it| truth.add(&it).unwrap());
    truth
}

/// `next` calls, `gap` milliseconds apart.
fn live(grocer: &mut Grocer, from: Millis, gap: i64, count: i64) -> Vec<Entry> {
    (0..count).map(|number| grocer.next(Millis(from.0 + number * gap))).collect()
}

#[test]
fn the_same_seed_lives_the_same_life() {
    let life = |seed| {
        let mut grocer = Grocer::new(seed, ZONE);
        let mut entries = month(&mut grocer).concat();
        entries.extend(live(&mut grocer, ZONE.start_of(day(31)).unwrap(), 100, 1000));
        entries
    };
    assert_eq!(life(SEED), life(SEED));
    assert_ne!(life(SEED), life(SEED + 1));
}

#[test]
fn every_entry_is_read_back_as_it_was() {
    let rules = EntryRules {
        business_time: ZONE,
        max_future: Duration::from_hours(24),
        min_time: "2000-01-01".parse().unwrap(),
    };
    for entry in month(&mut Grocer::new(SEED, ZONE)).concat() {
        let text = to_json(&entry, ZONE);
        assert_eq!(decode(text.as_bytes(), entry.create_time, &rules), Ok(entry), "{text}");
    }
}

#[test]
fn opening_stock_is_about_thirty_million_and_every_key_differs() {
    let entries = Grocer::new(SEED, ZONE).opening(Millis(0));
    assert_eq!(entries.len(), 12 * 36);
    assert!(entries.iter().all(|it| it.kind == Kind::Opening && it.direction == Direction::In));
    let different: HashSet<i64> = entries.iter().map(|it| it.quantity.get()).collect();
    assert_eq!(different.len(), entries.len());
    let total: i64 = different.iter().sum();
    assert!((28_000_000..=32_000_000).contains(&total), "{total}");
    assert_eq!(truth(entries).stock().len(), 12 * 36);
}

#[test]
fn in_and_out_balance_and_few_shelves_are_short() {
    for seed in SEED..SEED + 6 {
        let days = month(&mut Grocer::new(seed, ZONE));
        for entries in days.iter().skip(1) {
            let today = truth(entries.clone());
            let (more, less) = (today.gross_in().max(today.gross_out()), today.gross_in().min(today.gross_out()));
            assert!(more * 2 <= less * 3, "seed {seed}: in {}, out {}", today.gross_in(), today.gross_out());
        }
        let end = truth(days.concat());
        let negative: Vec<i64> = end.stock().values().copied().filter(|it| *it < 0).collect();
        let low = end.stock().values().filter(|it| (0..1000).contains(*it)).count();
        assert!((2..=4).contains(&negative.len()), "seed {seed}: {negative:?}");
        assert!(negative.iter().all(|it| *it > -6000), "seed {seed}: {negative:?}");
        assert!((1..=12).contains(&low), "seed {seed}: {low}");
        assert_eq!(end.stock().values().sum::<i64>(), end.net());
    }
}

#[test]
fn no_identity_comes_twice() {
    let mut grocer = Grocer::new(SEED, ZONE);
    let mut entries = month(&mut grocer).concat();
    entries.extend(grocer.day(day(30), None, PER_DAY)); // the same date again
    entries.extend(grocer.day(day(365), None, PER_DAY)); // the same day of another year
    let today = ZONE.start_of(day(31)).unwrap();
    entries.extend(live(&mut grocer, today, 0, 5000));
    entries.extend(live(&mut grocer, today, 7, 5000));
    // The program was started again; the first second of its life has no millisecond in common with the one before.
    entries.extend(live(&mut Grocer::new(SEED, ZONE), Millis(today.0 + 40_000), 7, 5000));
    let different: HashSet<_> = entries.iter().map(Entry::identity).collect();
    assert_eq!(different.len(), entries.len());
}

#[test]
fn a_day_has_a_rhythm() {
    let days = month(&mut Grocer::new(SEED, ZONE));
    let mut hours: BTreeMap<u32, usize> = BTreeMap::new();
    for (number, entries) in (0..).zip(days.iter().skip(1)) {
        assert!(entries.is_sorted_by_key(|it| it.create_time));
        assert!(entries.iter().all(|it| ZONE.day(it.create_time) == Some(day(number))));
        assert!(entries.iter().filter(|it| it.kind == Kind::Adjust).count() <= 3);
        for entry in entries {
            *hours.entry(ZONE.local(entry.create_time).unwrap().hour()).or_default() += 1;
        }
    }
    let at = |hour| hours.get(&hour).copied().unwrap_or(0);
    assert!(at(10) > 2 * at(12) && at(15) > 2 * at(12) && at(12) > 10 * at(3), "{hours:?}");
    // 2026-10-20 is a Tuesday.
    let (tuesday, saturday) = (days[1].len(), days[5].len());
    assert!((2700..=3300).contains(&tuesday), "{tuesday}");
    assert!(saturday * 10 < tuesday * 8, "{saturday}");
    let all = days.concat();
    assert!(all.iter().any(|it| it.line_no == 2 && it.kind == Kind::Bill));
    assert!(all.iter().any(|it| it.kind == Kind::Adjust));
    assert!(all.iter().any(|it| it.description == "客户退货"));
}

#[test]
fn today_is_the_beginning_of_the_whole_day() {
    let whole = Grocer::new(SEED, ZONE).day(first_day(), None, PER_DAY);
    let noon = Millis(ZONE.start_of(first_day()).unwrap().0 + 12 * 3_600_000);
    let half = Grocer::new(SEED, ZONE).day(first_day(), Some(noon), PER_DAY);
    assert!(half.len() > PER_DAY / 4 && whole.starts_with(&half));
    assert!(whole[half.len()].create_time > noon);
}

#[test]
fn everything_mentioned_has_a_name() {
    let named: HashSet<String> = names().into_iter().map(|it| it.id).collect();
    assert_eq!(named.len(), 36 + 12 + 5);
    for entry in Grocer::new(SEED, ZONE).day(first_day(), None, PER_DAY) {
        for id in [entry.product_id.as_str(), entry.warehouse_id.as_str(), entry.company_id.as_str()] {
            assert!(named.contains(id), "{id}");
        }
    }
}

#[test]
fn the_truth_says_what_it_counted() {
    let mut entries = Grocer::new(SEED, ZONE).opening(Millis(1_760_000_000_000));
    entries.truncate(2);
    let (a, b) = (entries[0].quantity.get(), entries[1].quantity.get());
    entries[1].direction = Direction::Out;
    let json = serde_json::to_value(truth(entries)).unwrap();
    let stock = |product: &str, stock: i64| serde_json::json!({ "warehouse_id": "shanghai-pudong", "product_id": product, "stock": stock });
    let expected = serde_json::json!({
        "seed": SEED, "entries": 2, "in": a, "out": b, "net": a - b,
        "stock": [stock("mineral_water", -b), stock("rice", a)],
        "last_create_time": "2025-10-09T08:53:20.000Z",
    });
    assert_eq!(json, expected);
}
