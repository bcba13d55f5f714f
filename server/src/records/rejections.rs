//! `rejections`: what is no valid entry, with its raw bytes, in the same transaction as the cursor.

use sqlx::{MySqlConnection, QueryBuilder};

use super::batch::RejectedMessage;

/// How many rows one statement carries; raw bytes may be large, and packets have a limit.
const ROWS: usize = 100;

/// Stores the rejections of a batch.
pub async fn insert(
    connection: &mut MySqlConnection,
    topic: &str,
    partition: i32,
    rejected: &[&RejectedMessage],
) -> Result<(), sqlx::Error> {
    let mut rest = rejected;
    while !rest.is_empty() {
        // Beside the row limit, at most about 4 MB of raw bytes in a statement, and always at least one row.
        let mut bytes = 0;
        let take = rest.iter().take(ROWS).take_while(|it| {
            let first = bytes == 0;
            bytes += it.raw.len() + 1;
            first || bytes < 4_000_000
        });
        let (now, later) = rest.split_at(take.count());
        let mut statement = QueryBuilder::new(
            "INSERT INTO rejections (topic, partition_id, kafka_offset, code, field, reason, raw, rejected_at) ",
        );
        statement.push_values(now, |mut row, it| {
            row.push_bind(topic)
                .push_bind(partition)
                .push_bind(it.offset)
                .push_bind(it.code)
                .push_bind(it.field.as_deref())
                .push_bind(it.reason.as_str())
                .push_bind(it.raw.as_slice())
                .push("UTC_TIMESTAMP(3)");
        });
        statement.build().execute(&mut *connection).await?;
        rest = later;
    }
    Ok(())
}
