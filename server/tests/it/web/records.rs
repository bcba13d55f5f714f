//! `GET /api/v1/records`: what scripts are told, and what they are told when they ask badly.

use serde_json::{Value, json};

use crate::harness::{System, ask, assert_refused, entry};

async fn system() -> System {
    let mut system = System::new().await;
    system.start();
    let bills = [
        entry("a", &json!({ "description": "ripe and red", "line_no": 1 })),
        entry("a", &json!({ "product_id": "milk", "line_no": 2, "create_time": "2025-03-11 08:00:00" })),
        entry("b", &json!({ "drcr": -1, "quantity": 3, "create_time": "2025-03-10 09:30:00.250" })),
        entry("c", &json!({ "kind": "adjust", "quantity": 1, "create_time": "2025-03-12 00:00:00" })),
    ];
    system.publish_all(bills).await;
    system.caught_up().await;
    system
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn newest_first_with_where_each_came_from_and_all_lines_of_a_bill() {
    let system = system().await;
    let (base, stop) = system.serve().await;
    let bills = async |query: &str| {
        let (status, page) = ask(&base, "records", query).await;
        assert_eq!(status, 200, "{page}");
        let items = page["items"].as_array().unwrap().clone();
        items.iter().map(|it| format!("{}/{}", it["bill_id"].as_str().unwrap(), it["line_no"])).collect::<Vec<_>>()
    };
    assert_eq!(bills("").await, ["c/1", "a/2", "b/1", "a/1"]);
    assert_eq!(bills("bill_id=a").await, ["a/2", "a/1"]);
    assert_eq!(bills("from=2025-03-10&to=2025-03-11&direction=in&kind=bill").await, ["a/1"]);
    assert_eq!(bills("product_id=apple&text=RED").await, ["a/1"]);
    assert_eq!(bills("kind=adjust,opening").await, ["c/1"]);
    assert_eq!(bills("bill_id=nobody").await, Vec::<String>::new());
    let (_, page) = ask(&base, "records", "limit=1&direction=out").await;
    let item = &page["items"][0];
    assert_eq!(item["create_time"], "2025-03-10T09:30:00.250+08:00");
    assert_eq!((item["drcr"].as_i64(), item["quantity"].as_i64()), (Some(-1), Some(3)));
    assert!(item["partition"].is_i64() && item["offset"].is_i64() && item["recorded_at"].is_string(), "{item}");
    assert_eq!(page["next_cursor"], Value::Null);
    stop.cancel();
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_questions_are_told_which_field_is_wrong() {
    let system = system().await;
    let (base, stop) = system.serve().await;
    let long = "x".repeat(10_000);
    for (query, field, code) in [
        ("from=2025-04-01&to=2025-03-01".to_owned(), "to", "not_after"),
        ("from=now".to_owned(), "from", "not_a_time"),
        ("direction=sideways".to_owned(), "direction", "not_one_of"),
        ("kind=bill,theft".to_owned(), "kind", "not_one_of"),
        (format!("bill_id={long}"), "bill_id", "no_id"),
        (format!("product_id=apple&text={long}"), "text", "too_long"),
        ("text=red".to_owned(), "text", "too_wide"),
        ("warehouse_id=nowhere".to_owned(), "warehouse_id", "unknown_id"),
        ("product_id=%27%20OR%201=1%20--".to_owned(), "product_id", "unknown_id"),
        ("cursor=AAAA".to_owned(), "cursor", "broken_cursor"),
        (format!("cursor={long}"), "cursor", "too_long"),
        ("limit=0".to_owned(), "limit", "not_between"),
        ("order=oldest".to_owned(), "order", "no_such_field"),
    ] {
        assert_refused(&base, "records", &query, field, code).await;
    }
    stop.cancel();
    system.end().await;
}
