//! Five days of a real wholesaler: the numbers of their README, to the piece.

use std::io::Read as _;
use std::path::PathBuf;

use base::config::Layout;
use model::audit::replay::BillKind;
use model::audit::{AuditState, Scope, Verdict};
use model::pipeline::Counts;
use records::FindingsFilter;
use serde_json::Value;
use tallyhouse::audit::Confirmed;

use crate::audit::replays::{audit, audit_again, edit_live, replay};
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

/// A row, as it is found by its place in the register: table, company, bill, product, warehouse, line.
type Line = (String, String, String, String, String, i64);

async fn line(system: &System, place: i64) -> Line {
    sqlx::query_as(
        "SELECT d.name, b.company_id, b.bill_id, b.product_id, b.warehouse_id, CAST(b.line_no AS SIGNED)
         FROM bill_lines AS b JOIN day_tables AS d ON d.id = b.table_id
         ORDER BY b.bill_id, b.product_id, b.line_no LIMIT 1 OFFSET ?",
    )
    .bind(place)
    .fetch_one(&mut system.connection().await)
    .await
    .unwrap()
}

async fn change(system: &System, statement: &str, line: &Line) {
    let of_line = "company_id = ? AND bill_id = ? AND product_id = ? AND warehouse_id = ? AND line_no = ?";
    let statement = statement.replace("{table}", &line.0).replace("{line}", of_line);
    let done = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(&line.1)
        .bind(&line.2)
        .bind(&line.3)
        .bind(&line.4)
        .bind(line.5)
        .execute(&mut system.connection().await)
        .await
        .unwrap();
    assert_eq!(done.rows_affected(), 1, "{line:?}");
}

/// Three rows deleted, one altered, one added, two keys of the live stock edited: exactly these are named, and put right.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_edited_by_hand_is_named_by_bill_and_the_numbers_come_back() {
    let system = system().await;
    system.publish_all(days()).await;
    system.caught_up().await;
    assert_eq!(audit_again(&system).await.state, AuditState::Passed);

    let mut expected = Vec::new();
    for (place, kind, statement) in [
        (10, BillKind::Missing, "DELETE FROM {table} WHERE {line}"),
        (5_000, BillKind::Missing, "DELETE FROM {table} WHERE {line}"),
        (9_000, BillKind::Missing, "DELETE FROM {table} WHERE {line}"),
        (12_000, BillKind::Altered, "UPDATE {table} SET quantity = quantity + 1 WHERE {line}"),
        (
            13_000,
            BillKind::Extra,
            "INSERT INTO {table} (product_id, quantity, drcr, company_id, warehouse_id, bill_id, line_no, kind, create_time,
               description, recorded_at, partition_id, kafka_offset, back_dated)
             SELECT product_id, quantity, drcr, company_id, warehouse_id, 'by hand', line_no, kind, create_time, description,
               recorded_at, partition_id, kafka_offset, back_dated FROM {table} WHERE {line}",
        ),
    ] {
        let it = line(&system, place).await;
        change(&system, statement, &it).await;
        let bill = if kind == BillKind::Extra { "by hand".to_owned() } else { it.2.clone() };
        expected.push((kind, bill, it.3.clone(), it.4.clone(), i32::try_from(it.5).unwrap()));
    }
    edit_live(&system, "United%20Kingdom:84077", -5).await;
    edit_live(&system, "EIRE:17084R", 6).await;

    let failed = audit(&system, Scope::Full).await;
    let counts = (
        failed.counts.records_incomplete,
        failed.counts.surplus,
        failed.counts.nrs_missing,
        failed.counts.flows_differ,
        failed.repaired,
    );
    assert_eq!((failed.state.as_str(), counts), ("failed", (5, 1, 1, 0, 1)));
    let mut found = Vec::new();
    for it in system.parts.records.findings(failed.id, FindingsFilter::default()).await.unwrap() {
        let key = (it.key.product_id.to_string(), it.key.warehouse_id.to_string());
        match it.verdict {
            Verdict::RecordsIncomplete => found.push(key),
            Verdict::NrsMissing => assert_eq!(key, ("84077".to_owned(), "United Kingdom".to_owned())),
            _ => assert_eq!(key, ("17084R".to_owned(), "EIRE".to_owned())),
        }
    }
    let mut keys: Vec<_> = expected.iter().map(|it| (it.2.clone(), it.3.clone())).collect();
    keys.sort();
    found.sort();
    assert_eq!(found, keys);

    let (id, bills) = replay(&system, failed.id).await;
    let mut named: Vec<_> =
        bills.into_iter().map(|it| (it.kind, it.bill_id, it.product_id, it.warehouse_id, it.line_no)).collect();
    named.sort();
    expected.sort();
    assert_eq!(named, expected);
    assert_eq!(system.parts.replayer().confirm(id, "test").await.unwrap(), Confirmed::Done);
    let passed = audit_again(&system).await;
    assert_eq!(
        (passed.state.as_str(), passed.counts.surplus, passed.repaired),
        ("passed", 1, 1),
        "{:?}",
        passed.message
    );
    let again = audit(&system, Scope::Full).await;
    assert_eq!((again.state.as_str(), again.counts.agrees), ("passed", 2_785));
    numbers_of_the_readme(&system).await;
    system.end().await;
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
