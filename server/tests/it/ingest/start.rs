//! A wrong set-up is refused with what to do; a store that is away or emptied is said, and nothing is lost.

use base::config::Layout;
use model::pipeline::PipelineState;
use realtime::Realtime;
use records::{Frozen, Records};
use serde_json::json;
use tallyhouse::background::drive;
use tallyhouse::live::{Follower, HubWatch};
use tokio_util::sync::CancellationToken;

use crate::harness::{System, entry, eventually};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frozen_settings_are_refused_when_they_change() {
    let system = System::new().await;
    let mut config = system.world.config.clone();
    Records::migrate(&config.records).await.expect("safe to repeat");
    config.records.layout = Layout::BucketDay(8);
    let refused = system.parts.records.installation(&Frozen::of(&config)).await.unwrap_err().to_string();
    assert!(refused.contains("bucket-day") && refused.contains("product-day"), "{refused}");
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topic_that_comes_later_is_waited_for() {
    let mut system = System::new().await;
    let later = format!("{}_later", system.world.config.kafka.topic);
    system.parts.config.kafka.topic.clone_from(&later);
    system.parts.topic = queue::Topic::new(&system.parts.config.kafka).unwrap();
    system.start();
    let status = system.parts.status.clone();
    eventually("the missing topic is said", || async {
        let (_, reasons) = status.now();
        if reasons.iter().any(|it| it.contains("there is no topic")) { Ok(()) } else { Err(format!("{reasons:?}")) }
    })
    .await;
    queue::make_topic(&system.parts.config.kafka, 1).await.unwrap();
    eventually("it is found by itself", || async {
        let (state, reasons) = status.now();
        if state == PipelineState::Ok { Ok(()) } else { Err(format!("{reasons:?}")) }
    })
    .await;
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_recorded_before_redis_is_initialised() {
    // Afterwards an empty Redis could not be told from one that was emptied.
    let mut system = System::new().await;
    let mut nowhere = system.world.config.realtime.clone();
    nowhere.url = base::config::SecretUrl::parse("redis://127.0.0.1:1/0", &["redis"]).unwrap();
    let alive = std::mem::replace(&mut system.parts.realtime, Realtime::new(&nowhere, "installation").unwrap());
    system.publish_all([entry("1", &json!({}))]).await;
    system.start();
    let status = system.parts.status.clone();
    eventually("it is said that reading cannot begin", || async {
        let (_, reasons) = status.now();
        if reasons.iter().any(|it| it.contains("cannot begin")) { Ok(()) } else { Err(format!("{reasons:?}")) }
    })
    .await;
    assert_eq!(system.counts().await.consumed, 0);
    system.stop().await;
    system.parts.realtime = alive;
    system.start();
    system.caught_up().await;
    system.prove().await;
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hub_that_stands_still_is_said_to() {
    let system = System::new().await;
    let parts = &system.parts;
    let zone = parts.config.entry.business_time;
    // A follower that never runs: as good as one that hangs.
    let (_stuck, hub) =
        Follower::new(parts.records.clone(), parts.realtime.clone(), parts.status.clone(), parts.clock.clone(), zone);
    let watch = HubWatch { hub: hub.clone(), clock: parts.clock.clone() };
    let stop = CancellationToken::new();
    tokio::spawn(drive(watch, stop.clone()));
    eventually("the view says so", || async {
        let view = hub.everything().view();
        let said = view.totals.state == PipelineState::Degraded && !view.totals.reasons.is_empty();
        if said { Ok(()) } else { Err(format!("{:?}", view.totals)) }
    })
    .await;
    stop.cancel();
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_schema_of_another_version_is_refused_with_what_to_do() {
    let system = System::new().await;
    let refusal = async || system.parts.records.check_server().await.unwrap_err().to_string();
    system.parts.records.check_server().await.expect("the right one");
    system.sql("UPDATE _sqlx_migrations SET version = version + 1000 ORDER BY version DESC LIMIT 1").await;
    let newer = refusal().await;
    assert!(newer.contains("newer version") && newer.contains("start a newer program"), "{newer}");
    system.sql("DELETE FROM _sqlx_migrations ORDER BY version DESC LIMIT 1").await;
    let older = refusal().await;
    assert!(older.contains("older version") && older.contains("tallyhouse migrate"), "{older}");
    system.sql("DROP TABLE _sqlx_migrations").await;
    assert!(refusal().await.contains("no schema of ours"));
    system.end().await;
}
