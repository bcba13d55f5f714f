//! A verdict is judged once: whatever a topic holds and whatever the settings become, a replay of a system that nobody touched finds nothing.

use base::clock::Clock;
use model::audit::Scope;
use model::audit::replay::BillKind;
use queue::{delete_topic, make_topic};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use records::CursorMove;
use serde_json::json;

use crate::audit::replays::{audit, edit_live, replay};
use crate::harness::foreign::{Foreign, Message, take_any_time};
use crate::harness::{System, entry};

const DAY: i64 = 86_400_000;

/// A message as nobody would expect it: entries of every time, resent, contradicted, out of range; tombstones; poison.
fn odd_message(random: &mut StdRng, n: usize) -> Message {
    let now = Clock::system().now().0;
    let timestamp = *[None, Some(-1), Some(1), Some(now / 1000), Some(now - 400 * DAY), Some(now + 900 * DAY)]
        .choose(random)
        .unwrap();
    let bill = format!("bill {}", if random.random_bool(0.2) { n / 2 } else { n });
    let time = *["2000-06-01 08:00:00", "2025-03-10 08:00:00", "2027-05-01 08:00:00", "2031-01-01 00:00:00"]
        .choose(random)
        .unwrap();
    let changes = json!({
        "product_id": format!("p{}", n % 3), "warehouse_id": format!("w{}", n % 2), "create_time": time,
        "quantity": if random.random_bool(0.9) { random.random_range(1..5) } else { 0 },
    });
    let payload = match random.random_range(0..12) {
        0 => None,
        1 => Some("{".to_owned()),
        _ => Some(entry(&bill, &changes)),
    };
    let key = random.random_bool(0.5).then(|| format!("k{n}"));
    Message { partition: random.random_range(0..4), key, payload, timestamp }
}

/// Parts with other settings on the same stores.
async fn with_settings(system: &mut System, min_time: &str, max_future: u64) {
    system.world.config.entry.min_time = min_time.parse().unwrap();
    system.world.config.entry.max_future = std::time::Duration::from_hours(max_future);
    system.parts = system.world.parts().await.unwrap();
}

/// Every key of the live stock is edited, so that every key is replayed; of the records a replay names nothing.
async fn a_replay_finds_nothing(system: &System, what: &str) {
    for (warehouse, product) in system.live_stock().await.into_keys() {
        edit_live(system, &format!("{warehouse}:{product}"), 1).await;
    }
    let found = audit(system, Scope::Full).await;
    assert_eq!((found.state.as_str(), found.counts.records_incomplete), ("failed", 0), "{what}");
    let (_, bills) = replay(system, found.id).await;
    let of_records: Vec<_> = bills.iter().filter(|it| it.kind != BillKind::Candidate).collect();
    assert!(of_records.is_empty(), "{what}: {of_records:?}");
    for (warehouse, product) in system.live_stock().await.into_keys() {
        edit_live(system, &format!("{warehouse}:{product}"), -1).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replay_of_an_untouched_system_finds_nothing_whatever_the_settings_become() {
    let seed: u64 = rand::rng().random();
    let mut random = StdRng::seed_from_u64(seed);
    let mut system = System::new().await;
    take_any_time(&system.world.config.kafka).await;
    system.start();
    let (plain, transactional) =
        (Foreign::plain(&system.world.config.kafka), Foreign::transactional(&system.world.config.kafka).await);
    for n in 0..40 {
        let messages: Vec<_> = (0..random.random_range(1..6)).map(|k| odd_message(&mut random, 6 * n + k)).collect();
        match random.random_range(0..3) {
            0 => transactional.transaction(&messages, random.random_bool(0.7)).await,
            _ => plain.send(&messages).await,
        }
    }
    system.caught_up().await;
    let before = system.counts().await;
    assert!(before.recorded > 8 && before.rejected > 5, "seed {seed}: {before:?}");
    a_replay_finds_nothing(&system, &format!("seed {seed}, as it was recorded")).await;
    for (min_time, max_future) in [("2026-01-01", 1), ("2000-01-01", 24 * 3000), ("2030-01-01", 24 * 3000)] {
        system.stop().await;
        with_settings(&mut system, min_time, max_future).await;
        // Also where everything is read again by a daemon with these settings.
        for (partition, cursor) in system.parts.records.cursors().await.unwrap() {
            if cursor.next_offset > 0 {
                let set = CursorMove { partition, to: 0, accepts: None, reason: "again", who: "test" };
                system.parts.records.set_cursor(&set).await.unwrap();
            }
        }
        system.start();
        system.caught_up().await;
        let after = system.counts().await;
        let kept = |it: &model::pipeline::Counts| (it.consumed, it.recorded, it.duplicates, it.rejected);
        assert_eq!(kept(&after), kept(&before), "seed {seed}: each message keeps its verdict from {min_time} on");
        system.prove().await;
        a_replay_finds_nothing(&system, &format!("seed {seed}, from {min_time}, {max_future} hours ahead")).await;
    }
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_of_an_earlier_topic_of_that_name_are_not_one_too_many() {
    let mut system = System::new().await;
    system.start();
    let bills = |range: std::ops::Range<usize>| range.map(|n| entry(&format!("bill {n}"), &json!({})));
    system.publish_all(bills(0..20)).await;
    system.caught_up().await;
    system.stop().await;
    delete_topic(&system.world.config.kafka).await.unwrap();
    crate::harness::eventually("the topic is made again", || async {
        make_topic(&system.world.config.kafka, 4).await.map_err(|it| it.to_string())?;
        let partitions = system.parts.topic.partitions().await.map_err(|it| it.to_string())?;
        partitions.map(drop).ok_or_else(|| "not yet".to_owned())
    })
    .await;
    for (partition, cursor) in system.parts.records.cursors().await.unwrap() {
        if cursor.next_offset > 0 {
            let accepts = Some(records::Loss::Topic);
            let set = CursorMove { partition, to: 0, accepts, reason: "made again", who: "test" };
            system.parts.records.set_cursor(&set).await.unwrap();
        }
    }
    system.parts = system.world.parts().await.unwrap();
    system.start();
    system.publish_all(bills(100..130)).await;
    system.caught_up().await;
    edit_live(&system, "w1:apple", 1).await;
    let found = audit(&system, Scope::Full).await;
    let (_, bills) = replay(&system, found.id).await;
    let kinds: Vec<_> = bills.iter().map(|it| it.kind).filter(|it| *it != BillKind::Candidate).collect();
    assert_eq!(kinds, vec![BillKind::Undecidable; 20], "what was recorded from it nobody can decide any more");
    system.end().await;
}
