//! What an audit asks of day tables: do the rows make the totals? Each chunk of tables is counted at an instant of its
//! own, rows and totals together, so that no snapshot stays open for long (docs/consistency.md#an-audit-run, 4).

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use model::audit::{Check, Evidence, FindingCause};
use model::ids::ProductId;
use model::statistics::Sums;
use model::stock::StockKey;
use sqlx::mysql::MySqlRow;
use sqlx::{Connection as _, MySqlConnection, QueryBuilder, Row as _, SqlSafeStr};

use crate::audits::stock_snapshot::key_of;
use crate::day_tables::names::DayTable;
use crate::day_tables::statements;
use crate::replays::totals::unprove;
use crate::sql::rows::json_rows;
use crate::{Error, Records, StockSnapshot};

/// So many tables are counted at one instant.
const AT_ONCE: usize = 64;

from_row! {
    /// A table of the register.
    #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
    pub struct RegisteredTable {
        day: NaiveDate,
        name: String,
        id: i32,
        /// None: it holds a bucket of products.
        product_id: Option<String>,
    }
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
    /// Tables that do not.
    pub odd: Vec<i32>,
}

/// What is wrong with the rows of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// Cause by the counts: rows lost, added or edited, or a total edited.
    pub cause: FindingCause,
    /// What says so.
    pub evidence: Evidence,
}

/// Warehouse, product, company.
type Line = (String, String, String);
/// How many lines a product has.
type Lines = BTreeMap<String, i64>;

impl StockSnapshot {
    /// The tables that were written to since a successful audit counted them; or all.
    pub async fn tables_to_prove(&mut self, all: bool) -> Result<Vec<RegisteredTable>, Error> {
        let statement = if all {
            "SELECT day, name, id, product_id FROM day_tables ORDER BY day, name"
        } else {
            "SELECT day, name, id, product_id FROM day_tables
             WHERE id IN (SELECT table_id FROM day_table_totals WHERE is_proved = FALSE) ORDER BY day, name"
        };
        sqlx::query_as(statement)
            .fetch_all(&mut self.connection)
            .await
            .map_err(Error::unavailable("reading the register"))
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
        let lines = self.lines_of(snapshot, day, chunk).await?;
        let mut stored = totals_of(snapshot, chunk).await?;
        let mut odd = Vec::new();
        for table in chunk {
            check.looked_at += 1;
            let stored = stored.remove(&table.id).unwrap_or_default();
            let lines = lines.get(&table.name).cloned().unwrap_or_default();
            if holds(snapshot, table, &lines, &stored).await? {
                counted.proved.extend(stored);
            } else {
                counted.odd.push(table.id);
                odd.push((table, stored));
            }
        }
        if odd.is_empty() {
            return Ok(());
        }
        let totals = self.day_totals_of(snapshot, day, &odd.iter().map(|it| it.0.name.as_str()).collect()).await?;
        for (table, stored) in odd {
            let rows = rows_of(snapshot, &table.name).await?;
            let expected = totals.get(&table.name).cloned().unwrap_or_default();
            if rows.is_empty() && expected.is_empty() && total(&stored) == Sums::default() {
                // It is gone, and nothing was in it.
                continue;
            }
            check.fail(table.name.clone());
            for (key, fault) in differences(&table.name, &rows, &expected, &stored)? {
                // The first table that says so stands for all.
                counted.unproved.entry(key).or_insert(fault);
            }
        }
        Ok(())
    }

