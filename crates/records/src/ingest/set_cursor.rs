//! Setting a cursor by hand: with its reason and person, as a line of the journal, so that the live stock follows it
//! along the chain (docs/consistency.md#a-correction).

use model::batch::BatchId;
use sqlx::Connection as _;

use crate::cursors;
use crate::cursors::Cursor;
use crate::journal::lines::HandLine;
use crate::sql::error::with_timeout;
use crate::trail;
use crate::trail::TrailEvent;
use crate::{Error, Records};

/// What a person wants of a cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CursorMove<'a> {
    /// Partition whose cursor is set.
    pub partition: i32,
    /// Offset of the next message to record from now on.
    pub to: i64,
    /// Is it that the topic lost messages, or is another topic of the same name?
    pub accepts: Option<Loss>,
    /// Reason that the person gave; kept in the journal and the trail.
    pub reason: &'a str,
    /// Name of the person; kept in the journal and the trail.
    pub who: &'a str,
}

/// What is accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// Retention passed the cursor.
    Messages,
    /// The topic was deleted and made again: the same offset is another message now.
    Topic,
}

impl Records {
    /// Sets a cursor, with a journal line and a line of the trail. Answers the cursor as it was.
    ///
    /// # Errors
    /// [`Error::Misconfigured`] where the partition has no cursor, or it is there already.
    pub async fn set_cursor(&self, wanted: &CursorMove<'_>) -> Result<Cursor, Error> {
        with_timeout("setting a cursor", async {
            let unavailable = Error::unavailable("setting a cursor");
            let mut connection = self.connect().await?;
            let mut transaction = connection.begin().await.map_err(&unavailable)?;
            // Locks the row: a daemon's batch comes before or after, and meets the fence then.
            sqlx::query("SELECT partition_id FROM ingest_offsets WHERE topic = ? AND partition_id = ? FOR UPDATE")
                .bind(&*self.topic)
                .bind(wanted.partition)
                .fetch_optional(&mut *transaction)
                .await
                .map_err(&unavailable)?;
            let cursor = cursors::cursors_in(&mut transaction, &self.topic)
                .await?
                .remove(&wanted.partition)
                .ok_or_else(|| {
                    Error::Misconfigured(format!(
                        "partition {} has no cursor yet; start the daemon first",
                        wanted.partition
                    ))
                })?;
            if cursor.next_offset == wanted.to && wanted.accepts != Some(Loss::Topic) {
                return Err(Error::Misconfigured(format!(
                    "the cursor of partition {} is there already",
                    wanted.partition
                )));
            }
            write(&mut transaction, &self.topic, wanted, &cursor).await.map_err(&unavailable)?;
            transaction.commit().await.map_err(&unavailable)?;
            Ok(cursor)
        })
        .await
    }
}

/// `kind` of the line, and how far messages are met again from now on.
fn kind(wanted: &CursorMove<'_>, cursor: &Cursor) -> (&'static str, i64) {
    let backward = wanted.to < cursor.next_offset;
    match (wanted.accepts, backward) {
        // Nothing of the new topic was read before.
        (Some(Loss::Topic), true) => ("back", 0),
        (Some(Loss::Topic), false) => ("loss", 0),
        // Still the same messages: those below are met again.
        (Some(Loss::Messages), _) => ("loss", cursor.highest),
        (None, true) => ("back", cursor.highest.max(cursor.next_offset)),
        (None, false) => ("skip", cursor.highest),
    }
}

async fn write(
    transaction: &mut sqlx::MySqlConnection,
    topic: &str,
    wanted: &CursorMove<'_>,
    cursor: &Cursor,
) -> Result<(), sqlx::Error> {
    let (kind, highest) = kind(wanted, cursor);
    let (low, high) = (wanted.to.min(cursor.next_offset), wanted.to.max(cursor.next_offset));
    // A new topic that begins where the cursor stands moves nothing: then there is no line either.
    let batch = if low < high { Some(BatchId(uuid::Uuid::now_v7().simple().to_string())) } else { None };
    let generation = cursor.generation + i32::from(wanted.accepts == Some(Loss::Topic));
    sqlx::query(
        "UPDATE ingest_offsets SET next_offset = ?, batch_id = ?, last_timestamp = NULL, last_checksum = NULL,
           last_offset = NULL, highest_offset = ?, generation_began = IF(generation = ?, generation_began, UTC_TIMESTAMP(3)),
           generation = ?
         WHERE topic = ? AND partition_id = ?",
    )
    .bind(wanted.to)
    .bind(batch.as_ref().or(cursor.batch_id.as_ref()).map(|it| it.0.as_str()))
    .bind(highest)
    .bind(generation)
    .bind(generation)
    .bind(topic)
    .bind(wanted.partition)
    .execute(&mut *transaction)
    .await?;
    if let Some(batch) = batch {
        let line = HandLine {
            partition: wanted.partition,
            batch: &batch,
            previous: cursor.batch_id.as_ref(),
            ends: (low, high),
            kind,
            deltas: Some("[]"),
            reason: wanted.reason,
            who: wanted.who,
        };
        line.write(&mut *transaction).await?;
    }
    let deed = TrailEvent {
        who: wanted.who.to_owned(),
        action: format!("cursor.{kind}"),
        subject: format!("partition {}", wanted.partition),
        before: Some(cursor.next_offset.to_string()),
        after: Some(format!("{}: {}", wanted.to, wanted.reason)),
    };
    trail::record_in(transaction, &[deed]).await
}
