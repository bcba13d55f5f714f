//! Cursors that a person sets, a topic that lost messages, a topic that was made again.

use records::{CursorMove, Loss};
use serde_json::json;
use tallyhouse::ingest::{Error, Misfit, fit};

use crate::harness::{System, entry, eventually};

fn to(partition: i32, offset: i64) -> CursorMove<'static> {
    CursorMove { partition, to: offset, accepts: None, reason: "a test", who: "tester" }
}

async fn publish(system: &System, partition: i32, bills: std::ops::Range<usize>) {
    for n in bills {
        let line = if n % 10 == 9 { "{".to_owned() } else { entry(&n.to_string(), &json!({})) };
        system.producer.send_to(partition, line.as_bytes()).await.unwrap().acknowledged().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backward_reads_again_and_counts_it_apart() {
    let mut system = System::new().await;
    system.start();
    publish(&system, 1, 0..40).await;
    system.caught_up().await;
    let before = system.counts().await;
    assert_eq!((before.recorded, before.rejected), (36, 4));
    // One row goes; what is read again brings it back, in both stores.
    let mut connection = system.connection().await;
    for statement in [
        "DELETE FROM t_apple_20250310 WHERE bill_id = '5'",
        "DELETE FROM bill_lines WHERE bill_id = '5'",
        "UPDATE day_totals SET qty_in = qty_in - 10, entries = entries - 1",
        "UPDATE stock_totals SET qty_in = qty_in - 10, entries = entries - 1",
        "UPDATE day_table_totals SET qty_in = qty_in - 10, entries = entries - 1",
        "UPDATE levels SET state = 'missing'",
    ] {
        sqlx::query(statement).execute(&mut connection).await.unwrap();
    }
    system.parts.records.set_cursor(&to(1, 0)).await.unwrap();
    publish(&system, 1, 40..50).await;
    system.caught_up().await;
    let after = system.counts().await;
    assert_eq!(after.read_again, 39, "all but the one that was missing");
    assert_eq!((after.recorded, after.duplicates, after.rejected), (36 + 1 + 9, 0, 5));
    system.until_levels_add_up().await;
    let report = system.parts.records.recount().await.unwrap();
    // The live stock had that entry all along and has it twice now: that is what audits are for. Everything else is right.
    let stock = system.live_stock().await;
    assert_eq!(stock.values().sum::<i64>(), report.stock.values().sum::<i64>() + 10);
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forward_skips_and_is_on_record() {
    let mut system = System::new().await;
    system.start();
    publish(&system, 2, 0..5).await;
    system.caught_up().await;
    system.stop().await;
    publish(&system, 2, 5..9).await;
    system.parts.records.set_cursor(&to(2, 8)).await.unwrap();
    let refused = system.parts.records.set_cursor(&to(2, 8)).await.unwrap_err().to_string();
    assert!(refused.contains("already"), "{refused}");
    system.start();
    system.caught_up().await;
    assert_eq!(system.counts().await.recorded, 6, "bills 5, 6 and 7 were skipped");
    system.prove().await;
    let (kind, reason, who): (String, String, String) =
        sqlx::query_as("SELECT kind, reason, who FROM ingest_batches WHERE kind <> 'batch'")
            .fetch_one(&mut system.connection().await)
            .await
            .unwrap();
    assert_eq!((kind.as_str(), reason.as_str(), who.as_str()), ("skip", "a test", "tester"));
    let deed: String =
        sqlx::query_scalar("SELECT action FROM trail").fetch_one(&mut system.connection().await).await.unwrap();
    assert_eq!(deed, "cursor.skip");
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn set_back_and_forth_under_load() {
    let mut system = System::new().await;
    system.start();
    for round in 0..6 {
        publish(&system, 0, round * 20..round * 20 + 20).await;
        let back = i64::try_from(round).unwrap() * 7;
        // What was never read would be skipped.
        eventually("it was read that far", || async {
            let cursor = system.parts.records.cursor(0).await.unwrap().unwrap_or_default();
            if cursor.next_offset.max(cursor.highest) >= back { Ok(()) } else { Err(format!("{cursor:?}")) }
        })
        .await;
        // It may be there already: then there is nothing to set.
        let _set = system.parts.records.set_cursor(&to(0, back)).await;
    }
    system.caught_up().await;
    assert_eq!(system.counts().await.recorded, 108);
    assert_eq!(system.counts().await.rejected, 12);
    system.prove().await;
    system.end().await;
}

async fn refusal(system: &mut System) -> String {
    let (daemon, _) = system.daemon.take().expect("a daemon");
    match daemon.await.expect("no panic") {
        Err(Error::Refused(why)) => why,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_topic_that_was_made_again_is_refused_until_it_is_accepted() {
    let mut system = System::new().await;
    system.start();
    publish(&system, 3, 0..20).await;
    system.caught_up().await;
    system.stop().await;
    let kafka = system.world.config.kafka.clone();
    queue::delete_topic(&kafka).await.unwrap();
    eventually("it is made again", || async {
        queue::make_topic(&kafka, 4).await.map_err(|it| it.to_string())?;
        match system.parts.topic.reach().await {
            Ok(reach) if reach.get(&3) == Some(&(0, 0)) => Ok(()),
            other => Err(format!("{other:?}")),
        }
    })
    .await;
    system.start();
    let why = refusal(&mut system).await;
    assert!(why.contains("made again") && why.contains("cursor accept-loss 3"), "{why}");
    // As long as the old one, and still not the same.
    publish(&system, 3, 100..130).await;
    system.start();
    let why = refusal(&mut system).await;
    assert!(why.contains("is not the one that was read"), "{why}");
    let cursors = system.parts.records.cursors().await.unwrap();
    let misfits = fit(&system.parts.topic, &cursors).await.unwrap();
    assert!(misfits.values().all(Misfit::is_another_topic), "{misfits:?}");
    for partition in misfits.into_keys() {
        let accepted = CursorMove { accepts: Some(Loss::Topic), ..to(partition, 0) };
        system.parts.records.set_cursor(&accepted).await.unwrap();
    }
    system.start();
    system.caught_up().await;
    let counts = system.counts().await;
    assert_eq!((counts.recorded, counts.rejected, counts.read_again), (18 + 27, 2 + 3, 0));
    system.prove().await;
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_retention_took_is_refused_until_it_is_accepted() {
    let mut system = System::new().await;
    system.start();
    publish(&system, 0, 0..5).await;
    system.caught_up().await;
    system.stop().await;
    publish(&system, 0, 5..20).await;
    queue::delete_before(&system.world.config.kafka, 0, 12).await.unwrap();
    system.start();
    let why = refusal(&mut system).await;
    assert!(why.contains("7 positions are lost") && why.contains("cursor accept-loss 0"), "{why}");
    let accepted = CursorMove { accepts: Some(Loss::Messages), ..to(0, 12) };
    system.parts.records.set_cursor(&accepted).await.unwrap();
    system.start();
    system.caught_up().await;
    assert_eq!(system.counts().await.consumed, 5 + 8);
    system.prove().await;
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_backlog_does_not_hide_the_message_before_the_cursor() {
    let mut system = System::new().await;
    system.start();
    for partition in 0..4 {
        publish(&system, partition, 0..5).await;
    }
    system.caught_up().await;
    system.stop().await;
    let long = "x".repeat(400);
    system
        .publish_all((0..20_000).map(|n| {
            entry(&format!("later {n}"), &json!({ "product_id": format!("p{}", n % 40), "description": long }))
        }))
        .await;
    let cursors = system.parts.records.cursors().await.unwrap();
    assert_eq!(fit(&system.parts.topic, &cursors).await.unwrap().len(), 0);
    system.end().await;
}
