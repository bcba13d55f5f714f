//! The `apply` script: the table of stored positions, damaged hashes, all or nothing.

use model::batch::{BatchId, Delta, JournalLine, KeyDelta, Note};
use model::pipeline::Counts;
use model::stock::StockKey;
use realtime::{Applied, Keys, Realtime};
use redis::AsyncCommands as _;

use crate::harness::System;

fn line(from: i64, batch: &str, previous: Option<&str>, deltas: &[(&str, i64)]) -> JournalLine {
    JournalLine {
        partition: 0,
        batch_id: BatchId(batch.to_owned()),
        previous: previous.map(|it| BatchId(it.to_owned())),
        from,
        to: from + 10,
        counts: Counts::default(),
        deltas: deltas
            .iter()
            .map(|(product, net)| KeyDelta {
                key: StockKey { warehouse_id: "w".try_into().unwrap(), product_id: (*product).try_into().unwrap() },
                delta: Delta { net: *net, gross_in: (*net).max(0), entries: 1 },
            })
            .collect(),
        note: Note::default(),
    }
}

async fn stock(system: &System, product: &str) -> Option<i64> {
    let (page, _) = system.parts.realtime.stock_page("").await.unwrap();
    page.into_iter().find(|(key, _)| key.product_id.as_str() == product).expect("the key").1.stock
}

