//! `rejections`: what is no valid entry, with its raw bytes, in the same transaction as the cursor.

use std::collections::HashSet;

use sqlx::{MySqlConnection, QueryBuilder};

use super::batch::{NewBatch, RejectedMessage};
use super::error::limited;
use super::{Error, Records};

/// A rejection as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct StoredRejection {
    /// Its number.
    pub id: i64,
    /// Where the message is.
    pub partition_id: i32,
    /// Where the message is.
    pub kafka_offset: i64,
    /// A stable word.
    pub code: String,
    /// Which field, where it is one.
    pub field: Option<String>,
    /// For people.
    pub reason: String,
    /// The message's bytes.
    pub raw: Vec<u8>,
}

impl Records {
    /// Rejections with a higher number, oldest first.
    pub async fn rejections_after(&self, id: i64, limit: i64) -> Result<Vec<StoredRejection>, Error> {
        limited("reading rejections", async {
        sqlx::query_as(
            "SELECT id, partition_id, kafka_offset, code, field, reason, raw FROM rejections WHERE id > ? ORDER BY id LIMIT ?",
        )
        .bind(id)
        .bind(limit)
        .fetch_all(&self.pool)
        .await
        .map_err(Error::away("reading rejections"))
        })
        .await
    }
}

/// How many rows one statement carries; raw bytes may be large, and packets have a limit.
const ROWS: usize = 100;

/// The offsets of a batch whose rejection is on record, where the partition has read it before.
pub async fn known(
    connection: &mut MySqlConnection,
    topic: &str,
    batch: &NewBatch,
) -> Result<HashSet<i64>, sqlx::Error> {
    if batch.from >= batch.highest {
        return Ok(HashSet::new());
    }
    let offsets: Vec<i64> = sqlx::query_scalar(
        "SELECT kafka_offset FROM rejections
         WHERE topic = ? AND partition_id = ? AND generation = ? AND kafka_offset >= ? AND kafka_offset < ?",
    )
    .bind(topic)
    .bind(batch.partition)
    .bind(batch.generation)
    .bind(batch.from)
    .bind(batch.to)
    .fetch_all(connection)
    .await?;
    Ok(offsets.into_iter().collect())
}

/// Stores the rejections of a batch.
pub async fn insert(
    connection: &mut MySqlConnection,
    topic: &str,
    batch: &NewBatch,
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
            "INSERT INTO rejections (topic, partition_id, generation, kafka_offset, code, field, reason, raw, rejected_at) ",
        );
        statement.push_values(now, |mut row, it| {
            row.push_bind(topic)
                .push_bind(batch.partition)
                .push_bind(batch.generation)
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
