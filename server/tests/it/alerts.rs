//! What is told without anybody looking: once when it begins and once when it is over, by a signed message that is sent until it is
//! taken.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::{HeaderMap, StatusCode};
use base::clock::Clock;
use base::config::{Secret, SecretKey, WebhookConfig};
use model::audit::{AuditState, ResolveAs, Scope};
use queue::delete_before;
use records::Resolved;
use serde_json::{Value, json};
use tallyhouse::alerts::{Alert, Alerter, Message, Webhook, signature};

use crate::audit::replays::{audit, edit_live};
use crate::harness::{System, entry, eventually};

/// Of these bytes: `012345678901234567890123`.
const SECRET: &str = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz";

async fn changes(alerter: &mut Alerter) -> Vec<(&'static str, &'static str, String)> {
    let seen = alerter.see().await;
    assert_eq!(seen.len(), Alert::ALL.len(), "everything could be asked: {seen:?}");
    alerter.changes(&seen).into_iter().map(|it| (it.kind, it.state, it.id)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failed_audit_and_what_the_topic_lets_go_are_told_once_and_once_when_they_are_over() {
    let mut system = System::new().await;
    system.start();
    system.publish("apple", entry("a", &json!({})).as_bytes()).await;
    system.caught_up().await;
    let mut alerter = system.parts.alerter().unwrap();
    assert_eq!(changes(&mut alerter).await, []);
    edit_live(&system, "w1:apple", 3).await;
    let failed = audit(&system, Scope::Quick).await;
    let id = format!("audit_failed-{}", failed.id);
    assert_eq!(changes(&mut alerter).await, [("audit_failed", "raised", id.clone())]);
    assert_eq!(changes(&mut alerter).await, [], "once");
    let records = &system.parts.records;
    let done = records.resolve_finding(failed.id, 1, ResolveAs::AcceptRecords, "counted", "test").await.unwrap();
    assert_eq!(done, Resolved::Done);
    assert_eq!(audit(&system, Scope::Quick).await.state, AuditState::Passed);
    assert_eq!(changes(&mut alerter).await, [("audit_failed", "cleared", format!("{id}-cleared"))]);

    // Nobody reads; the topic lets go.
    system.stop().await;
    system.publish_all((0..50).map(|n| entry(&n.to_string(), &json!({})))).await;
    let reach = system.parts.topic.reach().await.unwrap();
    let (partition, (_, end)) = reach.into_iter().max_by_key(|(_, (_, end))| *end).unwrap();
    delete_before(&system.world.config.kafka, partition, end - 1).await.unwrap();
    eventually("it is told", || async {
        let begin = system.parts.topic.reach().await.map_err(|it| it.to_string())?[&partition].0;
        if begin == end - 1 { Ok(()) } else { Err(format!("begins at {begin}")) }
    })
    .await;
    let told = changes(&mut alerter).await;
    assert!(matches!(told.as_slice(), [("retention_near", "raised", _)]), "{told:?}");
    system.end().await;
}

/// What somebody's server was sent: headers and body.
type Taken = Arc<Mutex<Vec<(HeaderMap, String)>>>;

/// A server that refuses the first two messages.
async fn receiver(taken: Taken) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let handler = axum::routing::post(move |headers: HeaderMap, body: String| async move {
        let mut taken = taken.lock().unwrap();
        taken.push((headers, body));
        if taken.len() > 2 { StatusCode::NO_CONTENT } else { StatusCode::SERVICE_UNAVAILABLE }
    });
    tokio::spawn(async move { axum::serve(listener, axum::Router::new().route("/hook", handler)).await });
    format!("http://{address}/hook")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_alert_that_is_not_taken_holds_up_none_of_another_kind() {
    let taken = Taken::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let seen = Arc::clone(&taken);
    let handler = axum::routing::post(move |headers: HeaderMap, body: String| async move {
        let is_refused = body.contains("audit_failed");
        seen.lock().unwrap().push((headers, body));
        if is_refused { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::NO_CONTENT }
    });
    tokio::spawn(async move { axum::serve(listener, axum::Router::new().route("/hook", handler)).await });
    let to = WebhookConfig { url: Secret::new(url), secret: SecretKey::parse(SECRET).unwrap() };
    let webhook = Webhook::new(to, Clock::system()).unwrap().first_wait(Duration::from_mins(1));
    let (sender, messages) = tokio::sync::mpsc::channel(4);
    let sending = tokio::spawn(webhook.deliver(messages));
    for kind in ["audit_failed", "lag_too_long"] {
        let (id, timestamp, text) = (kind.to_owned(), "2025-03-10T08:00:00Z".to_owned(), kind.to_owned());
        sender.send(Message { id, kind, state: "raised", timestamp, text, data: json!({}) }).await.unwrap();
    }
    eventually("the other one arrives", || async {
        let arrived = taken.lock().unwrap().iter().any(|(_, body)| body.contains("lag_too_long"));
        if arrived { Ok(()) } else { Err("not yet".to_owned()) }
    })
    .await;
    sending.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_signed_and_sent_until_it_is_taken() {
    let taken = Taken::default();
    let url = receiver(Arc::clone(&taken)).await;
    let to = WebhookConfig { url: Secret::new(url), secret: SecretKey::parse(SECRET).unwrap() };
    let webhook = Webhook::new(to, Clock::system()).unwrap().first_wait(Duration::from_millis(10));
    let (sender, messages) = tokio::sync::mpsc::channel(2);
    let message = Message {
        id: "audit_failed-7".to_owned(),
        kind: "audit_failed",
        state: "raised",
        timestamp: "2025-03-10T08:00:00Z".to_owned(),
        text: "audit 7 failed".to_owned(),
        data: json!({ "audit": 7 }),
    };
    sender.send(message).await.unwrap();
    drop(sender);
    webhook.deliver(messages).await;
    let taken = taken.lock().unwrap();
    assert_eq!(taken.len(), 3, "twice refused, once taken");
    for (headers, body) in &*taken {
        let header = |name: &str| headers[name].to_str().unwrap().to_owned();
        assert_eq!(header("webhook-id"), "audit_failed-7");
        let seconds: i64 = header("webhook-timestamp").parse().unwrap();
        assert_eq!(
            header("webhook-signature"),
            signature(b"012345678901234567890123", "audit_failed-7", seconds, body)
        );
        let age = Clock::system().now().0 / 1000 - seconds;
        assert!((0..60).contains(&age), "the time of the try, {age} s ago, not that of the alert");
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!((&body["type"], &body["data"]["audit"]), (&json!("audit_failed"), &json!(7)));
    }
}
