//! `audits`: what each audit compared and what came of it. Only the process that holds the run writes it.

use chrono::NaiveDateTime;
use model::audit::{AuditState, Check, CutPlaces, Scope, Step, VerdictCounts};
use sqlx::{MySqlConnection, QueryBuilder};

use crate::audits::decisions;
use crate::journal::prove::ProvedPlaces;
use crate::sql::error::limited;
use crate::{Error, Lease, Records};

/// The run's own log record, as docs/domain.md#verdicts-of-an-audit-per-key words it. Its FLAG is F.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRecord {
    /// STATE.
    pub state: &'static str,
    /// DESCRIPTION.
    pub description: &'static str,
}

/// How an audit ended.
#[derive(Debug, Clone)]
pub struct AuditEnd {
    /// Keys by verdict.
    pub counts: VerdictCounts,
    /// So many were put right.
    pub repaired: i64,
    /// Its log record.
    pub log: LogRecord,
    /// What the records have proved, where no key fails: then it is a success.
    pub proved: Option<ProvedPlaces>,
    /// Why it could not be made to its end.
    pub error: Option<String>,
}

from_row! {
    /// An audit, as it is stored.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct StoredAudit {
        /// Its number.
        pub id: i64,
        /// `quick` or `full`.
        pub scope: String,
        /// The step that it is at, or was when it ended.
        pub step: String,
        /// `running`, `passed`, `failed` or `error`.
        pub state: String,
        /// Why it was made.
        pub cause: String,
        /// Who or what started it.
        pub started_by: String,
        /// When.
        pub started_at: NaiveDateTime,
        /// When it was over.
        pub ended_at: Option<NaiveDateTime>,
        /// How long it took, or takes until now, in milliseconds.
        pub took_ms: i64,
        /// What became of it, in words.
        pub message: Option<String>,
        /// How much of the step is done.
        pub keys_done: i64,
        /// Of how much.
        pub keys_total: i64,
        /// JSON of [`CutPlaces`].
        pub cut: Option<String>,
        /// JSON of a list of [`Check`].
        pub proof: Option<String>,
        /// Keys that were compared.
        pub keys_compared: i64,
        /// By verdict.
        pub agree: i64,
        /// By verdict.
        pub nrs_missing: i64,
        /// By verdict.
        pub surplus: i64,
        /// By verdict.
        pub flows_differ: i64,
        /// By verdict.
        pub records_incomplete: i64,
        /// So many were put right.
        pub repaired: i64,
        /// So many are stored one by one.
        pub findings: i64,
        /// So many of these nobody has dealt with.
        pub open: i64,
        /// So many of those were not put right: a person decides, or a replay.
        pub waiting: i64,
        /// STATE.
        pub log_state: Option<String>,
        /// FLAG.
        pub log_flag: Option<String>,
        /// DESCRIPTION.
        pub log_description: Option<String>,
    }
}

impl AuditEnd {
    /// What the run has come to.
    pub fn state(&self) -> AuditState {
        match (&self.error, &self.proved) {
            (Some(_), _) => AuditState::Error,
            (None, Some(_)) => AuditState::Passed,
            (None, None) => AuditState::Failed,
        }
    }
}

impl Lease {
    /// Is the run still ours? Asked in the transaction of a write.
    pub(crate) async fn hold(&self, connection: &mut MySqlConnection) -> Result<bool, Error> {
        let held: Option<i64> =
            sqlx::query_scalar("SELECT 1 FROM runs WHERE run_id = ? AND token = ? AND running = 1 FOR UPDATE")
                .bind(self.run_id())
                .bind(self.token())
                .fetch_optional(connection)
                .await
                .map_err(Error::unavailable("asking whether a run is still ours"))?;
        Ok(held.is_some())
    }

    /// Writes down that the audit is under way.
    pub async fn begin_audit(&self, scope: Scope) -> Result<(), Error> {
        limited("beginning an audit", async {
            sqlx::query("INSERT INTO audits (id, scope, step) VALUES (?, ?, 'claim')")
                .bind(self.number())
                .bind(scope.as_str())
                .execute(&self.records().pool)
                .await
                .map(drop)
                .map_err(Error::unavailable("beginning an audit"))
        })
        .await
    }

    /// Says which step it is at, with what is known by then. `false`: the run is not ours any more.
    pub async fn audit_step(
        &self,
        step: Step,
        cut: Option<&CutPlaces>,
        proof: Option<&[Check]>,
    ) -> Result<bool, Error> {
        limited("writing down how far an audit is", async {
            let unavailable = Error::unavailable("writing down how far an audit is");
            let unwritable = |cause: serde_json::Error| unavailable(sqlx::Error::Encode(Box::new(cause)));
            let cut = cut.map(serde_json::to_string).transpose().map_err(unwritable)?;
            let proof = proof.map(serde_json::to_string).transpose().map_err(unwritable)?;
            let mut transaction = self.records().pool.begin().await.map_err(&unavailable)?;
            if !self.hold(&mut transaction).await? {
                return Ok(false);
            }
            sqlx::query("UPDATE audits SET step = ?, cut = COALESCE(?, cut), proof = COALESCE(?, proof) WHERE id = ?")
                .bind(step.as_str())
                .bind(cut)
                .bind(proof)
                .bind(self.number())
                .execute(&mut *transaction)
                .await
                .map_err(&unavailable)?;
            transaction.commit().await.map_err(&unavailable)?;
            Ok(true)
        })
        .await
    }

