//! The journal (`ingest_batches`), a change log and transactional outbox: one line per committed batch, and one for each time a cursor was
//! set by hand. Each names the one before it: the chain.

use model::batch::{BatchId, JournalLine, KeyDelta, NewEntry, Note};
use model::pipeline::Counts;
use sqlx::MySqlConnection;

use crate::sql::error::with_timeout;
use crate::sql::pipeline::StatementPipeline;
use crate::{Error, Records};

from_row! {
    struct Row {
        kind: String,
        partition_id: i32,
        batch_id: String,
        previous_batch_id: Option<String>,
        from_offset: i64,
        to_offset: i64,
        consumed: i64,
        recorded: i64,
        duplicates: i64,
        rejected: i64,
        read_again: i64,
        deltas: Option<String>,
        note: Option<String>,
    }
}

impl Row {
    /// The table holds the lower offset first; where the cursor was set back, the line leads downwards.
    fn ends(&self) -> (i64, i64) {
        if self.kind == "back" { (self.to_offset, self.from_offset) } else { (self.from_offset, self.to_offset) }
    }

    /// `None`: its deltas were let go.
    fn into_line(self) -> Result<Option<JournalLine>, Error> {
        let (from, to) = self.ends();
        let Some(deltas) = self.deltas else { return Ok(None) };
        let damaged = |cause| Error::Inconsistent(format!("journal line {} cannot be read: {cause}", self.batch_id));
        let deltas: Vec<KeyDelta> = serde_json::from_str(&deltas).map_err(damaged)?;
        let note: Note =
            self.note.as_deref().map(serde_json::from_str).transpose().map_err(damaged)?.unwrap_or_default();
        Ok(Some(JournalLine {
            partition: self.partition_id,
            batch_id: BatchId(self.batch_id),
            previous: self.previous_batch_id.map(BatchId),
            from,
            to,
            counts: Counts {
                consumed: self.consumed,
                recorded: self.recorded,
                duplicates: self.duplicates,
                rejected: self.rejected,
                read_again: self.read_again,
            },
            deltas,
            note,
        }))
    }
}

/// A line that a person writes: a cursor that was set, or a batch whose line was lost.
pub struct HandLine<'a> {
    /// Of which partition.
    pub partition: i32,
    pub batch: &'a BatchId,
    /// The batch before it.
    pub previous: Option<&'a BatchId>,
    /// The lower and the higher position.
    pub ends: (i64, i64),
    /// What it is.
    pub kind: &'a str,
    /// What it did to the live stock, where that is known.
    pub deltas: Option<&'a str>,
    pub reason: &'a str,
    pub who: &'a str,
}

impl HandLine<'_> {
    pub async fn write(&self, connection: &mut MySqlConnection) -> Result<(), sqlx::Error> {
        sqlx::query(
            "INSERT INTO ingest_batches (partition_id, batch_id, previous_batch_id, from_offset, to_offset, consumed, recorded,
               duplicates, rejected, deltas, note, recorded_at, kind, reason, who)
             VALUES (?, ?, ?, ?, ?, 0, 0, 0, 0, ?, NULL, UTC_TIMESTAMP(3), ?, ?, ?)",
        )
        .bind(self.partition)
        .bind(&self.batch.0)
        .bind(self.previous.map(|it| it.0.as_str()))
        .bind(self.ends.0)
        .bind(self.ends.1)
        .bind(self.deltas)
        .bind(self.kind)
        .bind(self.reason)
        .bind(self.who)
        .execute(connection)
        .await
        .map(drop)
    }
}

/// What follows a place of the live stock in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Following {
    /// The next lines, in order, at most a page; none: it is where the records are.
    Lines(Vec<JournalLine>),
    /// What follows was let go, or is not there.
    TooShort,
    /// The journal does not know that batch: the records were restored from a backup.
    Diverged,
    /// It knows the batch, which ended elsewhere: the position, or the batch, was edited by hand.
    Misplaced,
}

/// How many lines one read of the journal brings at the most.
const PAGE: i64 = 64;

impl Records {
    /// The lines of a partition after a batch, along their chain. `position` is where the live stock stands with it.
    pub async fn journal_after(
        &self,
        partition: i32,
        position: i64,
        batch: Option<&BatchId>,
    ) -> Result<Following, Error> {
        with_timeout("reading the journal", async {
            let Some((after, end)) = self.line_number(partition, batch).await? else {
                return Ok(if self.begins_behind(partition, position).await? {
                    Following::TooShort
                } else {
                    Following::Diverged
                });
            };
            if end.is_some_and(|end| end != position) {
                return Ok(Following::Misplaced);
            }
            let rows = sqlx::query_as::<_, Row>(
                "SELECT kind, partition_id, batch_id, previous_batch_id, from_offset, to_offset, consumed, recorded,
                   duplicates, rejected, read_again, deltas, note
                 FROM ingest_batches WHERE partition_id = ? AND id > ? ORDER BY id LIMIT ?",
            )
            .bind(partition)
            .bind(after)
            .bind(PAGE)
            .fetch_all(&self.pool)
            .await
            .map_err(Error::unavailable("reading the journal"))?;
            // Without a batch the position is where the first one began, or somebody took the batch away.
            if batch.is_none() && position > 0 && rows.first().is_some_and(|it| it.ends().0 != position) {
                return Ok(Following::Misplaced);
            }
            follow(rows, batch.map(|it| (it, position)))
        })
        .await
    }

