//! Day tables that many need at once: each is made, by one of them, and nobody is told that anything is wrong.

use model::batch::BatchId;
use model::time::Millis;
use queue::decode;
use records::{Line, NewBatch, Writer};
use serde_json::json;

use crate::harness::{System, entry};

/// So many days, each with a table of its own.
const DAYS: u32 = 60;

/// A batch over all days.
fn batch(partition: i32, system: &System) -> NewBatch {
    let rules = system.world.config.entry;
    let lines: Vec<Line> = (0..DAYS)
        .map(|day| {
            let time = format!("2025-{:02}-{:02} 08:00:00", day / 28 + 1, day % 28 + 1);
            let raw = entry(&format!("{partition}-{day}"), &json!({ "create_time": time })).into_bytes();
            let entry = decode(&raw, Millis(1_800_000_000_000), &rules).unwrap();
            let day = rules.business_time.day(entry.create_time).unwrap();
            Line { offset: 0, entry, day, raw, sent_at: None }
        })
        .collect();
    NewBatch {
        batch_id: BatchId(format!("{partition:0>32}")),
        previous: None,
        highest: 0,
        generation: 0,
        partition,
        from: 0,
        to: i64::from(DAYS),
        last: None,
        lines,
        rejected: Vec::new(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn partitions_and_daemons_that_need_the_same_tables_at_once_all_get_them() {
    let system = System::new().await;
    let other = system.world.parts().await.unwrap();
    let preparing: Vec<_> = (0..8)
        .map(|partition| {
            // Two daemons, four partitions each.
            let records = if partition % 2 == 0 { &system.parts.records } else { &other.records };
            let (writer, batch) = (Writer::new(records.clone()), batch(partition, &system));
            tokio::spawn(async move { writer.prepare(&batch, |_, _| {}).await })
        })
        .collect();
    for prepared in preparing {
        prepared.await.unwrap().expect("made by itself or by another");
    }
    assert_eq!(system.parts.records.table_count().await.unwrap().count, i64::from(DAYS));
    system.end().await;
}
