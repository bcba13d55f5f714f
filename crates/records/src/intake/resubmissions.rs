//! `resubmissions`: what was sent again, corrected, for a rejection, and what became of it.

use chrono::NaiveDateTime;
use sqlx::QueryBuilder;

use crate::sql::error::with_timeout;
use crate::trail::{TrailEvent, record_in};
use crate::{Error, Records};

from_row! {
    /// What was sent again.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct StoredResubmission {
        /// Number of the resubmission; a later one has a larger number.
        pub id: i64,
        /// For which rejection.
        pub rejection_id: i64,
        /// Who sent it.
        pub who: String,
        /// Moment when it was written down, before it was sent; in UTC.
        pub at: NaiveDateTime,
        /// Where Kafka put it; none: that is not known.
        pub partition_id: Option<i32>,
        /// Where Kafka put it.
        pub kafka_offset: Option<i64>,
        /// The rejection that it met in its turn.
        pub rejected_again: Option<i64>,
        /// Has the daemon come past it? Then it is recorded, or was before, unless it was rejected again.
        pub is_past: bool,
    }
}

/// How a resubmission begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    /// Under this number: it may be sent now.
    As(i64),
    /// Somebody has sent something for it that the person did not see.
    Meanwhile,
    /// There is no such rejection.
    NoSuch,
}

impl Records {
    /// Writes down what is going to be sent for a rejection, before it is. `seen`: for so many the person has seen it sent already.
    pub async fn begin_resubmission(&self, rejection: i64, seen: i64, raw: &[u8], who: &str) -> Result<Begun, Error> {
        let unavailable = Error::unavailable("writing a resubmission down");
        with_timeout("writing a resubmission down", async {
            let mut transaction = self.pool.begin().await.map_err(&unavailable)?;
            // The lock lets one of two who press the button at once go first.
            let found: Option<i64> = sqlx::query_scalar("SELECT id FROM rejections WHERE id = ? FOR UPDATE")
                .bind(rejection)
                .fetch_optional(&mut *transaction)
                .await
                .map_err(&unavailable)?;
            if found.is_none() {
                return Ok(Begun::NoSuch);
            }
            let sent: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM resubmissions WHERE rejection_id = ?")
                .bind(rejection)
                .fetch_one(&mut *transaction)
                .await
                .map_err(&unavailable)?;
            if sent != seen {
                return Ok(Begun::Meanwhile);
            }
            let id = sqlx::query(
                "INSERT INTO resubmissions (rejection_id, raw, who, at) VALUES (?, ?, ?, UTC_TIMESTAMP(3))",
            )
            .bind(rejection)
            .bind(raw)
            .bind(who)
            .execute(&mut *transaction)
            .await
            .map_err(&unavailable)?
            .last_insert_id();
            let deed = TrailEvent {
                who: who.to_owned(),
                action: "rejections.resubmit".to_owned(),
                subject: format!("rejection {rejection}"),
                before: None,
                after: Some(String::from_utf8_lossy(raw).into_owned()),
            };
            record_in(&mut transaction, &[deed]).await.map_err(&unavailable)?;
            transaction.commit().await.map_err(&unavailable)?;
            Ok(Begun::As(i64::try_from(id).unwrap_or(i64::MAX)))
        })
        .await
    }

    /// Writes down where Kafka put it.
    pub async fn place_resubmission(&self, id: i64, (partition, offset): (i32, i64)) -> Result<(), Error> {
        with_timeout("writing down where a resubmission is", async {
            sqlx::query(
                "UPDATE resubmissions SET partition_id = ?, kafka_offset = ?, generation = COALESCE(
                   (SELECT o.generation FROM ingest_offsets AS o WHERE o.topic = ? AND o.partition_id = ?), 0)
                 WHERE id = ?",
            )
            .bind(partition)
            .bind(offset)
            .bind(&*self.topic)
            .bind(partition)
            .bind(id)
            .execute(&self.pool)
            .await
            .map(drop)
            .map_err(Error::unavailable("writing down where a resubmission is"))
        })
        .await
    }

    /// What was sent again for some rejections, in the order in which it was.
    pub async fn resubmissions_of(&self, rejections: &[i64]) -> Result<Vec<StoredResubmission>, Error> {
        if rejections.is_empty() {
            return Ok(Vec::new());
        }
        with_timeout("reading resubmissions", async {
            let mut statement = QueryBuilder::new(
                "SELECT s.id, s.rejection_id, s.who, s.at, s.partition_id, s.kafka_offset, r.id AS rejected_again,
                   COALESCE(o.next_offset > s.kafka_offset, FALSE) AS is_past
                 FROM resubmissions AS s
                 LEFT JOIN rejections AS r ON r.partition_id = s.partition_id AND r.generation = s.generation
                   AND r.kafka_offset = s.kafka_offset AND r.topic = ",
            );
            statement.push_bind(&*self.topic);
            statement.push(
                " LEFT JOIN ingest_offsets AS o ON o.partition_id = s.partition_id AND o.generation = s.generation AND o.topic = ",
            );
            statement.push_bind(&*self.topic).push(" WHERE s.rejection_id IN (");
            let mut list = statement.separated(", ");
            for id in rejections {
                list.push_bind(*id);
            }
            statement.push(") ORDER BY s.id");
            let unavailable = Error::unavailable("reading resubmissions");
            statement.build_query_as().fetch_all(&self.pool).await.map_err(unavailable)
        })
        .await
    }

    /// For which rejection a message was sent that was rejected in its turn.
    pub async fn resubmitted_for(&self, partition: i32, generation: i32, offset: i64) -> Result<Option<i64>, Error> {
        with_timeout("reading resubmissions", async {
            sqlx::query_scalar(
                "SELECT rejection_id FROM resubmissions WHERE partition_id = ? AND generation = ? AND kafka_offset = ? LIMIT 1",
            )
            .bind(partition)
            .bind(generation)
            .bind(offset)
            .fetch_optional(&self.pool)
            .await
            .map_err(Error::unavailable("reading resubmissions"))
        })
        .await
    }
}
