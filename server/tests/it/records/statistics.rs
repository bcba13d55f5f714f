//! Period statistics against a naive fold over the same entries.

use std::collections::{BTreeMap, BTreeSet};

use base::business_time::BusinessTime;
use base::config::Layout;
use chrono_tz::{Asia, Europe, Tz};
use model::batch::BatchId;
use model::entry::{Entry, Kind};
use model::quantity::Direction;
use model::statistics::{Figures, Filter, Group, GroupBy, Interval, Question, Row, Sums};
use model::time::Millis;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use records::{Folded, LastMessage, Line, NewBatch, Outcome, Writer};
use tallyhouse::statistics::{Error, Statement, statement};

use crate::harness::System;

/// The fold that anybody would write.
fn naive(zone: BusinessTime, entries: &[Entry], question: &Question) -> Vec<Row> {
    let wanted = |it: &&Entry| {
        let filter = &question.filter;
        (filter.warehouses.is_empty() || filter.warehouses.contains(&it.warehouse_id))
            && (filter.products.is_empty() || filter.products.contains(&it.product_id))
            && (filter.companies.is_empty() || filter.companies.contains(&it.company_id))
    };
    let group = |it: &Entry| Group {
        warehouse_id: question.group_by.warehouse.then(|| it.warehouse_id.clone()),
        product_id: question.group_by.product.then(|| it.product_id.clone()),
        company_id: question.group_by.company.then(|| it.company_id.clone()),
    };
    let entries: Vec<&Entry> =
        entries.iter().filter(wanted).filter(|it| it.create_time < question.period.end).collect();
    let groups: BTreeSet<Group> = entries.iter().map(|it| group(it)).collect();
    // Each moment of the period that begins a part, found by looking at every minute.
    let part_of = |at: Millis| -> Option<String> {
        let local = zone.local(at)?;
        let text = match question.interval? {
            Interval::Hour => zone.rfc3339(zone.hour_start(at)?),
            Interval::Day => local.format("%F").to_string(),
            Interval::Week => local.format("%G-%V").to_string(),
            Interval::Month => local.format("%Y-%m").to_string(),
        };
        Some(text)
    };
    let mut starts = vec![question.period.start];
    if question.interval.is_some() {
        let first = question.period.start.0.div_euclid(60_000) + 1;
        for minute in first..=(question.period.end.0 - 1).div_euclid(60_000) {
            let at = Millis(minute * 60_000);
            if part_of(at) != part_of(Millis(at.0 - 1)) {
                starts.push(at);
            }
        }
    }
    let mut rows = Vec::new();
    for of in groups {
        for (place, start) in starts.iter().enumerate() {
            let end = starts.get(place + 1).copied().unwrap_or(question.period.end);
            let (mut opening, mut moved) = (0, Sums::default());
            for entry in entries.iter().filter(|it| group(it) == of) {
                if entry.create_time < *start {
                    opening += entry.movement();
                } else if entry.create_time < end {
                    moved = moved.plus(Sums::of(entry));
                }
            }
            let figures = Figures::new(opening, moved);
            if figures != Figures::default() {
                rows.push(Row { group: of.clone(), start: question.interval.map(|_| *start), figures });
            }
        }
    }
    rows
}

pub fn id<T: for<'a> TryFrom<&'a str>>(prefix: &str, number: u8) -> T {
    T::try_from(format!("{prefix}{number}").as_str()).ok().expect("an id")
}

/// Few keys and few days, so that entries meet: half of them in the week of a changed clock.
pub fn entries(near: Millis) -> impl Strategy<Value = Vec<Entry>> {
    let offset = prop_oneof![-200_000_000_i64..200_000_000, -5_000_000_000_i64..5_000_000_000, -40_000_000_000_i64..0];
    let kind = prop_oneof![4 => Just(Kind::Bill), 1 => Just(Kind::Opening), 1 => Just(Kind::Adjust)];
    let one = (0_u8..4, 0_u8..3, 0_u8..3, 1_i64..1000, any::<bool>(), kind, offset);
    proptest::collection::vec(one, 200).prop_map(move |all| {
        let entry = |(place, (product, warehouse, company, quantity, is_in, kind, offset)): (usize, _)| Entry {
            product_id: id("P", product),
            quantity: i64::try_into(quantity).unwrap(),
            direction: if is_in { Direction::In } else { Direction::Out },
            company_id: id("C", company),
            warehouse_id: id("仓", warehouse),
            bill_id: format!("B{place}").as_str().try_into().unwrap(),
            create_time: Millis(near.0 + offset),
            description: String::new(),
            kind,
            line_no: 1,
        };
        all.into_iter().enumerate().map(entry).collect()
    })
}