    /// The number of a batch's line, 0 before the first, and where it ended. `None`: there is no such line.
    async fn line_number(&self, partition: i32, batch: Option<&BatchId>) -> Result<Option<(i64, Option<i64>)>, Error> {
        let Some(batch) = batch else { return Ok(Some((0, None))) };
        sqlx::query_as(
            "SELECT id, IF(kind = 'back', from_offset, to_offset) FROM ingest_batches
             WHERE batch_id = ? AND partition_id = ?",
        )
        .bind(&batch.0)
        .bind(partition)
        .fetch_optional(&self.pool)
        .await
        .map_err(Error::unavailable("looking for a batch in the journal"))
    }

    /// Does the journal of a partition begin only behind a position?
    async fn begins_behind(&self, partition: i32, position: i64) -> Result<bool, Error> {
        let first: Option<i64> =
            sqlx::query_scalar("SELECT from_offset FROM ingest_batches WHERE partition_id = ? ORDER BY id LIMIT 1")
                .bind(partition)
                .fetch_optional(&self.pool)
                .await
                .map_err(Error::unavailable("looking where the journal begins"))?;
        Ok(first.is_some_and(|first| first > position))
    }
}

/// The lines as far as they are whole and follow each other, by batch and by position. `after`: the batch before, and where it ended.
fn follow(rows: Vec<Row>, after: Option<(&BatchId, i64)>) -> Result<Following, Error> {
    let mut lines: Vec<JournalLine> = Vec::with_capacity(rows.len());
    for row in rows {
        let before = lines.last().map(|it| (&it.batch_id, it.to)).or(after);
        let follows = row.previous_batch_id.as_deref() == before.map(|(it, _)| it.0.as_str())
            && before.is_none_or(|(_, end)| end == row.ends().0);
        match row.into_line()? {
            Some(line) if follows => lines.push(line),
            // A hole is never bridged: what is missing there may be more than messages that nobody counted.
            _ if lines.is_empty() => return Ok(Following::TooShort),
            _ => break,
        }
    }
    Ok(Following::Lines(lines))
}

/// The line of a batch, if it was committed.
pub async fn find(connection: &mut MySqlConnection, batch_id: &BatchId) -> Result<Option<JournalLine>, Error> {
    let row = sqlx::query_as::<_, Row>(
        "SELECT kind, partition_id, batch_id, previous_batch_id, from_offset, to_offset, consumed, recorded, duplicates,
           rejected, read_again, deltas, note
         FROM ingest_batches WHERE batch_id = ?",
    )
    .bind(&batch_id.0)
    .fetch_optional(connection)
    .await
    .map_err(Error::unavailable("looking for the batch in the journal"))?;
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
            .map_err(Error::unavailable("reading the newest entries"))?;
    let mut newest = Vec::new();
    for (partition, note) in rows {
        let note: Note = note
            .as_deref()
            .map(serde_json::from_str)
            .transpose()
            .map_err(|cause| Error::Inconsistent(format!("a note of the journal cannot be read: {cause}")))?
            .unwrap_or_default();
        newest.extend(note.newest.into_iter().rev().map(|entry| (partition, entry)));
    }
    Ok(newest)
}

/// Adds the line of a batch; its deltas and note as JSON.
pub async fn insert(
    trip: &mut StatementPipeline<'_>,
    line: &JournalLine,
    deltas: &str,
    note: &str,
) -> Result<(), sqlx::Error> {
    let it = &line.counts;
    trip.add(
        "INSERT INTO ingest_batches (partition_id, batch_id, previous_batch_id, from_offset, to_offset, consumed, recorded,
           duplicates, rejected, read_again, deltas, note, bytes, recorded_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, UTC_TIMESTAMP(3))",
        &[
            line.partition.into(),
            line.batch_id.0.as_str().into(),
            line.previous.as_ref().map(|it| it.0.as_str()).into(),
            line.from.into(),
            line.to.into(),
            it.consumed.into(),
            it.recorded.into(),
            it.duplicates.into(),
            it.rejected.into(),
            it.read_again.into(),
            deltas.into(),
            note.into(),
            i32::try_from(deltas.len() + note.len()).unwrap_or(i32::MAX).into(),
        ],
    )
    .await
}
