//! Retry of messages that were set aside for want of a day table (`no_table`): once the cap leaves room, each is sent again as it is, as a person would
//! send it from the page of rejections, and says on that page what became of it. Nobody need do more than raise the cap.

use std::time::Duration;

use model::pipeline::PipelineState;
use model::system::Tables;

use super::check::check_one;
use super::{GoodLine, Intake, Resubmitted};
use crate::background::{Looked, Task, Trouble};
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
    pub round: Round,
}

/// A pass over all that wait, some at a time.
#[derive(Debug, Default)]
pub struct Round {
    /// The last one that was looked at.
    after: i64,
    has_sent: bool,
    /// The tables there were, of how many, when a whole round found no room: until that changes there is none.
    full_at: Option<(i64, i64)>,
}

impl Task for SetAsideTask {
    const NAME: &'static str = "set_aside";
    const EVERY: Duration = Duration::from_secs(15);
    type Error = Error;

    async fn look(&mut self) -> Result<Looked, Error> {
        let begins = self.round.after == 0;
        let waiting = if begins { self.intake.records.set_aside_count().await? } else { 0 };
        if begins && waiting == 0 {
            self.status.clear(PLACE);
            return Ok(Looked::RIGHT);
        }
        let tables = self.intake.records.table_count().await?;
        let full = (tables.count >= tables.most).then_some((tables.count, tables.most));
        if begins {
            self.tell(waiting, &tables);
            if full.is_some() && self.round.full_at == full {
                return Ok(Looked::RIGHT);
            }
        }
        let some = self.intake.records.set_aside_after(self.round.after, AT_ONCE).await?;
        let last = some.last().map(|it| it.id);
        let is_last = i64::try_from(some.len()).is_ok_and(|it| it < AT_ONCE);
        let Some(sent) = self.send_again(some).await? else { return Ok(Looked::UNCHANGED) };
        self.round.has_sent |= sent > 0;
        if is_last {
            let full_at = full.filter(|_| !self.round.has_sent);
            self.round = Round { full_at, ..Round::default() };
            return Ok(Looked::RIGHT);
        }
        self.round.after = last.unwrap_or(0);
        Ok(Looked { rest: Some(Duration::ZERO), is_right: true })
    }

    fn trouble(&self) -> Option<Trouble<'_>> {
        Some(Trouble { status: &self.status, place: "set aside", says: "what was set aside cannot be sent again" })
    }
}

impl SetAsideTask {
    /// Sends those for which there is a table now, or can be; answers how many. `None`: Kafka does not confirm, and the rest has to wait.
    async fn send_again(&self, some: Vec<SetAside>) -> Result<Option<usize>, Error> {
        let now = self.intake.clock.now();
        // One that today's rules refuse waits for a person.
        let valid = |it: SetAside| check_one(it.raw, &self.intake.rules, now).ok().map(|line| ((it.id, it.sent), line));
        let (ids, lines): (Vec<(i64, i64)>, Vec<GoodLine>) = some.into_iter().filter_map(valid).unzip();
        let asked: Vec<Line> = lines.iter().map(GoodLine::as_line).collect();
        let without_table = self.intake.records.ensure_tables_of(&asked, |_, _| {}).await?;
        let mut done = 0;
        for (index, ((id, sent), line)) in ids.into_iter().zip(lines).enumerate() {
            if without_table.binary_search(&index).is_ok() {
                continue;
            }
            match self.intake.resubmit(id, sent, line.payload.as_bytes(), WHO).await? {
                Resubmitted::At(..) => done += 1,
                Resubmitted::Meanwhile | Resubmitted::NoSuch | Resubmitted::Flawed(_) => {}
                Resubmitted::Unconfirmed => {
                    tracing::warn!(
                        rejection = id,
                        "Kafka has not confirmed a message that was set aside; once more later"
                    );
                    return Ok(None);
                }
            }
        }
        Ok(Some(done))
    }

    fn tell(&self, waiting: i64, tables: &Tables) {
        let (count, most) = (tables.count, tables.most);
        let reason = format!(
            "{waiting} messages are set aside, since they need new day tables and there are {count} of {most}: raise \
             TALLYHOUSE_RECORDS_MAX_TABLES and restart, and they go in by themselves; what else comes is recorded"
        );
        self.status.raise(PLACE, PipelineState::Paused, reason);
    }
}
