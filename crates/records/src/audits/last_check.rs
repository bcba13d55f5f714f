//! LASTCHECK (`audit_state`): when the last audit passed, which an audit over no keys does not set; what the records had proved then; and the
//! period between audits, where a person chose it.

use std::time::Duration;

use chrono::NaiveDateTime;
use model::live::{Verification, part_since};

use sqlx::MySqlConnection;

use crate::journal::prove::ProvedPlaces;
use crate::sql::error::with_timeout;
use crate::trail;
use crate::trail::TrailEvent;
use crate::{Error, Records};
use base::config::AuditConfig;

from_row! {
    /// When audits were made, by the database's clock.
    #[derive(Debug, Clone, PartialEq, Eq, Default)]
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
        /// Entries that are recorded now.
        pub recorded: i64,
        /// Entries that were recorded at the last success.
        pub last_recorded: Option<i64>,
        /// Has a person accepted the records for a key, and no audit followed yet?
        pub is_decided: bool,
    }
}

impl AuditClock {
    /// The period between audits that holds: what a person chose wins over the settings.
    pub fn period(&self, settings: Duration) -> Duration {
        self.expiration_seconds.and_then(|it| u64::try_from(it).ok()).map_or(settings, Duration::from_secs)
    }

    /// How old the last success is.
    pub fn age(&self) -> Option<Duration> {
        self.age_ms.map(|it| Duration::from_millis(u64::try_from(it).unwrap_or_default()))
    }

    /// How far figures can be trusted after the last success.
    pub fn verification(&self, rules: &AuditConfig) -> Verification {
        if self.failed_ms.is_some() {
            Verification::Failed
        } else if self.is_overdue(rules) {
            Verification::Overdue
        } else {
            let part = part_since(self.recorded, self.last_recorded.unwrap_or_default());
            Verification::Verified.with_part(part, rules.unverified_part)
        }
    }

    /// Has none passed for longer than the period, and the time for another try?
    pub fn is_overdue(&self, rules: &AuditConfig) -> bool {
        let limit = self.period(rules.expiration).saturating_add(rules.retry_after);
        self.age().is_some_and(|it| it > limit)
    }
}

/// What the records had proved at the last success, or what a person accepted since.
pub async fn proved_in<'a>(executor: impl sqlx::MySqlExecutor<'a>) -> Result<ProvedPlaces, Error> {
    let text: Option<String> = sqlx::query_scalar("SELECT proved FROM audit_state WHERE id = 1")
        .fetch_one(executor)
        .await
        .map_err(Error::unavailable("reading what was proved"))?;
    text.map_or(Ok(ProvedPlaces::new()), |it| {
        serde_json::from_str(&it)
            .map_err(|cause| Error::Inconsistent(format!("what was proved cannot be read: {cause}")))
    })
}

impl Records {
    /// State of the audits as of now, with ages by the database's clock.
    pub async fn audit_clock(&self) -> Result<AuditClock, Error> {
        with_timeout("reading when the last audit was", async {
            sqlx::query_as(
                "SELECT s.last_check, s.last_audit, s.expiration_seconds,
                   TIMESTAMPDIFF(MICROSECOND, s.last_check, UTC_TIMESTAMP(3)) DIV 1000 AS age_ms,
                   (SELECT TIMESTAMPDIFF(MICROSECOND, MAX(ended_at), UTC_TIMESTAMP(3)) DIV 1000 FROM runs
                    WHERE kind = 'audit' AND state IN ('failed', 'error')
                      AND ended_at >= COALESCE(s.last_check, ended_at)) AS failed_ms,
                   (SELECT TIMESTAMPDIFF(MICROSECOND, MAX(ended_at), UTC_TIMESTAMP(3)) DIV 1000 FROM runs
                    WHERE kind = 'rebuild' AND state = 'done' AND ended_at >= COALESCE(s.last_check, ended_at)) AS rebuilt_ms,
                   s.last_recorded,
                   (SELECT CAST(COALESCE(SUM(recorded), 0) AS SIGNED) FROM ingest_offsets WHERE topic = ?) AS recorded,
                   EXISTS (SELECT 1 FROM findings WHERE resolution IN ('accept_records', 'adjust', 'corrected') AND used_by IS NULL)
                     AS is_decided
                 FROM audit_state AS s WHERE s.id = 1",
            )
            .bind(&*self.topic)
            .fetch_one(&self.pool)
            .await
            .map_err(Error::unavailable("reading when the last audit was"))
        })
        .await
    }