    /// Ends the audit. A success sets LASTCHECK, by the database's clock. `false`: the run was not ours any more.
    pub async fn end_audit(self, end: &AuditEnd) -> Result<bool, Error> {
        limited("ending an audit", async {
            let unavailable = Error::unavailable("ending an audit");
            let mut transaction = self.records().pool.begin().await.map_err(&unavailable)?;
            if !self.hold(&mut transaction).await? {
                return Ok(false);
            }
            let state = end.state().as_str();
            let c = &end.counts;
            sqlx::query(
                "UPDATE audits SET step = IF(? = 'error', step, 'done'), keys_compared = ?, agree = ?, nrs_missing = ?,
                   surplus = ?, flows_differ = ?, records_incomplete = ?, repaired = ?, log_state = ?, log_flag = 'F',
                   log_description = ? WHERE id = ?",
            )
            .bind(state)
            .bind(c.agrees + c.deviating())
            .bind(c.agrees)
            .bind(c.nrs_missing)
            .bind(c.surplus)
            .bind(c.flows_differ)
            .bind(c.records_incomplete)
            .bind(end.repaired)
            .bind(end.log.state)
            .bind(end.log.description)
            .bind(self.number())
            .execute(&mut *transaction)
            .await
            .map_err(&unavailable)?;
            sqlx::query(
                "UPDATE runs SET running = NULL, state = ?, ended_at = UTC_TIMESTAMP(3), message = ?,
                   keys_done = IF(? = 'error', keys_done, keys_total) WHERE run_id = ?",
            )
            .bind(state)
            .bind(end.error.as_ref().map(|it| it.chars().take(1000).collect::<String>()))
            .bind(state)
            .bind(self.run_id())
            .execute(&mut *transaction)
            .await
            .map_err(&unavailable)?;
            if let (Some(proved), "passed") = (&end.proved, state) {
                let text =
                    serde_json::to_string(proved).map_err(|it| unavailable(sqlx::Error::Encode(Box::new(it))))?;
                sqlx::query(
                    // An audit of nothing proves nothing; where there was something once, that it is gone is proved too.
                    "UPDATE audit_state SET last_check = UTC_TIMESTAMP(3), last_audit = ?, proved = ?, last_recorded = ?
                     WHERE id = 1 AND (last_check IS NOT NULL OR ? > 0)",
                )
                .bind(self.number())
                .bind(text)
                .bind(proved.values().map(|it| it.counts.recorded).sum::<i64>())
                .bind(c.agrees + c.deviating())
                .execute(&mut *transaction)
                .await
                .map_err(&unavailable)?;
                decisions::discard_incomplete(&mut transaction, self.number()).await?;
            }
            transaction.commit().await.map_err(&unavailable)?;
            Ok(true)
        })
        .await
    }
}

impl Records {
    /// Audits, newest first, before one of them.
    pub async fn audits(&self, before: Option<i64>, limit: i64) -> Result<Vec<StoredAudit>, Error> {
        limited("reading audits", async {
            let mut statement = select();
            statement.push(" AND r.id < ").push_bind(before.unwrap_or(i64::MAX));
            statement.push(" ORDER BY r.id DESC LIMIT ").push_bind(limit);
            statement.build_query_as().fetch_all(&self.pool).await.map_err(Error::unavailable("reading audits"))
        })
        .await
    }

    /// The newest one that came to a result: a store that was away says nothing about what an earlier one found.
    pub async fn newest_judged_audit(&self) -> Result<Option<StoredAudit>, Error> {
        limited("reading the newest audit that came to a result", async {
            let mut statement = select();
            statement.push(" AND r.state IN ('passed', 'failed') ORDER BY r.id DESC LIMIT 1");
            let found = statement.build_query_as().fetch_optional(&self.pool).await;
            found.map_err(Error::unavailable("reading the newest audit that came to a result"))
        })
        .await
    }

    /// The number of the newest one, and its state: cheap enough to be asked every second.
    pub async fn newest_audit(&self) -> Result<Option<(i64, String)>, Error> {
        limited("looking for the newest audit", async {
            sqlx::query_as("SELECT id, state FROM runs WHERE kind = 'audit' ORDER BY id DESC LIMIT 1")
                .fetch_optional(&self.pool)
                .await
                .map_err(Error::unavailable("looking for the newest audit"))
        })
        .await
    }

    /// One of them.
    pub async fn audit(&self, id: i64) -> Result<Option<StoredAudit>, Error> {
        limited("reading an audit", async {
            let mut statement = select();
            statement.push(" AND r.id = ").push_bind(id);
            statement.build_query_as().fetch_optional(&self.pool).await.map_err(Error::unavailable("reading an audit"))
        })
        .await
    }
}

fn select() -> QueryBuilder<sqlx::MySql> {
    QueryBuilder::new(
        "SELECT r.id, a.scope, a.step, r.state, r.cause, r.started_by, r.started_at, r.ended_at, r.message, r.keys_done,
           r.keys_total, TIMESTAMPDIFF(MICROSECOND, r.started_at, COALESCE(r.ended_at, UTC_TIMESTAMP(3))) DIV 1000 AS took_ms,
           a.cut, a.proof, a.keys_compared, a.agree, a.nrs_missing, a.surplus, a.flows_differ, a.records_incomplete, a.repaired,
           a.findings, a.log_state, a.log_flag, a.log_description,
           (SELECT COUNT(*) FROM findings AS f WHERE f.audit_id = r.id AND f.flag = 'F') AS open,
           (SELECT COUNT(*) FROM findings AS f WHERE f.audit_id = r.id AND f.flag = 'F' AND NOT f.repaired) AS waiting
         FROM runs AS r JOIN audits AS a ON a.id = r.id WHERE r.kind = 'audit'",
    )
}
