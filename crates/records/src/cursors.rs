//! `ingest_offsets`: the cursor of each partition.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use model::batch::BatchId;
use model::pipeline::Counts;
use model::time::Millis;
use sqlx::MySqlConnection;

use crate::batch::{LastMessage, NewBatch};
use crate::sql::error::with_timeout;
use crate::sql::pipeline::StatementPipeline;
use crate::{Error, Records};

/// Where a partition's records stand.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cursor {
    /// The next position to record.
    pub next_offset: i64,
    /// The batch that brought it there; none yet.
    pub batch_id: Option<BatchId>,
    /// The accounting line since the beginning.
    pub counts: Counts,
    /// How far it had been read when its cursor was set back; below this, messages are met again.
    pub highest: i64,
    /// Of the topic: raised when one that was made again was accepted.
    pub generation: i32,
    /// The message before the cursor; not known after the cursor was set.
    pub last: Option<LastMessage>,
    /// When the topic that is read now was accepted in the place of another one of that name; none where it is the first.
    pub generation_began: Option<NaiveDateTime>,
}

impl Cursor {
    /// Does it stand exactly there: at that position, after that batch? Positions alone prove nothing.
    pub fn is_at(&self, position: i64, batch: Option<&BatchId>) -> bool {
        self.next_offset == position && self.batch_id.as_ref() == batch
    }
}

/// Holds the cursors of all partitions for the rest of a transaction: no batch is half recorded meanwhile.
pub async fn lock_all_cursors(connection: &mut MySqlConnection, topic: &str) -> Result<(), sqlx::Error> {
    let _held: Vec<i32> =
        sqlx::query_scalar("SELECT partition_id FROM ingest_offsets WHERE topic = ? ORDER BY partition_id FOR UPDATE")
            .bind(topic)
            .fetch_all(connection)
            .await?;
    Ok(())
}

from_row! {
    struct Row {
        partition_id: i32,
        next_offset: i64,
        batch_id: Option<String>,
        consumed: i64,
        recorded: i64,
        duplicates: i64,
        rejected: i64,
        read_again: i64,
        highest_offset: i64,
        generation: i32,
        last_timestamp: Option<i64>,
        last_checksum: Option<String>,
        last_offset: Option<i64>,
        generation_began: Option<NaiveDateTime>,
    }
}

impl From<Row> for Cursor {
    fn from(row: Row) -> Self {
        Self {
            next_offset: row.next_offset,
            batch_id: row.batch_id.map(BatchId),
            counts: Counts {
                consumed: row.consumed,
                recorded: row.recorded,
                duplicates: row.duplicates,
                rejected: row.rejected,
                read_again: row.read_again,
            },
            highest: row.highest_offset,
            generation: row.generation,
            last: row.last_offset.zip(row.last_checksum).map(|(offset, checksum)| LastMessage {
                offset,
                timestamp: row.last_timestamp.map(Millis),
                checksum,
            }),
            generation_began: row.generation_began,
        }
    }
}

impl Records {
    /// The cursors of all partitions that have one.
    pub async fn cursors(&self) -> Result<BTreeMap<i32, Cursor>, Error> {
        with_timeout("reading the cursors", async {
            let mut connection = self.pool.acquire().await.map_err(Error::unavailable("reading the cursors"))?;
            cursors_in(&mut connection, &self.topic).await
        })
        .await
    }

    /// The cursor of a partition, if it has one.
    pub async fn cursor(&self, partition: i32) -> Result<Option<Cursor>, Error> {
        with_timeout("reading a cursor", async {
            let row = sqlx::query_as::<_, Row>(
                "SELECT partition_id, next_offset, batch_id, consumed, recorded, duplicates, rejected, read_again,
               highest_offset, generation, last_timestamp, last_checksum, last_offset, generation_began
             FROM ingest_offsets WHERE topic = ? AND partition_id = ?",
            )
            .bind(&*self.topic)
            .bind(partition)
            .fetch_optional(&self.pool)
            .await
            .map_err(Error::unavailable("reading the cursor"))?;
            Ok(row.map(Cursor::from))
        })
        .await
    }

    /// Has no message of any partition been consumed yet?
    pub async fn nothing_recorded(&self) -> Result<bool, Error> {
        with_timeout("looking whether anything is recorded", async {
            let any: Option<i32> =
                sqlx::query_scalar("SELECT partition_id FROM ingest_offsets WHERE consumed > 0 LIMIT 1")
                    .fetch_optional(&self.pool)
                    .await
                    .map_err(Error::unavailable("looking whether anything is recorded"))?;
            Ok(any.is_none())
        })
        .await
    }

    /// Gives a partition its first cursor, unless it has one.
    pub async fn start_cursor(&self, partition: i32) -> Result<(), Error> {
        with_timeout("making the first cursor", async {
            sqlx::query(
                "INSERT INTO ingest_offsets (topic, partition_id, next_offset) VALUES (?, ?, 0)
             ON DUPLICATE KEY UPDATE next_offset = next_offset",
            )
            .bind(&*self.topic)
            .bind(partition)
            .execute(&self.pool)
            .await
            .map(drop)
            .map_err(Error::unavailable("making the first cursor"))
        })
        .await
    }
}

/// The cursors as one transaction sees them.
pub async fn cursors_in(connection: &mut MySqlConnection, topic: &str) -> Result<BTreeMap<i32, Cursor>, Error> {
    let rows = sqlx::query_as::<_, Row>(
        "SELECT partition_id, next_offset, batch_id, consumed, recorded, duplicates, rejected, read_again,
           highest_offset, generation, last_timestamp, last_checksum, last_offset, generation_began
         FROM ingest_offsets WHERE topic = ? ORDER BY partition_id",
    )
    .bind(topic)
    .fetch_all(connection)
    .await
    .map_err(Error::unavailable("reading the cursors"))?;
    Ok(rows.into_iter().map(|row| (row.partition_id, Cursor::from(row))).collect())
}

/// The fence: moves the cursor from exactly where the batch begins, and from after the batch before it: a cursor that was set
/// away and back again has another one. `false`: it stands elsewhere.
pub async fn advance(
    trip: &mut StatementPipeline<'_>,
    topic: &str,
    batch: &NewBatch,
    counts: Counts,
) -> Result<bool, sqlx::Error> {
    let last_offset = batch.last.as_ref().map(|it| it.offset);
    let moved = trip
        .change(
            "UPDATE ingest_offsets SET next_offset = ?, batch_id = ?,
               last_timestamp = IF(? IS NULL, last_timestamp, ?), last_offset = COALESCE(?, last_offset),
               last_checksum = COALESCE(?, last_checksum), consumed = consumed + ?, recorded = recorded + ?, duplicates = duplicates + ?, rejected = rejected + ?,
               read_again = read_again + ?
             WHERE topic = ? AND partition_id = ? AND next_offset = ? AND batch_id <=> ?",
            &[
                batch.to.into(),
                batch.batch_id.0.as_str().into(),
                last_offset.into(),
                batch.last.as_ref().and_then(|it| it.timestamp).map(|it| it.0).into(),
                last_offset.into(),
                batch.last.as_ref().map(|it| it.checksum.as_str()).into(),
                counts.consumed.into(),
                counts.recorded.into(),
                counts.duplicates.into(),
                counts.rejected.into(),
                counts.read_again.into(),
                topic.into(),
                batch.partition.into(),
                batch.from.into(),
                batch.previous.as_ref().map(|it| it.0.as_str()).into(),
            ],
        )
        .await?;
    Ok(moved == 1)
}
