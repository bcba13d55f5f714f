//! `uploads`: files of entries that people look at before they send them. In the records, so that any process can show and send them.

use base::business_time::utc_moment;
use std::time::Duration;

use chrono::NaiveDateTime;
use model::time::Millis;
use sha2::{Digest, Sha256};
use sqlx::Connection as _;
use uuid::Uuid;

use crate::sql::error::with_timeout;
use crate::sql::stored::word;
use crate::trail::{TrailEvent, record_in};
use crate::{Error, Records};
use base::hex::hex;

/// So much of a file in one statement: far below what a server takes at once.
const CHUNK: usize = 1 << 20;
/// So many files of a person wait to be sent, and
const MAX_FILES: usize = 20;
/// so many bytes of them: what is more takes the place of the oldest. Until there is signing in, one person is everybody at this machine.
const MAX_BYTES: i64 = 200_000_000;
/// A file that was being sent for so long has lost its sender, and may be sent again: what has arrived counts once.
const SENDING_LIMIT: Duration = Duration::from_mins(2);

/// A file as it is stored, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Name in the records, unique for ever.
    pub id: String,
    /// Name of the file.
    pub name: String,
    /// Person who brought it.
    pub who: String,
    /// Moment when it was brought.
    pub at: Millis,
    /// State of the file.
    pub state: UploadState,
    /// Moment when that state began.
    pub changed_at: Millis,
}

/// The state of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadState {
    /// It is looked at, and can be sent.
    LookedAt,
    /// Somebody is sending it.
    Sending,
    /// It was sent.
    Sent {
        /// Number of entries that Kafka has.
        accepted: i64,
        /// Number of lines that were left out.
        left_out: i64,
    },
}

from_row! {
    /// A file as its columns are.
    struct Row {
        id: String,
        name: String,
        who: String,
        at: NaiveDateTime,
        state: String,
        changed_at: NaiveDateTime,
        accepted: Option<i64>,
        left_out: Option<i64>,
    }
}

impl TryFrom<Row> for Upload {
    type Error = Error;

    fn try_from(it: Row) -> Result<Self, Error> {
        let parse = |word: &str| match word {
            "looked_at" => Some(UploadState::LookedAt),
            "sending" => Some(UploadState::Sending),
            "sent" => Some(UploadState::Sent { accepted: it.accepted?, left_out: it.left_out? }),
            _ => None,
        };
        let state = word(&format!("the state of file {}", it.id), &it.state, parse)?;
        Ok(Self {
            id: it.id,
            name: it.name,
            who: it.who,
            at: utc_moment(it.at),
            state,
            changed_at: utc_moment(it.changed_at),
        })
    }
}

impl Records {
    /// Keeps a file; answers its id. Of more than [`MAX_FILES`] of this person, or [`MAX_BYTES`] of them, the oldest that are not sent go.
    pub async fn keep_upload(&self, name: &str, who: &str, bytes: &[u8]) -> Result<String, Error> {
        let unavailable = Error::unavailable("keeping a file");
        let (_turn, mut connection) = self.uploads.acquire("keeping a file").await?;
        with_timeout("keeping a file", async {
            let id = Uuid::now_v7().simple().to_string();
            let mut transaction = connection.begin().await.map_err(&unavailable)?;
            sqlx::query(
                "INSERT INTO uploads (id, name, who, at, bytes, sha256, changed_at)
                 VALUES (?, ?, ?, UTC_TIMESTAMP(3), ?, ?, UTC_TIMESTAMP(3))",
            )
            .bind(&id)
            .bind(name.chars().take(255).collect::<String>())
            .bind(who)
            .bind(i64::try_from(bytes.len()).unwrap_or(i64::MAX))
            .bind(hex(&Sha256::digest(bytes)))
            .execute(&mut *transaction)
            .await
            .map_err(&unavailable)?;
            for (number, content) in (0_i32..).zip(bytes.chunks(CHUNK)) {
                sqlx::query("INSERT INTO upload_chunks (upload_id, number, content) VALUES (?, ?, ?)")
                    .bind(&id)
                    .bind(number)
                    .bind(content)
                    .execute(&mut *transaction)
                    .await
                    .map_err(&unavailable)?;
            }
            let waiting: Vec<(String, i64)> = sqlx::query_as(
                "SELECT id, bytes FROM uploads WHERE who = ? AND state = 'looked_at' ORDER BY id = ? DESC, at DESC, id DESC",
            )
            .bind(who)
            .bind(&id)
            .fetch_all(&mut *transaction)
            .await
            .map_err(&unavailable)?;
            for oldest in beyond(&waiting) {
                sqlx::query("DELETE FROM uploads WHERE id = ? AND state = 'looked_at'")
                    .bind(oldest)
                    .execute(&mut *transaction)
                    .await
                    .map_err(&unavailable)?;
            }
            transaction.commit().await.map_err(&unavailable)?;
            Ok(id)
        })
        .await
    }

