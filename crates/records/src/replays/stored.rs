//! `replays` and `replay_bills`: the queue read again for the keys of an audit, and the bills that differ.

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use model::audit::replay::{Bill, BillKind};
use model::batch::BatchId;
use model::stock::StockKey;
use sqlx::{MySqlConnection, QueryBuilder};

use crate::audits::stock_snapshot::key_of;
use crate::sql::error::limited;
use crate::sql::rows::json_rows;
use crate::{Error, Records};

/// A replay that says nothing for so many seconds is over.
const SILENT_SECONDS: i64 = 60;
/// So many bills go into one statement.
const AT_ONCE: usize = 500;

/// The answer to a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplayClaim {
    /// It is ours.
    Ours(i64),
    /// Another one of this audit is under way.
    Running(i64),
}

from_row! {
    /// A replay, as it is stored.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct StoredReplay {
        /// Its number.
        pub id: i64,
        /// Of which audit.
        pub audit_id: i64,
        /// `running`, `ready`, `corrected` or `error`.
        pub state: String,
        /// Messages that were read, and of how many.
        pub messages_read: i64,
        /// Messages that were read, and of how many.
        pub messages_all: i64,
        /// Keys that were looked at.
        pub finding_keys: i64,
        /// JSON: where each partition began.
        begins: Option<String>,
        /// JSON: up to where each was read.
        ends: Option<String>,
        /// Why it could not be made.
        pub message: Option<String>,
        /// Who asked for it.
        pub started_by: String,
        /// When.
        pub started_at: NaiveDateTime,
        /// How long it took, or takes until now, in milliseconds.
        pub took_ms: i64,
        /// Who confirmed the correction.
        pub confirmed_by: Option<String>,
        /// When.
        pub confirmed_at: Option<NaiveDateTime>,
    }
}

impl StoredReplay {
    /// Where each partition began when it was read; none before it is ready.
    ///
    /// # Errors
    /// What is stored cannot be read: nothing may be corrected by it.
    pub fn begins(&self) -> Result<BTreeMap<i32, i64>, Error> {
        self.stored("where partitions begin", self.begins.as_deref())
    }

    /// Up to where each partition was read; none before it is ready.
    ///
    /// # Errors
    /// What is stored cannot be read: nothing may be corrected by it.
    pub fn ends(&self) -> Result<ReplayEnds, Error> {
        self.stored("where partitions end", self.ends.as_deref())
    }

    fn stored<T: Default + serde::de::DeserializeOwned>(&self, what: &str, text: Option<&str>) -> Result<T, Error> {
        let Some(text) = text else {
            let is_made = matches!(self.state.as_str(), "ready" | "corrected");
            return if is_made { Err(self.damaged(what, "it is missing")) } else { Ok(T::default()) };
        };
        serde_json::from_str(text).map_err(|cause| self.damaged(what, &cause.to_string()))
    }

    fn damaged(&self, what: &str, why: &str) -> Error {
        Error::Inconsistent(format!("what replay {} says of {what} cannot be read: {why}", self.id))
    }
}

/// Offset and batch by partition.
pub type ReplayEnds = BTreeMap<i32, (i64, Option<BatchId>)>;

/// What a replay found.
#[derive(Debug, Default)]
pub struct Named {
    /// Bills that differ.
    pub bills: Vec<Bill>,
    /// Keys that were looked at.
    pub keys: Vec<ReplayedKey>,
    /// Where each partition began.
    pub begins: BTreeMap<i32, i64>,
    /// Up to where each was read: the cursors of its snapshot.
    pub ends: ReplayEnds,
}

/// A key that a replay looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayedKey {
    /// Which.
    pub key: StockKey,
    /// Of its rows.
    pub digest: i64,
    /// Are all of its bills named?
    pub is_whole: bool,
}

