//! `replay_bills`: the bills in which the queue and the records differ, and which of their messages were rejected.

use model::audit::replay::{Bill, BillKind};
use sqlx::QueryBuilder;

use crate::sql::error::with_timeout;
use crate::sql::stored::{document, word};
use crate::{Error, Records};

/// So many places go into one statement.
const AT_ONCE: usize = 500;

impl Records {
    /// Bills that differ, after a number.
    pub async fn replay_bills(&self, id: i64, after: i32, limit: i64) -> Result<Vec<(i32, Bill)>, Error> {
        with_timeout("reading the bills of a replay", async {
            let rows: Vec<(i32, String)> = sqlx::query_as(
                "SELECT number, bill FROM replay_bills WHERE replay_id = ? AND number > ? ORDER BY number LIMIT ?",
            )
            .bind(id)
            .bind(after)
            .bind(limit)
            .fetch_all(&self.pool)
            .await
            .map_err(Error::unavailable("reading the bills of a replay"))?;
            let read = |(number, text): (i32, String)| {
                Ok((number, document(&format!("bill {number} of replay {id}"), &text)?))
            };
            rows.into_iter().map(read).collect()
        })
        .await
    }

    /// How many bills of each kind.
    pub async fn replay_counts(&self, id: i64) -> Result<Vec<(BillKind, i64)>, Error> {
        with_timeout("counting the bills of a replay", async {
            let rows: Vec<(String, i64)> =
                sqlx::query_as("SELECT kind, COUNT(*) FROM replay_bills WHERE replay_id = ? GROUP BY kind")
                    .bind(id)
                    .fetch_all(&self.pool)
                    .await
                    .map_err(Error::unavailable("counting the bills of a replay"))?;
            let read = |(kind, count): (String, i64)| {
                Ok((word(&format!("the kind of a bill of replay {id}"), &kind, BillKind::parse)?, count))
            };
            rows.into_iter().map(read).collect()
        })
        .await
    }

    /// The messages among some that were rejected. In an earlier topic of that name the same place was another message.
    pub async fn rejected_among(&self, origins: &[(i32, i64)]) -> Result<Vec<(i32, i64)>, Error> {
        let mut found = Vec::new();
        for chunk in origins.chunks(AT_ONCE) {
            let mut statement = QueryBuilder::new(
                "SELECT r.partition_id, r.kafka_offset FROM rejections AS r JOIN ingest_offsets AS o
                   ON o.topic = r.topic AND o.partition_id = r.partition_id AND o.generation = r.generation
                 WHERE r.topic = ",
            );
            statement.push_bind(&*self.topic).push(" AND (r.partition_id, r.kafka_offset) IN ");
            statement.push_tuples(chunk, |mut pair, (partition, offset)| {
                pair.push_bind(*partition).push_bind(*offset);
            });
            let rows: Vec<(i32, i64)> = statement
                .build_query_as()
                .fetch_all(&self.pool)
                .await
                .map_err(Error::unavailable("looking for rejected messages"))?;
            found.extend(rows);
        }
        Ok(found)
    }
}
