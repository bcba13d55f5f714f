//! `/api/v1/audits` and the forms of `/audits`: an audit is started, followed, its findings are read and dealt with, and the one that
//! follows settles what was decided.

use realtime::Keys;
use redis::AsyncCommands as _;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use tallyhouse::background::drive;

use crate::harness::{System, ask, assert_refused, entry, eventually};

async fn call(base: &str, method: reqwest::Method, path: &str, body: &Value) -> (u16, Value) {
    let request = reqwest::Client::new().request(method, format!("{base}/api/v1/{path}")).json(body);
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.json().await.unwrap_or(Value::Null))
}

async fn post(base: &str, path: &str, body: &Value) -> (u16, Value) {
    call(base, reqwest::Method::POST, path, body).await
}

/// Waits until an audit is over.
async fn ended(base: &str, id: i64) -> Value {
    eventually("the audit is over", || async {
        let (_, audit) = ask(base, &format!("audits/{id}"), "").await;
        if audit["state"] == "running" { Err(audit.to_string()) } else { Ok(()) }
    })
    .await;
    ask(base, &format!("audits/{id}"), "").await.1
}

async fn audited(base: &str, scope: &str) -> Value {
    let (status, started) = post(base, "audits", &json!({ "scope": scope })).await;
    assert_eq!(status, 202, "{started}");
    ended(base, started["id"].as_i64().unwrap()).await
}

