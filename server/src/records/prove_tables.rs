//! What an audit asks of day tables: do the rows make the totals? Each chunk of tables is counted at an instant of its own, rows and
//! totals together, so that no snapshot stays open for long (2-consistency, "An audit run", 4).

use std::collections::{BTreeMap, BTreeSet};

use app::model::audit::{Check, FindingCause};
use app::model::ids::ProductId;
use app::model::statistics::Sums;
use app::model::stock::StockKey;
use chrono::NaiveDate;
use sqlx::{Connection as _, MySqlConnection, Row as _};

use super::rows::json_rows;
use super::stock_snapshot::key_of;
use super::tables::{self, DayTable};
use super::{Error, Records, StockSnapshot};

/// So many tables are counted at one instant.
const AT_ONCE: usize = 64;

/// A table of the register.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, sqlx::FromRow)]
pub struct RegisteredTable {
    day: NaiveDate,
    name: String,
    id: i32,
}

impl RegisteredTable {
    /// Those that are counted together: of one day, and not too many. The tables are sorted.
    pub fn chunks(tables: &[Self]) -> impl Iterator<Item = &[Self]> {
        tables.chunk_by(|a, b| a.day == b.day).flat_map(|it| it.chunks(AT_ONCE))
    }
}

/// What a table's totals were when its rows made them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProvedTable {
    table: i32,
    partition: i32,
    sums: Sums,
}

/// What counting tables brought.
#[derive(Debug, Default)]
pub struct CountedTables {
    /// Keys whose rows do not make their totals: by how many rows less, in which tables.
    pub unproved: BTreeMap<StockKey, RowFault>,
    /// Tables that hold.
    pub proved: Vec<ProvedTable>,
}

/// What is wrong with the rows of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// What happened.
    pub cause: FindingCause,
    /// In words: which table says what.
    pub evidence: String,
}

/// Warehouse, product, company.
type Line = (String, String, String);

impl StockSnapshot {
    /// The tables that were written to since a successful audit counted them; or all.
    pub async fn tables_to_prove(&mut self, all: bool) -> Result<Vec<RegisteredTable>, Error> {
        let statement = if all {
            "SELECT day, name, id FROM day_tables ORDER BY day, name"
        } else {
            "SELECT day, name, id FROM day_tables
             WHERE id IN (SELECT table_id FROM day_table_totals WHERE is_proved = FALSE) ORDER BY day, name"
        };
        sqlx::query_as(statement).fetch_all(&mut self.connection).await.map_err(Error::away("reading the register"))
    }
}

impl Records {
    /// Counts some tables of a day at one instant, see [`RegisteredTable::chunks`].
    pub async fn prove_tables(
        &self,
        chunk: &[RegisteredTable],
        check: &mut Check,
        counted: &mut CountedTables,
    ) -> Result<(), Error> {
        let mut snapshot = self.snapshot().await?;
        self.prove_chunk(&mut snapshot, chunk, check, counted).await?;
        let _closed = snapshot.close().await;
        Ok(())
    }

    async fn prove_chunk(
        &self,
        snapshot: &mut MySqlConnection,
        chunk: &[RegisteredTable],
        check: &mut Check,
        counted: &mut CountedTables,
    ) -> Result<(), Error> {
        let Some(day) = chunk.first().map(|it| it.day) else { return Ok(()) };
        let mut by_table: BTreeMap<&str, BTreeMap<Line, Sums>> = BTreeMap::new();
        let mut products = BTreeSet::new();
        for table in chunk {
            let rows = rows_of(snapshot, &table.name).await?;
            products.extend(rows.keys().map(|(_, product, _)| product.clone()));
            by_table.insert(&table.name, rows);
        }
        let totals = self.day_totals_of(snapshot, day, &by_table).await?;
        for table in chunk {
            check.looked_at += 1;
            let rows = by_table.remove(table.name.as_str()).unwrap_or_default();
            let expected = totals.get(table.name.as_str()).cloned().unwrap_or_default();
            let stored = totals_of(snapshot, table.id).await?;
            let Some(faults) = differences(&table.name, &rows, &expected, &stored)? else {
                counted.proved.extend(stored);
                continue;
            };
            check.fail(table.name.clone());
            for (key, fault) in faults {
                // The first table that says so stands for all.
                counted.unproved.entry(key).or_insert(fault);
            }
        }
        Ok(())
    }

    /// The totals of a day that some tables must make, by table.
    async fn day_totals_of(
        &self,
        snapshot: &mut MySqlConnection,
        day: NaiveDate,
        tables: &BTreeMap<&str, BTreeMap<Line, Sums>>,
    ) -> Result<BTreeMap<String, BTreeMap<Line, Sums>>, Error> {
        let rows: Vec<(String, String, String, i64, i64, i64, i64, i64)> = sqlx::query_as(
            "SELECT warehouse_id, product_id, company_id, qty_in, qty_out, adjust_in, adjust_out, entries
             FROM day_totals WHERE day = ?",
        )
        .bind(day)
        .fetch_all(snapshot)
        .await
        .map_err(Error::away("reading the totals of a day"))?;
        let mut totals: BTreeMap<String, BTreeMap<Line, Sums>> = BTreeMap::new();
        for (warehouse, product, company, qty_in, qty_out, adjust_in, adjust_out, entries) in rows {
            let id = ProductId::try_from(product.as_str())
                .map_err(|cause| Error::Damaged(format!("day_totals holds a product that {cause}")))?;
            let table = DayTable::of(self.layout, &id, day);
            if tables.contains_key(table.name()) {
                let sums = Sums { qty_in, qty_out, adjust_in, adjust_out, entries };
                totals.entry(table.name().to_owned()).or_default().insert((warehouse, product, company), sums);
            }
        }
        Ok(totals)
    }

