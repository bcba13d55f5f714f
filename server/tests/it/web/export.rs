//! What a page shows, as files: every row of it, exactly, and nothing that a spreadsheet would run.

use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use serde_json::{Value, json};

use crate::harness::{System, ask, entry};

const ENTRIES: usize = 12_345;

async fn system() -> System {
    let mut system = System::new().await;
    system.start();
    let lines = (0..ENTRIES).map(|n| {
        let change = json!({
            "product_id": format!("p{}", n % 7), "quantity": n % 90 + 1, "drcr": if n % 3 == 0 { -1 } else { 1 },
            "description": if n == 5 { "=HYPERLINK(\"http://evil\")" } else { "a, \"b\"\n中文" },
            "create_time": format!("2025-03-{:02} 08:{:02}:00", n % 28 + 1, n % 60),
        });
        entry(&format!("B-{n}"), &change)
    });
    system.publish_all(lines).await;
    system.caught_up().await;
    system
}

async fn fetch(base: &str, path: &str) -> (u16, Vec<u8>) {
    let answer = reqwest::get(format!("{base}{path}")).await.unwrap();
    (answer.status().as_u16(), answer.bytes().await.unwrap().to_vec())
}

fn csv_of(bytes: &[u8]) -> Vec<Vec<String>> {
    let text = std::str::from_utf8(bytes).unwrap().strip_prefix('\u{feff}').expect("a byte order mark");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// The cells of the first sheet, as a spreadsheet reads them.
fn xlsx_of(bytes: &[u8]) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    sheet.rows().map(<[Data]>::to_vec).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_hold_every_row_of_the_page_and_no_other() {
    let system = system().await;
    let (base, stop) = system.serve().await;

    let (status, bytes) = fetch(&base, "/records.csv?export=one").await;
    let rows = csv_of(&bytes);
    assert_eq!((status, rows.len()), (200, ENTRIES + 1));
    let quantity: i64 = rows[1..].iter().map(|row| row[10].parse::<i64>().unwrap()).sum();
    let (_, stock) = ask(&base, "statistics", "from=2025-01-01&to=2026-01-01").await;
    assert_eq!(json!(quantity), stock["total"]["closing"], "the sum of the rows is the stock");
    assert!(rows[1..].windows(2).all(|it| it[0][0] >= it[1][0]), "newest first");
    let evil: Vec<_> = rows.iter().filter(|row| row[12].contains("HYPERLINK")).collect();
    assert_eq!(evil.iter().map(|row| row[12].as_str()).collect::<Vec<_>>(), ["'=HYPERLINK(\"http://evil\")"]);
    let told: Value = serde_json::from_slice(&fetch(&base, "/exports/one").await.1).unwrap();
    assert_eq!(told, json!({ "rows": ENTRIES, "all": ENTRIES, "state": "done" }));

    // A filter is kept to, and the two kinds of files say the same.
    let filter = "from=2025-03-02&to=2025-03-05&product_id=p3&direction=in";
    let some = csv_of(&fetch(&base, &format!("/records.csv?{filter}")).await.1);
    let (_, page) = ask(&base, "records", &format!("{filter}&limit=1000")).await;
    let bills: Vec<_> = page["items"].as_array().unwrap().iter().map(|it| it["bill_id"].as_str().unwrap()).collect();
    assert_eq!(some[1..].iter().map(|row| row[1].as_str()).collect::<Vec<_>>(), bills);
    assert!(bills.len() > 100);
    let sheet = xlsx_of(&fetch(&base, &format!("/records.xlsx?{filter}")).await.1);
    assert_eq!(sheet.len(), some.len());
    for (cells, texts) in sheet[1..].iter().zip(&some[1..]) {
        assert!(matches!(cells[0], Data::DateTime(_)) && matches!(cells[10], Data::Float(_)), "{cells:?}");
        assert_eq!(
            (cells[1].to_string(), cells[10].to_string(), cells[12].to_string()),
            (texts[1].clone(), texts[10].clone(), texts[12].clone())
        );
    }
    stop.cancel();
    system.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_statement_is_exported_whole_with_its_total() {
    let system = system().await;
    let (base, stop) = system.serve().await;
    let query = "from=2025-03-01&to=2025-04-01&group_by=product,time&interval=day&sort=start";
    let rows = csv_of(&fetch(&base, &format!("/statistics.csv?{query}")).await.1);
    let (_, asked) =
        ask(&base, "statistics", "from=2025-03-01&to=2025-04-01&group_by=product&interval=day&limit=1000").await;
    let lines = asked["rows"].as_array().unwrap().len();
    assert_eq!(rows.len(), 1 + lines + 1, "a line for each product and day, and the total");
    assert!(lines > 100, "more than a page of them");
    let total = &rows[rows.len() - 1];
    let figures: Vec<i64> = total[3..].iter().map(|it| it.parse().unwrap()).collect();
    for (place, name) in [(0, "opening"), (1, "in"), (2, "out"), (3, "adjust"), (5, "closing"), (6, "entries")] {
        assert_eq!(json!(figures[place]), asked["total"][name], "{name}");
    }
    let sum: i64 = rows[1..rows.len() - 1].iter().map(|row| row[9].parse::<i64>().unwrap()).sum();
    assert_eq!(sum, figures[6], "lines add up");
    let sheet = xlsx_of(&fetch(&base, &format!("/statistics.xlsx?{query}")).await.1);
    assert_eq!(sheet.len(), rows.len());

    for (path, field) in [
        ("/records.csv?from=never", "from"),
        ("/statistics.xlsx?group_by=colour", "group_by"),
        ("/records.xlsx?product_id=none", "product_id"),
    ] {
        let (status, problem) = fetch(&base, path).await;
        let problem: Value = serde_json::from_slice(&problem).unwrap();
        assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!(field)), "{path}");
    }
    assert_eq!(fetch(&base, "/exports/nobody").await.0, 404);
    stop.cancel();
    system.end().await;
}
