//! The HTTP interface: bad questions, the guard, health, and the event stream.

use futures::StreamExt as _;
use serde_json::{Value, json};

use crate::harness::{LIMIT, System, entry, knows_the_stock};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_questions_get_problem_details_that_name_the_field() {
    let mut system = System::new().await;
    system.start();
    system.publish_all([entry("1", &json!({}))]).await;
    system.caught_up().await;
    let (base, stop) = system.serve().await;
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=many", "limit"),
        ("warehouse_id=", "warehouse_id"),
        ("product_id=%00", "product_id"),
        ("cursor=nonsense", "cursor"),
        ("product_id=a%27%3B%20DROP%20TABLE%20x%20%20", "product_id"),
    ] {
        let answer = reqwest::get(format!("{base}/api/v1/stock?{query}")).await.unwrap();
        assert_eq!(answer.status(), 422, "{query}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(
            (problem["code"].as_str(), problem["errors"][0]["field"].as_str()),
            (Some("invalid_input"), Some(field))
        );
    }
    let unknown = reqwest::get(format!("{base}/api/v1/nothing")).await.unwrap();
    assert_eq!(unknown.status(), 404);
    assert_eq!(unknown.json::<Value>().await.unwrap()["code"], "not_found");
    let other = reqwest::Client::new().delete(format!("{base}/api/v1/stock")).send().await.unwrap();
    assert_eq!((other.status().as_u16(), other.headers()["allow"].to_str().unwrap()), (405, "GET,HEAD"));
    assert_eq!(other.json::<Value>().await.unwrap()["code"], "method_not_allowed");
    stop.cancel();
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_passes_the_guard() {
    let system = System::new().await;
    let (base, stop) = system.serve().await;
    let client = reqwest::Client::new();
    for path in [
        "/",
        "/api/v1/stock",
        "/api/v1/pipeline",
        "/api/v1/live",
        "/api/fn/live_view",
        "/lang/en",
        "/pkg/x",
        "/nothing",
    ] {
        let answer = client.get(format!("{base}{path}")).header("host", "evil.example").send().await.unwrap();
        assert_eq!(answer.status(), 421, "{path} answered a foreign name");
    }
    let answer =
        client.post(format!("{base}/api/fn/live_view")).header("origin", "http://evil.example").send().await.unwrap();
    assert_eq!(answer.status(), 403);
    stop.cancel();
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_readiness_and_metrics() {
    let mut system = System::new().await;
    system.start();
    let (base, stop) = system.serve().await;
    let get = async |path: &str| reqwest::get(format!("{base}{path}")).await.unwrap();
    assert_eq!(get("/healthz").await.status(), 200);
    assert_eq!(get("/readyz").await.status(), 200);
    let metrics = get("/metrics").await.text().await.unwrap();
    assert!(metrics.contains("tallyhouse_lag_messages"), "{metrics}");
    stop.cancel();
    system.end().await;
}

/// Reads events until one fits.
async fn event(
    stream: &mut (impl futures::Stream<Item = reqwest::Result<axum::body::Bytes>> + Unpin),
    text: &mut String,
    fits: impl Fn(&str, &Value) -> bool,
) -> Value {
    let reading = async {
        loop {
            while let Some((block, rest)) = text.split_once("\n\n").map(|(a, b)| (a.to_owned(), b.to_owned())) {
                *text = rest;
                let field = |name: &str| {
                    block.lines().find_map(|it| it.strip_prefix(name).map(str::to_owned)).unwrap_or_default()
                };
                if let Ok(data) = serde_json::from_str::<Value>(&field("data: "))
                    && fits(&field("event: "), &data)
                {
                    return data;
                }
            }
            let bytes = stream.next().await.expect("the stream goes on").unwrap();
            text.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    };
    tokio::time::timeout(LIMIT, reading).await.expect("an event that fits")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_stream_begins_with_a_snapshot_and_goes_on_from_where_a_client_was() {
    let mut system = System::new().await;
    system.start();
    system.publish_all([entry("1", &json!({}))]).await;
    system.caught_up().await;
    let (base, stop) = system.serve().await;
    knows_the_stock(&base).await;
    let open = async |url: String| reqwest::get(url).await.unwrap().bytes_stream();

    let (mut stream, mut text) = (open(format!("{base}/api/v1/live")).await, String::new());
    let snapshot = event(&mut stream, &mut text, |kind, _| kind == "snapshot").await;
    assert_eq!(snapshot["totals"]["stock"], 10);

    system.publish_all([entry("2", &json!({ "quantity": 5 }))]).await;
    let change = event(&mut stream, &mut text, |kind, it| kind == "change" && it["totals"]["stock"] == 15).await;
    assert_eq!(change["warehouses"]["changed"][0]["stock"], 15);
    assert!(change["newest"].as_array().unwrap().iter().any(|it| it["bill_id"] == "2"));

    // Away for one entry, then back with the position of the first paint: the change is there, no snapshot is needed.
    let after = change["id"].as_str().unwrap().to_owned();
    drop(stream);
    system.publish_all([entry("3", &json!({ "drcr": -1 }))]).await;
    let (mut stream, mut text) = (open(format!("{base}/api/v1/live?after={after}")).await, String::new());
    event(&mut stream, &mut text, |kind, it| {
        assert_ne!(kind, "snapshot", "nothing was missed that is no longer kept");
        it["totals"]["stock"] == 5
    })
    .await;
    stop.cancel();
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn invented_warehouses_take_no_places_from_those_that_there_are() {
    let mut system = System::new().await;
    system.start();
    system.publish_all([entry("1", &json!({ "warehouse_id": "w1" }))]).await;
    system.caught_up().await;
    let (base, stop) = system.serve().await;
    knows_the_stock(&base).await;
    let mut streams = Vec::new();
    for n in 0..70 {
        let answer = reqwest::get(format!("{base}/api/v1/live?warehouse=invented-{n}")).await.unwrap();
        if answer.status() == 200 {
            streams.push(answer);
            continue;
        }
        assert_eq!(answer.status(), 422);
        let problem: Value = answer.json().await.unwrap();
        let error = &problem["errors"][0];
        assert_eq!((&error["field"], &error["code"]), (&json!("warehouse"), &json!("unknown_id")), "{problem}");
    }
    assert!(streams.is_empty(), "{} streams of nothing", streams.len());
    assert_eq!(reqwest::get(format!("{base}/api/v1/live?warehouse=w1")).await.unwrap().status(), 200);
    assert_eq!(reqwest::get(format!("{base}/wall?warehouse=w1")).await.unwrap().status(), 200);
    // A wrong question is no outage.
    let many = (0..101).map(|n| format!("warehouse=w{n}")).collect::<Vec<_>>().join("&");
    for query in ["warehouse=invented", "warehouse=%00", &many] {
        let page = reqwest::Client::new().get(format!("{base}/wall?{query}")).header("accept-language", "en");
        let page = page.send().await.unwrap();
        assert_eq!(page.status(), 422, "{query}");
        assert!(page.text().await.unwrap().contains("There is no such page"), "{query}");
    }
    stop.cancel();
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_gets_no_turn_is_told_that_others_ask_and_when_to_come_again() {
    let mut system = System::new().await;
    system.start();
    system.publish_all([entry("1", &json!({}))]).await;
    system.caught_up().await;
    let (base, stop) = system.serve().await;
    let mut others = Vec::new();
    for _ in 0..4 {
        others.push(system.parts.records.totals_snapshot().await.unwrap());
    }
    let question = format!("{base}/api/v1/statistics?from=2025-03-01&to=2025-04-01&group_by=warehouse");
    let page = reqwest::Client::new().get(format!("{base}/statistics?period=30d")).header("accept-language", "en");
    let (answer, page) = tokio::join!(reqwest::get(&question), page.send());
    let (answer, page) = (answer.unwrap(), page.unwrap());
    assert_eq!((answer.status().as_u16(), &answer.headers()["retry-after"]), (429, &"5".parse().unwrap()));
    assert_eq!(answer.json::<Value>().await.unwrap()["code"], "busy");
    assert_eq!(page.status(), 429);
    assert!(page.text().await.unwrap().contains("Others are asking much now"));
    // Whoever waits when a turn is over has it.
    let waiting = tokio::spawn(reqwest::get(question));
    tokio::task::yield_now().await;
    others.pop().unwrap().close().await;
    assert_eq!(waiting.await.unwrap().unwrap().status(), 200);
    for it in others {
        it.close().await;
    }
    stop.cancel();
    system.end().await;
}
