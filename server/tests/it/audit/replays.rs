//! Replays: the queue names exactly the bills that differ, an auditor confirms, the records are corrected, and the audit that follows
//! settles exactly that.

use std::sync::Arc;

use model::audit::replay::{Bill, BillKind};
use model::audit::{AuditState, Scope};
use realtime::Keys;
use records::{ReplayClaim, StoredAudit};
use redis::AsyncCommands as _;
use serde_json::json;
use tallyhouse::audit::{Claimed, Confirmed, ReplayLimits};
use tokio::runtime::Handle;

use crate::harness::{LIMIT, System, entry};

/// Entries over 3 products and 2 warehouses on two days; each quantity once.
fn entries(range: std::ops::Range<usize>) -> impl Iterator<Item = String> {
    range.map(|n| {
        let drcr = if n % 4 == 3 { -1 } else { 1 };
        entry(
            &format!("bill {n}"),
            &json!({
                "product_id": format!("p{}", n % 3), "warehouse_id": format!("w{}", n % 2), "drcr": drcr,
                "quantity": n + 1, "create_time": format!("2025-03-{} 08:00:00", 10 + n / 3 % 2),
            }),
        )
    })
}

pub async fn system() -> System {
    let mut system = System::new().await;
    system.start();
    system.publish_all(entries(0..120)).await;
    // What is sent again is a duplicate; what contradicts it is rejected: neither is a bill that is missing.
    system.publish_all(entries(0..10)).await;
    system.caught_up().await;
    system
        .publish("p0", entry("bill 0", &json!({ "product_id": "p0", "warehouse_id": "w0", "quantity": 77 })).as_bytes())
        .await;
    system.caught_up().await;
    assert_eq!(audit(&system, Scope::Full).await.state, AuditState::Passed);
    system
}

pub async fn audit(system: &System, scope: Scope) -> StoredAudit {
    let Claimed::Ours(run) = system.parts.auditor().claim(scope, "hand", "test").await.unwrap() else {
        panic!("another run is under way");
    };
    let number = run.number();
    Box::pin(run.to_end()).await.unwrap();
    system.parts.records.audit(number).await.unwrap().unwrap()
}

/// A full audit, once the levels of totals are made anew: before, none can be made.
pub async fn audit_again(system: &System) -> StoredAudit {
    eventually_audited(system, Scope::Full).await
}

