//! The levels of totals: per hour, day and month, each as fine as product x warehouse x company and as coarse as statistics
//! ask for. `day_totals` is written by each batch (`sums.rs`), all others by the fold (`fold.rs`).

use std::collections::BTreeMap;
use std::ops::Range;

use chrono::NaiveDate;
use model::statistics::Sums;
use model::time::Millis;
use sqlx::{MySqlConnection, QueryBuilder};

use crate::sql::error::with_timeout;
use crate::sql::rows::json_rows;
use crate::totals::staged::{Cell, Flows};
use crate::{Error, Records};
use base::business_time::{BusinessTime, month_of, utc_text};

/// How long a cell of a level is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// An hour, by the moment at which it began.
    Hour,
    /// A business day.
    Day,
    /// A month, by its first day.
    Month,
}

/// A table of totals.
#[derive(Debug, PartialEq, Eq)]
pub struct Level {
    pub table: &'static str,
    /// Its first column.
    pub unit: Unit,
    /// Does it tell products apart?
    pub product: bool,
    /// Does it tell warehouses apart?
    pub warehouse: bool,
    /// Is it behind by the pending flows? If not, each batch writes it.
    pub behind: bool,
}

/// All of them; of each unit the coarsest first.
pub static LEVELS: [Level; 8] = [
    level("hour_warehouse_totals", Unit::Hour, false, true),
    level("hour_totals", Unit::Hour, true, true),
    level("day_warehouse_totals", Unit::Day, false, true),
    level("day_product_totals", Unit::Day, true, false),
    Level { table: "day_totals", unit: Unit::Day, product: true, warehouse: true, behind: false },
    level("month_warehouse_totals", Unit::Month, false, true),
    level("month_product_totals", Unit::Month, true, false),
    level("month_totals", Unit::Month, true, true),
];

const fn level(table: &'static str, unit: Unit, product: bool, warehouse: bool) -> Level {
    Level { table, unit, product, warehouse, behind: true }
}

/// The coarsest level of a unit that tells apart what is needed.
pub fn coarsest(unit: Unit, product: bool, warehouse: bool) -> &'static Level {
    let fits = |it: &&Level| it.unit == unit && (it.product || !product) && (it.warehouse || !warehouse);
    // The last of each unit fits everything.
    LEVELS.iter().find(fits).unwrap_or(&LEVELS[7])
}

impl Unit {
    /// The column that holds it.
    pub fn column(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
        }
    }

    /// The type of that column.
    pub fn sql_type(self) -> &'static str {
        if self == Self::Hour { "DATETIME" } else { "DATE" }
    }

    /// Its value for a cell, as the column takes it.
    pub fn value(self, hour: Millis, zone: BusinessTime) -> Option<String> {
        match self {
            Self::Hour => Some(hour_text(hour)),
            Self::Day => zone.day(hour).map(|it| it.to_string()),
            Self::Month => zone.day(hour).map(|it| month_of(it).to_string()),
        }
    }
}

/// An hour, as its column takes it.
pub fn hour_text(hour: Millis) -> String {
    utc_text(hour).chars().take(19).collect()
}

/// A level by its table.
pub fn named(table: &str) -> Result<&'static Level, Error> {
    let found = LEVELS.iter().find(|it| it.table == table);
    found.ok_or_else(|| Error::Inconsistent(format!("there is no level of totals {table}")))
}

/// A stretch of time, as totals or rows know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// Whole months, by their first days.
    Months(Range<NaiveDate>),
    /// Whole business days.
    Days(Range<NaiveDate>),
    /// Whole hours, by the moments at which they begin.
    Hours(Range<Millis>),
    /// A part of an hour, of that business day.
    Rows(NaiveDate, Range<Millis>),
}

/// The rows of a level by unit, product, warehouse and company; an id that it does not tell apart is empty.
pub type Cells<'a> = BTreeMap<(String, &'a str, &'a str, &'a str), Sums>;

/// So many rows at a time.
const CHUNK: usize = 4000;

/// Flows as the rows of a level.
pub fn cells<'a>(level: &Level, flows: &'a Flows, zone: BusinessTime) -> Cells<'a> {
    let mut cells = Cells::new();
    let mut unit: Option<(Millis, String)> = None;
    for (Cell { hour, product, warehouse, company }, sums) in flows {
        // Flows are sorted by hour: its text is made once.
        if unit.as_ref().is_none_or(|(at, _)| at != hour) {
            unit = level.unit.value(*hour, zone).map(|text| (*hour, text));
        }
        let Some((_, text)) = &unit else { continue };
        let product = if level.product { product.as_str() } else { "" };
        let warehouse = if level.warehouse { warehouse.as_str() } else { "" };
        let cell = cells.entry((text.clone(), product, warehouse, company)).or_default();
        *cell = cell.plus(*sums);
    }
    cells
}

