//! Entries looked up page by page, against a naive search over the same entries.

use base::business_time::BusinessTime;
use base::config::Layout;
use chrono_tz::Europe;
use model::entries::EntriesQuestion;
use model::entry::{Entry, Kind};
use model::quantity::Direction;
use model::statistics::Filter;
use model::time::Millis;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use tallyhouse::lookup::Lookup;

use crate::harness::System;
use crate::records::statistics::{entries, id, record};

/// All that is asked for, newest first.
fn naive<'a>(entries: &'a [Entry], question: &EntriesQuestion) -> Vec<&'a Entry> {
    let filter = &question.filter;
    let wanted = |it: &&Entry| {
        question.period.contains(&it.create_time)
            && (filter.warehouses.is_empty() || filter.warehouses.contains(&it.warehouse_id))
            && (filter.products.is_empty() || filter.products.contains(&it.product_id))
            && (filter.companies.is_empty() || filter.companies.contains(&it.company_id))
            && question.direction.is_none_or(|direction| direction == it.direction)
            && (question.kinds.is_empty() || question.kinds.contains(&it.kind))
            && question.bill.as_ref().is_none_or(|bill| *bill == it.bill_id)
            && question.text.as_ref().is_none_or(|text| it.description.to_lowercase().contains(&text.to_lowercase()))
    };
    let mut found: Vec<&Entry> = entries.iter().filter(wanted).collect();
    found.sort_by_key(|it| std::cmp::Reverse(it.create_time));
    found
}

fn questions(near: Millis) -> impl Strategy<Value = EntriesQuestion> {
    let some = || proptest::collection::btree_set(0_u8..4, 0..3);
    let kind =
        proptest::sample::select(vec![vec![], vec![Kind::Bill], vec![Kind::Adjust], vec![Kind::Opening, Kind::Adjust]]);
    let direction = proptest::sample::select(vec![None, Some(Direction::In), Some(Direction::Out)]);
    let text = proptest::sample::select(vec![None, None, None, Some("5%"), Some("_"), Some("GROSS"), Some("nothing")]);
    let bill =
        proptest::sample::select(vec![None, None, None, None, Some("B7"), Some("B"), Some("bill of many lines")]);
    let length = prop_oneof![1_i64..10_000_000, 86_400_000_i64..60_000_000_000];
    (-40_000_000_000_i64..1_000_000_000, length, some(), some(), some(), kind, direction, text, bill).prop_map(
        move |(offset, length, warehouses, products, companies, kinds, direction, text, bill)| EntriesQuestion {
            period: Millis(near.0 + offset)..Millis(near.0 + offset + length),
            filter: Filter {
                warehouses: warehouses.into_iter().map(|it| id("仓", it)).collect(),
                products: products.into_iter().map(|it| id("P", it)).collect(),
                companies: companies.into_iter().map(|it| id("C", it)).collect(),
            },
            direction,
            kinds,
            bill: bill.map(|it| it.try_into().unwrap()),
            text: text.map(str::to_owned),
        },
    )
}

async fn equal_to_a_naive_search(layout: Layout) {
    let zone = BusinessTime(Europe::Berlin);
    let near = zone.moment("2025-10-26T03:00:00".parse().unwrap()).unwrap();
    let system = System::with(|config| {
        config.records.layout = layout;
        config.entry.business_time = zone;
    })
    .await;
    let records = &system.parts.records;
    records.start_cursor(0).await.unwrap();
    let mut runner = TestRunner::deterministic();
    let mut all = entries(near).new_tree(&mut runner).unwrap().current();
    for (place, it) in all.iter_mut().enumerate() {
        it.description = String::from(["", "5% off", "50 pieces", "a_b", "Gross ÄÖ"][place % 5]);
        // A bill of many lines, and many entries of one moment: pages must not part them twice or lose any.
        if place % 10 == 0 {
            it.bill_id = "bill of many lines".try_into().unwrap();
            it.line_no = i32::try_from(place).unwrap() + 1;
        }
        if place % 4 == 0 {
            it.create_time = near;
        }
    }
    record(&system, &all, 0).await;
    records.fold_flows(2, usize::MAX).await.unwrap();
    for round in 0..60 {
        let question = questions(near).new_tree(&mut runner).unwrap().current();
        let limit = [1, 3, 7, 1000][round % 4];
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let mut lookup = Lookup::open(records, zone).await.unwrap();
            let page = lookup.page(&question, after.as_ref(), limit).await.unwrap();
            lookup.close().await;
            assert!(page.entries.len() <= limit);
            found.extend(page.entries);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let expected = naive(&all, &question);
        // Of one moment, tables and rows decide: the same ones, and each once.
        let times: Vec<Millis> = found.iter().map(|it| it.create_time).collect();
        assert_eq!(times, expected.iter().map(|it| it.create_time).collect::<Vec<_>>(), "{question:?}");
        let mut ours: Vec<_> =
            found.iter().map(|it| (it.bill_id.to_string(), it.line_no, it.product_id.to_string())).collect();
        let mut theirs: Vec<_> =
            expected.iter().map(|it| (it.bill_id.to_string(), it.line_no, it.product_id.to_string())).collect();
        ours.sort();
        theirs.sort();
        assert_eq!(ours, theirs, "{question:?}");
    }
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_hold_what_a_naive_search_finds_with_a_table_per_product() {
    equal_to_a_naive_search(Layout::ProductDay).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_hold_what_a_naive_search_finds_with_buckets() {
    equal_to_a_naive_search(Layout::BucketDay(2)).await;
}
