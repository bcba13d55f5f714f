//! The live stock is rebuilt by itself wherever it cannot be fed: emptied, thrown back past the journal, records restored.

use model::pipeline::PipelineState;
use realtime::Keys;
use records::RunState;
use records::{Claim, RunKind};
use redis::AsyncCommands as _;
use serde_json::json;
use tallyhouse::audit::{RebuildCause, rebuild_cause};

use crate::harness::{System, entry, eventually, sweep_all};

/// Entries over some keys.
fn entries(range: std::ops::Range<usize>) -> impl Iterator<Item = String> {
    range.map(|n| {
        let drcr = if n % 3 == 0 { -1 } else { 1 };
        entry(
            &format!("bill {n}"),
            &json!({ "product_id": format!("p{}", n % 7), "warehouse_id": format!("w{}", n % 3), "drcr": drcr }),
        )
    })
}

async fn last_cause(system: &System) -> String {
    system.parts.records.last_rebuild().await.unwrap().map(|it| it.cause).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_emptied_redis_is_filled_again_while_entries_flow() {
    let mut system = System::new().await;
    system.start();
    system.publish_all(entries(0..200)).await;
    system.caught_up().await;
    let before = system.parts.realtime.meta().await.unwrap().incarnation;
    system.parts.realtime.remove_everything().await.unwrap();
    system.publish_all(entries(200..400)).await;
    system.caught_up().await;
    system.prove().await;
    assert_eq!(last_cause(&system).await, "emptied");
    assert_ne!(system.parts.realtime.meta().await.unwrap().incarnation, before, "whoever follows reads again");
    eventually("all is well again", || async {
        let (state, reasons) = system.parts.status.now();
        if state == PipelineState::Ok { Ok(()) } else { Err(format!("{reasons:?}")) }
    })
    .await;
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_that_the_records_lack_go() {
    let mut system = System::new().await;
    system.start();
    system.publish_all(entries(0..20)).await;
    system.caught_up().await;
    let keys = Keys::new(&system.world.config.realtime.prefix);
    let mut redis = system.redis().await;
    let _: () = redis.hset(keys.stock("w0:ghost"), "settled", "").await.unwrap();
    let _: () = redis.zadd(keys.index(), "w0:ghost", 0).await.unwrap();
    let _: () = redis.hset(keys.stock("w0:orphan"), "base_v1", "7").await.unwrap();
    let _: () = redis.zadd(keys.index(), "w0:hollow", 0).await.unwrap();
    let _: () = redis.hdel(keys.meta(), "mark").await.unwrap();
    eventually("only the mark was gone, and it is back", || async {
        let meta = system.parts.realtime.meta().await.map_err(|it| it.to_string())?;
        if meta.is_ready() { Ok(()) } else { Err(format!("{meta:?}")) }
    })
    .await;
    system.prove().await;
    for member in ["w0:ghost", "w0:orphan", "w0:hollow"] {
        let there: (bool, Option<f64>) =
            (redis.exists(keys.stock(member)).await.unwrap(), redis.zscore(keys.index(), member).await.unwrap());
        assert_eq!(there, (false, None), "{member}");
    }
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journal_that_is_too_short_leads_to_a_rebuild() {
    let mut system = System::new().await;
    system.start();
    system.publish_all(entries(0..50)).await;
    system.caught_up().await;
    // Redis comes back with the file of the beginning, and the journal has let everything go.
    let incarnation = system.parts.realtime.meta().await.unwrap().incarnation;
    system.stop().await;
    while system.parts.records.prune_journal(std::time::Duration::from_hours(1), 0).await.unwrap() > 0 {}
    assert_eq!(system.parts.records.journal_size().await.unwrap().bytes, 0);
    system.parts.realtime.remove_everything().await.unwrap();
    system.parts.realtime.initialise(&incarnation).await.unwrap();
    system.start();
    system.publish_all(entries(50..60)).await;
    system.caught_up().await;
    system.prove().await;
    assert_eq!(last_cause(&system).await, "journal_too_short");
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pruning_goes_by_age_and_size_and_never_touches_the_lines() {
    let mut system = System::new().await;
    system.start();
    for n in 0..5 {
        system.publish_all(entries(n * 20..n * 20 + 20)).await;
        system.caught_up().await;
    }
    let records = &system.parts.records;
    let full = records.journal_size().await.unwrap();
    let day = std::time::Duration::from_hours(24);
    assert_eq!(records.prune_journal(day, 1 << 30).await.unwrap(), 0, "young and small enough");
    let half = u64::try_from(full.bytes / 2).unwrap();
    assert!(records.prune_journal(day, half).await.unwrap() > 0);
    let left = records.journal_size().await.unwrap();
    assert!(u64::try_from(left.bytes).unwrap() <= half && left.lines > 0, "{full:?} {left:?}");
    assert!(records.prune_journal(std::time::Duration::ZERO, 1 << 30).await.unwrap() > 0, "all are older than nothing");
    // The live stock is where the cursors are: nothing is missing, so nothing is rebuilt.
    assert_eq!(rebuild_cause(records, &system.parts.realtime).await.unwrap(), None);
    system.prove().await;
    system.end().await;
}

/// As a restore from a backup of the beginning leaves the records.
async fn throw_records_back(system: &System) {
    for statement in [
        "UPDATE ingest_offsets SET next_offset = 0, batch_id = NULL, consumed = 0, recorded = 0, duplicates = 0, rejected = 0, last_checksum = NULL",
        "DELETE FROM ingest_batches",
        "DELETE FROM rejections",
        "DELETE FROM bill_lines",
        "DELETE FROM day_totals",
        "DELETE FROM stock_totals",
        "DELETE FROM pending_flows",
        "UPDATE levels SET state = 'missing'",
        "DELETE FROM day_table_totals",
        "DELETE FROM t_apple_20250310",
    ] {
        system.sql(statement).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn restored_records_read_the_lost_bills_again_and_the_live_stock_follows() {
    let mut system = System::new().await;
    system.start();
    // Two versions of one bill in two partitions: which one wins may differ when they are read again.
    let all: Vec<String> = (0..50).map(|n| entry(&n.to_string(), &json!({}))).collect();
    system.publish_all(all).await;
    for (partition, quantity) in [(0, 3), (1, 4)] {
        let line = entry("twice", &json!({ "quantity": quantity }));
        system.producer.send_to(partition, line.as_bytes()).await.unwrap().acknowledged().await.unwrap();
    }
    system.caught_up().await;
    system.stop().await;
    throw_records_back(&system).await;
    assert_eq!(
        rebuild_cause(&system.parts.records, &system.parts.realtime).await.unwrap(),
        None,
        "first the lost bills"
    );
    system.start();
    eventually("they are read again, and the live stock is rebuilt", || async {
        let cause = system.parts.records.last_rebuild().await.map_err(|it| it.to_string())?;
        if cause.as_ref().is_some_and(|it| it.state == RunState::Done) { Ok(()) } else { Err(format!("{cause:?}")) }
    })
    .await;
    system.caught_up().await;
    let counts = system.counts().await;
    assert_eq!((counts.recorded, counts.rejected), (51, 1));
    system.until_levels_add_up().await;
    system.prove().await;
    assert_eq!(last_cause(&system).await, "records_restored");
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn positions_that_happen_to_be_equal_do_not_hide_another_history() {
    let mut system = System::new().await;
    system.start();
    system.publish_all((0..50).map(|n| entry(&n.to_string(), &json!({})))).await;
    system.caught_up().await;
    system.stop().await;
    // Restored, and read again to exactly where they were: other batches, at the same offsets.
    for statement in [
        "UPDATE ingest_batches SET batch_id = CONCAT('f', SUBSTR(batch_id, 2)), previous_batch_id = CONCAT('f', SUBSTR(previous_batch_id, 2))",
        "UPDATE ingest_offsets SET batch_id = CONCAT('f', SUBSTR(batch_id, 2))",
    ] {
        system.sql(statement).await;
    }
    assert_eq!(
        rebuild_cause(&system.parts.records, &system.parts.realtime).await.unwrap(),
        Some(RebuildCause::RecordsRestored)
    );
    system.start();
    eventually("the live stock is rebuilt though every position is the same", || async {
        let cause = rebuild_cause(&system.parts.records, &system.parts.realtime).await.map_err(|it| it.to_string())?;
        let rebuilt = system.parts.records.last_rebuild().await.map_err(|it| it.to_string())?;
        if cause.is_none() && rebuilt.is_some() { Ok(()) } else { Err(format!("{cause:?} {rebuilt:?}")) }
    })
    .await;
    system.prove().await;
    system.end().await;
}

/// What a person at a Redis prompt may do to the few keys that all batches need, one after the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_edited_by_hand_is_noticed_before_anything_is_counted_and_rebuilt() {
    let mut system = System::new().await;
    system.start();
    system.publish_all(entries(0..30)).await;
    system.caught_up().await;
    let keys = Keys::new(&system.world.config.realtime.prefix);
    let mut redis = system.redis().await;
    let partition = *system.parts.realtime.meta().await.unwrap().batches.keys().next().unwrap();
    let set = |name: &str, value: &str| redis::cmd("HSET").arg(keys.meta()).arg(name).arg(value).to_owned();
    let edits = [
        ("a counter to text", set("settlings", "many")),
        ("a position to text", set(&format!("position:{partition}"), "here")),
        ("a position back", set(&format!("position:{partition}"), "1")),
        ("a position forward", set(&format!("position:{partition}"), "1000000")),
        ("a batch taken away", redis::cmd("HDEL").arg(keys.meta()).arg(format!("batch:{partition}")).to_owned()),
        ("a counter to what only some read", set("settlings", "+3")),
        ("the index to another type", redis::cmd("SET").arg(keys.index()).arg("x").to_owned()),
    ];
    for (n, (what, edit)) in edits.into_iter().enumerate() {
        let before = system.parts.records.last_rebuild().await.unwrap().map(|it| it.run_id);
        edit.exec_async(&mut redis).await.unwrap();
        // Old keys and a new one, which goes into the index.
        system.publish_all(entries(30 + n * 10..40 + n * 10)).await;
        let new = json!({ "product_id": format!("new {n}") });
        system.publish_all([entry(&format!("new {n}"), &new)]).await;
        eventually(what, || async {
            let last = system.parts.records.last_rebuild().await.map_err(|it| it.to_string())?;
            let done =
                last.as_ref().is_some_and(|it| it.state == RunState::Done && Some(&it.run_id) != before.as_ref());
            if done { Ok(()) } else { Err(format!("{last:?}")) }
        })
        .await;
        system.caught_up().await;
        system.prove().await;
        assert_eq!(last_cause(&system).await, "unreadable", "{what}");
    }
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebuild_that_was_left_half_way_is_begun_anew() {
    let mut system = System::new().await;
    system.start();
    system.publish_all(entries(0..30)).await;
    system.caught_up().await;
    system.stop().await;
    let meta = system.parts.realtime.meta().await.unwrap();
    let mut left = system.parts.realtime.begin_rebuild("dead", &meta).await.unwrap().expect("begun");
    assert_eq!(
        rebuild_cause(&system.parts.records, &system.parts.realtime).await.unwrap(),
        Some(RebuildCause::Unfinished)
    );
    system.start();
    eventually("it is ready again", || async {
        let meta = system.parts.realtime.meta().await.map_err(|it| it.to_string())?;
        if meta.is_ready() { Ok(()) } else { Err(format!("{meta:?}")) }
    })
    .await;
    assert!(!sweep_all(&mut left).await, "the dead one wakes up and is told that it is over");
    system.prove().await;
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_run_at_a_time_and_a_lease_that_ran_out_is_taken_over() {
    let system = System::new().await;
    let records = &system.parts.records;
    let claim = async || records.claim_run(RunKind::Rebuild, "emptied", "test").await.unwrap();
    let Claim::Ours(mut first) = claim().await else { panic!("nobody else is there") };
    let Claim::Running { number, .. } = claim().await else { panic!("two at once") };
    assert_eq!(number, first.number());
    system.sql("UPDATE runs SET lease_until = UTC_TIMESTAMP(3) - INTERVAL 1 SECOND").await;
    let Claim::Ours(second) = claim().await else { panic!("a lease that ran out holds nobody up") };
    assert!(!first.renew(1, 2).await.unwrap(), "the first is told that it is over");
    assert!(!first.end(2, None).await.unwrap());
    assert!(second.end(2, None).await.unwrap());
    let fifty =
        futures::future::join_all((0..50).map(|_| records.claim_run(RunKind::Rebuild, "emptied", "test"))).await;
    let ours = fifty.into_iter().filter(|it| matches!(it, Ok(Claim::Ours(_)))).count();
    assert_eq!(ours, 1, "of fifty at once");
    system.end().await;
}
