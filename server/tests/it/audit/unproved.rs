//! What no replay can prove: bills that may explain a fault of the live stock, and what the topic no longer holds.

use model::audit::replay::BillKind;
use model::audit::{ResolveAs, Scope};
use queue::delete_before;
use realtime::Keys;
use records::Resolved;
use redis::AsyncCommands as _;
use tallyhouse::audit::Confirmed;

use crate::harness::eventually;

/// Entries over 3 products and 2 warehouses on two days; each quantity once.
use crate::audit::replays::{audit, audit_again, bill, replay, said, system};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fault_of_the_live_stock_leaves_candidates() {
    let system = system().await;
    // As if the live stock had counted the entry in of 13 twice.
    let key = Keys::new(&system.world.config.realtime.prefix).stock("w0:p0");
    let mut redis = system.redis().await;
    let active: i64 = redis.hget(&key, "active_version").await.unwrap();
    for (sum, by) in [("change", 13), ("change_in", 13), ("change_entries", 1)] {
        let _: i64 = redis.hincr(&key, format!("{sum}_v{active}"), by).await.unwrap();
    }
    let failed = audit(&system, Scope::Quick).await;
    assert_eq!((failed.state.as_str(), failed.counts.surplus), ("failed", 1));
    let (id, bills) = replay(&system, failed.id).await;
    assert_eq!(
        said(&bills),
        [bill(BillKind::Candidate, "bill 12", None, Some(13))],
        "exactly one makes up the difference"
    );
    assert_eq!(system.parts.replayer().confirm(id, "test").await.unwrap(), Confirmed::Done);
    let passed = audit(&system, Scope::Quick).await;
    assert_eq!((passed.state.as_str(), passed.repaired), ("passed", 1));
    system.prove().await;
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_topic_no_longer_holds_is_undecidable() {
    let system = system().await;
    let reach = system.parts.topic.reach().await.unwrap();
    let ends: Vec<(i32, i64)> = reach.iter().map(|(partition, (_, end))| (*partition, *end)).collect();
    for (partition, end) in ends {
        delete_before(&system.world.config.kafka, partition, end).await.unwrap();
    }
    eventually("the topic has let go", || async {
        let reach = system.parts.topic.reach().await.map_err(|it| it.to_string())?;
        if reach.values().all(|(begin, end)| begin == end) { Ok(()) } else { Err(format!("{reach:?}")) }
    })
    .await;
    system.sql("UPDATE t_p0_20250310 SET quantity = quantity + 1 WHERE bill_id = 'bill 0'").await;
    let failed = audit(&system, Scope::Full).await;
    assert_eq!((failed.state.as_str(), failed.counts.records_incomplete), ("failed", 1));
    let (id, bills) = replay(&system, failed.id).await;
    assert!(!bills.is_empty() && bills.iter().all(|it| it.kind == BillKind::Undecidable), "{bills:?}");
    // What the queue no longer says is not decided by it: nothing is corrected, and the finding waits for a person.
    let replayer = system.parts.replayer();
    assert_eq!(replayer.confirm(id, "test").await.unwrap(), Confirmed::Done);
    let records = &system.parts.records;
    assert_eq!(records.audit(failed.id).await.unwrap().unwrap().open, 1);
    let way = ResolveAs::AcceptRecords;
    assert_eq!(records.resolve_finding(failed.id, 1, way, "counted", "test").await.unwrap(), Resolved::ByCorrection);
    assert_eq!(replayer.accept((failed.id, 1), way, "counted", "test").await.unwrap(), Confirmed::Done);
    assert_eq!(replayer.accept((failed.id, 1), way, "counted", "test").await.unwrap(), Confirmed::NotReady, "once");
    let passed = audit_again(&system).await;
    assert_eq!((passed.state.as_str(), passed.repaired, passed.open), ("passed", 1, 0), "{:?}", passed.message);
    system.prove().await;
    system.end().await;
}