fn questions(near: Millis, zone: BusinessTime) -> impl Strategy<Value = Question> {
    let length = prop_oneof![1_i64..10_000_000, 3_600_000_i64..300_000_000, 86_400_000_i64..6_000_000_000];
    let interval = proptest::option::of(proptest::sample::select(Interval::ALL.to_vec()));
    let some = |prefix| proptest::collection::btree_set(0_u8..5, 0..3).prop_map(move |it| (prefix, it));
    let filter = (some("仓"), some("P"), some("C")).prop_map(|(warehouses, products, companies)| Filter {
        warehouses: warehouses.1.into_iter().map(|it| id(warehouses.0, it)).collect(),
        products: products.1.into_iter().map(|it| id(products.0, it)).collect(),
        companies: companies.1.into_iter().map(|it| id(companies.0, it)).collect(),
    });
    let by =
        any::<(bool, bool, bool)>().prop_map(|(warehouse, product, company)| GroupBy { warehouse, product, company });
    (-3_000_000_000_i64..1_000_000_000, length, 0_u8..3, by, interval, filter).prop_filter_map(
        "an empty period",
        move |(offset, length, whole, group_by, interval, filter)| {
            let round = |at: i64| match whole {
                0 => Millis(at),
                1 => zone.hour_start(Millis(at)).unwrap(),
                _ => zone.start_of(zone.day(Millis(at)).unwrap()).unwrap(),
            };
            let period = round(near.0 + offset)..round(near.0 + offset + length);
            (period.start < period.end).then_some(Question { period, group_by, interval, filter })
        },
    )
}

/// Records entries as the ingest does, in batches of one partition.
pub async fn record(system: &System, entries: &[Entry], from: usize) {
    let zone = system.world.config.entry.business_time;
    let mut writer = Writer::new(system.parts.records.clone());
    let name = |offset: usize| BatchId(format!("{offset:0>32}"));
    let mut previous = (from > 0).then(|| name(from));
    let mut at = from;
    for chunk in entries.chunks(50) {
        let to = at + chunk.len();
        let line = |(place, entry): (usize, &Entry)| Line {
            offset: i64::try_from(at + place).unwrap(),
            entry: entry.clone(),
            day: zone.day(entry.create_time).unwrap(),
            raw: Vec::new(),
            sent_at: None,
        };
        let batch = NewBatch {
            batch_id: name(to),
            previous: previous.take(),
            highest: 0,
            generation: 0,
            partition: 0,
            from: i64::try_from(at).unwrap(),
            to: i64::try_from(to).unwrap(),
            last: Some(LastMessage { offset: 0, timestamp: None, checksum: "0".repeat(16) }),
            lines: chunk.iter().enumerate().map(line).collect(),
            rejected: Vec::new(),
        };
        assert!(matches!(writer.record(&batch).await.unwrap(), Outcome::Recorded(_)));
        (previous, at) = (Some(batch.batch_id), to);
    }
}