    /// What the records had proved at the last success.
    pub async fn proved(&self) -> Result<ProvedPlaces, Error> {
        with_timeout("reading what was proved", proved_in(&self.pool)).await
    }

    /// Sets the period between audits, or gives it back to the settings. On record.
    pub async fn set_audit_expiration(&self, period: Option<Duration>, who: &str) -> Result<(), Error> {
        with_timeout("setting the period between audits", async {
            let unavailable = Error::unavailable("setting the period between audits");
            let mut transaction = self.pool.begin().await.map_err(&unavailable)?;
            let before: Option<i64> =
                sqlx::query_scalar("SELECT expiration_seconds FROM audit_state WHERE id = 1 FOR UPDATE")
                    .fetch_one(&mut *transaction)
                    .await
                    .map_err(&unavailable)?;
            let after = period.map(|it| i64::try_from(it.as_secs()).unwrap_or(i64::MAX));
            sqlx::query("UPDATE audit_state SET expiration_seconds = ? WHERE id = 1")
                .bind(after)
                .execute(&mut *transaction)
                .await
                .map_err(&unavailable)?;
            let text = |it: Option<i64>| it.map(|it| format!("{it}s"));
            let deed = TrailEvent {
                who: who.to_owned(),
                action: "audit.expiration".to_owned(),
                subject: "audit".to_owned(),
                before: text(before),
                after: text(after),
            };
            trail::record_in(&mut transaction, &[deed]).await.map_err(&unavailable)?;
            transaction.commit().await.map_err(&unavailable)
        })
        .await
    }
}

/// LASTCHECK of a success: sets it, by the database's clock, with what the records have proved. An audit over no keys proves nothing and sets
/// none; where there was one before, that everything is gone is proved too.
pub async fn set_last_check(
    connection: &mut MySqlConnection,
    audit: i64,
    proved: &ProvedPlaces,
    keys: i64,
) -> Result<(), Error> {
    let unavailable = Error::unavailable("setting when the last audit was");
    let text = serde_json::to_string(proved).map_err(|it| unavailable(sqlx::Error::Encode(Box::new(it))))?;
    sqlx::query(
        "UPDATE audit_state SET last_check = UTC_TIMESTAMP(3), last_audit = ?, proved = ?, last_recorded = ?
         WHERE id = 1 AND (last_check IS NOT NULL OR ? > 0)",
    )
    .bind(audit)
    .bind(text)
    .bind(proved.values().map(|it| it.counts.recorded).sum::<i64>())
    .bind(keys)
    .execute(connection)
    .await
    .map(drop)
    .map_err(unavailable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_chose_wins() {
        let settings = Duration::from_hours(1);
        let rules = AuditConfig {
            expiration: settings,
            retry_after: Duration::from_mins(5),
            correct_surplus: false,
            unverified_part: 5,
        };
        let old = AuditClock { age_ms: Some(3_000_000), ..AuditClock::default() };
        assert_eq!((old.period(settings), old.is_overdue(&rules)), (settings, false));
        let chosen = AuditClock { expiration_seconds: Some(30), ..old };
        assert_eq!((chosen.period(settings), chosen.is_overdue(&rules)), (Duration::from_secs(30), true));
        assert!(!AuditClock::default().is_overdue(&rules), "there was none yet");
    }

    #[test]
    fn figures_are_verified_as_long_as_little_came_since() {
        let expiration = Duration::from_hours(1);
        let rules = AuditConfig { expiration, retry_after: expiration, correct_surplus: false, unverified_part: 5 };
        let said = |recorded, last| {
            AuditClock { age_ms: Some(1), recorded, last_recorded: last, ..AuditClock::default() }.verification(&rules)
        };
        assert_eq!(said(0, Some(0)), Verification::Verified);
        assert_eq!(said(105, Some(100)), Verification::Verified);
        assert_eq!(said(106, Some(100)), Verification::Partly);
        assert_eq!(said(91_000, Some(0)), Verification::Partly, "the first audit saw nothing");
        assert_eq!(said(91_000, None), Verification::Partly);
    }
}
