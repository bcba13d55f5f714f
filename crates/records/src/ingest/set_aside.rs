//! Messages set aside for want of a day table (`no_table`) that nothing was sent again for: a retry queue among the rejections.

use sqlx::QueryBuilder;

use crate::sql::error::with_timeout;
use crate::{Error, Records};

from_row! {
    /// A message that waits for a table.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct SetAside {
        /// Number of its rejection.
        pub id: i64,
        /// Its bytes, all of them.
        pub raw: Vec<u8>,
        /// How often something was sent for it that Kafka has not confirmed.
        pub sent: i64,
    }
}

/// Those that wait: nothing of theirs is in the queue, nor on its way there. What was not confirmed within two minutes is sent once more; if it did arrive,
/// it counts once.
const WAITING: &str = " FROM rejections AS r WHERE r.code = 'no_table' AND NOT EXISTS (SELECT 1 FROM resubmissions AS s
    WHERE s.rejection_id = r.id AND (s.partition_id IS NOT NULL OR s.at > UTC_TIMESTAMP(3) - INTERVAL 2 MINUTE))";

/// Those whose entry the books do not hold yet: nothing of theirs is where a cursor has come past it.
const NOT_IN_THE_BOOKS: &str = "SELECT COUNT(*) FROM rejections AS r WHERE r.code = 'no_table' AND NOT EXISTS (SELECT 1
    FROM resubmissions AS s JOIN ingest_offsets AS o ON o.partition_id = s.partition_id AND o.generation = s.generation
    WHERE s.rejection_id = r.id AND o.topic = r.topic AND o.next_offset > s.kafka_offset)";

impl Records {
    /// Those that wait, with a higher number, oldest first.
    pub async fn set_aside_after(&self, id: i64, limit: i64) -> Result<Vec<SetAside>, Error> {
        with_timeout("reading what was set aside", async {
            let mut statement = QueryBuilder::new(
                "SELECT r.id, r.raw, (SELECT COUNT(*) FROM resubmissions AS s WHERE s.rejection_id = r.id) AS sent",
            );
            statement.push(WAITING).push(" AND r.id > ").push_bind(id);
            statement.push(" ORDER BY r.id LIMIT ").push_bind(limit);
            let unavailable = Error::unavailable("reading what was set aside");
            statement.build_query_as().fetch_all(&self.pool).await.map_err(unavailable)
        })
        .await
    }

    /// How many wait.
    pub async fn set_aside_count(&self) -> Result<i64, Error> {
        with_timeout("counting what was set aside", async {
            let mut statement = QueryBuilder::new("SELECT COUNT(*)");
            statement.push(WAITING);
            let unavailable = Error::unavailable("counting what was set aside");
            statement.build_query_scalar().fetch_one(&self.pool).await.map_err(unavailable)
        })
        .await
    }

    /// How many messages that were set aside are not in the books yet, whether they wait or are on their way.
    pub async fn set_aside_missing(&self) -> Result<i64, Error> {
        with_timeout("counting what was set aside", async {
            sqlx::query_scalar(NOT_IN_THE_BOOKS)
                .fetch_one(&self.pool)
                .await
                .map_err(Error::unavailable("counting what was set aside"))
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use model::flaw::Code;

    #[test]
    fn the_word_is_the_one_that_is_stored() {
        let word = format!("'{}'", Code::NoTable.as_str());
        assert!([super::WAITING, super::NOT_IN_THE_BOOKS].iter().all(|it| it.contains(&word)));
    }
}
