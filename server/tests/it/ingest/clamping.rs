//! Nothing may be clamped. For each column, going round the decoder with our own INSERT shows that the database refuses.

use base::config::Layout;
use model::ids::ProductId;
use records::{DayTable, MultiStatement, Row, Value};

use crate::harness::System;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_refuses_what_the_decoder_would_have_rejected() {
    let system = System::new().await;
    let product = ProductId::try_from("apple").unwrap();
    let table = DayTable::of(Layout::ProductDay, &product, "2025-03-10".parse().unwrap());
    // The session is the one that the writer uses: strictness is set there, not on the server.
    let mut connection = system.parts.records.writer_session().await.unwrap();
    sqlx::query(records::create_table(&table)).execute(&mut connection).await.unwrap();

    // In a statement of several rows servers are laxer than in one of a single row, unless they are strict.
    let insert = |rows: [Row<'_>; 2]| {
        let mut script = MultiStatement::default();
        script.insert(&table, rows.into_iter());
        script.into_sql()
    };
    let good = || -> Row<'_> {
        let at = "2025-03-10 00:00:00.123";
        let [apple, c, w, b, kind, at, nothing] = ["apple", "c", "w", "b", "bill", at, ""].map(Value::from);
        let [quantity, drcr, line, offset, partition, back_dated] = [10, 1, 1, 7, 0, 0].map(Value::from);
        [apple, quantity, drcr, c, w, b, line, kind, at, nothing, offset, partition, Value::Now, back_dated]
    };
    let with = |column: usize, value: Value<'static>| {
        let mut row = good();
        row[5] = "another bill".into();
        row[column] = value;
        row
    };
    let too_long_id = "x".repeat(65);
    let too_long_text = "x".repeat(513);
    for (column, name, value) in [
        (0, "product_id", too_long_id.clone().into()),
        (0, "product_id", Value::Null),
        (1, "quantity", 2_147_483_648_i64.into()),
        (1, "quantity", 0.into()),
        (1, "quantity", (-1).into()),
        (1, "quantity", "ten".into()),
        (1, "quantity", "1e400".into()),
        (2, "drcr", 2.into()),
        (2, "drcr", 300.into()),
        (3, "company_id", too_long_id.clone().into()),
        (4, "warehouse_id", too_long_id.clone().into()),
        (5, "bill_id", too_long_id.clone().into()),
        (6, "line_no", 0.into()),
        (6, "line_no", 2_147_483_648_i64.into()),
        (7, "kind", "trade".into()),
        (7, "kind", "".into()),
        (8, "create_time", "2025-02-30 00:00:00.000".into()),
        (8, "create_time", "0000-00-00 00:00:00.000".into()),
        (8, "create_time", "yesterday".into()),
        (9, "description", too_long_text.into()),
        (10, "kafka_offset", "9223372036854775808".into()),
    ] {
        let done = sqlx::raw_sql(insert([good(), with(column, value.clone())])).execute(&mut connection).await;
        assert!(done.is_err(), "{name} took {value:?}");
    }
    sqlx::raw_sql(insert([good(), with(1, 11.into())])).execute(&mut connection).await.unwrap();
    system.end().await;
}