/// Are all levels made? While they are made anew nothing can be told from them: they are emptied and filled in the open, and
/// what is pending is in them before it is forgotten.
pub async fn are_whole(connection: &mut MySqlConnection) -> Result<bool, Error> {
    let state: Option<String> = sqlx::query_scalar("SELECT state FROM levels WHERE id = 1")
        .fetch_optional(connection)
        .await
        .map_err(Error::unavailable("reading the state of the levels"))?;
    Ok(state.as_deref() == Some("whole"))
}

impl Records {
    /// Are all levels made?
    pub async fn levels_are_whole(&self) -> Result<bool, Error> {
        with_timeout("reading the state of the levels", async {
            let mut connection =
                self.pool.acquire().await.map_err(Error::unavailable("reading the state of the levels"))?;
            are_whole(&mut connection).await
        })
        .await
    }
}

/// Adds flows to a level.
pub async fn add(
    connection: &mut MySqlConnection,
    level: &Level,
    flows: &Flows,
    zone: BusinessTime,
) -> Result<(), sqlx::Error> {
    let cells: Vec<_> = cells(level, flows, zone).into_iter().collect();
    for chunk in cells.chunks(CHUNK) {
        add_chunk(connection, level, chunk).await?;
    }
    Ok(())
}

async fn add_chunk(
    connection: &mut MySqlConnection,
    level: &Level,
    cells: &[((String, &str, &str, &str), Sums)],
) -> Result<(), sqlx::Error> {
    let rows = cells.iter().map(|((unit, product, warehouse, company), it)| {
        (unit, product, warehouse, company, it.qty_in, it.qty_out, it.adjust_in, it.adjust_out, it.entries)
    });
    let sums = ["qty_in", "qty_out", "adjust_in", "adjust_out", "entries"];
    let ids = [("product_id", level.product), ("warehouse_id", level.warehouse), ("company_id", true)];
    let columns: Vec<&str> = std::iter::once(level.unit.column())
        .chain(ids.into_iter().filter(|(_, has)| *has).map(|(column, _)| column))
        .chain(sums)
        .collect();
    let columns = columns.join(", ");
    let mut statement = QueryBuilder::new("INSERT INTO ");
    statement.push(level.table).push(" (").push(&columns).push(") SELECT ").push(&columns);
    statement.push(" FROM JSON_TABLE(").push_bind(json_rows(rows)?).push(", '$[*]' COLUMNS (");
    statement.push(level.unit.column()).push(
        " VARCHAR(32) PATH '$[0]', product_id VARCHAR(128) PATH '$[1]', warehouse_id VARCHAR(128) PATH '$[2]',
         company_id VARCHAR(128) PATH '$[3]', qty_in VARCHAR(32) PATH '$[4]', qty_out VARCHAR(32) PATH '$[5]',
         adjust_in VARCHAR(32) PATH '$[6]', adjust_out VARCHAR(32) PATH '$[7]', entries VARCHAR(32) PATH '$[8]')) AS j
         ON DUPLICATE KEY UPDATE ",
    );
    for (place, sum) in sums.into_iter().enumerate() {
        statement.push(if place == 0 { "" } else { ", " });
        statement.push(sum).push(" = ").push(level.table).push(".").push(sum);
        statement.push(" + VALUES(").push(sum).push(")");
    }
    statement.build().execute(connection).await.map(drop)
}

/// Every row of a level; for proofs, not for pages.
pub async fn stored(
    connection: &mut MySqlConnection,
    level: &Level,
) -> Result<BTreeMap<(String, String, String, String), Sums>, Error> {
    let mut statement = QueryBuilder::new("SELECT CAST(");
    statement.push(level.unit.column()).push(" AS CHAR), ");
    statement.push(if level.product { "product_id, " } else { "'', " });
    statement.push(if level.warehouse { "warehouse_id, " } else { "'', " });
    statement.push("company_id, qty_in, qty_out, adjust_in, adjust_out, entries FROM ").push(level.table);
    let rows: Vec<(String, String, String, String, i64, i64, i64, i64, i64)> = statement
        .build_query_as()
        .fetch_all(connection)
        .await
        .map_err(Error::unavailable("reading a level of totals"))?;
    let row = |(unit, product, warehouse, company, qty_in, qty_out, adjust_in, adjust_out, entries)| {
        ((unit, product, warehouse, company), Sums { qty_in, qty_out, adjust_in, adjust_out, entries })
    };
    Ok(rows.into_iter().map(row).collect())
}
