//! `ingest_batches`: the journal, one line per committed batch.

use app::model::batch::{BatchId, JournalLine, KeyDelta, NewEntry, Note};
use app::model::pipeline::Counts;
use sqlx::MySqlConnection;

use super::error::limited;
use super::{Error, Records};

#[derive(sqlx::FromRow)]
struct Row {
    partition_id: i32,
    batch_id: String,
    previous_batch_id: Option<String>,
    from_offset: i64,
    to_offset: i64,
    consumed: i64,
    recorded: i64,
    duplicates: i64,
    rejected: i64,
    deltas: Option<String>,
    note: Option<String>,
}

impl Row {
    /// `None`: its deltas were let go.
    fn into_line(self) -> Result<Option<JournalLine>, Error> {
        let Some(deltas) = self.deltas else { return Ok(None) };
        let damaged = |cause| Error::Damaged(format!("journal line {} cannot be read: {cause}", self.batch_id));
        let deltas: Vec<KeyDelta> = serde_json::from_str(&deltas).map_err(damaged)?;
        let note: Note =
            self.note.as_deref().map(serde_json::from_str).transpose().map_err(damaged)?.unwrap_or_default();
        Ok(Some(JournalLine {
            partition: self.partition_id,
            batch_id: BatchId(self.batch_id),
            previous: self.previous_batch_id.map(BatchId),
            from: self.from_offset,
            to: self.to_offset,
            counts: Counts {
                consumed: self.consumed,
                recorded: self.recorded,
                duplicates: self.duplicates,
                rejected: self.rejected,
            },
            deltas,
            note,
        }))
    }
}

/// How many lines one read of the journal brings at the most.
const PAGE: i64 = 64;

impl Records {
    /// The next lines of a partition from a position on, in order; at most a page. A line whose deltas were let go ends
    /// the page: what follows cannot be fed in order.
    pub async fn journal_from(&self, partition: i32, position: i64) -> Result<Vec<JournalLine>, Error> {
        limited("reading the journal", async {
            let rows = sqlx::query_as::<_, Row>(
            "SELECT partition_id, batch_id, previous_batch_id, from_offset, to_offset, consumed, recorded, duplicates,
               rejected, deltas, note
             FROM ingest_batches WHERE partition_id = ? AND from_offset >= ? ORDER BY from_offset, id LIMIT ?",
        )
        .bind(partition)
        .bind(position)
        .bind(PAGE)
        .fetch_all(&self.pool)
        .await
        .map_err(Error::away("reading the journal"))?;
            let mut lines = Vec::with_capacity(rows.len());
            for row in rows {
                match row.into_line()? {
                    Some(line) => lines.push(line),
                    None => break,
                }
            }
            Ok(lines)
        })
        .await
    }
}

impl Records {
    /// Does a line begin before a position and end after it?
    pub async fn journal_straddles(&self, partition: i32, position: i64) -> Result<bool, Error> {
        limited("looking into the journal", async {
            let found: Option<i64> = sqlx::query_scalar(
                "SELECT id FROM ingest_batches WHERE partition_id = ? AND from_offset < ? AND to_offset > ? LIMIT 1",
            )
            .bind(partition)
            .bind(position)
            .bind(position)
            .fetch_optional(&self.pool)
            .await
            .map_err(Error::away("looking into the journal"))?;
            Ok(found.is_some())
        })
        .await
    }
}

/// The line of a batch, if it was committed.
pub async fn find(connection: &mut MySqlConnection, batch_id: &BatchId) -> Result<Option<JournalLine>, Error> {
    let row = sqlx::query_as::<_, Row>(
        "SELECT partition_id, batch_id, previous_batch_id, from_offset, to_offset, consumed, recorded, duplicates,
           rejected, deltas, note
         FROM ingest_batches WHERE batch_id = ?",
    )
    .bind(&batch_id.0)
    .fetch_optional(connection)
    .await
    .map_err(Error::away("looking for the batch in the journal"))?;
    match row {
        Some(row) => row.into_line(),
        None => Ok(None),
    }
}

/// The newest entries that the last lines carry, newest first.
pub async fn newest_in(connection: &mut MySqlConnection, lines: i64) -> Result<Vec<(i32, NewEntry)>, Error> {
    let rows: Vec<(i32, Option<String>)> =
        sqlx::query_as("SELECT partition_id, note FROM ingest_batches ORDER BY id DESC LIMIT ?")
            .bind(lines)
            .fetch_all(connection)
            .await
            .map_err(Error::away("reading the newest entries"))?;
    let mut newest = Vec::new();
    for (partition, note) in rows {
        let note: Note = note
            .as_deref()
            .map(serde_json::from_str)
            .transpose()
            .map_err(|cause| Error::Damaged(format!("a note of the journal cannot be read: {cause}")))?
            .unwrap_or_default();
        newest.extend(note.newest.into_iter().rev().map(|entry| (partition, entry)));
    }
    Ok(newest)
}

/// Adds the line of a batch; its deltas and note as JSON.
pub async fn insert(
    connection: &mut MySqlConnection,
    line: &JournalLine,
    deltas: &str,
    note: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO ingest_batches (partition_id, batch_id, previous_batch_id, from_offset, to_offset, consumed, recorded,
           duplicates, rejected, deltas, note, recorded_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(3))",
    )
    .bind(line.partition)
    .bind(&line.batch_id.0)
    .bind(line.previous.as_ref().map(|it| it.0.as_str()))
    .bind(line.from)
    .bind(line.to)
    .bind(line.counts.consumed)
    .bind(line.counts.recorded)
    .bind(line.counts.duplicates)
    .bind(line.counts.rejected)
    .bind(deltas)
    .bind(note)
    .execute(connection)
    .await
    .map(drop)
}
