//! What only a person can decide: messages that nobody read, rejections that are gone, and a live stock that was right.

use app::i18n::Locale;
use model::audit::replay::BillKind;
use model::audit::{AuditState, FindingCause, ResolveAs, Scope};
use records::{FindingsFilter, Resolved};
use serde_json::json;
use tallyhouse::audit::Confirmed;

use crate::audit::replays::{audit, audit_again, edit_live, replay};
use crate::harness::{System, entry, eventually};

async fn system() -> System {
    let mut system = System::new().await;
    system.start();
    for n in 0..20 {
        system.publish("apple", entry(&format!("bill {n}"), &json!({ "quantity": n + 1 })).as_bytes()).await;
    }
    system.publish("apple", b"{").await;
    system.caught_up().await;
    assert_eq!(audit(&system, Scope::Full).await.state, AuditState::Passed);
    system
}

/// A message that nobody reads: the cursor is moved past it by hand, while the daemon is away.
async fn skip(system: &mut System, messages: &[String]) {
    system.stop().await;
    let mut waiting = Vec::new();
    for message in messages {
        waiting.push(system.producer.send("apple", message.as_bytes()).await.unwrap());
    }
    for sent in waiting {
        sent.acknowledged().await.unwrap();
    }
    // A cursor that is only moved does not fit its last message, and is refused.
    sqlx::query(
        "UPDATE ingest_offsets SET next_offset = next_offset + ?, last_timestamp = NULL, last_checksum = NULL WHERE consumed > 0",
    )
    .bind(i64::try_from(messages.len()).unwrap())
    .execute(&mut system.connection().await)
    .await
    .unwrap();
    system.start();
    system.publish("apple", entry("after it", &json!({ "quantity": 1000 })).as_bytes()).await;
    system.caught_up().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_skipped_entry_is_named_and_comes_back() {
    let mut system = system().await;
    skip(&mut system, &[entry("skipped", &json!({ "quantity": 500, "warehouse_id": "w9" }))]).await;
    let failed = audit(&system, Scope::Quick).await;
    assert_eq!((failed.state.as_str(), failed.counts.records_incomplete), ("failed", 1), "{failed:?}");
    let findings = system.parts.records.findings(failed.id, FindingsFilter::default());
    let finding = findings.await.unwrap().remove(0);
    assert_eq!(finding.cause, FindingCause::JournalBroken);
    assert!(Locale::En.evidence(&finding.evidence.unwrap()).contains("begins at 22, after 21"));
    let (id, bills) = replay(&system, failed.id).await;
    // Of a key that no audit has seen.
    let named: Vec<_> = bills.iter().map(|it| (it.kind, it.bill_id.as_str(), it.warehouse_id.as_str())).collect();
    assert_eq!(named, [(BillKind::Missing, "skipped", "w9")]);
    assert_eq!(system.parts.replayer().confirm(id, "test").await.unwrap(), Confirmed::Done);
    let passed = audit_again(&system).await;
    assert_eq!((passed.state.as_str(), passed.keys_compared), ("passed", 2), "{:?}", passed.message);
    assert_eq!(system.parts.records.audit(failed.id).await.unwrap().unwrap().open, 0);
    let live = system.live_stock().await;
    assert_eq!(live[&("w9".to_owned(), "apple".to_owned())], 500);
    // A row more than were recorded from messages: that is what a correction is.
    let report = system.parts.records.recount().await.unwrap();
    assert!(report.faults.is_empty() && report.stock == live, "{:?}", report.faults);
    assert_eq!(report.entries, system.counts().await.recorded + 1);
    system.end().await;
}

/// Tables that the first transaction of a correction makes count in its last one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thousands_that_were_skipped_come_back_into_tables_that_never_were() {
    let mut system = system().await;
    let pears = (0..=5000).map(|n| {
        let (id, day) = if n < 5000 { (format!("a{n:05}"), 1) } else { ("z".to_owned(), 2) };
        entry(&id, &json!({ "product_id": "pear", "quantity": 1, "create_time": format!("2025-04-0{day} 08:00:00") }))
    });
    skip(&mut system, &pears.collect::<Vec<_>>()).await;
    let failed = audit(&system, Scope::Quick).await;
    let (id, _) = replay(&system, failed.id).await;
    assert_eq!(system.parts.records.replay_bills(id, 0, i64::MAX).await.unwrap().len(), 5001);
    assert_eq!(system.parts.replayer().confirm(id, "test").await.unwrap(), Confirmed::Done);
    let passed = audit_again(&system).await;
    assert_eq!(passed.state, AuditState::Passed, "{:?}", passed.message);
    let report = system.parts.records.recount().await.unwrap();
    assert_eq!((report.faults, report.entries), (Vec::new(), system.counts().await.recorded + 5001));
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_skipped_poison_message_is_accepted_by_the_replay_that_finds_no_bill() {
    let mut system = system().await;
    skip(&mut system, &["{".to_owned()]).await;
    let failed = audit(&system, Scope::Quick).await;
    assert_eq!(failed.counts.records_incomplete, 1, "{failed:?}");
    let (id, bills) = replay(&system, failed.id).await;
    assert_eq!(bills, []);
    assert_eq!(system.parts.replayer().confirm(id, "test").await.unwrap(), Confirmed::Done);
    assert_eq!(audit_again(&system).await.state, AuditState::Passed);
    system.prove().await;
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rejection_that_is_gone_is_accepted_by_word_as_it_was_seen() {
    let system = system().await;
    let resolve = async |audit, note| {
        let records = &system.parts.records;
        let asked = records.resolve_finding(audit, 1, ResolveAs::AcceptRecords, note, "test").await.unwrap();
        assert_eq!(asked, Resolved::ByCorrection);
        system.parts.replayer().accept((audit, 1), ResolveAs::AcceptRecords, note, "test").await.unwrap()
    };
    system.publish("apple", b"{ too").await;
    system.publish("apple", b"{ and too").await;
    system.caught_up().await;
    system.sql("DELETE FROM rejections ORDER BY id DESC LIMIT 1").await;
    let failed = audit(&system, Scope::Quick).await;
    assert_eq!((failed.state.as_str(), failed.counts.records_incomplete), ("failed", 1), "{failed:?}");
    // What was seen is accepted, nothing else.
    system.sql("DELETE FROM rejections ORDER BY id DESC LIMIT 1").await;
    assert_eq!(resolve(failed.id, "one is gone").await, Confirmed::Changed);
    let again = audit(&system, Scope::Quick).await;
    assert_eq!(resolve(again.id, "two are gone").await, Confirmed::Done);
    let twice = system.parts.replayer().accept((again.id, 1), ResolveAs::AcceptRecords, "two are gone", "test").await;
    assert_eq!(twice.unwrap(), Confirmed::NotReady, "once");
    assert_eq!(audit(&system, Scope::Full).await.state, AuditState::Passed);
    let deeds: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM trail WHERE action = 'journal.accept'")
        .fetch_one(&mut system.connection().await)
        .await
        .unwrap();
    assert_eq!(deeds, 1);
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_adjusting_entry_makes_the_records_what_the_live_stock_was() {
    let system = system().await;
    let key = ("w1".to_owned(), "apple".to_owned());
    let before = system.live_stock().await[&key];
    edit_live(&system, "w1:apple", 77).await;
    let failed = audit(&system, Scope::Quick).await;
    assert_eq!((failed.state.as_str(), failed.counts.surplus), ("failed", 1));
    let records = &system.parts.records;
    let done = records.resolve_finding(failed.id, 1, ResolveAs::Adjust, "counted by hand", "test").await.unwrap();
    assert_eq!(done, Resolved::Done);
    let adjuster = system.parts.adjuster();
    adjuster.send().await.unwrap();
    // As if it had died before it could note that: it counts once.
    system.sql("UPDATE findings SET adjusted_at = NULL").await;
    adjuster.send().await.unwrap();
    system.caught_up().await;
    let passed = audit(&system, Scope::Full).await;
    assert_eq!((passed.state.as_str(), passed.repaired), ("passed", 1), "{:?}", passed.message);
    eventually("the live stock is what it was", || async {
        let now = system.live_stock().await[&key];
        if now == before + 77 { Ok(()) } else { Err(format!("{now} instead of {}", before + 77)) }
    })
    .await;
    assert_eq!(system.counts().await.duplicates, 1);
    let mut connection = system.connection().await;
    let sums: (i64, String) =
        sqlx::query_as("SELECT CAST(SUM(adjust_in) AS SIGNED), CAST(SUM(qty_in) AS CHAR) FROM stock_totals")
            .fetch_one(&mut connection)
            .await
            .unwrap();
    assert_eq!(sums, (77, (1..=20).sum::<i64>().to_string()), "it is no trade");
    system.prove().await;
    system.end().await;
}
