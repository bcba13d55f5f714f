//! The last audit that passed, for screens: how far the figures can be trusted.

use base::business_time::{BusinessTime, utc_moment};
use model::live::{Verification, Verified, part_since};
use model::time::Millis;

use super::clock;
use base::config::AuditConfig;
use records::{AuditClock, Error, Records};

/// The last audit that passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audited {
    number: i64,
    at: Millis,
    /// Entries that were recorded until its cut.
    recorded: i64,
    /// How much of the period has passed, in percent.
    age: u8,
    minutes: u32,
    /// So many percent may have come since.
    unverified_part: u8,
    state: Verification,
}

impl Audited {
    /// Reads it. `None`: no audit has passed yet.
    pub async fn read(records: &Records, rules: &AuditConfig) -> Result<Option<Self>, Error> {
        let clock = records.audit_clock().await?;
        let Some((at, number)) = clock.last_check.zip(clock.last_audit) else { return Ok(None) };
        Ok(Some(Self {
            number,
            at: utc_moment(at),
            recorded: clock.last_recorded.unwrap_or_default(),
            age: age(&clock, rules),
            minutes: u32::try_from(clock.age().unwrap_or_default().as_secs() / 60).unwrap_or(u32::MAX),
            unverified_part: rules.unverified_part,
            state: clock.verification(rules),
        }))
    }

    /// When it was.
    pub fn at(&self) -> Millis {
        self.at
    }

    /// As a page shows it, when so many entries are recorded.
    pub fn verified(&self, recorded: i64, zone: BusinessTime, now: Millis) -> Verified {
        // As short as it is clear: on a wall each character is a centimetre.
        let is_same = |format| clock(zone, self.at, format) == clock(zone, now, format);
        let format = if is_same("%Y-%m-%d") {
            "%H:%M:%S"
        } else if is_same("%Y") {
            "%m-%d %H:%M"
        } else {
            "%Y-%m-%d"
        };
        let part_since = part_since(recorded, self.recorded);
        Verified {
            minutes: self.minutes,
            part_since,
            at: clock(zone, self.at, format),
            entries_since: (recorded - self.recorded).max(0),
            age: self.age,
            state: self.state.with_part(part_since, self.unverified_part),
        }
    }
}

fn age(clock: &AuditClock, rules: &AuditConfig) -> u8 {
    let period = clock.period(rules.expiration).as_millis().max(1);
    let percent = clock.age().unwrap_or_default().as_millis() * 100 / period;
    u8::try_from(percent.min(100)).unwrap_or(100)
}
