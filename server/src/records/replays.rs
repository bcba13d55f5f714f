//! `replays` and `replay_bills`: the queue read again for the keys of an audit, and the bills that differ.

use app::model::replay::{Bill, BillKind};
use chrono::NaiveDateTime;
use sqlx::QueryBuilder;

use super::error::limited;
use super::{Error, Records};

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

/// A replay, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
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
    pub begins: Option<String>,
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

impl Records {
    /// Claims a replay of an audit: one at a time.
    pub async fn claim_replay(&self, audit: i64, who: &str) -> Result<ReplayClaim, Error> {
        limited("claiming a replay", async {
            let away = Error::away("claiming a replay");
            sqlx::query(
                "UPDATE replays SET running = NULL, state = 'error', ended_at = UTC_TIMESTAMP(3),
                   message = 'its process fell silent'
                 WHERE audit_id = ? AND running = 1 AND alive_until < UTC_TIMESTAMP(3)",
            )
            .bind(audit)
            .execute(&self.pool)
            .await
            .map_err(&away)?;
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
                Err(cause) if super::error::trouble(&cause) == super::error::Trouble::Twin => {
                    let id: Option<i64> =
                        sqlx::query_scalar("SELECT id FROM replays WHERE audit_id = ? AND running = 1")
                            .bind(audit)
                            .fetch_optional(&self.pool)
                            .await
                            .map_err(&away)?;
                    Ok(ReplayClaim::Running(id.unwrap_or_default()))
                }
                Err(cause) => Err(away(cause)),
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
            .map_err(Error::away("saying how far a replay is"))
        })
        .await
    }

    /// Ends a replay with the bills that differ, in one transaction; or with why it could not be made.
    pub async fn end_replay(
        &self,
        id: i64,
        keys: usize,
        begins: &str,
        bills: Result<&[Bill], &str>,
    ) -> Result<(), Error> {
        limited("ending a replay", async {
            let away = Error::away("ending a replay");
            let mut transaction = self.pool.begin().await.map_err(&away)?;
            for (chunk, first) in bills.unwrap_or_default().chunks(AT_ONCE).zip((0..).step_by(AT_ONCE)) {
                let mut rows = Vec::with_capacity(chunk.len());
                for (bill, number) in chunk.iter().zip(first + 1..) {
                    let text = serde_json::to_string(bill).map_err(|it| away(sqlx::Error::Encode(Box::new(it))))?;
                    rows.push((number, bill, text));
                }
                let mut statement = QueryBuilder::new(
                    "INSERT INTO replay_bills (replay_id, number, kind, warehouse_id, product_id, bill) ",
                );
                statement.push_values(rows, |mut row, (number, bill, text): (i32, &Bill, String)| {
                    row.push_bind(id)
                        .push_bind(number)
                        .push_bind(bill.kind.as_str())
                        .push_bind(bill.warehouse_id.as_str())
                        .push_bind(bill.product_id.as_str())
                        .push_bind(text);
                });
                statement.build().execute(&mut *transaction).await.map_err(&away)?;
            }
            sqlx::query(
                "UPDATE replays SET running = NULL, state = ?, ended_at = UTC_TIMESTAMP(3), message = ?, finding_keys = ?,
                   begins = ?, messages_all = IF(? = 'ready', messages_read, messages_all) WHERE id = ? AND running = 1",
            )
            .bind(if bills.is_ok() { "ready" } else { "error" })
            .bind(bills.err().map(|it| it.chars().take(1000).collect::<String>()))
            .bind(i64::try_from(keys).unwrap_or(i64::MAX))
            .bind(begins)
            .bind(if bills.is_ok() { "ready" } else { "error" })
            .bind(id)
            .execute(&mut *transaction)
            .await
            .map_err(&away)?;
            transaction.commit().await.map_err(&away)
        })
        .await
    }

    /// One of them.
    pub async fn replay(&self, id: i64) -> Result<Option<StoredReplay>, Error> {
        limited("reading a replay", async {
            let mut statement = select();
            statement.push("id = ").push_bind(id);
            statement.build_query_as().fetch_optional(&self.pool).await.map_err(Error::away("reading a replay"))
        })
        .await
    }

    /// The newest one of an audit.
    pub async fn replay_of(&self, audit: i64) -> Result<Option<StoredReplay>, Error> {
        limited("reading the replay of an audit", async {
            let mut statement = select();
            statement.push("audit_id = ").push_bind(audit).push(" ORDER BY id DESC LIMIT 1");
            statement.build_query_as().fetch_optional(&self.pool).await.map_err(Error::away("reading a replay"))
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
            .map_err(Error::away("reading the bills of a replay"))?;
            let read = |(number, text): (i32, String)| {
                let bill = serde_json::from_str(&text)
                    .map_err(|cause| Error::Damaged(format!("bill {number} of replay {id} cannot be read: {cause}")))?;
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
                    .map_err(Error::away("counting the bills of a replay"))?;
            Ok(rows.into_iter().filter_map(|(kind, count)| Some((BillKind::parse(&kind)?, count))).collect())
        })
        .await
    }

    /// The messages among some that were rejected.
    pub async fn rejected_among(&self, origins: &[(i32, i64)]) -> Result<Vec<(i32, i64)>, Error> {
        let mut found = Vec::new();
        for chunk in origins.chunks(AT_ONCE) {
            let mut statement = QueryBuilder::new(
                "SELECT partition_id, kafka_offset FROM rejections WHERE (partition_id, kafka_offset) IN ",
            );
            statement.push_tuples(chunk, |mut pair, (partition, offset)| {
                pair.push_bind(*partition).push_bind(*offset);
            });
            let rows: Vec<(i32, i64)> = statement
                .build_query_as()
                .fetch_all(&self.pool)
                .await
                .map_err(Error::away("looking for rejected messages"))?;
            found.extend(rows);
        }
        Ok(found)
    }
}

fn select() -> QueryBuilder<sqlx::MySql> {
    QueryBuilder::new(
        "SELECT id, audit_id, state, messages_read, messages_all, finding_keys, begins, message, started_by, started_at,
           TIMESTAMPDIFF(MICROSECOND, started_at, COALESCE(ended_at, UTC_TIMESTAMP(3))) DIV 1000 AS took_ms, confirmed_by,
           confirmed_at FROM replays WHERE ",
    )
}