/// Moves the live stock of a key behind the system's back.
async fn edit(system: &System, member: &str, by: i64) {
    let key = Keys::new(&system.world.config.realtime.prefix).stock(member);
    let mut redis = system.redis().await;
    let active: i64 = redis.hget(&key, "active_version").await.unwrap();
    let _: i64 = redis.hincr(&key, format!("change_v{active}"), by).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_surplus_is_accepted_and_the_audit_that_follows_settles_exactly_that() {
    let mut system = System::new().await;
    system.start();
    system.publish_all([entry("a", &json!({})), entry("b", &json!({ "product_id": "milk" }))]).await;
    system.caught_up().await;
    let (base, stop) = system.serve().await;

    let first = audited(&base, "full").await;
    assert_eq!((&first["state"], &first["scope"], &first["keys"]), (&json!("passed"), &json!("full"), &json!(2)));
    assert_eq!(first["log"], json!({ "state": "正常无偏差", "flag": "F", "description": "一致无需处理" }));
    assert_eq!(first["checks"].as_array().unwrap().len(), 4);
    assert!(first["cut"].as_object().is_some_and(|it| it.values().any(|it| it["offset"] == 1)), "{first}");

    edit(&system, "w1:apple", 3).await;
    edit(&system, "w1:milk", -3).await;
    let failed = audited(&base, "quick").await;
    assert_eq!((&failed["state"], &failed["repaired"], &failed["open"]), (&json!("failed"), &json!(1), &json!(2)));
    let (id, findings) = (failed["id"].as_i64().unwrap(), format!("audits/{}/findings", failed["id"]));
    let (_, page) = ask(&base, &findings, "verdict=surplus").await;
    let apple = page["items"][0].clone();
    assert_eq!(
        (&apple["state"], &apple["flag"], &apple["cause"]),
        (&json!("RRS或NRS重复"), &json!("F"), &json!("live_edited"))
    );
    assert_eq!((&apple["rrs"]["stock"], &apple["nrs"]["stock"]), (&json!(10), &json!(13)));
    assert_eq!((&apple["before"], &apple["after"]), (&json!(13), &Value::Null));
    let (_, page) = ask(&base, &findings, "verdict=nrs_missing&flag=F&limit=1").await;
    let milk = page["items"][0].clone();
    assert_eq!((&milk["product_id"], &milk["before"], &milk["after"]), (&json!("milk"), &json!(7), &json!(10)));

    // After a failure it is tried again soon, whenever the period ends.
    let (_, page) = ask(&base, "audits", "limit=1").await;
    assert!((1..=300).contains(&page["due_in_seconds"].as_i64().unwrap()), "{page}");

    // Each its own way, with a note, once.
    let resolve = |it: &Value| format!("{findings}/{}/resolve", it["number"]);
    let accept = json!({ "as": "accept_records", "note": "counted by hand" });
    let (status, problem) = post(&base, &resolve(&milk), &accept).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!("as")));
    let (status, problem) = post(&base, &resolve(&milk), &json!({ "as": "acknowledge", "note": " " })).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!("note")));
    let seen = json!({ "as": "acknowledge", "note": "seen" });
    assert_eq!(post(&base, &resolve(&milk), &seen).await.0, 204);
    assert_eq!(post(&base, &resolve(&milk), &seen).await.0, 409);
    assert_eq!(post(&base, &format!("{findings}/99/resolve"), &seen).await.0, 404);
    // Entries go on; the difference is still what was seen.
    system.publish_all([entry("c", &json!({ "quantity": 5 }))]).await;
    system.caught_up().await;
    assert_eq!(post(&base, &resolve(&apple), &accept).await.0, 204);
    let stop_schedule = CancellationToken::new();
    let schedule = tokio::spawn(drive(system.parts.schedule(), stop_schedule.clone()));
    eventually("the audit that follows by itself has passed", || async {
        let (_, page) = ask(&base, "audits", "limit=1").await;
        let it = &page["items"][0];
        if it["state"] == "passed" && it["cause"] == "decided" { Ok(()) } else { Err(it.to_string()) }
    })
    .await;
    stop_schedule.cancel();
    schedule.await.unwrap();
    let (_, page) = ask(&base, "audits", "").await;
    let (next, last_check) = (&page["items"][0], &page["last_check"]);
    assert!(last_check.is_string() && page["due_in_seconds"].as_i64().unwrap() > 3000, "{page}");
    assert_eq!((&next["repaired"], &next["counts"]["surplus"], &next["open"]), (&json!(1), &json!(1), &json!(0)));
    assert_eq!(next["log"]["description"], "已用关系数据库数据进行校正");
    let (_, page) = ask(&base, &findings, "flag=T").await;
    let items = page["items"].as_array().unwrap();
    assert!(
        items.len() == 2 && items.iter().all(|it| it["resolved_by"].is_string() && it["note"].is_string()),
        "{page}"
    );
    assert_eq!(system.live_stock().await[&("w1".to_owned(), "apple".to_owned())], 15);
    system.prove().await;
    assert!(next["id"].as_i64().unwrap() > id);
    stop.cancel();
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_requests_make_one_audit_and_bad_ones_are_told_why() {
    let mut system = System::new().await;
    system.start();
    system.publish_all((0..500).map(|n| entry(&n.to_string(), &json!({ "product_id": format!("p{n}") })))).await;
    system.caught_up().await;
    let (base, stop) = system.serve().await;
    let scope = json!({ "scope": "full" });
    let answers = futures::future::join_all((0..50).map(|_| post(&base, "audits", &scope))).await;
    let (mut started, mut told) = (Vec::new(), Vec::new());
    for (status, answer) in answers {
        match status {
            202 => started.push(answer["id"].as_i64().unwrap()),
            409 => told.push(answer["running"].as_i64().unwrap()),
            other => panic!("{other}: {answer}"),
        }
    }
    assert!(!started.is_empty() && started.len() + told.len() == 50, "{started:?} {told:?}");
    assert!(told.iter().all(|it| started.contains(it)), "each is told which one: {started:?} {told:?}");
    for id in started {
        assert_eq!(ended(&base, id).await["state"], "passed");
    }
    let (status, started) = post(&base, "audits", &Value::Null).await;
    assert_eq!(status, 202, "{started}");
    assert_eq!(ended(&base, started["id"].as_i64().unwrap()).await["state"], "passed");
    for body in [json!({ "scope": "half" }), json!({ "scop": "full" }), json!([])] {
        assert_eq!(post(&base, "audits", &body).await.0, 422, "{body}");
    }
    for (query, field, code) in [
        ("verdict=x", "verdict", "not_one_of"),
        ("cause=x", "cause", "not_one_of"),
        ("flag=f", "flag", "not_one_of"),
        ("cursor=-1", "cursor", "not_between"),
        ("limit=0", "limit", "not_between"),
        ("x=1", "x", "no_such_field"),
    ] {
        assert_refused(&base, "audits/1/findings", query, field, code).await;
    }
    for path in ["audits/999999", "audits/x", "audits/999999/findings"] {
        assert_eq!(ask(&base, path, "").await.0, 404, "{path}");
    }
    stop.cancel();
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_period_is_changed_on_record_and_given_back() {
    let system = System::new().await;
    let (base, stop) = system.serve().await;
    let period = async || ask(&base, "settings", "").await.1["audit"].clone();
    assert_eq!((&period().await["expiration_seconds"], &period().await["is_chosen"]), (&json!(3600), &json!(false)));
    let put = async |body: Value| call(&base, reqwest::Method::PUT, "settings/audit", &body).await;
    let (status, answer) = put(json!({ "expiration_seconds": 30 })).await;
    assert_eq!((status, &answer["audit"]["expiration_seconds"]), (200, &json!(30)));
    assert_eq!(period().await["is_chosen"], true);
    for body in [json!({ "expiration_seconds": 9 }), json!({ "expiration_seconds": "1h" }), json!({ "period": 30 })] {
        assert_eq!(put(body.clone()).await.0, 422, "{body}");
    }
    assert_eq!(put(json!({ "expiration_seconds": null })).await.1["audit"]["expiration_seconds"], 3600);
    let deeds: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM trail WHERE action = 'audit.expiration'")
        .fetch_one(&mut system.connection().await)
        .await
        .unwrap();
    assert_eq!(deeds, 2);
    stop.cancel();
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replay_is_confirmed_on_the_page_of_its_own_audit_only() {
    let mut system = System::new().await;
    system.start();
    system.publish_all([entry("1", &json!({})), entry("2", &json!({}))]).await;
    system.caught_up().await;
    let (base, stop) = system.serve().await;
    let passed = audited(&base, "full").await;
    system.sql("DELETE FROM t_apple_20250310 LIMIT 1").await;
    let failed = audited(&base, "full").await;
    assert_eq!((&passed["state"], &failed["state"]), (&json!("passed"), &json!("failed")));
    let (_, started) = post(&base, &format!("audits/{}/replay", failed["id"]), &json!({})).await;
    let replay = started["id"].as_i64().unwrap();
    let state = async || ask(&base, &format!("replays/{replay}"), "").await.1["state"].clone();
    eventually("the replay is ready", || async {
        let state = state().await;
        if state == "ready" { Ok(()) } else { Err(state.to_string()) }
    })
    .await;
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let confirm = async |audit: &Value| {
        let form = client.post(format!("{base}/audits/{audit}/confirm")).body(format!("replay={replay}"));
        form.header("content-type", "application/x-www-form-urlencoded").send().await.unwrap().status().as_u16()
    };
    assert_eq!((confirm(&passed["id"]).await, state().await), (400, json!("ready")), "of another audit");
    assert_eq!((confirm(&failed["id"]).await, state().await), (303, json!("corrected")));
    stop.cancel();
    system.end().await;
}
