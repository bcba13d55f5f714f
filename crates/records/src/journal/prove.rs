//! What an audit asks of the journal: what came after the cut, and whether it is whole since the last success
//! (docs/consistency.md#an-audit-run, 3 and 4).

use std::collections::{BTreeMap, HashMap};

use model::audit::{Check, CheckOf};
use model::batch::{BatchId, Delta, KeyDelta};
use model::pipeline::Counts;
use model::stock::StockKey;
use serde::{Deserialize, Serialize};

use crate::{Error, StockSnapshot};

/// Where a partition's journal stood at the last success.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ProvedPlace {
    /// The next position.
    pub position: i64,
    /// The batch that brought it there.
    pub batch: Option<BatchId>,
    /// The accounting line.
    pub counts: Counts,
    /// Its newest rejection.
    pub rejection: i64,
}

/// Where all partitions stood.
pub type ProvedPlaces = BTreeMap<i32, ProvedPlace>;

/// What batches did after the cut.
#[derive(Debug)]
pub enum AfterCut {
    /// Sums of the deltas of each key; one that nothing moved is not in it.
    Deltas(HashMap<StockKey, Delta>),
    /// The journal of this partition does not know the batch of the cut: the histories have parted.
    Diverged(i32),
    /// The deltas of this partition were let go.
    LetGo(i32),
}

from_row! {
    /// A line of the journal that does not follow the one before it, or does not add up.
    pub(crate) struct BadLine {
        batch_id: String,
        pub(crate) begins: i64,
        pub(crate) before_end: i64,
        balances: bool,
    }
}

impl StockSnapshot {
    /// What came after the cut, up to this snapshot. `cut`: the batch of each partition at the cut, where it had one.
    pub async fn after_cut(&mut self, cut: BTreeMap<i32, Option<BatchId>>) -> Result<AfterCut, Error> {
        let unavailable = Error::unavailable("reading the journal after the cut");
        let mut deltas: HashMap<StockKey, Delta> = HashMap::new();
        for partition in self.cursors.keys().copied().collect::<Vec<_>>() {
            let batch = cut.get(&partition).cloned().flatten();
            let Some(line) = self.line_of(partition, batch.as_ref()).await? else {
                return Ok(AfterCut::Diverged(partition));
            };
            let rows: Vec<(Option<String>,)> =
                sqlx::query_as("SELECT deltas FROM ingest_batches WHERE partition_id = ? AND id > ? ORDER BY id")
                    .bind(partition)
                    .bind(line)
                    .fetch_all(&mut self.connection)
                    .await
                    .map_err(&unavailable)?;
            for (text,) in rows {
                let Some(text) = text else { return Ok(AfterCut::LetGo(partition)) };
                let lines: Vec<KeyDelta> = serde_json::from_str(&text).map_err(|cause| {
                    Error::Inconsistent(format!("deltas of partition {partition} cannot be read: {cause}"))
                })?;
                for it in lines {
                    let sum = deltas.entry(it.key).or_default();
                    *sum = sum.plus(it.delta);
                }
            }
        }
        // A partition of the cut that has no cursor is known to nobody.
        let unknown = cut.iter().find(|(partition, batch)| batch.is_some() && !self.cursors.contains_key(partition));
        Ok(unknown.map_or(AfterCut::Deltas(deltas), |(partition, _)| AfterCut::Diverged(*partition)))
    }

    /// Where the line of a batch is; 0 before the first. `None`: the journal does not know it.
    pub(crate) async fn line_of(&mut self, partition: i32, batch: Option<&BatchId>) -> Result<Option<i64>, Error> {
        let Some(batch) = batch else { return Ok(Some(0)) };
        sqlx::query_scalar("SELECT id FROM ingest_batches WHERE partition_id = ? AND batch_id = ?")
            .bind(partition)
            .bind(&batch.0)
            .fetch_optional(&mut self.connection)
            .await
            .map_err(Error::unavailable("looking for a batch in the journal"))
    }

