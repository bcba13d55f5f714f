//! Dead-letter store (`rejections`): what is no valid entry, with its raw bytes, in the same transaction as the cursor.

use std::collections::HashSet;

use chrono::NaiveDateTime;
use model::flaw::Code;
use sqlx::QueryBuilder;

use crate::batch::{NewBatch, RejectedMessage};
use crate::sql::error::with_timeout;
use crate::sql::pipeline::StatementPipeline;
use crate::{Error, Records};

from_row! {
    /// A rejection as it is stored.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct StoredRejection {
        /// Number of the rejection; a later one has a larger number.
        pub id: i64,
        /// Where the message is.
        pub partition_id: i32,
        /// Of which generation of its topic.
        pub generation: i32,
        /// Where the message is.
        pub kafka_offset: i64,
        /// A stable word.
        pub code: String,
        /// Which field, where it is one.
        pub field: Option<String>,
        /// Reason in English, for people; at most 1 000 characters.
        pub reason: String,
        /// The message's bytes, or the first of them.
        pub raw: Vec<u8>,
        /// How many bytes the message has.
        pub size: i64,
        /// When it was read.
        pub rejected_at: NaiveDateTime,
        /// How often something was sent again for it.
        pub sent_again: i64,
    }
}

/// Filter and page of a list of rejections, newest first.
#[derive(Debug, Clone, Copy, Default)]
pub struct RejectionsFilter {
    /// Only of this kind.
    pub code: Option<Code>,
    /// Only those for which something, or nothing, was sent again.
    pub sent_again: Option<bool>,
    /// Older than this one.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: i64,
}

from_row! {
    /// How many rejections there are of a kind.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct RejectionCount {
        /// Word of the kind, as [`Code::as_str`] has it.
        pub code: String,
        /// All of them.
        pub all_of_it: i64,
        /// Those for which nothing was sent again.
        pub open: i64,
    }
}

/// The columns of a [`StoredRejection`] but for its bytes.
const COLUMNS: &str = "r.id, r.partition_id, r.generation, r.kafka_offset, r.code, r.field, r.reason, r.rejected_at,
  OCTET_LENGTH(r.raw) AS size, (SELECT COUNT(*) FROM resubmissions AS s WHERE s.rejection_id = r.id) AS sent_again, ";

/// So many bytes of a message are enough for a list.
const FIRST_BYTES: &str = "SUBSTRING(r.raw, 1, 500) AS raw";

/// Counts are those of the newest so many.
pub const MAX_COUNTED: i64 = 100_000;

impl Records {
    /// Rejections with a higher number, oldest first, whole.
    pub async fn rejections_after(&self, id: i64, limit: i64) -> Result<Vec<StoredRejection>, Error> {
        with_timeout("reading rejections", async {
            let mut statement = QueryBuilder::new("SELECT ");
            statement.push(COLUMNS).push("r.raw FROM rejections AS r WHERE r.id > ").push_bind(id);
            statement.push(" ORDER BY r.id LIMIT ").push_bind(limit);
            let unavailable = Error::unavailable("reading rejections");
            statement.build_query_as().fetch_all(&self.pool).await.map_err(unavailable)
        })
        .await
    }

    /// Rejections, newest first, each with the first bytes of its message.
    pub async fn rejections(&self, wanted: RejectionsFilter) -> Result<Vec<StoredRejection>, Error> {
        with_timeout("reading rejections", async {
            let mut statement = QueryBuilder::new("SELECT ");
            statement.push(COLUMNS).push(FIRST_BYTES).push(" FROM rejections AS r WHERE r.id < ");
            statement.push_bind(wanted.before.unwrap_or(i64::MAX));
            if let Some(code) = wanted.code {
                statement.push(" AND r.code = ").push_bind(code.as_str());
            }
            if let Some(sent_again) = wanted.sent_again {
                statement.push(if sent_again { " AND EXISTS " } else { " AND NOT EXISTS " });
                statement.push("(SELECT 1 FROM resubmissions AS s WHERE s.rejection_id = r.id)");
            }
            statement.push(" ORDER BY r.id DESC LIMIT ").push_bind(wanted.limit);
            let unavailable = Error::unavailable("reading rejections");
            statement.build_query_as().fetch_all(&self.pool).await.map_err(unavailable)
        })
        .await
    }

    /// One rejection, whole.
    pub async fn rejection(&self, id: i64) -> Result<Option<StoredRejection>, Error> {
        Ok(self.rejections_after(id.saturating_sub(1), 1).await?.into_iter().find(|it| it.id == id))
    }

    /// How many there are of each kind among the newest [`MAX_COUNTED`].
    pub async fn rejection_counts(&self) -> Result<Vec<RejectionCount>, Error> {
        with_timeout("counting rejections", async {
            sqlx::query_as(
                "SELECT n.code, COUNT(*) AS all_of_it,
                   CAST(SUM(NOT EXISTS (SELECT 1 FROM resubmissions AS s WHERE s.rejection_id = n.id)) AS SIGNED) AS open
                 FROM (SELECT code, id FROM rejections ORDER BY id DESC LIMIT ?) AS n GROUP BY n.code ORDER BY n.code",
            )
            .bind(MAX_COUNTED)
            .fetch_all(&self.pool)
            .await
            .map_err(Error::unavailable("counting rejections"))
        })
        .await
    }
}

/// How many rows one statement carries; raw bytes may be large, and packets have a limit.
const ROWS: usize = 100;

/// The offsets of a batch whose rejection is on record, where the partition has read it before.
pub async fn known(
    trip: &mut StatementPipeline<'_>,
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
    .fetch_all(trip.connection().await?)
    .await?;
    Ok(offsets.into_iter().collect())
}

/// Stores the rejections of a batch.
pub async fn insert(
    trip: &mut StatementPipeline<'_>,
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
        statement.build().execute(trip.connection().await?).await?;
        rest = later;
    }
    Ok(())
}
