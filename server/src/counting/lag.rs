//! The books behind the queue: what was in it when somebody asked, another count above all, must be recorded before the books are read; also what was set
//! aside for want of a day table, which a cursor has passed.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::{Counter, Error};

/// So long somebody waits for the books.
const LIMIT: Duration = Duration::from_secs(12);
/// So often they are looked at.
const EVERY: Duration = Duration::from_millis(100);

impl Counter {
    /// Waits until everything that is in the queue now is recorded, within a limit.
    pub(super) async fn books_have_caught_up(&self) -> Result<(), Error> {
        let reach = self.topic.reach().await?;
        let until = Instant::now() + LIMIT;
        loop {
            let cursors = self.intake.records.cursors().await?;
            let is_behind = |(partition, (begin, end)): (&i32, &(i64, i64))| {
                begin < end && cursors.get(partition).is_none_or(|it| it.next_offset < *end)
            };
            if !reach.iter().any(is_behind) && self.intake.records.set_aside_missing().await? == 0 {
                return Ok(());
            }
            if Instant::now() > until {
                return Err(Error::Behind);
            }
            sleep(EVERY).await;
        }
    }
}