async fn ready(system: &System) {
    system.parts.realtime.initialise("incarnation").await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stored_positions_decide() {
    let system = System::new().await;
    let realtime = &system.parts.realtime;
    let apply = async |it: &JournalLine| realtime.apply(it).await.unwrap();

    assert_eq!(apply(&line(0, "a", None, &[("x", 5)])).await, Applied::Empty);
    ready(&system).await;
    let first = line(0, "a", None, &[("x", 5), ("y", -2)]);
    assert_eq!(apply(&line(10, "b", Some("a"), &[("x", 1)])).await, Applied::Gap { position: 0 });
    assert_eq!(apply(&first).await, Applied::Applied { damaged: 0 });
    assert_eq!(apply(&first).await, Applied::Repeat);
    assert_eq!(apply(&line(20, "c", Some("b"), &[("x", 1)])).await, Applied::Gap { position: 10 });
    assert_eq!(apply(&line(10, "b", Some("another"), &[("x", 1)])).await, Applied::Diverged { position: 10 });
    assert_eq!(apply(&line(5, "b", Some("a"), &[("x", 1)])).await, Applied::Diverged { position: 10 });
    assert_eq!(apply(&line(10, "b", Some("a"), &[("x", 1)])).await, Applied::Applied { damaged: 0 });
    assert_eq!((stock(&system, "x").await, stock(&system, "y").await), (Some(6), Some(-2)));

    let stranger = Realtime::new(&system.world.config.realtime, "another installation").unwrap();
    assert_eq!(stranger.apply(&line(20, "c", Some("b"), &[("x", 1)])).await.unwrap(), Applied::Foreign);
    assert!(stranger.meta().await.is_err());
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn damaged_hashes_are_set_apart_and_nothing_is_half_done() {
    let system = System::new().await;
    ready(&system).await;
    let realtime = &system.parts.realtime;
    realtime.apply(&line(0, "a", None, &[("text", 5), ("range", 7), ("type", 9), ("good", 1)])).await.unwrap();
    let keys = Keys::new(&system.world.config.realtime.prefix);
    let mut redis = system.redis().await;
    let _: () = redis.hset(keys.stock("w:text"), "change_v1", "five").await.unwrap();
    let _: () = redis.hset(keys.stock("w:range"), "base_v1", "9007199254740990").await.unwrap();
    let _: () = redis.del(keys.stock("w:type")).await.unwrap();
    let _: () = redis.set(keys.stock("w:type"), "not a hash").await.unwrap();

    let next = line(10, "b", Some("a"), &[("good", 1), ("range", 7), ("text", 5), ("type", 9)]);
    assert_eq!(realtime.apply(&next).await.unwrap(), Applied::Applied { damaged: 3 });
    assert_eq!(stock(&system, "good").await, Some(2));
    for product in ["text", "range", "type"] {
        assert_eq!(stock(&system, product).await, None, "{product} is not shown as a number");
        let kept: bool = redis.exists(format!("{}b:w:{product}", keys.quarantine())).await.unwrap();
        assert!(kept, "what {product} held is kept");
        let change: i64 = redis.hget(keys.stock(&format!("w:{product}")), "change_v1").await.unwrap();
        assert!(change > 0, "the fresh hash took the delta");
        let _: () = redis.del(format!("{}b:w:{product}", keys.quarantine())).await.unwrap();
    }
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_sums_stay_exact() {
    let system = System::new().await;
    ready(&system).await;
    let large = 9_007_199_254_740_991;
    system.parts.realtime.apply(&line(0, "a", None, &[("x", large), ("y", -large)])).await.unwrap();
    assert_eq!((stock(&system, "x").await, stock(&system, "y").await), (Some(large), Some(-large)));
    system.parts.realtime.apply(&line(10, "b", Some("a"), &[("x", -1), ("y", 1)])).await.unwrap();
    assert_eq!((stock(&system, "x").await, stock(&system, "y").await), (Some(large - 1), Some(1 - large)));
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deltas_after_a_cut_are_kept_apart() {
    // What an audit will do: set the global run. From that instant the other version holds what came after it.
    let system = System::new().await;
    ready(&system).await;
    system.parts.realtime.apply(&line(0, "a", None, &[("x", 5)])).await.unwrap();
    let keys = Keys::new(&system.world.config.realtime.prefix);
    let mut redis = system.redis().await;
    let _: () = redis.hset(keys.meta(), "run", "run-1").await.unwrap();
    system.parts.realtime.apply(&line(10, "b", Some("a"), &[("x", 3)])).await.unwrap();
    system.parts.realtime.apply(&line(20, "c", Some("b"), &[("x", -1)])).await.unwrap();
    let other: Vec<String> =
        redis.hmget(keys.stock("w:x"), &["change_v1", "change_v2", "pending", "rev"]).await.unwrap();
    assert_eq!(other, ["7", "2", "run-1", "3"]);
    assert_eq!(stock(&system, "x").await, Some(7));
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_somebody_deleted_is_told_to_those_who_follow() {
    // Made again it begins at rev 1, below what a hub has seen: the counter says that everything must be read again.
    let system = System::new().await;
    ready(&system).await;
    let realtime = &system.parts.realtime;
    realtime.apply(&line(0, "a", None, &[("x", 5), ("y", 5)])).await.unwrap();
    assert_eq!(realtime.meta().await.unwrap().settlings, 0);
    let keys = Keys::new(&system.world.config.realtime.prefix);
    let _: () = system.redis().await.del(keys.stock("w:x")).await.unwrap();
    realtime.apply(&line(10, "b", Some("a"), &[("x", 3), ("y", 3)])).await.unwrap();
    assert_eq!(realtime.meta().await.unwrap().settlings, 1);
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_that_are_almost_numbers_are_damage() {
    let system = System::new().await;
    ready(&system).await;
    let realtime = &system.parts.realtime;
    let keys = Keys::new(&system.world.config.realtime.prefix);
    let mut redis = system.redis().await;
    let cases = [
        ("rev", "1e300"),
        ("rev", "1.5"),
        ("rev", "nan"),
        ("active_version", "1.0"),
        ("change_v1", "0x10"),
        ("base_in_v1", ""),
    ];
    let names: Vec<String> = (0..cases.len()).map(|n| format!("p{n}")).collect();
    let deltas: Vec<(&str, i64)> = names.iter().map(|it| (it.as_str(), 1)).collect();
    realtime.apply(&line(0, "a", None, &deltas)).await.unwrap();
    for (name, (field, value)) in names.iter().zip(cases) {
        let _: () = redis.hset(keys.stock(&format!("w:{name}")), field, value).await.unwrap();
    }
    let damaged = u64::try_from(cases.len()).unwrap();
    assert_eq!(realtime.apply(&line(10, "b", Some("a"), &deltas)).await.unwrap(), Applied::Applied { damaged });
    for name in &names {
        let _: () = redis.del(format!("{}b:w:{name}", keys.quarantine())).await.unwrap();
    }
    system.end().await;
}