    /// Is the journal whole from the last success on, up to the cursors, and does it add up? With where it stands now.
    pub async fn prove_journal(&mut self, since: &ProvedPlaces) -> Result<([Check; 2], ProvedPlaces), Error> {
        let (mut gaps, mut sums) = (Check::new(CheckOf::Journal), Check::new(CheckOf::Accounting));
        let mut proved = ProvedPlaces::new();
        for (partition, cursor) in self.cursors.clone() {
            gaps.looked_at += 1;
            sums.looked_at += 1;
            let base = since.get(&partition).cloned().unwrap_or_default();
            let Some(line) = self.line_of(partition, base.batch.as_ref()).await? else {
                gaps.fail(format!("partition {partition}: the batch of the last success is gone"));
                continue;
            };
            let mut bad = Vec::new();
            for it in self.bad_lines(partition, line, &base).await? {
                if it.balances {
                    let (begins, before) = (it.begins, it.before_end);
                    bad.push(format!("partition {partition}: {} begins at {begins}, after {before}", it.batch_id));
                } else {
                    sums.fail(format!("partition {partition}: {} does not add up", it.batch_id));
                }
            }
            for fault in bad {
                gaps.fail(fault);
            }
            let (last, end, counted) = self.reach_of(partition, line, &base).await?;
            if (end, last.as_ref()) != (cursor.next_offset, cursor.batch_id.as_ref()) {
                gaps.fail(format!(
                    "partition {partition}: the journal ends at {end}, its cursor is {}",
                    cursor.next_offset
                ));
            }
            if counted != cursor.counts || !cursor.counts.balance() {
                let by = cursor.counts.differences(counted);
                sums.fail(format!("partition {partition}: its cursor counts otherwise than the journal: {by}"));
            }
            let (rejected, newest) = self.rejections_after(partition, base.rejection).await?;
            let expected = cursor.counts.rejected - base.counts.rejected;
            if rejected != expected {
                let less = expected - rejected;
                sums.fail(format!("partition {partition}: of the rejections that were counted {less} are not kept"));
            }
            let place = ProvedPlace { position: end, batch: last, counts: cursor.counts, rejection: newest };
            proved.insert(partition, place);
        }
        Ok(([gaps, sums], proved))
    }

    /// Lines after one that do not follow the line before them, or do not add up; the first 20. The first of them follows `base`.
    pub(crate) async fn bad_lines(
        &mut self,
        partition: i32,
        line: i64,
        base: &ProvedPlace,
    ) -> Result<Vec<BadLine>, Error> {
        let base_batch = base.batch.as_ref().map(|it| it.0.as_str());
        // A line of a cursor that was set back leads from to_offset to from_offset.
        sqlx::query_as(
            "SELECT batch_id, begins, before_end, balances FROM (
               SELECT id, batch_id, previous_batch_id, IF(kind = 'back', to_offset, from_offset) AS begins,
                 COALESCE(LAG(IF(kind = 'back', from_offset, to_offset)) OVER (ORDER BY id), ?) AS before_end,
                 COALESCE(LAG(batch_id) OVER (ORDER BY id), ?) AS before_batch,
                 consumed = recorded + duplicates + rejected AS balances
               FROM ingest_batches WHERE partition_id = ? AND id > ?) AS journal
             WHERE NOT balances OR NOT (previous_batch_id <=> before_batch) OR begins <> before_end ORDER BY id LIMIT 20",
        )
        .bind(base.position)
        .bind(base_batch)
        .bind(partition)
        .bind(line)
        .fetch_all(&mut self.connection)
        .await
        .map_err(Error::unavailable("looking for gaps in the journal"))
    }

    /// The last batch after a line, where it ends, and all that was counted until then.
    pub(crate) async fn reach_of(
        &mut self,
        partition: i32,
        line: i64,
        base: &ProvedPlace,
    ) -> Result<(Option<BatchId>, i64, Counts), Error> {
        let unavailable = Error::unavailable("adding up the journal");
        let last: Option<(String, i64)> = sqlx::query_as(
            "SELECT batch_id, IF(kind = 'back', from_offset, to_offset) FROM ingest_batches
             WHERE partition_id = ? AND id > ? ORDER BY id DESC LIMIT 1",
        )
        .bind(partition)
        .bind(line)
        .fetch_optional(&mut self.connection)
        .await
        .map_err(&unavailable)?;
        let (consumed, recorded, duplicates, rejected, read_again): (i64, i64, i64, i64, i64) = sqlx::query_as(
            "SELECT CAST(COALESCE(SUM(consumed), 0) AS SIGNED), CAST(COALESCE(SUM(recorded), 0) AS SIGNED),
               CAST(COALESCE(SUM(duplicates), 0) AS SIGNED), CAST(COALESCE(SUM(rejected), 0) AS SIGNED),
               CAST(COALESCE(SUM(read_again), 0) AS SIGNED)
             FROM ingest_batches WHERE partition_id = ? AND id > ?",
        )
        .bind(partition)
        .bind(line)
        .fetch_one(&mut self.connection)
        .await
        .map_err(&unavailable)?;
        let counted = base.counts.plus(Counts { consumed, recorded, duplicates, rejected, read_again });
        let (batch, end) = last.map_or((base.batch.clone(), base.position), |(batch, end)| (Some(BatchId(batch)), end));
        Ok((batch, end, counted))
    }

    /// How many rejections of a partition are kept after one, and the newest of all.
    pub(crate) async fn rejections_after(&mut self, partition: i32, after: i64) -> Result<(i64, i64), Error> {
        sqlx::query_as("SELECT COUNT(*), COALESCE(MAX(id), ?) FROM rejections WHERE partition_id = ? AND id > ?")
            .bind(after)
            .bind(partition)
            .bind(after)
            .fetch_one(&mut self.connection)
            .await
            .map_err(Error::unavailable("counting rejections"))
    }
}
