//! What was judged once is remembered. A partition whose cursor was set back meets messages again; each keeps the verdict that is on record,
//! whatever settings and clock say today: what was rejected stays rejected, what was recorded is not rejected afterwards.

use std::collections::HashSet;

use crate::batch::{Line, NewBatch, RejectedMessage};
use crate::ingest::bill_lines;
use crate::ingest::bill_lines::Look;
use crate::ingest::classify::{Content, identity};
use crate::ingest::rejections;
use crate::sql::pipeline::StatementPipeline;
use crate::{Error, Records};

/// Verdicts on record, by the offsets of a batch's messages.
#[derive(Debug, Default)]
pub struct Recalled {
    rejected: HashSet<i64>,
    /// Recorded before, though the settings of today would refuse them.
    recorded: HashSet<i64>,
}

impl Recalled {
    /// Is this message still to be judged as a line?
    pub fn is_new_line(&self, line: &Line) -> bool {
        !self.rejected.contains(&line.offset)
    }

    /// Is this rejection still to be written down?
    pub fn is_new_rejection(&self, message: &RejectedMessage) -> bool {
        !self.rejected.contains(&message.offset) && !self.recorded.contains(&message.offset)
    }
}

/// Looks verdicts up; of a batch that lies beyond everything read before there are none, and nobody is asked.
pub async fn recall(
    trip: &mut StatementPipeline<'_>,
    records: &Records,
    batch: &NewBatch,
) -> Result<Recalled, RecallError> {
    if batch.from >= batch.highest {
        return Ok(Recalled::default());
    }
    let rejected = rejections::known(trip, &records.topic, batch).await?;
    let mut suspects = Vec::new();
    for it in batch.rejected.iter().filter(|it| it.offset < batch.highest && !rejected.contains(&it.offset)) {
        let Some(entry) = &it.entry else { continue };
        let Some(day) = records.business_time.day(entry.create_time) else { continue };
        let (offset, entry) = (it.offset, entry.as_ref().clone());
        suspects.push(Line { offset, entry, day, raw: Vec::new(), sent_at: it.sent_at });
    }
    if suspects.is_empty() {
        return Ok(Recalled { rejected, recorded: HashSet::new() });
    }
    let existing = bill_lines::find(trip.connection().await?, &suspects, Look::Locking).await?;
    let is_recorded = |it: &&Line| {
        let there = existing.get(&identity(&it.entry)).and_then(|it| it.content.as_ref());
        there == Some(&Content::of(&it.entry))
    };
    let recorded = suspects.iter().filter(is_recorded).map(|it| it.offset).collect();
    Ok(Recalled { rejected, recorded })
}

/// What a look can end with.
pub enum RecallError {
    /// The statement failed.
    Sql(sqlx::Error),
    /// The register or a row cannot be read.
    Records(Error),
}

impl From<sqlx::Error> for RecallError {
    fn from(cause: sqlx::Error) -> Self {
        Self::Sql(cause)
    }
}

impl From<Error> for RecallError {
    fn from(error: Error) -> Self {
        Self::Records(error)
    }
}
