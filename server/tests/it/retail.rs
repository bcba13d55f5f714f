//! Five days of a real wholesaler: the numbers of their README, to the piece.

use std::io::Read as _;
use std::path::PathBuf;

use app::model::pipeline::Counts;
use serde_json::Value;
use tallyhouse::config::Layout;

use crate::harness::{System, eventually};

fn days() -> Vec<String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../samples/online-retail");
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|it| it.unwrap().path()).collect();
    files.sort();
    let mut lines = Vec::new();
    for file in files.iter().filter(|it| it.extension().is_some_and(|it| it == "gz")) {
        let mut text = String::new();
        flate2::read::GzDecoder::new(std::fs::File::open(file).unwrap()).read_to_string(&mut text).unwrap();
        lines.extend(text.lines().map(str::to_owned));
    }
    lines
}

async fn system() -> System {
    let mut system = System::with(|config| config.records.layout = Layout::BucketDay(64)).await;
    system.start();
    system
}

/// In and out over all keys, by the records.
async fn flows(system: &System) -> (i64, i64) {
    let report = system.parts.records.recount().await.unwrap();
    (report.gross_in, report.gross_out)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_numbers_of_the_readme_and_again_when_published_twice() {
    let system = system().await;
    system.publish_all(days()).await;
    system.caught_up().await;
    assert_eq!(
        system.counts().await,
        Counts { consumed: 14_022, recorded: 14_022, duplicates: 0, rejected: 0, read_again: 0 }
    );
    numbers_of_the_readme(&system).await;

    system.publish_all(days()).await;
    system.caught_up().await;
    assert_eq!(
        system.counts().await,
        Counts { consumed: 28_044, recorded: 14_022, duplicates: 14_022, rejected: 0, read_again: 0 }
    );
    numbers_of_the_readme(&system).await;
    over_http(&system).await;
    system.end().await;
}

async fn numbers_of_the_readme(system: &System) {
    system.prove().await;
    let stock = system.live_stock().await;
    assert_eq!(stock.len(), 2_785);
    assert_eq!(stock.values().sum::<i64>(), -100_481);
    assert_eq!(flows(system).await, (12_747, 113_228));
    let mut products: Vec<&str> = stock.keys().map(|(_, product)| product.as_str()).collect();
    products.sort_unstable();
    products.dedup();
    assert_eq!(products.len(), 2_230);
    let mut warehouses: Vec<&str> = stock.keys().map(|(warehouse, _)| warehouse.as_str()).collect();
    warehouses.dedup();
    assert_eq!(warehouses.len(), 15);
    for (warehouse, product, expected) in [
        ("United Kingdom", "84077", -3_417),
        ("United Kingdom", "84950", -1_860),
        ("United Kingdom", "21915", -1_615),
        ("EIRE", "17084R", -1_440),
    ] {
        assert_eq!(stock.get(&(warehouse.to_owned(), product.to_owned())), Some(&expected), "{warehouse} {product}");
    }
}

/// The same numbers by the calls that scripts rely on.
async fn over_http(system: &System) {
    let (base, stop) = system.serve().await;
    let get = async |path: String| -> Value {
        let answer = reqwest::get(format!("{base}{path}")).await.unwrap();
        answer.json().await.unwrap()
    };
    eventually("the hub has read the stock", || async {
        let answer = reqwest::get(format!("{base}/api/v1/stock?limit=1")).await.map_err(|it| it.to_string())?;
        answer.error_for_status().map(drop).map_err(|it| it.to_string())
    })
    .await;
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = get(format!("/api/v1/stock?limit=1000{cursor}")).await;
        items.extend(page["items"].as_array().unwrap().clone());
        let offsets = page["as_of"]["offsets"].as_object().unwrap();
        assert_eq!(offsets.values().filter_map(Value::as_i64).sum::<i64>(), 28_044);
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={}", next.replace('%', "%25")),
            None => break,
        }
    }
    assert_eq!(items.len(), 2_785);
    assert_eq!(items.iter().filter_map(|it| it["stock"].as_i64()).sum::<i64>(), -100_481);

    let one = get("/api/v1/stock?warehouse_id=EIRE&product_id=17084R".to_owned()).await;
    assert_eq!(one["items"], serde_json::json!([{ "warehouse_id": "EIRE", "product_id": "17084R", "stock": -1440 }]));

    let pipeline = get("/api/v1/pipeline".to_owned()).await;
    assert_eq!(pipeline["totals"]["duplicates"], 14_022);
    assert_eq!(pipeline["state"], "ok");
    for partition in pipeline["partitions"].as_array().unwrap() {
        assert_eq!(partition["cursor"], partition["end_offset"]);
        assert_eq!(partition["cursor"], partition["live_cursor"]);
    }
    stop.cancel();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_line_numbers_the_second_set() {
    let system = system().await;
    let naive = days().into_iter().map(|line| {
        let mut entry: Value = serde_json::from_str(&line).unwrap();
        entry.as_object_mut().unwrap().remove("line_no");
        entry.to_string()
    });
    system.publish_all(naive).await;
    system.caught_up().await;
    assert_eq!(
        system.counts().await,
        Counts { consumed: 14_022, recorded: 13_555, duplicates: 251, rejected: 216, read_again: 0 }
    );
    assert_eq!(flows(&system).await, (12_744, 111_923));
    system.prove().await;
    system.end().await;
}