    /// A file; its bytes are empty once they were let go. `None`: there is none.
    pub async fn upload(&self, id: &str) -> Result<Option<(Upload, Vec<u8>)>, Error> {
        let unavailable = Error::unavailable("reading a file");
        let (_turn, mut connection) = self.uploads.acquire("reading a file").await?;
        with_timeout("reading a file", async {
            let upload: Option<Row> = sqlx::query_as(
                "SELECT id, name, who, at, CAST(state AS CHAR) AS state, changed_at, accepted, left_out FROM uploads WHERE id = ?",
            )
            .bind(id)
            .fetch_optional(&mut *connection)
            .await
            .map_err(&unavailable)?;
            let Some(upload) = upload.map(Upload::try_from).transpose()? else { return Ok(None) };
            let chunks: Vec<Vec<u8>> =
                sqlx::query_scalar("SELECT content FROM upload_chunks WHERE upload_id = ? ORDER BY number")
                    .bind(id)
                    .fetch_all(&mut *connection)
                    .await
                    .map_err(&unavailable)?;
            Ok(Some((upload, chunks.concat())))
        })
        .await
    }

    /// May this file be sent now? Only one who asks is told yes, until it is done or has lost its sender.
    pub async fn begin_upload(&self, id: &str) -> Result<bool, Error> {
        with_timeout("beginning to send a file", async {
            let done = sqlx::query(
                "UPDATE uploads SET state = 'sending', changed_at = UTC_TIMESTAMP(3)
                 WHERE id = ? AND (state = 'looked_at' OR (state = 'sending' AND changed_at < UTC_TIMESTAMP(3) - INTERVAL ? SECOND))",
            )
            .bind(id)
            .bind(i64::try_from(SENDING_LIMIT.as_secs()).unwrap_or(i64::MAX))
            .execute(&self.pool)
            .await
            .map_err(Error::unavailable("beginning to send a file"))?;
            Ok(done.rows_affected() == 1)
        })
        .await
    }

    /// It was not sent, or not all of it: it may be sent again.
    pub async fn give_upload_up(&self, id: &str) -> Result<(), Error> {
        with_timeout("noting that a file was not sent", async {
            sqlx::query(
                "UPDATE uploads SET state = 'looked_at', changed_at = UTC_TIMESTAMP(3) WHERE id = ? AND state = 'sending'",
            )
            .bind(id)
            .execute(&self.pool)
            .await
            .map(drop)
            .map_err(Error::unavailable("noting that a file was not sent"))
        })
        .await
    }

    /// It was sent: so many entries, and so many lines were left out. `action`: what the trail calls it.
    pub async fn end_upload(
        &self,
        id: &str,
        (who, action): (&str, &str),
        accepted: i64,
        left_out: i64,
    ) -> Result<(), Error> {
        let unavailable = Error::unavailable("noting that a file was sent");
        with_timeout("noting that a file was sent", async {
            let mut transaction = self.pool.begin().await.map_err(&unavailable)?;
            sqlx::query(
                "UPDATE uploads SET state = 'sent', changed_at = UTC_TIMESTAMP(3), accepted = ?, left_out = ? WHERE id = ?",
            )
            .bind(accepted)
            .bind(left_out)
            .bind(id)
            .execute(&mut *transaction)
            .await
            .map_err(&unavailable)?;
            let deed = TrailEvent {
                who: who.to_owned(),
                action: action.to_owned(),
                subject: format!("upload {id}"),
                before: None,
                after: Some(format!("{accepted} entries sent, {left_out} lines left out")),
            };
            record_in(&mut transaction, &[deed]).await.map_err(&unavailable)?;
            transaction.commit().await.map_err(&unavailable)
        })
        .await
    }

    /// Lets bytes go that are older than a day, and files that nobody sent.
    pub async fn prune_uploads(&self) -> Result<(), Error> {
        with_timeout("letting files go", async {
            for statement in [
                "DELETE FROM uploads WHERE state = 'looked_at' AND at < UTC_TIMESTAMP(3) - INTERVAL 1 DAY",
                "DELETE c FROM upload_chunks AS c JOIN uploads AS u ON u.id = c.upload_id
                 WHERE u.state = 'sent' AND u.at < UTC_TIMESTAMP(3) - INTERVAL 1 DAY",
            ] {
                sqlx::query(statement).execute(&self.pool).await.map_err(Error::unavailable("letting files go"))?;
            }
            Ok(())
        })
        .await
    }
}

/// The files, of those that wait, newest first with their bytes, that are beyond what a person may have. The newest always stays.
fn beyond(waiting: &[(String, i64)]) -> impl Iterator<Item = &str> {
    let kept = waiting.iter().scan(0_i64, |sum, (_, bytes)| {
        *sum = sum.saturating_add(*bytes);
        Some(*sum)
    });
    let kept = kept.take(MAX_FILES).take_while(|sum| *sum <= MAX_BYTES).count();
    waiting.iter().skip(kept.max(1)).map(|(id, _)| id.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_more_than_a_person_may_have_takes_the_place_of_the_oldest() {
        let files = |bytes: &[i64]| -> Vec<(String, i64)> {
            bytes.iter().enumerate().map(|(n, bytes)| (n.to_string(), *bytes)).collect()
        };
        for (bytes, gone) in [
            (vec![1; MAX_FILES], vec![]),
            (vec![1; MAX_FILES + 2], vec!["20", "21"]),
            (vec![160_000_000, 40_000_000, 1], vec!["2"]),
            (vec![300_000_000, 1], vec!["1"]),
        ] {
            assert_eq!(beyond(&files(&bytes)).collect::<Vec<_>>(), gone, "{bytes:?}");
        }
    }
}
