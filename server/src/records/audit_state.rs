//! `audit_state`: LASTCHECK, what the records had proved then, and the period between audits where a person chose it.

use std::time::Duration;

use chrono::NaiveDateTime;

use super::error::limited;
use super::prove_journal::ProvedPlaces;
use super::trail::{self, Deed};
use super::{Error, Records};

/// When audits were made, by the database's clock.
#[derive(Debug, Clone, PartialEq, Eq, Default, sqlx::FromRow)]
pub struct AuditClock {
    /// When the last good one ended; never yet.
    pub last_check: Option<NaiveDateTime>,
    /// Which one that was.
    pub last_audit: Option<i64>,
    /// Milliseconds since then.
    pub age_ms: Option<i64>,
    /// The period between audits, in seconds, where a person chose it.
    pub expiration_seconds: Option<i64>,
    /// Milliseconds since the last run of any kind ended that was no success, or a rebuild was made; later than the last success.
    pub failed_ms: Option<i64>,
    /// Milliseconds since a rebuild was made after the last success.
    pub rebuilt_ms: Option<i64>,
}

impl Records {
    /// Reads it.
    pub async fn audit_clock(&self) -> Result<AuditClock, Error> {
        limited("reading when the last audit was", async {
            sqlx::query_as(
                "SELECT s.last_check, s.last_audit, s.expiration_seconds,
                   TIMESTAMPDIFF(MICROSECOND, s.last_check, UTC_TIMESTAMP(3)) DIV 1000 AS age_ms,
                   (SELECT TIMESTAMPDIFF(MICROSECOND, MAX(ended_at), UTC_TIMESTAMP(3)) DIV 1000 FROM runs
                    WHERE kind = 'audit' AND state IN ('failed', 'error')
                      AND ended_at >= COALESCE(s.last_check, ended_at)) AS failed_ms,
                   (SELECT TIMESTAMPDIFF(MICROSECOND, MAX(ended_at), UTC_TIMESTAMP(3)) DIV 1000 FROM runs
                    WHERE kind = 'rebuild' AND state = 'done' AND ended_at >= COALESCE(s.last_check, ended_at)) AS rebuilt_ms
                 FROM audit_state AS s WHERE s.id = 1",
            )
            .fetch_one(&self.pool)
            .await
            .map_err(Error::away("reading when the last audit was"))
        })
        .await
    }

    /// What the records had proved at the last success.
    pub async fn proved(&self) -> Result<ProvedPlaces, Error> {
        let text: Option<String> = limited("reading what was proved", async {
            sqlx::query_scalar("SELECT proved FROM audit_state WHERE id = 1")
                .fetch_one(&self.pool)
                .await
                .map_err(Error::away("reading what was proved"))
        })
        .await?;
        text.map_or(Ok(ProvedPlaces::new()), |it| {
            serde_json::from_str(&it)
                .map_err(|cause| Error::Damaged(format!("what was proved cannot be read: {cause}")))
        })
    }

    /// Sets the period between audits, or gives it back to the settings. On record.
    pub async fn set_audit_expiration(&self, period: Option<Duration>, who: &str) -> Result<(), Error> {
        limited("setting the period between audits", async {
            let away = Error::away("setting the period between audits");
            let mut transaction = self.pool.begin().await.map_err(&away)?;
            let before: Option<i64> =
                sqlx::query_scalar("SELECT expiration_seconds FROM audit_state WHERE id = 1 FOR UPDATE")
                    .fetch_one(&mut *transaction)
                    .await
                    .map_err(&away)?;
            let after = period.map(|it| i64::try_from(it.as_secs()).unwrap_or(i64::MAX));
            sqlx::query("UPDATE audit_state SET expiration_seconds = ? WHERE id = 1")
                .bind(after)
                .execute(&mut *transaction)
                .await
                .map_err(&away)?;
            let text = |it: Option<i64>| it.map(|it| format!("{it}s"));
            let deed = Deed {
                who: who.to_owned(),
                action: "audit.expiration".to_owned(),
                subject: "audit".to_owned(),
                before: text(before),
                after: text(after),
            };
            trail::remember_in(&mut transaction, &[deed]).await.map_err(&away)?;
            transaction.commit().await.map_err(&away)
        })
        .await
    }
}
