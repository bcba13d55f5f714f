//! The records proved against themselves: rows against totals, level by level, and the journal against the cursors. Run at
//! rest by tests; the audit's proof builds on the same statements.

use std::collections::BTreeMap;

use model::pipeline::Counts;
use sqlx::Connection;

use crate::audits::last_check::proved_in;
use crate::day_tables::statements;
use crate::totals::levels;
use crate::totals::levels::LEVELS;
use crate::totals::rebuild;
use crate::totals::staged;
use crate::totals::staged::Flows;
use crate::{Error, Records};
use base::business_time::BusinessTime;

/// What a recount found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recount {
    /// What does not add up; empty when all does.
    pub faults: Vec<String>,
    /// Rows over all day tables.
    pub entries: i64,
    /// Stock by (warehouse, product), from the rows.
    pub stock: BTreeMap<(String, String), i64>,
    /// Everything with `drcr` 1, whatever its kind.
    pub gross_in: i64,
    /// Everything with `drcr` -1.
    pub gross_out: i64,
}

/// In, out, adjust in, adjust out, entries.
type Sums = (i64, i64, i64, i64, i64);

impl Records {
    /// Recounts every table.
    pub async fn recount(&self) -> Result<Recount, Error> {
        let unavailable = Error::unavailable("recounting");
        // One instant: the fold moves what is pending into the levels at any time, also where nothing is recorded.
        let mut connection = self.snapshot().await?;
        let mut recount = Recount::default();
        let mut keys: BTreeMap<(String, String), Sums> = BTreeMap::new();
        let mut days: BTreeMap<(String, String, String, String), Sums> = BTreeMap::new();
        let mut hours = Flows::new();
        let registered: Vec<(i32, String, chrono::NaiveDate)> = sqlx::query_as("SELECT id, name, day FROM day_tables")
            .fetch_all(&mut connection)
            .await
            .map_err(&unavailable)?;
        for (id, name, day) in registered {
            let statement = statements::count_rows(&name).ok_or_else(|| {
                Error::Inconsistent(format!("the register names a table {name:?} that is none of ours"))
            })?;
            let rows: Vec<(String, String, String, i64, i64, i64, i64, i64)> =
                sqlx::query_as(statement).fetch_all(&mut connection).await.map_err(&unavailable)?;
            rebuild::add_rows(&mut connection, &name, self.business_time, &mut hours).await?;
            let mut table = Sums::default();
            for (warehouse, product, company, a, b, c, d, e) in rows {
                let sums = (a, b, c, d, e);
                add(&mut table, sums);
                add(keys.entry((warehouse.clone(), product.clone())).or_default(), sums);
                add(days.entry((day.to_string(), product, warehouse, company)).or_default(), sums);
            }
            let stored: Sums = sqlx::query_as(
                "SELECT CAST(COALESCE(SUM(qty_in), 0) AS SIGNED), CAST(COALESCE(SUM(qty_out), 0) AS SIGNED),
                   CAST(COALESCE(SUM(adjust_in), 0) AS SIGNED), CAST(COALESCE(SUM(adjust_out), 0) AS SIGNED),
                   CAST(COALESCE(SUM(entries), 0) AS SIGNED) FROM day_table_totals WHERE table_id = ?",
            )
            .bind(id)
            .fetch_one(&mut connection)
            .await
            .map_err(&unavailable)?;
            if stored != table {
                recount.faults.push(format!("{name}: rows {table:?}, totals {stored:?}"));
            }
            recount.entries += table.4;
            recount.gross_in += table.0 + table.2;
            recount.gross_out += table.1 + table.3;
        }
        compare_keys(&mut connection, &keys, &mut recount).await?;
        compare_days(&mut connection, &days, &mut recount).await?;
        compare_levels(&mut connection, &hours, self.business_time, &mut recount).await?;
        compare_journal(&mut connection, &self.topic, &mut recount).await?;
        compare_register(&mut connection, &mut recount).await?;
        recount.stock = keys.into_iter().map(|(key, it)| (key, it.0 + it.2 - it.1 - it.3)).collect();
        let _closed = connection.close().await;
        Ok(recount)
    }
}

fn add(sum: &mut Sums, other: Sums) {
    *sum = (sum.0 + other.0, sum.1 + other.1, sum.2 + other.2, sum.3 + other.3, sum.4 + other.4);
}

async fn compare_keys(
    connection: &mut sqlx::MySqlConnection,
    keys: &BTreeMap<(String, String), Sums>,
    recount: &mut Recount,
) -> Result<(), Error> {
    let rows: Vec<(String, String, i64, i64, i64, i64, i64)> = sqlx::query_as(
        "SELECT warehouse_id, product_id, qty_in, qty_out, adjust_in, adjust_out, entries FROM stock_totals",
    )
    .fetch_all(connection)
    .await
    .map_err(Error::unavailable("recounting running totals"))?;
    let stored: BTreeMap<_, Sums> = rows.into_iter().map(|(w, p, a, b, c, d, e)| ((w, p), (a, b, c, d, e))).collect();
    differences("running total", keys, &stored, recount);
    Ok(())
}

