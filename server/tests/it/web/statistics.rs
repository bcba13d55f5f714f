//! `GET /api/v1/statistics`: what scripts are told, and what they are told when they ask badly.

use serde_json::{Value, json};

use crate::harness::{System, ask, assert_refused, entry};

async fn system() -> System {
    let mut system = System::new().await;
    system.start();
    let at = |bill: &str, time: &str, changes: Value| {
        let mut all = json!({ "create_time": time });
        all.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        entry(bill, &all)
    };
    system
        .publish_all([
            at("1", "2025-02-28 23:59:59.999", json!({ "kind": "opening", "quantity": 100 })),
            at("2", "2025-03-01 00:00:00", json!({ "quantity": 7 })),
            at("3", "2025-03-05 12:00:00", json!({ "drcr": -1, "quantity": 20, "warehouse_id": "w2" })),
            at("4", "2025-03-31 23:30:00", json!({ "kind": "adjust", "drcr": -1, "quantity": 3 })),
            at("5", "2025-04-01 00:00:00", json!({ "quantity": 1000 })),
        ])
        .await;
    system.caught_up().await;
    system
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_month_by_warehouse_and_by_week_page_by_page() {
    let system = system().await;
    let (base, stop) = system.serve().await;
    let (status, month) =
        ask(&base, "statistics", "from=2025-03-01&to=2025-04-01&group_by=warehouse&sort=-closing").await;
    assert_eq!(status, 200, "{month}");
    let first =
        json!({ "warehouse_id": "w1", "opening": 100, "in": 7, "out": 0, "adjust": -3, "closing": 104, "entries": 2 });
    let second =
        json!({ "warehouse_id": "w2", "opening": 0, "in": 0, "out": 20, "adjust": 0, "closing": -20, "entries": 1 });
    assert_eq!(month["rows"], json!([first, second]));
    assert_eq!(
        month["total"],
        json!({ "opening": 100, "in": 7, "out": 20, "adjust": -3, "closing": 84, "entries": 3 })
    );
    assert_eq!(month["next_cursor"], Value::Null);
    let recorded: i64 = month["as_of"]["offsets"].as_object().unwrap().values().map(|it| it.as_i64().unwrap()).sum();
    assert_eq!(recorded, 5);

    let (_, page) =
        ask(&base, "statistics", "from=2025-03-01&to=2025-04-01&group_by=warehouse&sort=-closing&limit=1").await;
    assert_eq!((&page["rows"], &page["total"]), (&json!([first]), &month["total"]));
    let cursor = page["next_cursor"].as_str().unwrap();
    let (_, rest) = ask(
        &base,
        "statistics",
        &format!("from=2025-03-01&to=2025-04-01&group_by=warehouse&sort=-closing&limit=1&cursor={cursor}"),
    )
    .await;
    assert_eq!((&rest["rows"], &rest["next_cursor"]), (&json!([second]), &Value::Null));

    let (_, weeks) =
        ask(&base, "statistics", "from=2025-03-01&to=2025-03-11&interval=week&warehouse_id=w1&group_by=product").await;
    let starts: Vec<_> = weeks["rows"].as_array().unwrap().iter().map(|it| it["start"].as_str().unwrap()).collect();
    assert_eq!(starts, ["2025-03-01T00:00:00+08:00", "2025-03-03T00:00:00+08:00", "2025-03-10T00:00:00+08:00"]);
    assert_eq!(weeks["rows"][2]["product_id"], "apple");
    assert_eq!(weeks["rows"][2]["closing"], 107);
    stop.cancel();
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_questions_are_told_which_field_is_wrong() {
    let system = system().await;
    let (base, stop) = system.serve().await;
    let long = "x".repeat(10_000);
    let many = "&product_id=p".repeat(101).replace("=p", "=apple");
    let period = "from=2025-03-01&to=2025-04-01";
    for (query, field, code) in [
        (String::new(), "from", "missing"),
        ("from=2025-03-01".to_owned(), "to", "missing"),
        ("from=2025-04-01&to=2025-03-01".to_owned(), "to", "not_after"),
        ("from=2025-04-01&to=2025-04-01".to_owned(), "to", "not_after"),
        ("from=1900-01-01&to=2200-01-01".to_owned(), "to", "period_too_long"),
        ("from=1525-03-01&to=2025-03-01".to_owned(), "from", "not_in_years"),
        ("from=yesterday&to=2025-03-01".to_owned(), "from", "not_a_time"),
        ("from=2025-02-30&to=2025-03-01".to_owned(), "from", "not_a_time"),
        ("from=1&to=2025-03-01".to_owned(), "from", "not_a_time"),
        ("from=2025-01-01&from=2025-02-01&to=2025-03-01".to_owned(), "from", "repeated"),
        (format!("{period}&warehouse_id=nowhere"), "warehouse_id", "unknown_id"),
        (
            format!("{period}&product_id=apple&product_id=%27%3B%20DROP%20TABLE%20names%3B--"),
            "product_id",
            "unknown_id",
        ),
        (format!("{period}&company_id=1%20OR%201%3D1"), "company_id", "unknown_id"),
        (format!("{period}&company_id={long}"), "company_id", "no_id"),
        (format!("{period}&product_id="), "product_id", "no_id"),
        (format!("{period}&product_id=%00"), "product_id", "no_id"),
        (format!("{period}{many}"), "product_id", "too_many"),
        (format!("{period}&group_by=product,drcr"), "group_by", "not_one_of"),
        (format!("{period}&group_by={long}"), "group_by", "not_one_of"),
        (format!("{period}&interval=minute"), "interval", "not_one_of"),
        (format!("{period}&interval={long}"), "interval", "too_long"),
        (format!("{period}&sort=price"), "sort", "not_one_of"),
        (format!("{period}&limit=0"), "limit", "not_between"),
        (format!("{period}&limit=1001"), "limit", "not_between"),
        (format!("{period}&limit=1%3BDROP"), "limit", "not_between"),
        (format!("{period}&cursor=nonsense"), "cursor", "broken_cursor"),
        (format!("{period}&werehouse_id=w1"), "werehouse_id", "no_such_field"),
        (format!("{period}&{long}=1"), &long[..64], "no_such_field"),
        ("from=2000-01-01&to=2025-01-01&interval=hour".to_owned(), "interval", "too_many_parts"),
    ] {
        assert_refused(&base, "statistics", &query, field, code).await;
    }
    stop.cancel();
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn records_that_do_not_answer_are_no_empty_statement() {
    let system = system().await;
    let (base, stop) = system.serve().await;
    system.sql("RENAME TABLE month_warehouse_totals TO gone").await;
    let (status, problem) = ask(&base, "statistics", "from=2025-03-01&to=2025-04-01&group_by=warehouse").await;
    assert_eq!((status, problem["code"].as_str()), (503, Some("unavailable")));
    system.sql("RENAME TABLE gone TO month_warehouse_totals").await;
    stop.cancel();
    system.end().await;
}
