//! How far a run is.

use std::time::Duration;

use tokio::time::Instant;

use super::Error;
use records::Lease;

/// How often it is written down.
const EVERY: Duration = Duration::from_millis(500);

/// How far a run is, is written down now and then: each time is a commit.
pub struct Progress {
    done: u64,
    total: u64,
    last: Option<Instant>,
}

impl Progress {
    /// Of so many.
    pub fn of(total: impl TryInto<u64>) -> Self {
        Self { done: 0, total: number(total), last: None }
    }

    /// So many more are done.
    pub async fn add(&mut self, lease: &Lease, count: usize) -> Result<(), Error> {
        self.done += number(count);
        if self.done < self.total && self.last.is_some_and(|it| it.elapsed() < EVERY) {
            return Ok(());
        }
        self.last = Some(Instant::now());
        Ok(lease.tell(self.done, self.total).await?)
    }
}

fn number(count: impl TryInto<u64>) -> u64 {
    count.try_into().unwrap_or(u64::MAX)
}