async fn eventually_audited(system: &System, scope: Scope) -> StoredAudit {
    let started = std::time::Instant::now();
    loop {
        let it = audit(system, scope).await;
        if it.state != AuditState::Error || started.elapsed() > LIMIT {
            return it;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}

/// The next full audit passes, and all of both stores is right.
pub async fn ends_right(system: &System) {
    let passed = audit_again(system).await;
    assert_eq!(passed.state, AuditState::Passed, "{:?}", passed.message);
    system.prove().await;
}

pub async fn replay(system: &System, audit: i64) -> (i64, Vec<Bill>) {
    let replayer = system.parts.replayer();
    let ReplayClaim::Ours(id) = replayer.claim(audit, "test").await.unwrap() else { panic!("another is under way") };
    assert_eq!(replayer.claim(audit, "test").await.unwrap(), ReplayClaim::Running(id), "one at a time");
    replayer.to_end(id, audit).await.unwrap();
    let records = &system.parts.records;
    let stored = records.replay(id).await.unwrap().unwrap();
    assert_eq!((stored.state.as_str(), stored.message), ("ready", None));
    (id, records.replay_bills(id, 0, 1000).await.unwrap().into_iter().map(|(_, it)| it).collect())
}

pub fn said(bills: &[Bill]) -> Vec<(BillKind, String, Option<i64>, Option<i64>)> {
    let quantity = |it: &Option<model::audit::replay::BillContent>| it.as_ref().map(|it| it.quantity);
    bills.iter().map(|it| (it.kind, it.bill_id.clone(), quantity(&it.queue), quantity(&it.records))).collect()
}

pub fn bill(
    kind: BillKind,
    id: &str,
    queue: Option<i64>,
    records: Option<i64>,
) -> (BillKind, String, Option<i64>, Option<i64>) {
    (kind, id.to_owned(), queue, records)
}

pub async fn edit_live(system: &System, member: &str, by: i64) {
    let key = Keys::new(&system.world.config.realtime.prefix).stock(member);
    let mut redis = system.redis().await;
    let active: i64 = redis.hget(&key, "active_version").await.unwrap();
    let _: i64 = redis.hincr(&key, format!("change_v{active}"), by).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_altered_and_added_rows_are_named_and_put_right() {
    let system = system().await;
    for statement in [
        "DELETE FROM t_p0_20250310 WHERE bill_id IN ('bill 0', 'bill 6')",
        "UPDATE t_p1_20250310 SET quantity = 900 WHERE bill_id = 'bill 7'",
        "INSERT INTO t_p2_20250310 (product_id, quantity, drcr, company_id, warehouse_id, bill_id, line_no, kind, create_time,
           description, recorded_at, partition_id, kafka_offset, back_dated)
         SELECT product_id, 5, 1, company_id, warehouse_id, 'by hand', 1, kind, create_time, '', recorded_at, partition_id, 99999,
           back_dated FROM t_p2_20250310 LIMIT 1",
    ] {
        system.sql(statement).await;
    }
    // Beside that, two keys of the live stock: one is repaired by itself, one waits.
    edit_live(&system, "w1:p0", -3).await;
    edit_live(&system, "w1:p2", 4).await;
    let failed = audit(&system, Scope::Full).await;
    assert_eq!(
        (failed.state.as_str(), failed.counts.records_incomplete, failed.counts.surplus, failed.counts.nrs_missing),
        ("failed", 3, 1, 1)
    );
    let (id, bills) = replay(&system, failed.id).await;
    let expected = [
        bill(BillKind::Missing, "bill 0", Some(1), None),
        bill(BillKind::Missing, "bill 6", Some(7), None),
        bill(BillKind::Altered, "bill 7", Some(8), Some(900)),
        bill(BillKind::Extra, "by hand", None, Some(5)),
    ];
    assert_eq!(said(&bills), expected);
    assert_eq!(audit(&system, Scope::Full).await.state, AuditState::Failed, "nothing has been changed");

    let replayer = system.parts.replayer();
    assert_eq!(replayer.confirm(id, "test").await.unwrap(), Confirmed::Done);
    assert_eq!(replayer.confirm(id, "test").await.unwrap(), Confirmed::NotReady, "once");
    // Entries go on meanwhile.
    system.publish_all(entries(120..150)).await;
    system.caught_up().await;
    let passed = audit_again(&system).await;
    assert_eq!(
        (passed.state.as_str(), passed.counts.surplus, passed.repaired),
        ("passed", 1, 1),
        "{:?}",
        passed.message
    );
    assert_eq!(passed.open, 0, "what was confirmed needs nobody any more");
    assert_eq!(audit(&system, Scope::Full).await.counts.agrees, 6);
    system.prove().await;
    let first = system.parts.records.audit(failed.id).await.unwrap().unwrap();
    assert_eq!(first.open, 1, "only the repair that needed nobody is still to be seen");

    // What was corrected can be edited again, and is named again.
    system.sql("UPDATE t_p0_20250310 SET quantity = 70 WHERE bill_id = 'bill 6'").await;
    let (again, bills) = replay(&system, audit(&system, Scope::Full).await.id).await;
    assert_eq!(said(&bills), [bill(BillKind::Altered, "bill 6", Some(7), Some(70))]);
    assert_eq!(replayer.confirm(again, "test").await.unwrap(), Confirmed::Done);
    ends_right(&system).await;
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn much_that_is_lost_comes_back_in_several_replays() {
    let system = system().await;
    for statement in [
        "DELETE FROM t_p0_20250310 LIMIT 15",
        "DELETE FROM t_p1_20250310 LIMIT 15",
        "DELETE FROM t_p2_20250311 LIMIT 15",
    ] {
        system.sql(statement).await;
    }
    // More than is held in memory at a time, and more bills than are named, also of one key.
    let mut replayer = system.parts.replayer();
    replayer.limits = ReplayLimits { entries: 30, bills: 7 };
    let (mut rounds, mut named) = (0, 0);
    let mut failed = audit(&system, Scope::Full).await;
    while failed.state == AuditState::Failed {
        let ReplayClaim::Ours(id) = replayer.claim(failed.id, "test").await.unwrap() else { panic!("under way") };
        replayer.to_end(id, failed.id).await.unwrap();
        let bills = system.parts.records.replay_bills(id, 0, 1000).await.unwrap();
        assert!((1..=7).contains(&bills.len()), "{} bills", bills.len());
        assert_eq!(replayer.confirm(id, "test").await.unwrap(), Confirmed::Done);
        (rounds, named) = (rounds + 1, named + bills.len());
        failed = audit_again(&system).await;
    }
    assert_eq!((failed.state.as_str(), named), ("passed", 45), "{:?}", failed.message);
    assert_eq!(rounds, 7);
    system.prove().await;
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changed_since_the_replay_is_not_taken_for_right() {
    let system = system().await;
    system.sql("DELETE FROM t_p0_20250310 WHERE bill_id = 'bill 0'").await;
    system.sql("DELETE FROM t_p1_20250310 WHERE bill_id = 'bill 7'").await;
    let failed = audit(&system, Scope::Full).await;
    let (id, bills) = replay(&system, failed.id).await;
    assert_eq!(bills.len(), 2);
    // Entries that come meanwhile are no such change; a row that somebody deletes is.
    system.publish_all(entries(120..150)).await;
    system.caught_up().await;
    system.sql("DELETE FROM t_p0_20250310 WHERE bill_id = 'bill 12'").await;
    let replayer = system.parts.replayer();
    assert_eq!(replayer.confirm(id, "test").await.unwrap(), Confirmed::Done);
    assert_eq!(
        system.parts.records.audit(failed.id).await.unwrap().unwrap().open,
        1,
        "one key is left for another replay"
    );
    let again = audit_again(&system).await;
    assert_eq!((again.state.as_str(), again.counts.records_incomplete), ("failed", 1));
    let (id, bills) = replay(&system, again.id).await;
    let expected =
        [bill(BillKind::Missing, "bill 0", Some(1), None), bill(BillKind::Missing, "bill 12", Some(13), None)];
    assert_eq!(said(&bills), expected);
    system.sql("DELETE FROM t_p0_20250310 WHERE bill_id = 'bill 24'").await;
    assert_eq!(replayer.confirm(id, "test").await.unwrap(), Confirmed::Changed, "nothing is as it was seen");
    let (id, bills) = replay(&system, again.id).await;
    assert_eq!(bills.len(), 3);
    assert_eq!(replayer.confirm(id, "test").await.unwrap(), Confirmed::Done);
    ends_right(&system).await;
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_beside_a_corrected_one_is_not_taken_for_right() {
    let system = system().await;
    let beside =
        json!({ "product_id": "p0", "warehouse_id": "w1", "quantity": 5, "create_time": "2025-03-10 08:00:00" });
    system.publish_all([entry("beside", &beside)].into_iter()).await;
    system.caught_up().await;
    system.sql("UPDATE t_p0_20250310 SET quantity = 900 WHERE bill_id = 'bill 6'").await;
    let failed = audit(&system, Scope::Full).await;
    assert_eq!((failed.state.as_str(), failed.counts.records_incomplete), ("failed", 1));
    let (id, _) = replay(&system, failed.id).await;
    // In the same table, of another key.
    system.sql("DELETE FROM t_p0_20250310 WHERE bill_id = 'beside'").await;
    let replayer = system.parts.replayer();
    assert_eq!(replayer.confirm(id, "test").await.unwrap(), Confirmed::Done);
    let again = eventually_audited(&system, Scope::Quick).await;
    assert_eq!((again.state.as_str(), again.counts.records_incomplete), ("failed", 1), "nobody looked at its rows");
    let (id, bills) = replay(&system, again.id).await;
    assert_eq!(said(&bills), [bill(BillKind::Missing, "beside", Some(5), None)]);
    assert_eq!(replayer.confirm(id, "test").await.unwrap(), Confirmed::Done);
    ends_right(&system).await;
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_recorded_between_replay_and_confirmation_is_held_to_the_journal() {
    let system = system().await;
    system.sql("UPDATE stock_totals SET qty_in = qty_in + 100 WHERE product_id = 'p0' AND warehouse_id = 'w0'").await;
    let failed = audit(&system, Scope::Full).await;
    let (id, bills) = replay(&system, failed.id).await;
    assert_eq!(bills, [], "only a total is wrong");
    let late = json!({ "product_id": "p0", "warehouse_id": "w0", "quantity": 7, "create_time": "2025-03-10 08:00:00" });
    system.publish_all([entry("late", &late)].into_iter()).await;
    system.caught_up().await;
    system.sql("DELETE FROM t_p0_20250310 WHERE bill_id = 'late'").await;
    let replayer = system.parts.replayer();
    assert_eq!(replayer.confirm(id, "test").await.unwrap(), Confirmed::Changed);
    let (id, bills) = replay(&system, failed.id).await;
    assert_eq!(said(&bills), [bill(BillKind::Missing, "late", Some(7), None)]);
    assert_eq!(replayer.confirm(id, "test").await.unwrap(), Confirmed::Done);
    ends_right(&system).await;
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn totals_that_agree_with_each_other_and_rows_in_the_wrong_table_are_put_right() {
    let system = system().await;
    for statement in [
        // Both totals say the same, which the rows do not.
        "UPDATE day_totals SET qty_in = qty_in + 5 WHERE product_id = 'p0' AND warehouse_id = 'w0' AND day = '2025-03-10' LIMIT 1",
        "UPDATE day_table_totals SET qty_in = qty_in + 5
         WHERE table_id = (SELECT id FROM day_tables WHERE name = 't_p0_20250310') LIMIT 1",
        // A row twice, in the tables of two days.
        "INSERT INTO t_p1_20250311 (product_id, quantity, drcr, company_id, warehouse_id, bill_id, line_no, kind, create_time,
           description, recorded_at, partition_id, kafka_offset, back_dated)
         SELECT product_id, quantity, drcr, company_id, warehouse_id, bill_id, line_no, kind, create_time, description, recorded_at,
           partition_id, kafka_offset, back_dated FROM t_p1_20250310 WHERE bill_id = 'bill 7'",
    ] {
        system.sql(statement).await;
    }
    let failed = audit(&system, Scope::Full).await;
    assert_eq!((failed.state.as_str(), failed.counts.records_incomplete), ("failed", 2));
    let quick = audit(&system, Scope::Quick).await;
    assert_eq!(quick.counts.records_incomplete, 2, "what a full audit found odd is not right by the next quick one");
    assert_eq!(quick.open, 2);
    let (id, bills) = replay(&system, failed.id).await;
    assert_eq!(said(&bills), [bill(BillKind::Extra, "bill 7", None, Some(8))]);
    assert_eq!(bills[0].found_in.as_deref(), Some("t_p1_20250311"));
    assert_eq!(system.parts.replayer().confirm(id, "test").await.unwrap(), Confirmed::Done);
    for audit in [failed.id, quick.id] {
        assert_eq!(system.parts.records.audit(audit).await.unwrap().unwrap().open, 0, "whichever audit saw it");
    }
    ends_right(&system).await;
    system.end().await;
}

/// Of two products: once the first one is corrected somebody deletes a row of the second.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_deleted_between_two_parts_is_not_taken_for_right() {
    let system = Arc::new(system().await);
    system.sql("DELETE FROM t_p0_20250310 WHERE bill_id = 'bill 6'").await;
    system.sql("DELETE FROM t_p2_20250310 WHERE bill_id = 'bill 2'").await;
    let failed = audit(&system, Scope::Full).await;
    let (id, bills) = replay(&system, failed.id).await;
    assert_eq!(bills.len(), 2, "{bills:?}");
    // Should it be the confirmation of another test that comes by, it is deleted a little earlier: that is seen as well.
    let (other, runtime) = (Arc::clone(&system), Handle::current());
    let delete = move || {
        let (other, runtime) = (Arc::clone(&other), runtime.clone());
        let sql = async move { other.sql("DELETE FROM t_p2_20250310 WHERE bill_id = 'bill 8'").await };
        std::thread::spawn(move || runtime.block_on(sql)).join().unwrap();
    };
    fail::cfg_callback("correction-part", delete).unwrap();
    assert_eq!(system.parts.replayer().confirm(id, "test").await.unwrap(), Confirmed::Done);
    fail::remove("correction-part");
    let left = system.parts.records.audit(failed.id).await.unwrap().unwrap();
    assert_eq!(left.open, 1, "the second one is left");
    let again = audit_again(&system).await;
    assert_eq!((again.state.as_str(), again.counts.records_incomplete), ("failed", 1));
    let (id, bills) = replay(&system, again.id).await;
    let missing = |id, quantity| bill(BillKind::Missing, id, Some(quantity), None);
    assert_eq!(said(&bills), [missing("bill 2", 3), missing("bill 8", 9)]);
    assert_eq!(system.parts.replayer().confirm(id, "test").await.unwrap(), Confirmed::Done);
    ends_right(&system).await;
    Arc::into_inner(system).expect("nobody else has it").end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_tables_and_totals_are_brought_back_from_the_queue() {
    let system = system().await;
    for statement in [
        "DROP TABLE t_p1_20250310, t_p1_20250311",
        "DELETE t FROM day_table_totals AS t JOIN day_tables AS d ON d.id = t.table_id WHERE d.product_id = 'p1'",
        "DELETE FROM day_totals WHERE product_id = 'p1'",
        "DELETE FROM stock_totals WHERE product_id = 'p1'",
        "DELETE FROM bill_lines WHERE product_id = 'p1'",
    ] {
        system.sql(statement).await;
    }
    let failed = audit(&system, Scope::Full).await;
    assert_eq!(failed.state, AuditState::Failed, "{:?}", failed.message);
    let (id, bills) = replay(&system, failed.id).await;
    assert!(
        bills.len() == 40 && bills.iter().all(|it| it.kind == BillKind::Missing && it.product_id == "p1"),
        "{bills:?}"
    );
    assert_eq!(system.parts.replayer().confirm(id, "test").await.unwrap(), Confirmed::Done);
    let passed = audit_again(&system).await;
    assert_eq!((passed.state.as_str(), passed.keys_compared), ("passed", 6), "{:?}", passed.message);
    system.prove().await;
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edited_totals_are_made_from_rows_again() {
    let system = system().await;
    system.sql("UPDATE stock_totals SET qty_in = qty_in + 100 WHERE product_id = 'p0' AND warehouse_id = 'w0'").await;
    let failed = audit(&system, Scope::Quick).await;
    assert_eq!((failed.state.as_str(), failed.counts.records_incomplete), ("failed", 1));
    let (id, bills) = replay(&system, failed.id).await;
    assert_eq!(said(&bills), []);
    assert_eq!(system.parts.replayer().confirm(id, "test").await.unwrap(), Confirmed::Done);
    ends_right(&system).await;
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_many_replays_are_begun_in_a_while() {
    let system = system().await;
    let audit = audit(&system, Scope::Full).await.id;
    let replayer = system.parts.replayer();
    let mut begun = 0;
    let refused = loop {
        match replayer.claim(audit, "test").await.unwrap() {
            ReplayClaim::Ours(_) if begun < 1000 => begun += 1,
            other => break other,
        }
        system.sql("UPDATE replays SET running = NULL, state = 'error', ended_at = UTC_TIMESTAMP(3)").await;
    };
    assert_eq!((begun, refused), (200, ReplayClaim::TooMany), "each reads the whole topic");
    system.sql("UPDATE replays SET started_at = started_at - INTERVAL 11 MINUTE").await;
    assert!(matches!(replayer.claim(audit, "test").await.unwrap(), ReplayClaim::Ours(_)));
    system.end().await;
}
