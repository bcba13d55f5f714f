//! Entries by `POST /api/v1/entries`, rejections over HTTP, and corrected entries that are sent again.

use serde_json::{Value, json};

use crate::harness::{System, ask, assert_refused, entry, eventually};

async fn post(base: &str, call: &str, body: &str) -> (u16, Value) {
    let sent = reqwest::Client::new().post(format!("{base}/api/v1/{call}")).body(body.to_owned()).send().await;
    let answer = sent.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_entries_of_a_body_are_sent_or_none() {
    let mut system = System::new().await;
    system.start();
    let (base, stop) = system.serve().await;
    let none = json!({});
    let array = format!("[{}, {}]", entry("a", &none), entry("b", &none));
    assert_eq!(post(&base, "entries", &array).await, (202, json!({ "accepted": 2, "recorded": 0 })));
    system.caught_up().await;
    let lines = format!("{}\n\n{}\r\n", entry("c", &none), entry("a", &none));
    assert_eq!(post(&base, "entries", &lines).await, (202, json!({ "accepted": 1, "recorded": 1 })));
    let (status, problem) = post(&base, "entries", &entry("b", &json!({ "quantity": 11 }))).await;
    assert_eq!((status, &problem["errors"][0]["code"]), (422, &json!("conflict")), "as a file is told: {problem}");
    let bad = format!(
        "{}\n{}\nnonsense\n{}\n{}",
        entry("d", &none),
        entry("e", &json!({ "quantity": 0 })),
        entry("f", &json!({ "create_time": "2999-01-01 00:00:00" })),
        entry("d", &json!({ "quantity": 11 })),
    );
    let (status, problem) = post(&base, "entries", &bad).await;
    let errors: Vec<_> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["line"].as_u64(), &it["field"], &it["code"]))
        .collect();
    let wanted = [
        (2, "quantity", "invalid"),
        (3, "entry", "malformed"),
        (4, "create_time", "invalid"),
        (5, "line_no", "conflict"),
    ];
    let wanted: Vec<_> = wanted.map(|(line, field, code)| (Some(line), json!(field), json!(code))).to_vec();
    assert_eq!(errors, wanted.iter().map(|(line, field, code)| (*line, field, code)).collect::<Vec<_>>(), "{problem}");
    assert_eq!((status, &problem["detail"]), (422, &json!("4 of 5 entries are wrong; nothing was sent.")));
    for (body, status, code) in [("", 422, "unreadable"), ("[{}", 422, "unreadable")] {
        let (got, problem) = post(&base, "entries", body).await;
        assert_eq!((got, problem["code"].as_str()), (status, Some(code)), "{body}");
    }
    let (status, problem) = post(&base, "entries", &"{}\n".repeat(100_001)).await;
    assert_eq!((status, &problem["code"]), (413, &json!("too_large")));
    system.caught_up().await;
    let counts = system.counts().await;
    assert_eq!((counts.recorded, counts.duplicates, counts.rejected), (3, 0, 0), "what was refused was not sent");
    stop.cancel();
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rejected_message_is_corrected_and_both_stay_on_record() {
    let mut system = System::new().await;
    system.start();
    let (base, stop) = system.serve().await;
    let bad = entry("a", &json!({ "quantity": "ten" }));
    system.publish("apple", bad.as_bytes()).await;
    // Two partitions have no order between them: this one is to be the newest.
    system.caught_up().await;
    system.publish("", b"\xff\x00poison").await;
    system.caught_up().await;

    let (_, page) = ask(&base, "rejections", "limit=1").await;
    assert_eq!((&page["items"][0]["code"], page["next_cursor"].is_string()), (&json!("malformed"), true), "{page}");
    let (_, page) = ask(&base, "rejections", "code=wrong_type&state=open").await;
    let item = &page["items"][0];
    assert_eq!((&item["field"], &item["raw"], &page["next_cursor"]), (&json!("quantity"), &json!(bad), &Value::Null));
    let id = item["id"].as_i64().unwrap();

    // Wrong again: nothing is sent, nothing is written down.
    let call = format!("rejections/{id}/resubmit");
    let (status, problem) = post(&base, &call, &entry("a", &json!({ "quantity": 0 }))).await;
    assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!("quantity")));
    let good = entry("a", &json!({ "quantity": 10 }));
    let (status, place) = post(&base, &call, &good).await;
    assert_eq!((status, place["offset"].is_i64()), (202, true), "{place}");
    // Whoever presses the button too is told.
    let (status, problem) = post(&base, &call, &good).await;
    assert_eq!((status, &problem["code"]), (409, &json!("sent_again_already")));
    assert_eq!(post(&base, &format!("{call}?seen=1"), &good).await.0, 202);
    assert_eq!(post(&base, "rejections/999999/resubmit", &good).await.0, 404);
    system.caught_up().await;
    let counts = system.counts().await;
    assert_eq!((counts.recorded, counts.duplicates, counts.rejected), (1, 1, 2));

    let records = &system.parts.records;
    let sent = records.resubmissions_of(&[id]).await.unwrap();
    assert!(sent.iter().all(|it| it.is_past && it.rejected_again.is_none() && it.partition_id.is_some()), "{sent:?}");
    assert_eq!(records.rejection(id).await.unwrap().map(|it| (it.raw, it.sent_again)), Some((bad.into_bytes(), 2)));
    assert_eq!(ask(&base, "rejections", "state=open").await.1["items"].as_array().unwrap().len(), 1);
    for (query, field, code) in [
        ("code=theft", "code", "not_one_of"),
        ("state=x", "state", "not_one_of"),
        ("cursor=x", "cursor", "not_between"),
        ("limit=0", "limit", "not_between"),
        ("x=1", "x", "no_such_field"),
    ] {
        assert_refused(&base, "rejections", query, field, code).await;
    }
    stop.cancel();
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_conflicts_is_rejected_again_and_linked() {
    let mut system = System::new().await;
    system.start();
    let (base, stop) = system.serve().await;
    system.publish("apple", entry("a", &json!({})).as_bytes()).await;
    system.publish("apple", entry("b", &json!({ "drcr": 7 })).as_bytes()).await;
    system.caught_up().await;
    let (_, page) = ask(&base, "rejections", "").await;
    let id = page["items"][0]["id"].as_i64().unwrap();
    // Valid, but another line of the records.
    let (status, place) =
        post(&base, &format!("rejections/{id}/resubmit"), &entry("a", &json!({ "quantity": 11 }))).await;
    assert_eq!(status, 202);
    system.caught_up().await;
    eventually("it is rejected again", || async {
        let sent = system.parts.records.resubmissions_of(&[id]).await.map_err(|it| it.to_string())?;
        sent.iter().find_map(|it| it.rejected_again).map(drop).ok_or_else(|| format!("{sent:?}"))
    })
    .await;
    let partition = i32::try_from(place["partition"].as_i64().unwrap()).unwrap();
    let sent_for = system.parts.records.resubmitted_for(partition, 0, place["offset"].as_i64().unwrap()).await.unwrap();
    assert_eq!(sent_for, Some(id));
    stop.cancel();
    system.end().await;
}
