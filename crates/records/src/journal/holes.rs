//! Holes of the journal: messages that no batch says it read. A replay looks into them; a person accepts them, and
//! later audits prove the journal from there on (docs/consistency.md#replay: no key can fail for ever without a way
//! out).

use model::audit::{Check, CheckOf, FindingCause, ResolveAs};

use crate::cursors;
use crate::journal::lines::HandLine;
use crate::journal::prove::{ProvedPlace, ProvedPlaces};
use crate::sql::error::with_timeout;
use crate::trail;
use crate::trail::TrailEvent;
use crate::{Corrected, Error, Lease, StockSnapshot};

/// A stretch of messages that are not there: which no line of the journal covers, or which the topic cannot hand over any more. From the
/// first, up to before `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hole {
    /// Of which partition.
    pub partition: i32,
    /// Offset of the first message in it.
    pub from: i64,
    /// Where it goes on.
    pub to: i64,
}

impl Hole {
    /// Is a message in it, by partition and offset?
    pub fn holds(&self, (partition, offset): (i32, i64)) -> bool {
        self.partition == partition && (self.from..self.to).contains(&offset)
    }
}

impl StockSnapshot {
    /// The holes since the last success.
    pub async fn holes(&mut self, since: &ProvedPlaces) -> Result<Vec<Hole>, Error> {
        let mut holes = Vec::new();
        for (partition, cursor) in self.cursors.clone() {
            let base = since.get(&partition).cloned().unwrap_or_default();
            let Some(line) = self.line_of(partition, base.batch.as_ref()).await? else {
                holes.push(Hole { partition, from: base.position, to: cursor.next_offset });
                continue;
            };
            for it in self.bad_lines(partition, line, &base).await? {
                holes.push(Hole { partition, from: it.before_end, to: it.begins });
            }
            let (_, end, _) = self.reach_of(partition, line, &base).await?;
            holes.push(Hole { partition, from: end, to: cursor.next_offset });
        }
        holes.retain(|it| it.from < it.to);
        Ok(holes)
    }
}

impl Lease {
    /// Accepts the journal as an audit saw it; its findings of that cause are dealt with. All partitions stand still meanwhile.
    pub async fn accept_journal(&self, audit: i64, note: &str, who: &str) -> Result<Corrected, Error> {
        with_timeout("accepting the journal", Box::pin(self.try_accept(audit, note, who))).await
    }

    async fn try_accept(&self, audit: i64, note: &str, who: &str) -> Result<Corrected, Error> {
        let unavailable = Error::unavailable("accepting the journal");
        let records = self.records();
        let mut transaction = records.pool.begin().await.map_err(&unavailable)?;
        if !self.lock_lease(&mut transaction).await? {
            return Ok(Corrected::Lost);
        }
        cursors::lock_all_cursors(&mut transaction, &records.topic).await.map_err(&unavailable)?;
        let mut snapshot = records.stock_snapshot().await?;
        let (checks, proved) = snapshot.prove_journal(&records.proved().await?).await?;
        let Some(seen) = records.audit(audit).await? else { return Ok(Corrected::Changed) };
        // One that proved nothing has seen nothing.
        if seen.checks.is_empty() || faults(&checks) != faults(&seen.checks) {
            return Ok(Corrected::Changed);
        }
        let mut places = ProvedPlaces::new();
        for (partition, cursor) in snapshot.cursors.clone() {
            if let (Some(batch), None) =
                (&cursor.batch_id, snapshot.line_of(partition, cursor.batch_id.as_ref()).await?)
            {
                // A batch that the journal does not know gets its line, so that the next one follows it.
                let (previous, end, _) = snapshot.reach_of(partition, 0, &ProvedPlace::default()).await?;
                let previous = previous.as_ref();
                // A line leads somewhere, also where only the name of the batch was lost.
                let high = end.max(cursor.next_offset);
                let ends = (end.min(cursor.next_offset).min(high - 1), high);
                let line = HandLine { partition, batch, previous, ends, kind: "loss", deltas: None, reason: note, who };
                line.write(&mut transaction).await.map_err(&unavailable)?;
            }
            let rejection = match proved.get(&partition) {
                Some(it) => it.rejection,
                None => snapshot.rejections_after(partition, 0).await?.1,
            };
            let (position, batch, counts) = (cursor.next_offset, cursor.batch_id, cursor.counts);
            places.insert(partition, ProvedPlace { position, batch, counts, rejection });
        }
        snapshot.close().await;
        write_down(&mut transaction, audit, &places, (note, who)).await?;
        transaction.commit().await.map_err(&unavailable)?;
        Ok(Corrected::Done)
    }
}

/// From where later audits prove it; the findings that say so are dealt with, of every audit that saw it; all of it on record.
async fn write_down(
    connection: &mut sqlx::MySqlConnection,
    audit: i64,
    places: &ProvedPlaces,
    (note, who): (&str, &str),
) -> Result<(), Error> {
    let unavailable = Error::unavailable("accepting the journal");
    let text = serde_json::to_string(places).map_err(|it| unavailable(sqlx::Error::Encode(Box::new(it))))?;
    let before: Option<String> = sqlx::query_scalar("SELECT proved FROM audit_state WHERE id = 1 FOR UPDATE")
        .fetch_one(&mut *connection)
        .await
        .map_err(&unavailable)?;
    sqlx::query("UPDATE audit_state SET proved = ? WHERE id = 1")
        .bind(&text)
        .execute(&mut *connection)
        .await
        .map_err(&unavailable)?;
    sqlx::query(
        "UPDATE findings SET flag = 'T', resolution = ?, note = ?, resolved_by = ?, resolved_at = UTC_TIMESTAMP(3)
         WHERE cause = ? AND flag = 'F'",
    )
    .bind(ResolveAs::AcceptRecords.as_str())
    .bind(note)
    .bind(who)
    .bind(FindingCause::JournalBroken.as_str())
    .execute(&mut *connection)
    .await
    .map_err(&unavailable)?;
    let deed = TrailEvent {
        who: who.to_owned(),
        action: "journal.accept".to_owned(),
        subject: format!("audit {audit}: {note}"),
        before,
        after: Some(text),
    };
    trail::record_in(connection, &[deed]).await.map_err(unavailable)
}

/// Faults of the journal and its accounting line, in words.
fn faults(checks: &[Check]) -> Vec<&str> {
    let of_journal = checks.iter().filter(|it| matches!(it.of, CheckOf::Journal | CheckOf::Accounting));
    of_journal.flat_map(|it| it.faults.iter().map(String::as_str)).collect()
}
