//! When an audit is due (docs/domain.md#words, LASTCHECK and EXPIRATION). Looked at every second, by the database's
//! clock; whoever claims first makes it.

use std::time::Duration;

use model::audit::Scope;
use model::pipeline::PipelineState;
use tokio::time::Instant;

use super::Error;
use super::run::{Auditor, Claimed};
use crate::background::{Looked, Task, Trouble};
use base::config::AuditConfig;
use base::status::Status;
use queue::{Backlog, Topic};
use records::AuditClock;

/// What a person decided is tried again this soon, such as when totals are still being made anew.
const SOON: Duration = Duration::from_secs(5);
/// Whose trouble it is.
const PLACE: &str = "audit";
/// Whose it is that an audit waits.
const WAITING: &str = "audit waits";
/// The first catch-up has ended when no message has waited for longer, over as long.
const CATCH_UP_WATCH: Duration = Duration::from_secs(10);

/// Makes audits when they are due.
pub struct Schedule {
    /// Who makes them.
    pub auditor: Auditor,
    pub rules: AuditConfig,
    /// Where it is told.
    pub status: Status,
    /// What is still to be recorded before the first one.
    topic: Topic,
    backlog: Backlog,
    began: Instant,
}

impl Schedule {
    /// A schedule that has seen nothing yet.
    pub fn new(auditor: Auditor, rules: AuditConfig, status: Status, topic: Topic) -> Self {
        Self { auditor, rules, status, topic, backlog: Backlog::default(), began: Instant::now() }
    }
}

impl Task for Schedule {
    const NAME: &'static str = "audit schedule";
    const EVERY: Duration = Duration::from_secs(1);
    type Error = Error;

    /// Stopped half-way, the lease runs out, and the next run starts clean.
    async fn look(&mut self) -> Result<Looked, Error> {
        let clock = self.auditor.records.audit_clock().await?;
        self.tell(&clock);
        let (wait, cause) = due_in(&clock, &self.rules);
        if !wait.is_zero() {
            self.status.clear(WAITING);
            return Ok(Looked::UNCHANGED);
        }
        let hindrance = match self.waits_for_the_first_catch_up(&clock).await? {
            true if clock.recorded == 0 => return Ok(Looked::UNCHANGED),
            true => Some("what was there before it is recorded first"),
            false => self.auditor.hindrance().await?,
        };
        if let Some(why) = hindrance {
            // It passes by itself: waited for, not tried again and again.
            self.status.raise(WAITING, PipelineState::CatchingUp, format!("an audit is due and waits: {why}"));
            return Ok(Looked::UNCHANGED);
        }
        self.status.clear(WAITING);
        match self.auditor.claim(Scope::Quick, cause, "schedule").await? {
            Claimed::Ours(run) => run.to_end().await.map(drop)?,
            Claimed::Running { .. } => {}
        }
        Ok(Looked::UNCHANGED)
    }

    /// Taken back by [`Schedule::tell`], which says too that an audit is overdue.
    fn trouble(&self) -> Option<Trouble<'_>> {
        Some(Trouble { status: &self.status, place: PLACE, says: "cannot audit" })
    }
}

impl Schedule {
    /// The first audit waits until what was there at the beginning is recorded: one of nothing, or of little, would prove little.
    async fn waits_for_the_first_catch_up(&mut self, clock: &AuditClock) -> Result<bool, Error> {
        if clock.age().is_some() || clock.is_decided {
            return Ok(false);
        }
        let cursors = self.auditor.records.cursors().await?;
        let next = cursors.iter().map(|(partition, it)| (*partition, it.next_offset)).collect();
        let waiting = self.backlog.look(Instant::now(), &self.topic.reach().await?, &next);
        // With a stream that never rests, nothing waits for long.
        let is_watched = self.began.elapsed() >= CATCH_UP_WATCH;
        let has_caught_up = waiting.messages == 0 || (is_watched && waiting.oldest < CATCH_UP_WATCH);
        // Where a partition waits for a person, the others are audited all the same.
        let has_caught_up = has_caught_up || self.began.elapsed() >= self.rules.expiration;
        Ok(clock.recorded == 0 || !has_caught_up)
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

/// How long until an audit is due, and why it will be. A success waits for the period that holds, a failure for `retry_after`; a rebuild is checked at
/// once, and so is what a person decided.
pub fn due_in(clock: &AuditClock, rules: &AuditConfig) -> (Duration, &'static str) {
    let retry_after = rules.retry_after;
    let failed = clock.failed_ms.map(millis);
    let after_failure = |wait: Duration| failed.map_or(Duration::ZERO, |it| wait.saturating_sub(it));
    match clock.age() {
        _ if clock.is_decided => (after_failure(SOON), "decided"),
        None => (after_failure(retry_after), "first"),
        Some(_) if failed.is_some() => (after_failure(retry_after), "retry"),
        Some(_) if clock.rebuilt_ms.is_some() => (Duration::ZERO, "rebuilt"),
        Some(age) => (clock.period(rules.expiration).saturating_sub(age), "due"),
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
        let rules = AuditConfig {
            expiration: Duration::from_hours(1),
            retry_after: Duration::from_mins(5),
            correct_surplus: false,
            unverified_part: 5,
        };
        let said = |it: &AuditClock| {
            let (wait, cause) = due_in(it, &rules);
            (wait.as_secs(), cause)
        };
        let decided = |failed| AuditClock { is_decided: true, ..clock(Some(10), failed, None) };
        let chosen = |age| AuditClock { expiration_seconds: Some(60), ..clock(Some(age), None, None) };
        for (it, expected) in [
            (clock(None, None, None), (0, "first")),
            (clock(None, Some(10), None), (290, "first")),
            (clock(None, Some(300), None), (0, "first")),
            (clock(Some(3599), None, None), (1, "due")),
            (clock(Some(3600), None, None), (0, "due")),
            (chosen(10), (50, "due")),
            (clock(Some(10), Some(5), None), (295, "retry")),
            (clock(Some(500), Some(300), None), (0, "retry")),
            (clock(Some(7200), Some(5), None), (295, "retry")),
            (clock(Some(10), None, Some(5)), (0, "rebuilt")),
            (decided(None), (0, "decided")),
            (decided(Some(2)), (3, "decided")),
            (decided(Some(5)), (0, "decided")),
        ] {
            assert_eq!(said(&it), expected, "{it:?}");
        }
    }
}