    /// How many lines (warehouse, product, company) the totals of a day hold, by table and product.
    async fn lines_of(
        &self,
        snapshot: &mut MySqlConnection,
        day: NaiveDate,
        chunk: &[RegisteredTable],
    ) -> Result<BTreeMap<String, Lines>, Error> {
        let mut statement = QueryBuilder::new("SELECT product_id, COUNT(*) FROM day_totals WHERE day = ");
        statement.push_bind(day);
        // Tables of one product each; else the tables of a day are one chunk.
        let products: Option<Vec<&str>> = chunk.iter().map(|it| it.product_id.as_deref()).collect();
        if let Some(products) = products {
            let mut list = statement.push(" AND product_id IN (").separated(", ");
            for product in products {
                list.push_bind(product.to_owned());
            }
            statement.push(")");
        }
        statement.push(" GROUP BY product_id");
        let rows: Vec<(String, i64)> = statement
            .build_query_as()
            .fetch_all(snapshot)
            .await
            .map_err(Error::unavailable("counting the totals of a day"))?;
        let mut lines = BTreeMap::<String, Lines>::new();
        for (product, count) in rows {
            lines.entry(self.table_of(&product, day)?).or_default().insert(product, count);
        }
        Ok(lines)
    }

    /// The name of the table that a product of `day_totals` belongs in.
    fn table_of(&self, product: &str, day: NaiveDate) -> Result<String, Error> {
        let id = ProductId::try_from(product)
            .map_err(|cause| Error::Inconsistent(format!("day_totals holds a product that {cause}")))?;
        Ok(DayTable::of(self.layout, &id, day).name().to_owned())
    }

    /// The totals of a day that some tables must make, by table.
    async fn day_totals_of(
        &self,
        snapshot: &mut MySqlConnection,
        day: NaiveDate,
        tables: &BTreeSet<&str>,
    ) -> Result<BTreeMap<String, BTreeMap<Line, Sums>>, Error> {
        let rows: Vec<(String, String, String, i64, i64, i64, i64, i64)> = sqlx::query_as(
            "SELECT warehouse_id, product_id, company_id, qty_in, qty_out, adjust_in, adjust_out, entries
             FROM day_totals WHERE day = ?",
        )
        .bind(day)
        .fetch_all(snapshot)
        .await
        .map_err(Error::unavailable("reading the totals of a day"))?;
        let mut totals: BTreeMap<String, BTreeMap<Line, Sums>> = BTreeMap::new();
        for (warehouse, product, company, qty_in, qty_out, adjust_in, adjust_out, entries) in rows {
            let table = self.table_of(&product, day)?;
            if tables.contains(table.as_str()) {
                let sums = Sums { qty_in, qty_out, adjust_in, adjust_out, entries };
                totals.entry(table).or_default().insert((warehouse, product, company), sums);
            }
        }
        Ok(totals)
    }

    /// Remembers that tables do not hold: an audit that counts only what changed counts them too.
    pub async fn mark_suspect(&self, tables: &[i32]) -> Result<(), Error> {
        if tables.is_empty() {
            return Ok(());
        }
        let unavailable = Error::unavailable("marking tables as odd");
        unprove(&mut *self.pool.acquire().await.map_err(unavailable)?, tables.iter()).await
    }

    /// Remembers that tables hold; not where something was written to them since.
    pub async fn mark_proved(&self, tables: &[ProvedTable]) -> Result<(), Error> {
        let unavailable = Error::unavailable("marking tables as proved");
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
            .bind(json_rows(rows).map_err(&unavailable)?)
            .execute(&self.pool)
            .await
            .map_err(&unavailable)?;
        }
        Ok(())
    }
}

/// The sums of a table's rows. A table that is gone has none.
async fn rows_of(snapshot: &mut MySqlConnection, name: &str) -> Result<BTreeMap<Line, Sums>, Error> {
    let rows = counted(snapshot, statements::count_rows(name), name).await?.unwrap_or_default();
    let line = |row: &MySqlRow| -> Result<(Line, Sums), sqlx::Error> {
        Ok(((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?), sums_at_3(row)?))
    };
    rows.iter().map(line).collect::<Result<_, _>>().map_err(Error::unavailable("reading the sums of a day table"))
}

/// What a statement over a table answers. `None`: it is gone.
async fn counted(
    snapshot: &mut MySqlConnection,
    statement: Option<impl SqlSafeStr>,
    name: &str,
) -> Result<Option<Vec<MySqlRow>>, Error> {
    let statement = statement
        .ok_or_else(|| Error::Inconsistent(format!("the register names a table {name:?} that is none of ours")))?;
    // As text: each table is another statement, and none comes twice.
    match sqlx::raw_sql(statement).fetch_all(snapshot).await {
        Ok(rows) => Ok(Some(rows)),
        Err(cause) if crate::sql::error::is_missing_table(&cause) => Ok(None),
        Err(cause) => Err(Error::unavailable("counting the rows of a day table")(cause)),
    }
}

