//! Measures of a drill, and what they must be.

use std::fmt;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::site::Site;

/// `/healthz` answers within this, of a hundred times ninety-nine.
const HEALTH_P99_MS: u128 = 100;
/// So much of the rate without abuse is recorded.
const OF_RATE: f64 = 0.9;
/// A screen that hears nothing for so long is stale.
const STALE_MS: u128 = 5_000;
/// Resident memory, at the most.
const MEMORY_MB: u64 = 400;
/// What is left of it after a rest, above the start.
const KEPT_MB: u64 = 50;

/// What honest clients saw during an abuse.
#[derive(Debug, Serialize)]
pub struct Row {
    pub name: String,
    pub health_p50_ms: u128,
    pub health_p99_ms: u128,
    pub asked: usize,
    pub recorded_of_rate: f64,
    pub published_of_rate: f64,
    pub screen_silent_ms: u128,
    pub exports: usize,
    pub exports_failed: usize,
    pub export_slowest_ms: u128,
    pub memory_mb: u64,
    pub paused: Option<String>,
    pub note: String,
    pub fault: Option<String>,
}

pub const TITLES: &str =
    "abuse                    health p50   p99 ms  recorded  silent ms  exports  failed  slowest ms  memory MB";

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, note) = (&self.name, self.fault.as_ref().map_or(self.note.clone(), |it| format!("FAILED: {it}")));
        write!(
            f,
            "{name:<24} {:>10} {:>8} {:>9.2} {:>10} {:>8} {:>7} {:>11} {:>10}  {note}",
            self.health_p50_ms,
            self.health_p99_ms,
            self.recorded_of_rate,
            self.screen_silent_ms,
            self.exports,
            self.exports_failed,
            self.export_slowest_ms,
            self.memory_mb,
        )
    }
}

/// Resident memory after a rest, in megabytes, and how long that took.
#[derive(Debug, Serialize)]
pub struct Rest {
    pub memory_mb: u64,
    pub after_s: u64,
}

#[derive(Debug, Serialize)]
pub struct Measures {
    pub seed: u64,
    /// The first is without abuse.
    pub rows: Vec<Row>,
    pub rest: Rest,
}

/// Waits until little memory is held, within a limit.
pub async fn rest(site: &Site, limit: Duration) -> anyhow::Result<Rest> {
    let (began, mut least) = (Instant::now(), u64::MAX);
    while began.elapsed() < limit {
        least = least.min(site.megabytes()?);
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    Ok(Rest { memory_mb: least, after_s: began.elapsed().as_secs() })
}

impl Measures {
    /// What honest clients noticed.
    pub fn faults(&self) -> Vec<String> {
        let (quiet, abused) = self.rows.split_first().unwrap();
        let mut faults = Vec::new();
        let mut expect = |is_so: bool, name: &str, what: String| {
            if !is_so {
                faults.push(format!("{name}: {what}"));
            }
        };
        for row in abused {
            let ratio = row.recorded_of_rate / quiet.recorded_of_rate;
            let p99 = row.health_p99_ms;
            expect(p99 < HEALTH_P99_MS, &row.name, format!("/healthz took {p99} ms (p99 of {})", row.asked));
            expect(ratio >= OF_RATE, &row.name, format!("{ratio:.2} of the rate without abuse was recorded"));
            expect(
                row.screen_silent_ms < STALE_MS,
                &row.name,
                format!("a screen heard nothing for {} ms", row.screen_silent_ms),
            );
            expect(row.exports_failed == 0, &row.name, format!("{} exports did not come whole", row.exports_failed));
            expect(row.memory_mb < MEMORY_MB, &row.name, format!("{} MB of memory", row.memory_mb));
            expect(row.paused.is_none(), &row.name, format!("a partition paused: {:?}", row.paused));
            expect(row.fault.is_none(), &row.name, row.fault.clone().unwrap_or_default());
        }
        let exports: usize = abused.iter().map(|it| it.exports).sum();
        expect(exports > 0, "exports", "none came to its end".to_owned());
        let (rest, start) = (self.rest.memory_mb, quiet.memory_mb);
        expect(rest <= start + KEPT_MB, "memory", format!("{rest} MB after the rest, {start} MB at the start"));
        faults
    }

    pub fn summary(&self) -> String {
        let (quiet, abused) = self.rows.split_first().unwrap();
        let worst = |of: fn(&Row) -> u128| abused.iter().map(of).max().unwrap_or_default();
        let least = abused.iter().map(|it| it.recorded_of_rate / quiet.recorded_of_rate).fold(f64::MAX, f64::min);
        format!(
            "worst: /healthz p99 {} ms, {least:.2} of the rate, a screen silent for {} ms, {} MB; {} MB after {} s of rest, {} MB at the start",
            worst(|it| it.health_p99_ms),
            worst(|it| it.screen_silent_ms),
            worst(|it| it.memory_mb.into()),
            self.rest.memory_mb,
            self.rest.after_s,
            quiet.memory_mb,
        )
    }
}