impl Records {
    /// Claims a replay of an audit: one at a time.
    pub async fn claim_replay(&self, audit: i64, who: &str) -> Result<ReplayClaim, Error> {
        limited("claiming a replay", async {
            let unavailable = Error::unavailable("claiming a replay");
            sqlx::query(
                "UPDATE replays SET running = NULL, state = 'error', ended_at = UTC_TIMESTAMP(3),
                   message = 'its process fell silent'
                 WHERE audit_id = ? AND running = 1 AND alive_until < UTC_TIMESTAMP(3)",
            )
            .bind(audit)
            .execute(&self.pool)
            .await
            .map_err(&unavailable)?;
            let claimed = sqlx::query(
                "INSERT INTO replays (audit_id, state, running, alive_until, started_by, started_at)
                 VALUES (?, 'running', 1, UTC_TIMESTAMP(3) + INTERVAL ? SECOND, ?, UTC_TIMESTAMP(3))",
            )
            .bind(audit)
            .bind(SILENT_SECONDS)
            .bind(who)
            .execute(&self.pool)
            .await;
            match claimed {
                Ok(done) => Ok(ReplayClaim::Ours(i64::try_from(done.last_insert_id()).unwrap_or(i64::MAX))),
                Err(cause) if crate::sql::error::sql_failure(&cause) == crate::sql::error::SqlFailure::DuplicateKey => {
                    let id: Option<i64> =
                        sqlx::query_scalar("SELECT id FROM replays WHERE audit_id = ? AND running = 1")
                            .bind(audit)
                            .fetch_optional(&self.pool)
                            .await
                            .map_err(&unavailable)?;
                    Ok(ReplayClaim::Running(id.unwrap_or_default()))
                }
                Err(cause) => Err(unavailable(cause)),
            }
        })
        .await
    }

    /// Says how far it is.
    pub async fn replay_progress(&self, id: i64, read: i64, all: i64) -> Result<(), Error> {
        limited("saying how far a replay is", async {
            sqlx::query(
                "UPDATE replays SET messages_read = ?, messages_all = ?,
                   alive_until = UTC_TIMESTAMP(3) + INTERVAL ? SECOND WHERE id = ? AND running = 1",
            )
            .bind(read)
            .bind(all)
            .bind(SILENT_SECONDS)
            .bind(id)
            .execute(&self.pool)
            .await
            .map(drop)
            .map_err(Error::unavailable("saying how far a replay is"))
        })
        .await
    }

    /// It is ready to be looked at and confirmed.
    pub async fn replay_is_ready(&self, id: i64, named: &Named) -> Result<(), Error> {
        limited("writing down what a replay found", Box::pin(self.write_named(id, named))).await
    }

    async fn write_named(&self, id: i64, named: &Named) -> Result<(), Error> {
        let unavailable = Error::unavailable("writing down what a replay found");
        let mut transaction = self.pool.begin().await.map_err(&unavailable)?;
        let mut numbered = Vec::with_capacity(named.bills.len());
        for (number, bill) in (1_i32..).zip(&named.bills) {
            let text = json(bill).map_err(&unavailable)?;
            numbered.push((number, bill.kind.as_str(), &bill.warehouse_id, &bill.product_id, text));
        }
        for chunk in numbered.chunks(AT_ONCE) {
            let rows = json_rows(chunk.iter()).map_err(&unavailable)?;
            insert(
                &mut transaction,
                "INSERT INTO replay_bills (replay_id, number, kind, warehouse_id, product_id, bill)
                 SELECT ?, j.number, j.kind, j.warehouse_id, j.product_id, j.bill FROM JSON_TABLE(?, '$[*]' COLUMNS (
                   number INT PATH '$[0]', kind VARCHAR(16) PATH '$[1]', warehouse_id VARCHAR(64) PATH '$[2]',
                   product_id VARCHAR(64) PATH '$[3]', bill MEDIUMTEXT PATH '$[4]')) AS j",
                (id, rows),
            )
            .await?;
        }
        for chunk in named.keys.chunks(AT_ONCE) {
            let rows = chunk.iter().map(|it| {
                (it.key.warehouse_id.as_str(), it.key.product_id.as_str(), it.digest, i32::from(it.is_whole))
            });
            let rows = json_rows(rows).map_err(&unavailable)?;
            insert(
                &mut transaction,
                "INSERT INTO replay_keys (replay_id, warehouse_id, product_id, digest, is_whole)
                 SELECT ?, j.warehouse_id, j.product_id, j.digest, j.is_whole FROM JSON_TABLE(?, '$[*]' COLUMNS (
                   warehouse_id VARCHAR(64) PATH '$[0]', product_id VARCHAR(64) PATH '$[1]', digest BIGINT PATH '$[2]',
                   is_whole INT PATH '$[3]')) AS j",
                (id, rows),
            )
            .await?;
        }
        sqlx::query(
            "UPDATE replays SET running = NULL, state = 'ready', ended_at = UTC_TIMESTAMP(3), finding_keys = ?, begins = ?,
               ends = ?, messages_all = messages_read WHERE id = ? AND running = 1",
        )
        .bind(i64::try_from(named.keys.len()).unwrap_or(i64::MAX))
        .bind(json(&named.begins).map_err(&unavailable)?)
        .bind(json(&named.ends).map_err(&unavailable)?)
        .bind(id)
        .execute(&mut *transaction)
        .await
        .map_err(&unavailable)?;
        transaction.commit().await.map_err(&unavailable)
    }

