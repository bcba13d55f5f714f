//! A restart at any moment, a redelivery, a second daemon: every number stays right.

use model::batch::BatchId;
use model::time::Millis;
use queue::decode;
use realtime::Applied;
use records::{LastMessage, Line, NewBatch, Outcome, Writer};
use serde_json::json;

use crate::harness::{System, entry, eventually};

/// Entries of some products, every twentieth sent twice.
fn entries(count: usize) -> impl Iterator<Item = String> {
    (0..count).flat_map(|n| {
        let drcr = if n % 3 == 0 { -1 } else { 1 };
        let changes = json!({ "product_id": format!("p{}", n % 7), "warehouse_id": format!("w{}", n % 3), "drcr": drcr, "quantity": n % 50 + 1 });
        let line = entry(&format!("bill {n}"), &changes);
        std::iter::repeat_n(line, if n % 20 == 0 { 2 } else { 1 })
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_again_and_again_under_load() {
    let mut system = System::new().await;
    for round in 1..=6 {
        system.start();
        system.publish_all(entries(round * 300)).await;
        let seen = system.parts.records.clone();
        eventually("some of it is recorded", || async {
            let cursors = seen.cursors().await.map_err(|it| it.to_string())?;
            let consumed: i64 = cursors.values().map(|it| it.counts.consumed).sum();
            if consumed > 0 { Ok(()) } else { Err("nothing yet".to_owned()) }
        })
        .await;
        system.kill().await;
    }
    system.start();
    system.caught_up().await;
    let counts = system.counts().await;
    assert_eq!(counts.recorded, 1800, "each entry once, however often it was sent");
    assert_eq!(counts.rejected, 0);
    assert_eq!(counts.duplicates, counts.consumed - 1800);
    system.prove().await;
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_daemons_share_the_topic_and_one_leaves() {
    let mut one = System::new().await;
    one.start();
    let mut config = one.world.config.clone();
    config.shown.clear();
    let mut other = System {
        parts: one.world.parts().await.unwrap(),
        producer: one.producer.clone(),
        world: tallyhouse::world::World { config },
        daemon: None,
    };
    one.publish_all(entries(500)).await;
    other.start();
    one.publish_all(entries(1000)).await;
    one.kill().await;
    other.publish_all(entries(1500)).await;
    other.caught_up().await;
    assert_eq!(other.counts().await.recorded, 1500);
    other.prove().await;
    other.end().await;
}

fn batch(id: &str, previous: Option<&str>, from: i64, bills: &[&str], system: &System) -> NewBatch {
    let rules = system.world.config.entry;
    let lines: Vec<Line> = bills
        .iter()
        .zip(from..)
        .map(|(bill, offset)| {
            let raw = entry(bill, &json!({})).into_bytes();
            let entry = decode(&raw, Millis(1_800_000_000_000), &rules).unwrap();
            let day = rules.business_time.day(entry.create_time).unwrap();
            Line { offset, entry, day, raw, sent_at: None }
        })
        .collect();
    NewBatch {
        batch_id: BatchId(format!("{id:0>32}")),
        previous: previous.map(|it| BatchId(format!("{it:0>32}"))),
        highest: 0,
        generation: 0,
        partition: 0,
        from,
        to: from + i64::try_from(lines.len()).unwrap(),
        last: Some(LastMessage { offset: 0, timestamp: None, checksum: "0".repeat(16) }),
        lines,
        rejected: Vec::new(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_was_lost_is_found_again() {
    let system = System::new().await;
    system.parts.records.start_cursor(0).await.unwrap();
    let first = batch("1", None, 0, &["a", "b"], &system);
    let mut writer = Writer::new(system.parts.records.clone());
    let Outcome::Recorded(line) = writer.record(&first).await.unwrap() else { panic!("not recorded") };
    // The same batch, by a process that never heard the answer.
    let mut amnesiac = Writer::new(system.parts.records.clone());
    let Outcome::Recorded(again) = amnesiac.record(&first).await.unwrap() else { panic!("not found") };
    assert_eq!(line, again);
    let counts = system.counts().await;
    assert_eq!((counts.consumed, counts.recorded), (2, 2));
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_fence_keeps_a_zombie_out() {
    let system = System::new().await;
    system.parts.records.start_cursor(0).await.unwrap();
    let mut writer = Writer::new(system.parts.records.clone());
    writer.record(&batch("1", None, 0, &["a", "b"], &system)).await.unwrap();
    let mut zombie = Writer::new(system.parts.records.clone());
    let Outcome::Fenced(cursor) = zombie.record(&batch("2", None, 0, &["a", "b", "c"], &system)).await.unwrap() else {
        panic!("the zombie wrote")
    };
    assert_eq!(cursor.next_offset, 2);
    assert_eq!(system.counts().await.consumed, 2);
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_between_the_two_stores_is_made_good_from_the_journal() {
    let mut system = System::new().await;
    system.start();
    system.publish_all(entries(50)).await;
    system.caught_up().await;
    system.stop().await;
    // Recorded, and then nothing: the process is gone before Redis hears of it.
    let cursors = system.parts.records.cursors().await.unwrap();
    let (partition, cursor) = cursors.iter().find(|(_, it)| it.next_offset > 0).unwrap();
    let mut lost = batch("99", None, cursor.next_offset, &["lost 1", "lost 2"], &system);
    lost.partition = *partition;
    lost.previous = cursor.batch_id.clone();
    let Outcome::Recorded(line) = Writer::new(system.parts.records.clone()).record(&lost).await.unwrap() else {
        panic!("not recorded")
    };
    // The topic must hold as much as the cursor says; what exactly, this test does not.
    system.sql("UPDATE ingest_offsets SET last_checksum = NULL").await;
    for bill in ["lost 1", "lost 2"] {
        let partition = *partition;
        system
            .producer
            .send_to(partition, entry(bill, &json!({})).as_bytes())
            .await
            .unwrap()
            .acknowledged()
            .await
            .unwrap();
    }
    system.start();
    system.caught_up().await;
    system.prove().await;
    assert_eq!(system.parts.realtime.apply(&line).await.unwrap(), Applied::Repeat);
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_held_longer_than_we_wait_is_waited_out_and_counts_once() {
    let mut system = System::new().await;
    system.start();
    system.publish_all([entry("before", &json!({}))]).await;
    system.caught_up().await;
    // 1205 undoes only its statement: the ROLLBACK must be ours, or the batch would be half recorded.
    let mut holder = system.connection().await;
    for statement in ["BEGIN", "SELECT * FROM stock_totals FOR UPDATE"] {
        sqlx::query(statement).execute(&mut holder).await.unwrap();
    }
    system.publish_all([entry("during", &json!({})), entry("during too", &json!({}))]).await;
    let waited = std::time::Instant::now();
    eventually("the writer has given up once and tries again", || async {
        // Not innodb_trx: asked often it answers from a cache.
        let waits: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM information_schema.processlist
             WHERE db = DATABASE() AND info LIKE 'INSERT INTO stock_totals%' AND time < 8",
        )
        .fetch_one(&mut system.connection().await)
        .await
        .map_err(|it| it.to_string())?;
        // Its first statement is older than 8 s by now: this one is another.
        let again = waited.elapsed() > std::time::Duration::from_secs(11) && waits > 0;
        if again { Ok(()) } else { Err(format!("{waits} wait")) }
    })
    .await;
    assert_eq!(system.counts().await.recorded, 1);
    sqlx::query("ROLLBACK").execute(&mut holder).await.unwrap();
    system.caught_up().await;
    assert_eq!(system.counts().await.recorded, 3);
    system.prove().await;
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_that_somebody_added_by_hand_are_found_and_judged() {
    // A twin that the register does not know: 1062 comes from the day table, and the batch is narrowed down by a look there.
    let mut system = System::new().await;
    system.start();
    system.publish_all([entry("known", &json!({}))]).await;
    system.caught_up().await;
    system.sql("DELETE FROM bill_lines").await;
    system
        .publish_all([entry("known", &json!({})), entry("known", &json!({ "quantity": 11 })), entry("new", &json!({}))])
        .await;
    system.caught_up().await;
    let counts = system.counts().await;
    assert_eq!((counts.recorded, counts.duplicates, counts.rejected), (2, 1, 1));
    system.end().await;
}