async fn equal_to_a_naive_fold(layout: Layout, tz: Tz, near: &str) {
    let zone = BusinessTime(tz);
    let near = zone.moment(near.parse().unwrap()).unwrap();
    let system = System::with(|config| {
        config.records.layout = layout;
        config.entry.business_time = zone;
    })
    .await;
    system.parts.records.start_cursor(0).await.unwrap();
    let mut runner = TestRunner::deterministic();
    let all = entries(near).new_tree(&mut runner).unwrap().current();
    // A part of them folded, a part not: statements are exact at every moment.
    let mut recorded = 0;
    for (share, folds) in [(50, 1), (100, 0), (200, 0), (200, 9)] {
        record(&system, &all[recorded..share], recorded).await;
        recorded = share;
        for _ in 0..folds {
            assert!(matches!(system.parts.records.fold_flows(1, usize::MAX).await.unwrap(), Folded::Batches { .. }));
        }
        for _ in 0..40 {
            let question = questions(near, zone).new_tree(&mut runner).unwrap().current();
            let statement = statement(&system.parts.records, zone, &question).await.unwrap();
            assert_eq!(statement.rows, naive(zone, &all[..share], &question), "{question:?}");
            add_up(&statement, &question);
        }
    }
    let records = &system.parts.records;
    assert_eq!(records.pending_flows().await.unwrap(), 0);
    assert_eq!(records.recount().await.unwrap().faults, Vec::<String>::new());
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn levels_that_are_missing_are_made_anew_and_nothing_counts_twice() {
    let system = System::new().await;
    let (records, zone) = (&system.parts.records, system.world.config.entry.business_time);
    records.start_cursor(0).await.unwrap();
    let near = Millis(1_740_000_000_000);
    let all = entries(near).new_tree(&mut TestRunner::deterministic()).unwrap().current();
    record(&system, &all[..100], 0).await;
    records.fold_flows(1, usize::MAX).await.unwrap();
    system.sql("UPDATE day_warehouse_totals SET qty_in = qty_in + 1").await;
    let faults = records.recount().await.unwrap().faults;
    assert!(faults.iter().any(|it| it.starts_with("day_warehouse_totals")), "{faults:?}");

    // As an installation that is older than its levels, in the middle of a batch's work.
    system.sql("UPDATE levels SET state = 'missing'").await;
    let question = Question {
        period: Millis(near.0 - 10_000_000_000)..Millis(near.0 + 10_000_000_000),
        group_by: GroupBy { warehouse: true, ..GroupBy::default() },
        interval: None,
        filter: Filter::default(),
    };
    assert!(matches!(statement(records, zone, &question).await, Err(Error::Rebuilding)));
    assert_eq!(records.fold_flows(1, usize::MAX).await.unwrap(), Folded::Missing);
    assert!(records.rebuild_levels().await.unwrap().is_some());
    assert_eq!(records.rebuild_levels().await.unwrap(), None, "they are whole");
    record(&system, &all[100..], 100).await;
    assert_eq!(records.recount().await.unwrap().faults, Vec::<String>::new());
    assert_eq!(statement(records, zone, &question).await.unwrap().rows, naive(zone, &all, &question));
    system.end().await;
}

/// The identities of docs/domain.md#period-statistics.
fn add_up(statement: &Statement, question: &Question) {
    let mut by_group: BTreeMap<&Group, Vec<&Figures>> = BTreeMap::new();
    for row in &statement.rows {
        let it = &row.figures;
        assert_eq!(it.opening + it.qty_in - it.qty_out + it.adjust, it.closing);
        by_group.entry(&row.group).or_default().push(it);
    }
    let mut total = Figures::default();
    for parts in by_group.values() {
        for pair in parts.windows(2) {
            assert_eq!(pair[0].closing, pair[1].opening, "{question:?}");
        }
        total.opening += parts[0].opening;
        total.closing += parts[parts.len() - 1].closing;
        for it in parts {
            total.qty_in += it.qty_in;
            total.qty_out += it.qty_out;
            total.adjust += it.adjust;
            total.entries += it.entries;
        }
    }
    assert_eq!(total, statement.total, "{question:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_is_a_naive_fold_with_a_table_per_product_over_the_end_of_summer_time() {
    equal_to_a_naive_fold(Layout::ProductDay, Europe::Berlin, "2025-10-26T03:00:00").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_is_a_naive_fold_with_buckets_over_a_new_year() {
    equal_to_a_naive_fold(Layout::BucketDay(2), Asia::Kathmandu, "2026-01-01T00:00:00").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_answered_is_said() {
    let system = System::new().await;
    let zone = system.world.config.entry.business_time;
    let ask = async |question: Question| statement(&system.parts.records, zone, &question).await;
    let year = Millis(1_700_000_000_000)..Millis(1_731_536_000_000);
    let question = Question {
        period: year,
        group_by: GroupBy::default(),
        interval: Some(Interval::Hour),
        filter: Filter::default(),
    };
    assert_eq!(ask(question.clone()).await.unwrap().rows, []);
    let longer = Question { period: question.period.start..Millis(question.period.end.0 + 90_000_000), ..question };
    assert!(matches!(ask(longer).await, Err(Error::TooManyParts)));
    system.end().await;
}