    /// It could not be made.
    pub async fn replay_failed(&self, id: i64, why: &str) -> Result<(), Error> {
        limited("writing down why a replay failed", async {
            sqlx::query(
                "UPDATE replays SET running = NULL, state = 'error', ended_at = UTC_TIMESTAMP(3), message = ?
                 WHERE id = ? AND running = 1",
            )
            .bind(why.chars().take(1000).collect::<String>())
            .bind(id)
            .execute(&self.pool)
            .await
            .map(drop)
            .map_err(Error::unavailable("writing down why a replay failed"))
        })
        .await
    }

    /// The keys that a replay looked at.
    pub async fn replay_keys(&self, id: i64) -> Result<Vec<ReplayedKey>, Error> {
        limited("reading the keys of a replay", async {
            let rows: Vec<(String, String, i64, bool)> = sqlx::query_as(
                "SELECT warehouse_id, product_id, digest, is_whole FROM replay_keys WHERE replay_id = ?
                 ORDER BY warehouse_id, product_id",
            )
            .bind(id)
            .fetch_all(&self.pool)
            .await
            .map_err(Error::unavailable("reading the keys of a replay"))?;
            rows.into_iter()
                .map(|(warehouse, product, digest, is_whole)| {
                    Ok(ReplayedKey { key: key_of(warehouse, product)?, digest, is_whole })
                })
                .collect()
        })
        .await
    }

    /// One of them.
    pub async fn replay(&self, id: i64) -> Result<Option<StoredReplay>, Error> {
        limited("reading a replay", async {
            let mut statement = select();
            statement.push("id = ").push_bind(id);
            statement.build_query_as().fetch_optional(&self.pool).await.map_err(Error::unavailable("reading a replay"))
        })
        .await
    }

    /// The newest one of an audit.
    pub async fn replay_of(&self, audit: i64) -> Result<Option<StoredReplay>, Error> {
        limited("reading the replay of an audit", async {
            let mut statement = select();
            statement.push("audit_id = ").push_bind(audit).push(" ORDER BY id DESC LIMIT 1");
            statement.build_query_as().fetch_optional(&self.pool).await.map_err(Error::unavailable("reading a replay"))
        })
        .await
    }

    /// Bills that differ, after a number.
    pub async fn replay_bills(&self, id: i64, after: i32, limit: i64) -> Result<Vec<(i32, Bill)>, Error> {
        limited("reading the bills of a replay", async {
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
                let bill = serde_json::from_str(&text).map_err(|cause| {
                    Error::Inconsistent(format!("bill {number} of replay {id} cannot be read: {cause}"))
                })?;
                Ok((number, bill))
            };
            rows.into_iter().map(read).collect()
        })
        .await
    }

    /// How many bills of each kind.
    pub async fn replay_counts(&self, id: i64) -> Result<Vec<(BillKind, i64)>, Error> {
        limited("counting the bills of a replay", async {
            let rows: Vec<(String, i64)> =
                sqlx::query_as("SELECT kind, COUNT(*) FROM replay_bills WHERE replay_id = ? GROUP BY kind")
                    .bind(id)
                    .fetch_all(&self.pool)
                    .await
                    .map_err(Error::unavailable("counting the bills of a replay"))?;
            let read = |(kind, count): (String, i64)| {
                let damaged = || Error::Inconsistent(format!("a bill of replay {id} has the kind {kind:?}"));
                Ok((BillKind::parse(&kind).ok_or_else(damaged)?, count))
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

fn json(it: &impl serde::Serialize) -> Result<String, sqlx::Error> {
    serde_json::to_string(it).map_err(|cause| sqlx::Error::Encode(Box::new(cause)))
}

fn select() -> QueryBuilder<sqlx::MySql> {
    QueryBuilder::new(
        "SELECT id, audit_id, state, messages_read, messages_all, finding_keys, begins, ends, message, started_by, started_at,
           TIMESTAMPDIFF(MICROSECOND, started_at, COALESCE(ended_at, UTC_TIMESTAMP(3))) DIV 1000 AS took_ms, confirmed_by,
           confirmed_at FROM replays WHERE ",
    )
}

async fn insert(
    connection: &mut MySqlConnection,
    statement: &'static str,
    (id, rows): (i64, String),
) -> Result<(), Error> {
    sqlx::query(statement)
        .bind(id)
        .bind(rows)
        .execute(connection)
        .await
        .map(drop)
        .map_err(Error::unavailable("writing down what a replay found"))
}
