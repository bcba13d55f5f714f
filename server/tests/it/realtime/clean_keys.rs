//! What an audit takes for clean, and nothing else, whatever somebody wrote into a key.

use model::stock::StockKey;
use realtime::{Compared, Keys, May};
use redis::AsyncCommands as _;

use crate::harness::System;

const FIELDS: [&str; 15] = [
    "active_version",
    "rev",
    "settled",
    "base_v1",
    "base_in_v1",
    "base_entries_v1",
    "base_v2",
    "base_in_v2",
    "base_entries_v2",
    "change_v1",
    "change_in_v1",
    "change_entries_v1",
    "change_v2",
    "change_in_v2",
    "change_entries_v2",
];
const QUIET: [&str; 15] = ["2", "12", "an earlier run", "0", "0", "0", "-3", "5", "4", "0", "0", "0", "0", "0", "0"];

type Hash = Vec<(&'static str, &'static str)>;

fn hash() -> Hash {
    FIELDS.into_iter().zip(QUIET).collect()
}

fn with(field: &'static str, text: &'static str) -> Hash {
    hash().into_iter().map(|(name, was)| (name, if name == field { text } else { was })).collect()
}

fn compared(product: &str, may: May) -> Compared {
    let key = StockKey { warehouse_id: "w".try_into().unwrap(), product_id: product.try_into().unwrap() };
    Compared { key, rrs: [-3, 5, 4], may }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_as_it_was_settled_and_nothing_else() {
    let system = System::new().await;
    let keys = Keys::new(&system.world.config.realtime.prefix);
    let mut hashes = vec![(hash(), true), (with("settled", ""), true), (with("rev", "999999999999999"), true)];
    let first: Hash =
        [("active_version", "1"), ("base_v1", "-3"), ("base_in_v1", "5"), ("base_entries_v1", "4")].into();
    let cleared = ["base_v2", "base_in_v2", "base_entries_v2"].map(|it| (it, "0"));
    hashes.push((hash().into_iter().chain(first).chain(cleared).collect(), true));
    for field in FIELDS {
        let odd: &[&str] = match field {
            "active_version" => &["1", "3", ""],
            "rev" => &["-1", "+1", "many", "", "9007199254740992"],
            "settled" => &["this run", "!another run"],
            _ => &["1", "-1", "00", "+0", " 0", "many", ""],
        };
        hashes.extend(odd.iter().map(|text| (with(field, text), false)));
        hashes.push((hash().into_iter().filter(|(name, _)| *name != field).collect(), false));
    }
    let mut redis = system.redis().await;
    let mut all = Vec::new();
    for (number, (hash, _)) in hashes.iter().enumerate() {
        let () = redis.hset_multiple(keys.stock(&format!("w:{number}")), hash).await.unwrap();
        all.push(compared(&number.to_string(), May::SettleWhatAgrees));
    }
    let () = redis.set(keys.stock("w:text"), "no hash").await.unwrap();
    all.extend([compared("text", May::SettleWhatAgrees), compared("missing", May::SettleWhatAgrees)]);
    // Records that do not prove themselves: that it is only looked at is for the settle script.
    all.push(compared("0", May::Look));
    let expected = hashes.iter().map(|it| it.1).chain([false; 3]);
    let said = system.parts.realtime.check_clean("this run", &all).await.unwrap();
    for (place, (said, expected)) in said.into_iter().zip(expected).enumerate() {
        assert_eq!(said, expected, "{:?}", hashes.get(place));
    }
    system.end().await;
}