async fn compare_days(
    connection: &mut sqlx::MySqlConnection,
    days: &BTreeMap<(String, String, String, String), Sums>,
    recount: &mut Recount,
) -> Result<(), Error> {
    let rows: Vec<(chrono::NaiveDate, String, String, String, i64, i64, i64, i64, i64)> = sqlx::query_as(
        "SELECT day, product_id, warehouse_id, company_id, qty_in, qty_out, adjust_in, adjust_out, entries FROM day_totals",
    )
    .fetch_all(connection)
    .await
    .map_err(Error::unavailable("recounting day totals"))?;
    let stored: BTreeMap<_, Sums> =
        rows.into_iter().map(|(day, p, w, co, a, b, c, d, e)| ((day.to_string(), p, w, co), (a, b, c, d, e))).collect();
    differences("day total", days, &stored, recount);
    Ok(())
}

/// Each level that is behind, with what is pending.
async fn compare_levels(
    connection: &mut sqlx::MySqlConnection,
    hours: &Flows,
    zone: BusinessTime,
    recount: &mut Recount,
) -> Result<(), Error> {
    if !levels::are_whole(connection).await? {
        recount.faults.push("the levels of totals are missing, or made anew just now".to_owned());
        return Ok(());
    }
    let pending = staged::pending(connection).await?;
    for level in LEVELS.iter().filter(|it| it.behind) {
        let mut stored = levels::stored(connection, level).await?;
        for ((unit, product, warehouse, company), sums) in levels::cells(level, &pending, zone) {
            let key = (unit, product.to_owned(), warehouse.to_owned(), company.to_owned());
            let cell = stored.entry(key).or_default();
            *cell = cell.plus(sums);
        }
        let rows = levels::cells(level, hours, zone)
            .into_iter()
            .map(|((unit, product, warehouse, company), sums)| {
                ((unit, product.to_owned(), warehouse.to_owned(), company.to_owned()), sums)
            })
            .collect();
        differences(level.table, &rows, &stored, recount);
    }
    Ok(())
}

fn differences<K: Ord + std::fmt::Debug, S: PartialEq + std::fmt::Debug>(
    what: &str,
    rows: &BTreeMap<K, S>,
    stored: &BTreeMap<K, S>,
    recount: &mut Recount,
) {
    for (key, sums) in rows {
        if stored.get(key) != Some(sums) {
            recount.faults.push(format!("{what} of {key:?}: rows {sums:?}, stored {:?}", stored.get(key)));
        }
    }
    for key in stored.keys().filter(|key| !rows.contains_key(key)) {
        recount.faults.push(format!("{what} of {key:?} has no rows"));
    }
}

/// The journal is gapless from what the last audit proved, or from 0, to the cursor, its chain of batches whole, its counts those of the
/// cursor.
async fn compare_journal(
    connection: &mut sqlx::MySqlConnection,
    topic: &str,
    recount: &mut Recount,
) -> Result<(), Error> {
    let cursors = crate::cursors::cursors_in(connection, topic).await?;
    let proved = proved_in(&mut *connection).await?;
    for (partition, cursor) in cursors {
        let base = proved.get(&partition).cloned().unwrap_or_default();
        let lines: Vec<(i64, i64, String, Option<String>, i64, i64, i64, i64, i64)> = sqlx::query_as(
            "SELECT IF(kind = 'back', to_offset, from_offset), IF(kind = 'back', from_offset, to_offset), batch_id,
               previous_batch_id, consumed, recorded, duplicates, rejected, read_again
             FROM ingest_batches WHERE partition_id = ?
               AND id > COALESCE((SELECT id FROM ingest_batches WHERE batch_id = ?), 0) ORDER BY id",
        )
        .bind(partition)
        .bind(base.batch.as_ref().map(|it| it.0.as_str()))
        .fetch_all(&mut *connection)
        .await
        .map_err(Error::unavailable("recounting the journal"))?;
        let (mut at, mut previous, mut counts) = (base.position, base.batch.map(|it| it.0), base.counts);
        for (from, to, batch, before, consumed, recorded, duplicates, rejected, read_again) in lines {
            if from != at || before != previous {
                recount.faults.push(format!(
                    "journal of partition {partition}: {at} {previous:?} is followed by {from} {before:?}"
                ));
            }
            (at, previous) = (to, Some(batch));
            counts = counts.plus(Counts { consumed, recorded, duplicates, rejected, read_again });
        }
        if (at, counts) != (cursor.next_offset, cursor.counts) || previous != cursor.batch_id.map(|it| it.0) {
            recount
                .faults
                .push(format!("journal of partition {partition} ends at {at} with {counts:?}, not as its cursor"));
        }
    }
    Ok(())
}

async fn compare_register(connection: &mut sqlx::MySqlConnection, recount: &mut Recount) -> Result<(), Error> {
    let lines: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM bill_lines")
        .fetch_one(connection)
        .await
        .map_err(Error::unavailable("counting bill lines"))?;
    if lines != recount.entries {
        recount.faults.push(format!("{lines} bill lines are registered, {} rows exist", recount.entries));
    }
    Ok(())
}
