//! Bad input of each kind: recorded or rejected as the domain says, with a reason, and the partition keeps moving.

use serde_json::json;

use crate::harness::{System, entry};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_kind_is_rejected_with_its_raw_bytes_and_the_stream_goes_on() {
    let mut system = System::new().await;
    system.start();
    let deep = format!("{{\"x\":{}1{}", "[".repeat(50_000), "]".repeat(50_000));
    let large = vec![b'x'; 900_000];
    let bad: Vec<(&str, Vec<u8>)> = vec![
        ("malformed", b"not json".to_vec()),
        ("malformed", Vec::new()),
        ("malformed", b"\xff\xfe{}".to_vec()),
        ("malformed", deep.into_bytes()),
        ("malformed", large),
        ("malformed", b"[1,2]".to_vec()),
        ("missing", entry("b", &json!({ "quantity": null })).into_bytes()),
        ("wrong_type", entry("b", &json!({ "quantity": "10" })).into_bytes()),
        ("wrong_type", entry("b", &json!({ "quantity": 1.0 })).into_bytes()),
        ("wrong_type", entry("b", &json!({})).replace(":10", ":1e400").into_bytes()),
        ("invalid", entry("b", &json!({ "quantity": 0 })).into_bytes()),
        ("invalid", entry("b", &json!({ "quantity": -1 })).into_bytes()),
        ("invalid", entry("b", &json!({ "quantity": 2_147_483_648_i64 })).into_bytes()),
        ("invalid", entry("b", &json!({ "drcr": 2 })).into_bytes()),
        ("invalid", entry("b", &json!({ "description": "x".repeat(513) })).into_bytes()),
        ("invalid", entry("b", &json!({ "product_id": "apple\u{3000}" })).into_bytes()),
        ("invalid", entry("b", &json!({ "product_id": "a\0b" })).into_bytes()),
        ("invalid", entry("b", &json!({ "create_time": "2025-02-30 00:00:00" })).into_bytes()),
        ("invalid", entry("b", &json!({ "create_time": "2999-01-01 00:00:00" })).into_bytes()),
        ("invalid", entry("b", &json!({ "create_time": "1999-12-31 23:59:59" })).into_bytes()),
        ("twin_field", entry("b", &json!({})).replace('}', ",\"drcr\":1}").into_bytes()),
    ];
    for (_, payload) in &bad {
        system.publish("same-key", payload).await;
    }
    system.publish("same-key", entry("after the poison", &json!({})).as_bytes()).await;
    system.caught_up().await;

    let counts = system.counts().await;
    assert_eq!((counts.recorded, usize::try_from(counts.rejected).unwrap()), (1, bad.len()));
    let rejections = system.parts.records.rejections_after(0, 100).await.unwrap();
    assert_eq!(rejections.len(), bad.len());
    for (stored, (code, raw)) in rejections.iter().zip(&bad) {
        assert_eq!(stored.code, *code, "{}", stored.reason);
        assert_eq!(&stored.raw, raw, "the raw bytes of {code} are kept");
        assert!(!stored.reason.is_empty());
    }
    system.prove().await;
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn odd_ids_are_recorded_apart() {
    let mut system = System::new().await;
    system.start();
    let ids = [
        "85132B",
        "85132b",
        "BANK CHARGES",
        "大米",
        "x'; DROP TABLE bill_lines; --",
        "../../etc/passwd",
        "{1}:keys",
        "a:b",
        "a%3Ab",
        "*",
        "`t`",
        "_z",
        "é",
        "e\u{301}",
    ];
    for (n, id) in ids.iter().enumerate() {
        let changes = json!({ "product_id": id, "quantity": n + 1, "description": "x".repeat(512) });
        system.publish_all([entry(&format!("bill of {id}"), &changes)]).await;
    }
    system.caught_up().await;
    assert_eq!(system.counts().await.recorded, i64::try_from(ids.len()).unwrap());
    let stock = system.live_stock().await;
    for (n, id) in ids.iter().enumerate() {
        assert_eq!(stock.get(&("w1".to_owned(), (*id).to_owned())), Some(&i64::try_from(n + 1).unwrap()), "{id}");
    }
    system.prove().await;
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn duplicates_and_conflicts_are_told_apart() {
    let mut system = System::new().await;
    system.start();
    let first = entry("A", &json!({ "description": null }));
    system.publish_all([first.clone(), first.clone()]).await;
    system.caught_up().await;
    // In another batch: the same again (an empty description is a missing one), other content, and a resend on another day.
    system
        .publish_all([
            entry("A", &json!({ "description": "" })),
            entry("A", &json!({ "quantity": 11 })),
            entry("A", &json!({ "create_time": "2025-03-11 08:00:00" })),
            entry("A", &json!({ "line_no": 2 })),
        ])
        .await;
    system.caught_up().await;
    let counts = system.counts().await;
    assert_eq!((counts.recorded, counts.duplicates, counts.rejected), (2, 2, 2));
    let rejections = system.parts.records.rejections_after(0, 10).await.unwrap();
    assert!(rejections.iter().all(|it| it.code == "conflict"));
    assert!(rejections[0].reason.contains("other quantity"), "{}", rejections[0].reason);
    assert!(rejections[1].reason.contains("other create_time"), "{}", rejections[1].reason);
    system.prove().await;
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sum_beyond_the_range_is_rejected_and_its_neighbours_are_not() {
    let mut system = System::new().await;
    system.start();
    system.publish_all([entry("first", &json!({}))]).await;
    system.caught_up().await;
    // Four million entries of 2^31 would bring it there; a total set by hand does too.
    system.sql("UPDATE stock_totals SET qty_in = 9007199254740991 - 25").await;
    system
        .publish_all(
            (0..4)
                .map(|n| entry(&format!("next {n}"), &json!({})))
                .chain([entry("other", &json!({ "product_id": "pear" }))]),
        )
        .await;
    system.caught_up().await;
    let counts = system.counts().await;
    assert_eq!((counts.recorded, counts.rejected), (4, 2), "two more of ten pieces fit under 25");
    let rejections = system.parts.records.rejections_after(0, 10).await.unwrap();
    assert!(rejections.iter().all(|it| it.code == "sum_out_of_range"), "{rejections:?}");
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_lines_in_every_partition_at_once_are_recorded_once() {
    // Partitions meet each other's lines while these are being recorded: waited for, then judged.
    let mut system = System::new().await;
    let lines: Vec<String> =
        (0..400).map(|n| entry(&format!("bill {n}"), &json!({ "product_id": format!("p{}", n % 5) }))).collect();
    for partition in 0..4 {
        // Backwards in every other partition, so that they meet in the middle too.
        let order: Vec<&String> =
            if partition % 2 == 0 { lines.iter().collect() } else { lines.iter().rev().collect() };
        let mut waiting = Vec::new();
        for line in order {
            waiting.push(system.producer.send_to(partition, line.as_bytes()).await.unwrap());
        }
        for sent in waiting {
            sent.acknowledged().await.unwrap();
        }
    }
    system.start();
    system.caught_up().await;
    let counts = system.counts().await;
    assert_eq!((counts.recorded, counts.duplicates, counts.rejected), (400, 1200, 0));
    system.prove().await;
    system.end().await;
}