    /// Remembers that tables hold; not where something was written to them since.
    pub async fn mark_proved(&self, tables: &[ProvedTable]) -> Result<(), Error> {
        let away = Error::away("marking tables as proved");
        for chunk in tables.chunks(2000) {
            let rows = chunk.iter().map(|it| {
                let sums = it.sums;
                (it.table, it.partition, sums.qty_in, sums.qty_out, sums.adjust_in, sums.adjust_out, sums.entries)
            });
            sqlx::query(
                "UPDATE day_table_totals AS t JOIN JSON_TABLE(?, '$[*]' COLUMNS (
                   table_id INT PATH '$[0]', partition_id INT PATH '$[1]', qty_in BIGINT PATH '$[2]', qty_out BIGINT PATH '$[3]',
                   adjust_in BIGINT PATH '$[4]', adjust_out BIGINT PATH '$[5]', entries BIGINT PATH '$[6]')) AS j
                 ON t.table_id = j.table_id AND t.partition_id = j.partition_id
                 SET t.is_proved = TRUE
                 WHERE NOT t.is_proved AND t.qty_in = j.qty_in AND t.qty_out = j.qty_out AND t.adjust_in = j.adjust_in
                   AND t.adjust_out = j.adjust_out AND t.entries = j.entries",
            )
            .bind(json_rows(rows).map_err(&away)?)
            .execute(&self.pool)
            .await
            .map_err(&away)?;
        }
        Ok(())
    }
}

/// The sums of a table's rows. A table that is gone has none.
async fn rows_of(snapshot: &mut MySqlConnection, name: &str) -> Result<BTreeMap<Line, Sums>, Error> {
    let statement = tables::count_rows(name)
        .ok_or_else(|| Error::Damaged(format!("the register names a table {name:?} that is none of ours")))?;
    // As text: each table is another statement, and none comes twice.
    let rows = match sqlx::raw_sql(statement).fetch_all(snapshot).await {
        Ok(rows) => rows,
        Err(cause) if super::error::is_missing_table(&cause) => return Ok(BTreeMap::new()),
        Err(cause) => return Err(Error::away("counting the rows of a day table")(cause)),
    };
    let line = |row: &sqlx::mysql::MySqlRow| -> Result<(Line, Sums), sqlx::Error> {
        let sums = Sums {
            qty_in: row.try_get(3)?,
            qty_out: row.try_get(4)?,
            adjust_in: row.try_get(5)?,
            adjust_out: row.try_get(6)?,
            entries: row.try_get(7)?,
        };
        Ok(((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?), sums))
    };
    rows.iter().map(line).collect::<Result<_, _>>().map_err(Error::away("reading the sums of a day table"))
}

/// What a table must hold, by the partitions that wrote to it.
async fn totals_of(snapshot: &mut MySqlConnection, table: i32) -> Result<Vec<ProvedTable>, Error> {
    let rows: Vec<(i32, i64, i64, i64, i64, i64)> = sqlx::query_as(
        "SELECT partition_id, qty_in, qty_out, adjust_in, adjust_out, entries FROM day_table_totals WHERE table_id = ?",
    )
    .bind(table)
    .fetch_all(snapshot)
    .await
    .map_err(Error::away("reading the totals of a day table"))?;
    let proved = |(partition, qty_in, qty_out, adjust_in, adjust_out, entries)| ProvedTable {
        table,
        partition,
        sums: Sums { qty_in, qty_out, adjust_in, adjust_out, entries },
    };
    Ok(rows.into_iter().map(proved).collect())
}

/// The keys whose rows do not make their totals; where only the table's own totals are odd, all its keys. `None`: it holds. Pure.
fn differences(
    table: &str,
    rows: &BTreeMap<Line, Sums>,
    expected: &BTreeMap<Line, Sums>,
    stored: &[ProvedTable],
) -> Result<Option<BTreeMap<StockKey, RowFault>>, Error> {
    let total = |lines: &BTreeMap<Line, Sums>| lines.values().fold(Sums::default(), |sum, it| sum.plus(*it));
    let stored = stored.iter().fold(Sums::default(), |sum, it| sum.plus(it.sums));
    let counted = total(rows);
    if rows == expected && counted == stored {
        return Ok(None);
    }
    let mut faults = BTreeMap::new();
    let is_total_edited = counted == stored || rows == expected;
    for line in rows.keys().chain(expected.keys()) {
        let (is, should) =
            (rows.get(line).copied().unwrap_or_default(), expected.get(line).copied().unwrap_or_default());
        if is == should && rows != expected {
            continue;
        }
        let cause = match should.entries - is.entries {
            _ if is_total_edited => FindingCause::TotalsEdited,
            1.. => FindingCause::RowsLost,
            0 => FindingCause::RowsEdited,
            _ => FindingCause::RowsAdded,
        };
        let evidence = if rows == expected {
            format!("{table}: rows make {}, the table's total is {}", words(counted), words(stored))
        } else {
            format!("{table}: rows make {}, totals say {}", words(is), words(should))
        };
        faults.entry(key_of(line.0.clone(), line.1.clone())?).or_insert(RowFault { cause, evidence });
    }
    Ok(Some(faults))
}

fn words(sums: Sums) -> String {
    let (ins, outs) = (sums.qty_in.saturating_add(sums.adjust_in), sums.qty_out.saturating_add(sums.adjust_out));
    format!("in {ins}, out {outs} by {} entries", sums.entries)
}
