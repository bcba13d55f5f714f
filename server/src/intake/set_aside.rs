//! Retry of messages that were set aside for want of a day table (`no_table`): once the cap leaves room, each is sent again as it is, as a person would
//! send it from the page of rejections, and says on that page what became of it. Nobody need do more than raise the cap.

use std::time::Duration;

use model::pipeline::PipelineState;

use super::check::check_one;
use super::{GoodLine, Intake, Resubmitted};
use crate::background::{Looked, Task};
use crate::ingest::Error;
use base::status::Status;
use records::{Line, SetAside};

/// So many messages are looked at at a time.
const AT_ONCE: i64 = 100;
/// Whose name stands on what is sent.
const WHO: &str = "tallyhouse";
/// Whose trouble it is.
const PLACE: &str = "messages set aside";

/// Sends them again.
pub struct SetAsideTask {
    pub intake: Intake,
    /// Where it is told that messages wait.
    pub status: Status,
    /// The last one of this round that was looked at.
    pub after: i64,
}

impl Task for SetAsideTask {
    const NAME: &'static str = "set_aside";
    const EVERY: Duration = Duration::from_secs(15);
    type Error = Error;

    async fn look(&mut self) -> Result<Looked, Error> {
        let some = self.intake.records.set_aside_after(self.after, AT_ONCE).await?;
        let is_last = i64::try_from(some.len()).unwrap_or(i64::MAX) < AT_ONCE;
        self.after = if is_last { 0 } else { some.last().map_or(0, |it| it.id) };
        self.send_again(some).await?;
        self.tell().await?;
        Ok(Looked { rest: (!is_last).then_some(Duration::ZERO), is_right: true })
    }
}

impl SetAsideTask {
    /// Sends those for which there is a table now, or can be.
    async fn send_again(&self, some: Vec<SetAside>) -> Result<(), Error> {
        let now = self.intake.clock.now();
        // One that today's rules refuse waits for a person.
        let valid = |it: SetAside| check_one(it.raw, &self.intake.rules, now).ok().map(|line| (it.id, line));
        let (ids, lines): (Vec<i64>, Vec<GoodLine>) = some.into_iter().filter_map(valid).unzip();
        let asked: Vec<Line> = lines.iter().map(GoodLine::as_line).collect();
        let without_table = self.intake.records.ensure_tables_of(&asked, |_, _| {}).await?;
        for (index, (id, line)) in ids.into_iter().zip(lines).enumerate() {
            if without_table.binary_search(&index).is_ok() {
                continue;
            }
            match self.intake.resubmit(id, 0, line.payload.as_bytes(), WHO).await? {
                Resubmitted::At(..) | Resubmitted::Meanwhile | Resubmitted::NoSuch => {}
                Resubmitted::Flawed(_) | Resubmitted::Unconfirmed => {
                    tracing::warn!(rejection = id, "a message that was set aside was not sent again");
                }
            }
        }
        Ok(())
    }

    async fn tell(&self) -> Result<(), Error> {
        let waiting = self.intake.records.set_aside_count().await?;
        if waiting == 0 {
            self.status.clear(PLACE);
            return Ok(());
        }
        let tables = self.intake.records.table_count().await?;
        let (count, most) = (tables.count, tables.most);
        let reason = format!(
            "{waiting} messages are set aside, since they need new day tables and there are {count} of {most}: raise \
             TALLYHOUSE_RECORDS_MAX_TABLES and restart, and they go in by themselves; what else comes is recorded"
        );
        self.status.raise(PLACE, PipelineState::Paused, reason);
        Ok(())
    }
}
