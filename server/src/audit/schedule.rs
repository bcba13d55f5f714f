//! When an audit is due (1-domain, LASTCHECK and EXPIRATION). Looked at every second, by the database's clock; whoever claims first
//! makes it.

use std::time::Duration;

use app::model::audit::Scope;
use app::model::pipeline::PipelineState;
use tokio_util::sync::CancellationToken;

use super::Error;
use super::run::{Auditor, Claimed};
use crate::config::AuditConfig;
use crate::ingest::{Status, explain};
use crate::records::AuditClock;

/// How often is looked.
const EVERY: Duration = Duration::from_secs(1);
/// What a person decided is tried again this soon, such as when totals are still being made anew.
const SOON: Duration = Duration::from_secs(5);
/// Whose trouble it is.
const PLACE: &str = "audit";

/// Makes audits when they are due.
pub struct Schedule {
    /// Who makes them.
    pub auditor: Auditor,
    /// When.
    pub rules: AuditConfig,
    /// Where it is told.
    pub status: Status,
}

impl Schedule {
    /// Works until `stop`.
    pub async fn run(self, stop: CancellationToken) {
        while stop.run_until_cancelled(tokio::time::sleep(EVERY)).await.is_some() {
            // Stopped half-way, the lease runs out, and the next run starts clean.
            let Some(looked) = stop.run_until_cancelled(Box::pin(self.look())).await else { return };
            if let Err(error) = looked {
                self.status.raise(PLACE, PipelineState::Degraded, format!("cannot audit: {}", explain(&error)));
            }
        }
    }

    async fn look(&self) -> Result<(), Error> {
        let clock = self.auditor.records.audit_clock().await?;
        self.tell(&clock);
        let period = clock.period(self.rules.expiration);
        let Some(cause) = due(&clock, period, self.rules.retry_after) else { return Ok(()) };
        match self.auditor.claim(Scope::Quick, cause, "schedule").await? {
            Claimed::Ours(run) => run.to_end().await.map(drop),
            Claimed::Running { .. } => Ok(()),
        }
    }

    /// Overdue is an alarm: whoever relies on the numbers must know that nobody has proved them for so long.
    fn tell(&self, clock: &AuditClock) {
        let age = clock.age().unwrap_or_default();
        metrics::gauge!("tallyhouse_audit_age_seconds").set(age.as_secs_f64());
        let is_overdue = clock.is_overdue(&self.rules);
        metrics::gauge!("tallyhouse_audit_overdue").set(if is_overdue { 1.0 } else { 0.0 });
        if is_overdue {
            let hours = age.as_secs() / 3600;
            let reason = format!("the last audit that passed ended {hours} h {} min ago", age.as_secs() / 60 % 60);
            self.status.raise(PLACE, PipelineState::Degraded, reason);
        } else {
            self.status.clear(PLACE);
        }
    }
}

/// Why an audit is due now. `None`: it is not. A success waits for the period, a failure for `retry_after`; a rebuild is checked at once, and so is
/// what a person decided.
pub fn due(clock: &AuditClock, period: Duration, retry_after: Duration) -> Option<&'static str> {
    let (failed, rebuilt) = (clock.failed_ms.map(millis), clock.rebuilt_ms.map(millis));
    if clock.is_decided && failed.is_none_or(|it| it >= SOON) {
        return Some("decided");
    }
    if failed.is_some_and(|it| it < retry_after) {
        return None;
    }
    match clock.age() {
        None => Some("first"),
        Some(_) if failed.is_some() => Some("retry"),
        Some(_) if rebuilt.is_some() => Some("rebuilt"),
        Some(age) => (age >= period).then_some("due"),
    }
}

fn millis(number: i64) -> Duration {
    Duration::from_millis(u64::try_from(number).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(age: Option<i64>, failed: Option<i64>, rebuilt: Option<i64>) -> AuditClock {
        let ms = |it: Option<i64>| it.map(|it| it * 1000);
        AuditClock { age_ms: ms(age), failed_ms: ms(failed), rebuilt_ms: ms(rebuilt), ..AuditClock::default() }
    }

    #[test]
    fn a_success_waits_for_the_period_and_a_failure_for_less() {
        let said = |it: &AuditClock| due(it, Duration::from_hours(1), Duration::from_mins(5));
        for (it, cause) in [
            (clock(None, None, None), Some("first")),
            (clock(None, Some(10), None), None),
            (clock(None, Some(300), None), Some("first")),
            (clock(Some(3599), None, None), None),
            (clock(Some(3600), None, None), Some("due")),
            (clock(Some(10), Some(5), None), None),
            (clock(Some(500), Some(300), None), Some("retry")),
            (clock(Some(7200), Some(5), None), None),
            (clock(Some(10), None, Some(5)), Some("rebuilt")),
            (AuditClock { is_decided: true, ..clock(Some(10), Some(5), None) }, Some("decided")),
        ] {
            assert_eq!(said(&it), cause, "{it:?}");
        }
    }
}
