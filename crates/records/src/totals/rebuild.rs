//! Makes the levels of totals anew where entries are older than the levels. Hours come
//! from the rows, days and months from `day_totals`, all as one snapshot sees them. Ingest goes on meanwhile.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use futures::TryStreamExt as _;
use model::quantity::Direction;
use model::statistics::Sums;
use model::time::Millis;
use sqlx::{Connection as _, FromRow as _, MySqlConnection, QueryBuilder, SqlSafeStr};

use crate::day_tables::statements;
use crate::sql::error::with_timeout;
use crate::totals::fold;
use crate::totals::levels;
use crate::totals::levels::{LEVELS, Unit};
use crate::totals::staged;
use crate::totals::staged::{Cell, Flows};
use crate::{Error, Records};
use base::business_time::BusinessTime;

impl Records {
    /// Makes them anew if they are missing. Answers how many days were read; none: somebody else is at it, or they are whole.
    /// Takes as long as it takes to read every row.
    pub async fn rebuild_levels(&self) -> Result<Option<usize>, Error> {
        let unavailable = Error::unavailable("making the levels of totals anew");
        // Held to the end: nobody folds into levels that are half made.
        let mut guard = self.connect().await?;
        // Not prepared: MySQL prepares no BEGIN.
        sqlx::raw_sql("BEGIN").execute(&mut guard).await.map_err(&unavailable)?;
        if fold::lock(&mut guard).await?.as_deref() != Some("missing") {
            let _closed = guard.close().await;
            return Ok(None);
        }
        // It would keep a correction waiting, which puts levels right itself.
        let corrections: i64 = sqlx::query_scalar(
            "SELECT COUNT(*) FROM runs WHERE running = 1 AND kind = 'correction' AND lease_until > UTC_TIMESTAMP(3)",
        )
        .fetch_one(&mut guard)
        .await
        .map_err(&unavailable)?;
        if corrections > 0 {
            let _closed = guard.close().await;
            return Ok(None);
        }
        let mut snapshot = self.snapshot().await?;
        // What these did is in the totals and rows already.
        let folded: Vec<i64> =
            sqlx::query_scalar("SELECT id FROM pending_flows").fetch_all(&mut snapshot).await.map_err(&unavailable)?;
        let mut days: BTreeMap<NaiveDate, Vec<String>> = BTreeMap::new();
        let tables: Vec<(NaiveDate, String)> =
            sqlx::query_as("SELECT day, name FROM day_tables").fetch_all(&mut snapshot).await.map_err(&unavailable)?;
        for (day, table) in tables {
            days.entry(day).or_default().push(table);
        }
        for level in LEVELS.iter().filter(|it| it.behind) {
            let mut empty = QueryBuilder::new("TRUNCATE TABLE ");
            empty.push(level.table);
            empty.build().execute(&self.pool).await.map_err(&unavailable)?;
        }
        for (day, tables) in &days {
            let mut hours = Flows::new();
            for table in tables {
                add_rows(&mut snapshot, table, self.business_time, &mut hours).await?;
            }
            let totals = day_totals(&mut snapshot, *day, self.business_time).await?;
            let mut transaction = self.pool.begin().await.map_err(&unavailable)?;
            for level in LEVELS.iter().filter(|it| it.behind) {
                let flows = if level.unit == Unit::Hour { &hours } else { &totals };
                levels::add(&mut transaction, level, flows, self.business_time).await.map_err(&unavailable)?;
            }
            // Whoever lost the lock must not add to what another makes meanwhile.
            with_timeout("holding the levels of totals", async {
                sqlx::query("SELECT 1").execute(&mut guard).await.map(drop).map_err(&unavailable)
            })
            .await?;
            transaction.commit().await.map_err(&unavailable)?;
        }
        staged::delete(&mut guard, &folded).await?;
        for statement in ["UPDATE levels SET state = 'whole', changed_at = UTC_TIMESTAMP(3) WHERE id = 1", "COMMIT"] {
            sqlx::query(statement).execute(&mut guard).await.map_err(&unavailable)?;
        }
        let (_closed, _too) = tokio::join!(guard.close(), snapshot.close());
        Ok(Some(days.len()))
    }
}

/// When, product, warehouse, company, quantity, `drcr`, and whether it is trade.
type Movement = (DateTime<Utc>, String, String, String, i64, i64, bool);

/// What the rows of a table moved, by hour.
pub async fn add_rows(
    connection: &mut MySqlConnection,
    table: &str,
    zone: BusinessTime,
    flows: &mut Flows,
) -> Result<(), Error> {
    let statement = statements::movements(table)
        .ok_or_else(|| Error::Inconsistent(format!("the register names a table {table:?} that is none of ours")))?;
    add_movements(connection, statement, table, zone, flows).await
}

/// What the rows that statements answer moved, by hour.
pub async fn add_movements(
    connection: &mut MySqlConnection,
    statements: impl SqlSafeStr,
    table: &str,
    zone: BusinessTime,
    flows: &mut Flows,
) -> Result<(), Error> {
    // As text: a statement that is prepared for one table and closed makes the next one wait 40 ms (sqlx's issue 4335).
    let mut rows = sqlx::raw_sql(statements).fetch(connection);
    let unavailable = Error::unavailable("reading the rows of a day table");
    while let Some(row) = rows.try_next().await.map_err(&unavailable)? {
        let (at, product, warehouse, company, quantity, drcr, is_trade) =
            Movement::from_row(&row).map_err(&unavailable)?;
        let hour = zone
            .hour_start(Millis(at.timestamp_millis()))
            .ok_or_else(|| Error::Inconsistent(format!("{table} holds a time that cannot be: {at}")))?;
        let direction = if drcr > 0 { Direction::In } else { Direction::Out };
        let sums = Sums::of_one(direction, is_trade, quantity);
        let cell = flows.entry(Cell { hour, product, warehouse, company }).or_default();
        *cell = cell.plus(sums);
    }
    Ok(())
}

/// The totals of a day, as if all of it had moved when the day began.
async fn day_totals(connection: &mut MySqlConnection, day: NaiveDate, zone: BusinessTime) -> Result<Flows, Error> {
    let rows: Vec<(String, String, String, i64, i64, i64, i64, i64)> = sqlx::query_as(
        "SELECT product_id, warehouse_id, company_id, qty_in, qty_out, adjust_in, adjust_out, entries
         FROM day_totals WHERE day = ?",
    )
    .bind(day)
    .fetch_all(connection)
    .await
    .map_err(Error::unavailable("reading the totals of a day"))?;
    let hour = zone
        .start_of(day)
        .ok_or_else(|| Error::Inconsistent(format!("day_totals holds a day that cannot be: {day}")))?;
    let flow = |(product, warehouse, company, qty_in, qty_out, adjust_in, adjust_out, entries)| {
        (Cell { hour, product, warehouse, company }, Sums { qty_in, qty_out, adjust_in, adjust_out, entries })
    };
    Ok(rows.into_iter().map(flow).collect())
}
