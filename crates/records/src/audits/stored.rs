//! `audits`, as they are read: each with its run, newest first.

use base::business_time::utc_moment;
use chrono::NaiveDateTime;
use model::audit::{AuditState, Check, CutPlaces, Scope, Step, VerdictCounts};
use model::time::Millis;
use sqlx::QueryBuilder;

use crate::sql::error::with_timeout;
use crate::sql::stored::{document, word};
use crate::{Error, Records};

/// An audit on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAudit {
    /// Number of its run; they rise.
    pub id: i64,
    /// Extent of the recount of rows.
    pub scope: Scope,
    /// Step that it is at, or was when it ended.
    pub step: Step,
    /// State of its run.
    pub state: AuditState,
    /// Reason why it was made: `due`, `first`, `retry`, `rebuilt`, `decided`, `hand`.
    pub cause: String,
    /// Person or part of the program that started it.
    pub started_by: String,
    /// Moment of its start, by the database's clock.
    pub started_at: Millis,
    /// Moment of its end; `None`: it is under way.
    pub ended_at: Option<Millis>,
    /// Duration, until now where it is under way, in milliseconds.
    pub took_ms: i64,
    /// Reason why it could not be made to its end, in words.
    pub message: Option<String>,
    /// Part of the step that is done: tables, then keys.
    pub keys_done: i64,
    /// Extent of the step, in the same unit.
    pub keys_total: i64,
    /// Cut of the stream by partition; `None` before it is made.
    pub cut: Option<CutPlaces>,
    /// Proofs that the records were asked for; none before that step.
    pub checks: Vec<Check>,
    /// Number of keys that were compared.
    pub keys_compared: i64,
    /// Number of keys by verdict.
    pub counts: VerdictCounts,
    /// Number of keys that were put right.
    pub repaired: i64,
    /// Number of findings that are stored one by one.
    pub findings: i64,
    /// Number of findings that nobody has dealt with.
    pub open: i64,
    /// Number of open findings that were not put right: a person decides, or a replay.
    pub waiting: i64,
    /// Log record of the run as a whole; `None` while it is under way.
    pub log: Option<StoredLog>,
}

/// The run's own log record as it was written (docs/domain.md#verdicts-of-an-audit-per-key). Stored words, shown as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredLog {
    /// STATE of the record.
    pub state: String,
    /// FLAG of the record, `T` or `F`.
    pub flag: String,
    /// DESCRIPTION of the record.
    pub description: String,
}

from_row! {
    /// An audit as its columns are.
    struct Row {
        id: i64,
        scope: String,
        step: String,
        state: String,
        cause: String,
        started_by: String,
        started_at: NaiveDateTime,
        ended_at: Option<NaiveDateTime>,
        took_ms: i64,
        message: Option<String>,
        keys_done: i64,
        keys_total: i64,
        cut: Option<String>,
        proof: Option<String>,
        keys_compared: i64,
        agree: i64,
        nrs_missing: i64,
        surplus: i64,
        flows_differ: i64,
        records_incomplete: i64,
        repaired: i64,
        findings: i64,
        open: i64,
        waiting: i64,
        log_state: Option<String>,
        log_flag: Option<String>,
        log_description: Option<String>,
    }
}

impl TryFrom<Row> for StoredAudit {
    type Error = Error;

    fn try_from(it: Row) -> Result<Self, Error> {
        let of = |what: &str| format!("{what} of audit {}", it.id);
        let log = it.log_state.zip(it.log_flag).zip(it.log_description);
        Ok(Self {
            id: it.id,
            scope: word(&of("the scope"), &it.scope, Scope::parse)?,
            step: word(&of("the step"), &it.step, Step::parse)?,
            state: word(&of("the state"), &it.state, AuditState::parse)?,
            cause: it.cause,
            started_by: it.started_by,
            started_at: utc_moment(it.started_at),
            ended_at: it.ended_at.map(utc_moment),
            took_ms: it.took_ms,
            message: it.message,
            keys_done: it.keys_done,
            keys_total: it.keys_total,
            cut: it.cut.map(|text| document(&of("the cut"), &text)).transpose()?,
            checks: it.proof.map(|text| document(&of("the proof"), &text)).transpose()?.unwrap_or_default(),
            keys_compared: it.keys_compared,
            counts: VerdictCounts {
                agrees: it.agree,
                nrs_missing: it.nrs_missing,
                surplus: it.surplus,
                flows_differ: it.flows_differ,
                records_incomplete: it.records_incomplete,
            },
            repaired: it.repaired,
            findings: it.findings,
            open: it.open,
            waiting: it.waiting,
            log: log.map(|((state, flag), description)| StoredLog { state, flag, description }),
        })
    }
}

impl Records {
    /// Audits, newest first, before one of them.
    pub async fn audits(&self, before: Option<i64>, limit: i64) -> Result<Vec<StoredAudit>, Error> {
        with_timeout("reading audits", async {
            let mut statement = select();
            statement.push(" AND r.id < ").push_bind(before.unwrap_or(i64::MAX));
            statement.push(" ORDER BY r.id DESC LIMIT ").push_bind(limit);
            let rows: Vec<Row> =
                statement.build_query_as().fetch_all(&self.pool).await.map_err(Error::unavailable("reading audits"))?;
            rows.into_iter().map(StoredAudit::try_from).collect()
        })
        .await
    }

    /// The newest one that came to a result: a store that was away says nothing about what an earlier one found.
    pub async fn newest_judged_audit(&self) -> Result<Option<StoredAudit>, Error> {
        with_timeout("reading the newest audit that came to a result", async {
            let mut statement = select();
            statement.push(" AND r.state IN ('passed', 'failed') ORDER BY r.id DESC LIMIT 1");
            let found: Option<Row> = statement
                .build_query_as()
                .fetch_optional(&self.pool)
                .await
                .map_err(Error::unavailable("reading the newest audit that came to a result"))?;
            found.map(StoredAudit::try_from).transpose()
        })
        .await
    }

    /// The number of the newest one, and its state: cheap enough to be asked every second.
    pub async fn newest_audit(&self) -> Result<Option<(i64, AuditState)>, Error> {
        with_timeout("looking for the newest audit", async {
            let found: Option<(i64, String)> =
                sqlx::query_as("SELECT id, state FROM runs WHERE kind = 'audit' ORDER BY id DESC LIMIT 1")
                    .fetch_optional(&self.pool)
                    .await
                    .map_err(Error::unavailable("looking for the newest audit"))?;
            found.map(|(id, state)| Ok((id, word("the state of an audit", &state, AuditState::parse)?))).transpose()
        })
        .await
    }

    /// One of them.
    pub async fn audit(&self, id: i64) -> Result<Option<StoredAudit>, Error> {
        with_timeout("reading an audit", async {
            let mut statement = select();
            statement.push(" AND r.id = ").push_bind(id);
            let found: Option<Row> = statement
                .build_query_as()
                .fetch_optional(&self.pool)
                .await
                .map_err(Error::unavailable("reading an audit"))?;
            found.map(StoredAudit::try_from).transpose()
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