/// The sums of a row that begins with three other columns.
fn sums_at_3(row: &MySqlRow) -> Result<Sums, sqlx::Error> {
    Ok(Sums {
        qty_in: row.try_get(3)?,
        qty_out: row.try_get(4)?,
        adjust_in: row.try_get(5)?,
        adjust_out: row.try_get(6)?,
        entries: row.try_get(7)?,
    })
}

/// Does a table hold? Asked of the database, as nearly all do: only what does not is read. `lines`: as many the totals of its day have;
/// `stored`: its own totals.
async fn holds(
    snapshot: &mut MySqlConnection,
    table: &RegisteredTable,
    lines: &Lines,
    stored: &[ProvedTable],
) -> Result<bool, Error> {
    let statement = statements::match_totals(&table.name, table.day);
    let Some(rows) = counted(snapshot, statement, &table.name).await? else { return Ok(false) };
    let (mut made, mut odd, mut sums) = (Lines::new(), 0, Sums::default());
    let mut add = |row: &MySqlRow| -> Result<(), sqlx::Error> {
        made.insert(row.try_get(0)?, row.try_get(1)?);
        odd += row.try_get::<i64, _>(2)?;
        sums = sums.plus(sums_at_3(row)?);
        Ok(())
    };
    rows.iter().try_for_each(&mut add).map_err(Error::unavailable("reading the sums of a day table"))?;
    Ok((&made, odd, sums) == (lines, 0, total(stored)))
}

fn total(stored: &[ProvedTable]) -> Sums {
    stored.iter().fold(Sums::default(), |sum, it| sum.plus(it.sums))
}

/// What tables must hold, by the partitions that wrote to them.
async fn totals_of(
    snapshot: &mut MySqlConnection,
    chunk: &[RegisteredTable],
) -> Result<BTreeMap<i32, Vec<ProvedTable>>, Error> {
    let mut statement = QueryBuilder::new(
        "SELECT table_id, partition_id, qty_in, qty_out, adjust_in, adjust_out, entries FROM day_table_totals
         WHERE table_id IN (",
    );
    let mut list = statement.separated(", ");
    for table in chunk {
        list.push_bind(table.id);
    }
    statement.push(")");
    let rows: Vec<(i32, i32, i64, i64, i64, i64, i64)> = statement
        .build_query_as()
        .fetch_all(snapshot)
        .await
        .map_err(Error::unavailable("reading the totals of day tables"))?;
    let mut totals = BTreeMap::<i32, Vec<ProvedTable>>::new();
    for (table, partition, qty_in, qty_out, adjust_in, adjust_out, entries) in rows {
        let sums = Sums { qty_in, qty_out, adjust_in, adjust_out, entries };
        totals.entry(table).or_default().push(ProvedTable { table, partition, sums });
    }
    Ok(totals)
}

/// The keys whose rows do not make their totals; where only the table's own totals are odd, all its keys. Of a table that does not hold. Pure.
fn differences(
    table: &str,
    rows: &BTreeMap<Line, Sums>,
    expected: &BTreeMap<Line, Sums>,
    stored: &[ProvedTable],
) -> Result<BTreeMap<StockKey, RowFault>, Error> {
    let stored = total(stored);
    let counted = rows.values().fold(Sums::default(), |sum, it| sum.plus(*it));
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
        let table = table.to_owned();
        let evidence = if rows == expected {
            Evidence::TableTotal { table, rows: counted.into(), total: stored.into() }
        } else {
            Evidence::Rows { table, rows: is.into(), totals: should.into() }
        };
        faults.entry(key_of(line.0.clone(), line.1.clone())?).or_insert(RowFault { cause, evidence });
    }
    Ok(faults)
}
