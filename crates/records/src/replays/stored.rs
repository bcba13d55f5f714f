//! `replays` and `replay_bills`: the queue read again for the keys of an audit, and the bills that differ.

use base::business_time::utc_moment;
use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use model::audit::replay::{Bill, ReplayState};
use model::batch::BatchId;
use model::stock::StockKey;
use model::time::Millis;
use sqlx::{MySqlConnection, QueryBuilder};

use crate::audits::stock_snapshot::key_of;
use crate::sql::error::{SqlFailure, sql_failure, with_timeout};
use crate::sql::rows::json_rows;
use crate::sql::stored::{document, word};
use crate::{Error, Records};

/// A replay that says nothing for so many seconds is over.
const SILENT_SECONDS: i64 = 60;
/// The most replays that are begun within a while.
const MOST_IN_A_WHILE: i64 = 200;
/// A while, in seconds.
const WHILE_SECONDS: i64 = 600;
/// So many bills go into one statement.
const AT_ONCE: usize = 500;

/// The answer to a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplayClaim {
    /// It is ours.
    Ours(i64),
    /// Another one of this audit is under way.
    Running(i64),
    /// So many were begun a short while ago that others have to wait.
    TooMany,
}

/// A replay on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReplay {
    /// Number of the replay; they rise.
    pub id: i64,
    /// Number of the audit whose keys it looks at.
    pub audit_id: i64,
    /// State of the replay.
    pub state: ReplayState,
    /// Number of messages that were read.
    pub messages_read: i64,
    /// Number of messages to read.
    pub messages_all: i64,
    /// Number of keys that were looked at.
    pub finding_keys: i64,
    /// Offset where each partition began when it was read; none before it is ready.
    pub begins: BTreeMap<i32, i64>,
    /// Cursor up to which each partition was read; none before it is ready.
    pub ends: ReplayEnds,
    /// Reason why it could not be made, in words.
    pub message: Option<String>,
    /// Person who asked for it.
    pub started_by: String,
    /// Moment of its start, by the database's clock.
    pub started_at: Millis,
    /// Duration, until now where it is under way, in milliseconds.
    pub took_ms: i64,
    /// Person who confirmed the correction, and when.
    pub confirmed: Option<(String, Millis)>,
}

from_row! {
    /// A replay as its columns are.
    struct Row {
        id: i64,
        audit_id: i64,
        state: String,
        messages_read: i64,
        messages_all: i64,
        finding_keys: i64,
        begins: Option<String>,
        ends: Option<String>,
        message: Option<String>,
        started_by: String,
        started_at: NaiveDateTime,
        took_ms: i64,
        confirmed_by: Option<String>,
        confirmed_at: Option<NaiveDateTime>,
    }
}

impl TryFrom<Row> for StoredReplay {
    type Error = Error;

    fn try_from(it: Row) -> Result<Self, Error> {
        let of = |what: &str| format!("{what} of replay {}", it.id);
        let state = word(&of("the state"), &it.state, ReplayState::parse)?;
        // What corrects the records goes by these: where they must be, there is no empty answer. One that was confirmed before they were
        // kept corrects nothing any more.
        let is_made = state == ReplayState::Ready;
        let missing = |what: &str| Error::Inconsistent(format!("{what} of replay {} are missing", it.id));
        Ok(Self {
            id: it.id,
            audit_id: it.audit_id,
            state,
            messages_read: it.messages_read,
            messages_all: it.messages_all,
            finding_keys: it.finding_keys,
            begins: match &it.begins {
                Some(text) => document(&of("the begins"), text)?,
                None if is_made => return Err(missing("the begins")),
                None => BTreeMap::new(),
            },
            ends: match &it.ends {
                Some(text) => document(&of("the ends"), text)?,
                None if is_made => return Err(missing("the ends")),
                None => ReplayEnds::new(),
            },
            message: it.message,
            started_by: it.started_by,
            started_at: utc_moment(it.started_at),
            took_ms: it.took_ms,
            confirmed: it.confirmed_by.zip(it.confirmed_at.map(utc_moment)),
        })
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
    /// Warehouse and product that were looked at.
    pub key: StockKey,
    /// Of its rows.
    pub digest: i64,
    /// Are all of its bills named?
    pub is_whole: bool,
}

impl Records {
    /// Claims a replay of an audit: one of an audit at a time, and so many in a while, as each reads the whole topic.
    pub async fn claim_replay(&self, audit: i64, who: &str) -> Result<ReplayClaim, Error> {
        with_timeout("claiming a replay", async {
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
                 SELECT ?, 'running', 1, UTC_TIMESTAMP(3) + INTERVAL ? SECOND, ?, UTC_TIMESTAMP(3) FROM DUAL
                 WHERE (SELECT COUNT(*) FROM replays WHERE started_at > UTC_TIMESTAMP(3) - INTERVAL ? SECOND) < ?",
            )
            .bind(audit)
            .bind(SILENT_SECONDS)
            .bind(who)
            .bind(WHILE_SECONDS)
            .bind(MOST_IN_A_WHILE)
            .execute(&self.pool)
            .await;
            let otherwise = match claimed {
                Ok(done) if done.rows_affected() > 0 => {
                    return Ok(ReplayClaim::Ours(i64::try_from(done.last_insert_id()).unwrap_or(i64::MAX)));
                }
                Ok(_) => ReplayClaim::TooMany,
                // It may have ended just now.
                Err(cause) if sql_failure(&cause) == SqlFailure::DuplicateKey => ReplayClaim::Running(0),
                Err(cause) => return Err(unavailable(cause)),
            };
            let running = sqlx::query_scalar("SELECT id FROM replays WHERE audit_id = ? AND running = 1");
            let running = running.bind(audit).fetch_optional(&self.pool).await.map_err(&unavailable)?;
            Ok(running.map_or(otherwise, ReplayClaim::Running))
        })
        .await
    }

    /// Says how far it is.
    pub async fn replay_progress(&self, id: i64, read: i64, all: i64) -> Result<(), Error> {
        with_timeout("saying how far a replay is", async {
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
        with_timeout("writing down what a replay found", Box::pin(self.write_named(id, named))).await
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
        with_timeout("writing down why a replay failed", async {
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
        with_timeout("reading the keys of a replay", async {
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
        with_timeout("reading a replay", async {
            let mut statement = select();
            statement.push("id = ").push_bind(id);
            let found: Option<Row> = statement
                .build_query_as()
                .fetch_optional(&self.pool)
                .await
                .map_err(Error::unavailable("reading a replay"))?;
            found.map(StoredReplay::try_from).transpose()
        })
        .await
    }

    /// The newest one of an audit.
    pub async fn replay_of(&self, audit: i64) -> Result<Option<StoredReplay>, Error> {
        with_timeout("reading the replay of an audit", async {
            let mut statement = select();
            statement.push("audit_id = ").push_bind(audit).push(" ORDER BY id DESC LIMIT 1");
            let found: Option<Row> = statement
                .build_query_as()
                .fetch_optional(&self.pool)
                .await
                .map_err(Error::unavailable("reading a replay"))?;
            found.map(StoredReplay::try_from).transpose()
        })
        .await
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
