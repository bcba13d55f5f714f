//! `audits`, as they are written: what each audit compared and what came of it. Only the process that holds the run writes it.

use model::audit::{AuditState, Check, CutPlaces, Scope, Step, VerdictCounts};
use sqlx::MySqlConnection;

use crate::audits::{decisions, last_check};
use crate::journal::prove::ProvedPlaces;
use crate::sql::error::with_timeout;
use crate::{Error, Lease};

/// The run's own log record, as docs/domain.md#verdicts-of-an-audit-per-key words it. Its FLAG is F.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRecord {
    /// STATE in the words of the domain, such as `正常无偏差`.
    pub state: &'static str,
    /// DESCRIPTION in the words of the domain, such as `一致无需处理`.
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
    pub(crate) async fn lock_lease(&self, connection: &mut MySqlConnection) -> Result<bool, Error> {
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
        with_timeout("beginning an audit", async {
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
        with_timeout("writing down how far an audit is", async {
            let unavailable = Error::unavailable("writing down how far an audit is");
            let unwritable = |cause: serde_json::Error| unavailable(sqlx::Error::Encode(Box::new(cause)));
            let cut = cut.map(serde_json::to_string).transpose().map_err(unwritable)?;
            let proof = proof.map(serde_json::to_string).transpose().map_err(unwritable)?;
            let mut transaction = self.records().pool.begin().await.map_err(&unavailable)?;
            if !self.lock_lease(&mut transaction).await? {
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
        with_timeout("ending an audit", async {
            let unavailable = Error::unavailable("ending an audit");
            let mut transaction = self.records().pool.begin().await.map_err(&unavailable)?;
            if !self.lock_lease(&mut transaction).await? {
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
                let keys = c.agrees + c.deviating();
                last_check::set_last_check(&mut transaction, self.number(), proved, keys).await?;
                decisions::discard_incomplete(&mut transaction, self.number()).await?;
            }
            transaction.commit().await.map_err(&unavailable)?;
            Ok(true)
        })
        .await
    }
}
