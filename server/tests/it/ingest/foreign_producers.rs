//! Whatever a broker may legally hand over is read; places that hold no message are passed, and nobody waits for them.

use model::pipeline::PipelineState;
use queue::delete_before;
use records::CursorMove;
use serde_json::json;

use crate::harness::foreign::{Foreign, Message};
use crate::harness::{System, entry};

fn message(bill: &str) -> Message {
    Message::of(entry(bill, &json!({})))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_codec_is_read_with_headers_and_without_keys() {
    let mut system = System::new().await;
    system.start();
    for (n, codec) in ["none", "gzip", "snappy", "lz4", "zstd"].into_iter().enumerate() {
        let client = Foreign::with(&system.world.config.kafka, &[("compression.type", codec), ("linger.ms", "20")]);
        // Large enough for the codec to be used at all.
        let long = |bill: String| Message::of(entry(&bill, &json!({ "description": "a".repeat(500) })));
        client.send(&[long(format!("{codec} 1")), long(format!("{codec} 2"))]).await;
        system.caught_up().await;
        let recorded = i64::try_from(2 * (n + 1)).unwrap();
        assert_eq!(system.counts().await.recorded, recorded, "{codec}");
    }
    system.prove().await;
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn marks_of_transactions_are_passed_and_a_restart_after_retention_starts() {
    let mut system = System::new().await;
    system.start();
    let client = Foreign::transactional(&system.world.config.kafka).await;
    client.transaction(&[message("kept")], true).await;
    system.caught_up().await;
    client.transaction(&[message("given up")], false).await;
    system.caught_up().await;
    assert_eq!((system.counts().await.recorded, system.counts().await.consumed), (1, 1));
    assert_eq!(system.parts.status.now().0, PipelineState::Ok);
    system.prove().await;
    system.stop().await;
    // The topic lets everything go while nobody reads; nothing of it was lost.
    let end = system.parts.topic.reach().await.unwrap()[&0].1;
    assert_eq!(end, 4, "two messages and two marks");
    delete_before(&system.world.config.kafka, 0, end).await.unwrap();
    system.start();
    client.transaction(&[message("after it")], true).await;
    system.caught_up().await;
    assert_eq!(system.counts().await.recorded, 2);
    system.prove().await;
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_transaction_is_not_waited_for() {
    let mut system = System::new().await;
    system.start();
    let client = Foreign::transactional(&system.world.config.kafka).await;
    client.transaction(&[message("before")], true).await;
    system.caught_up().await;
    client.begin().await;
    client.send(&[message("not yet")]).await;
    // What is not committed is nothing that anybody could read.
    system.caught_up().await;
    assert_eq!(system.counts().await.recorded, 1);
    client.commit().await;
    system.caught_up().await;
    assert_eq!(system.counts().await.recorded, 2);
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cursor_set_back_under_a_running_daemon_passes_no_message() {
    let mut system = System::new().await;
    system.start();
    let client = Foreign::transactional(&system.world.config.kafka).await;
    for n in 0..20 {
        client.transaction(&[message(&format!("kept {n}"))], n % 3 != 0).await;
    }
    system.caught_up().await;
    let before = system.counts().await;
    for round in 1..4 {
        for to in [7, 0] {
            let set = CursorMove { partition: 0, to, accepts: None, reason: "again", who: "test" };
            system.parts.records.set_cursor(&set).await.unwrap();
        }
        system.caught_up().await;
        let after = system.counts().await;
        assert_eq!((after.consumed, after.recorded), (before.consumed, before.recorded));
        assert!(after.read_again >= 13 * round, "each message that is kept is met again: {after:?}");
    }
    system.prove().await;
    system.end().await;
}
