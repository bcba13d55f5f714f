//! When audits are made by themselves, what they prove then, and that statistics go on while records are corrected.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use model::audit::{AuditState, Scope};
use model::live::Verification;
use model::pipeline::PipelineState;
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewPartitions};
use rdkafka::client::DefaultClientContext;
use records::StoredAudit;
use serde_json::json;
use tallyhouse::audit::{Claimed, Confirmed};
use tokio_util::sync::CancellationToken;

use crate::audit::replays::{audit, replay};
use tallyhouse::background::drive;

use crate::harness::foreign::{Foreign, Message};
use crate::harness::{System, entry, eventually};

fn entries(range: std::ops::Range<usize>) -> impl Iterator<Item = String> {
    range.map(|n| entry(&format!("bill {n}"), &json!({ "product_id": format!("p{}", n % 5), "quantity": n + 1 })))
}

async fn audits(system: &System) -> Vec<StoredAudit> {
    system.parts.records.audits(None, 100).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_audit_of_nothing_proves_nothing_and_the_first_comes_after_the_first_catch_up() {
    let mut system = System::with(|it| it.audit.expiration = Duration::from_hours(1)).await;
    // By hand, before there is anything.
    system.parts.realtime.initialise("of a test").await.unwrap();
    let Claimed::Ours(run) = system.parts.auditor().claim(Scope::Quick, "hand", "test").await.unwrap() else {
        panic!("another run is under way");
    };
    run.to_end().await.unwrap();
    let clock = system.parts.records.audit_clock().await.unwrap();
    assert_eq!((clock.last_check, clock.last_audit), (None, None), "0 keys were compared");
    let stop = CancellationToken::new();
    let schedule = tokio::spawn(drive(system.parts.schedule(), stop.clone()));
    // What is there when the daemon comes is recorded before anything is audited.
    system.publish_all(entries(0..3000)).await;
    system.start();
    system.caught_up().await;
    eventually("the first audit has passed", || async {
        let clock = system.parts.records.audit_clock().await.map_err(|it| it.to_string())?;
        if clock.last_recorded == Some(3000) { Ok(()) } else { Err(format!("{clock:?}")) }
    })
    .await;
    let made = audits(&system).await;
    assert_eq!(made.len(), 2, "one of nothing, by hand, and one of everything: {made:?}");
    assert_eq!((made[0].state.as_str(), made[0].cause.as_str(), made[0].keys_compared), ("passed", "first", 5));
    // Verified, until much more has come than was looked at.
    let verification =
        async || system.parts.records.audit_clock().await.unwrap().verification(&system.parts.config.audit);
    assert_eq!(verification().await, Verification::Verified);
    system.publish_all(entries(3000..4000)).await;
    system.caught_up().await;
    assert_eq!(verification().await, Verification::Partly);
    stop.cancel();
    schedule.await.unwrap();
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_audit_that_cannot_run_yet_waits_and_leaves_one_line() {
    let mut system = System::with(|it| it.audit.expiration = Duration::from_secs(1)).await;
    system.start();
    system.publish_all(entries(0..20)).await;
    system.caught_up().await;
    assert_eq!(audit(&system, Scope::Quick).await.state, AuditState::Passed);
    // Levels that nobody can make as long as this transaction is open.
    let mut held = system.connection().await;
    for statement in ["BEGIN", "UPDATE levels SET state = 'missing' WHERE id = 1"] {
        sqlx::raw_sql(statement).execute(&mut held).await.unwrap();
    }
    system.parts.realtime.remove_everything().await.unwrap();
    let stop = CancellationToken::new();
    system.stop().await;
    let schedule = tokio::spawn(drive(system.parts.schedule(), stop.clone()));
    let status = system.parts.status.clone();
    eventually("it waits", || async {
        let (state, reasons) = status.now();
        let waits = reasons.iter().any(|it| it.contains("an audit is due and waits"));
        if waits && state == PipelineState::CatchingUp { Ok(()) } else { Err(format!("{state:?} {reasons:?}")) }
    })
    .await;
    sqlx::raw_sql("ROLLBACK").execute(&mut held).await.unwrap();
    assert_eq!(audits(&system).await.len(), 1, "no line for a try that could not be made");
    system.start();
    eventually("it is made once the live stock is there", || async {
        let made = audits(&system).await;
        if made.len() > 1 && made[0].state == AuditState::Passed { Ok(()) } else { Err(format!("{made:?}")) }
    })
    .await;
    assert!(audits(&system).await.iter().all(|it| it.state == AuditState::Passed), "and none is an error");
    stop.cancel();
    schedule.await.unwrap();
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn statistics_answer_while_records_are_corrected() {
    let mut system = System::new().await;
    system.start();
    system.publish_all(entries(0..400)).await;
    system.caught_up().await;
    system.sql("DELETE FROM t_p1_20250310 WHERE bill_id IN ('bill 1', 'bill 6', 'bill 11')").await;
    let failed = audit(&system, Scope::Full).await;
    let (id, bills) = replay(&system, failed.id).await;
    assert_eq!(bills.len(), 3);
    let (stop, answers) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let asking = {
        let (stop, answers, records) = (Arc::clone(&stop), Arc::clone(&answers), system.parts.records.clone());
        tokio::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                let snapshot = records.totals_snapshot().await.expect("statistics never stop for a correction");
                snapshot.close().await;
                answers.fetch_add(1, Ordering::Relaxed);
            }
        })
    };
    assert_eq!(system.parts.replayer().confirm(id, "test").await.unwrap(), Confirmed::Done);
    let before = answers.load(Ordering::Relaxed);
    eventually("they go on", || async {
        let now = answers.load(Ordering::Relaxed);
        if now > before + 20 { Ok(()) } else { Err(format!("{now}")) }
    })
    .await;
    stop.store(true, Ordering::Relaxed);
    asking.await.expect("no statement was refused");
    assert_eq!(
        audit(&system, Scope::Full).await.state,
        AuditState::Passed,
        "at once: nothing has to be made anew first"
    );
    system.prove().await;
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_partition_is_found_within_30_s() {
    let mut system = System::new().await;
    system.start();
    system.publish_all(entries(0..10)).await;
    system.caught_up().await;
    let kafka = &system.world.config.kafka;
    let admin: AdminClient<DefaultClientContext> =
        ClientConfig::new().set("bootstrap.servers", &kafka.brokers).create().unwrap();
    admin.create_partitions(&[NewPartitions::new(&kafka.topic, 6)], &AdminOptions::new()).await.unwrap();
    let started = Instant::now();
    let (base, web) = system.serve().await;
    let message = Message { partition: 5, ..Message::of(entry("of a new partition", &json!({}))) };
    let client = Foreign::plain(kafka);
    eventually("the client sees the partition", || async {
        tokio::time::timeout(Duration::from_secs(5), client.try_send(&message)).await.map_err(|it| it.to_string())?
    })
    .await;
    eventually("it is recorded", || async {
        let recorded = system.counts().await.recorded;
        if recorded == 11 { Ok(()) } else { Err(format!("{recorded}; {:?}", system.parts.status.now())) }
    })
    .await;
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
    assert_ne!(system.parts.status.now().0, PipelineState::Degraded, "no alarm meanwhile: {base}");
    web.cancel();
    system.end().await;
}
