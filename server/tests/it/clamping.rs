//! Nothing may be clamped. For each column, going round the decoder with our own INSERT shows that the database refuses.

use app::model::ids::ProductId;
use serde_json::{Value, json};
use tallyhouse::config::Layout;
use tallyhouse::records::{DayTable, Script};

use crate::harness::System;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_refuses_what_the_decoder_would_have_rejected() {
    let system = System::new().await;
    let product = ProductId::try_from("apple").unwrap();
    let table = DayTable::of(Layout::ProductDay, &product, "2025-03-10".parse().unwrap());
    // The session is the one that the writer uses: strictness is set there, not on the server.
    let mut connection = system.parts.records.writer_session().await.unwrap();
    sqlx::query(table.create()).execute(&mut connection).await.unwrap();

    let insert = |rows: &str| {
        let mut script = Script::default();
        script.insert(&table, 0, rows);
        script.into_sql()
    };
    let good = json!(["apple", 10, 1, "c", "w", "b", 1, "bill", "2025-03-10 00:00:00.123", "", 7]);
    let with = |column: usize, value: Value| {
        let mut row = good.clone();
        row[column] = value;
        json!([row]).to_string()
    };
    let too_long_id = "x".repeat(65);
    let too_long_text = "x".repeat(513);
    for (column, name, value) in [
        (0, "product_id", json!(too_long_id)),
        (0, "product_id", Value::Null),
        (1, "quantity", json!(2_147_483_648_i64)),
        (1, "quantity", json!(0)),
        (1, "quantity", json!(-1)),
        (1, "quantity", json!("ten")),
        (1, "quantity", json!("1e400")),
        (2, "drcr", json!(2)),
        (2, "drcr", json!(300)),
        (3, "company_id", json!(too_long_id)),
        (4, "warehouse_id", json!(too_long_id)),
        (5, "bill_id", json!(too_long_id)),
        (6, "line_no", json!(0)),
        (6, "line_no", json!(2_147_483_648_i64)),
        (7, "kind", json!("trade")),
        (7, "kind", json!("")),
        (8, "create_time", json!("2025-02-30 00:00:00.000")),
        (8, "create_time", json!("0000-00-00 00:00:00.000")),
        (8, "create_time", json!("yesterday")),
        (9, "description", json!(too_long_text)),
        (10, "kafka_offset", json!("9223372036854775808")),
    ] {
        let done = sqlx::raw_sql(insert(&with(column, value.clone()))).execute(&mut connection).await;
        assert!(done.is_err(), "{name} took {value}");
    }
    sqlx::raw_sql(insert(&json!([good]).to_string())).execute(&mut connection).await.unwrap();
    system.end().await;
}
