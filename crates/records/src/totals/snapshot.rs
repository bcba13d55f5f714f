//! Totals at one instant: what statistics read. Levels that are behind are completed by the pending flows of the same
//! instant, so every answer is exact.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::time::Duration;

use chrono::NaiveDate;
use model::entry::Millis;
use model::names::NameOf;
use model::statistics::{Filter, Group, GroupBy, Sums};
use sqlx::{MySql, QueryBuilder, Transaction};

use crate::cursors;
use crate::cursors::Cursor;
use crate::day_tables::statements;
use crate::sql::error::limited;
use crate::totals::levels;
use crate::totals::levels::{Level, Span, Unit};
use crate::totals::staged;
use crate::totals::staged::{Cell, Flows, Pending};
use crate::{Error, Records};
use base::business_time::{BusinessTime, month_of, utc_text};

/// The most day tables that a part of an hour is read from.
pub const MAX_ROW_TABLES: usize = 256;

/// The most lines that may wait for the fold: some 100 MB at the most.
const MAX_PENDING: usize = 1000;

/// The most cells that one read brings.
const MAX_CELLS: usize = 400_000;

/// Giving a connection back takes no longer for whoever read.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);

/// So many day tables in one statement.
const TABLES_AT_ONCE: usize = 32;

/// Where so many units and products are asked for at the most, they are named one by one: each is found by the key.
const MAX_NAMED: usize = 4000;

/// The days before the first of which nothing can be.
pub const FIRST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(1000, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

/// After the last day of which anything can be.
pub const LAST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(9999, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

/// Totals at one instant.
pub struct TotalsSnapshot {
    pub(crate) transaction: Transaction<'static, MySql>,
    zone: BusinessTime,
    pending: Flows,
    /// Where each partition stood.
    pub cursors: BTreeMap<i32, Cursor>,
}

/// What entries moved: from when (where it was asked to be told), whose, how much.
pub type Moved = (Option<Millis>, Group, Sums);

/// Why a snapshot cannot answer.
#[derive(Debug, thiserror::Error)]
pub enum TotalsError {
    /// The records cannot be read.
    #[error(transparent)]
    Records(#[from] Error),
    /// The levels are being made anew.
    #[error("records: the levels of totals are being made anew")]
    Missing,
    /// So much waits for the fold that reading it would take too long.
    #[error("records: the levels of totals are far behind")]
    Behind,
    /// More cells than a statement may be made of.
    #[error("records: more cells of totals than a statement may be made of")]
    TooManyCells,
    /// A part of an hour concerns too many tables.
    #[error("records: a part of an hour would be read from {0} day tables")]
    TooManyTables(usize),
}

impl Records {
    /// Opens a snapshot.
    pub async fn totals_snapshot(&self) -> Result<TotalsSnapshot, TotalsError> {
        let unavailable = Error::unavailable("taking a snapshot of the totals");
        let mut transaction = self.snapshots.begin().await.map_err(&unavailable)?;
        self.begin_snapshot(&mut transaction).await?;
        if !levels::are_whole(&mut transaction).await? {
            return Err(TotalsError::Missing);
        }
        let cursors = cursors::cursors_in(&mut transaction, &self.topic).await?;
        let Pending { flows: pending, more, .. } = staged::oldest(&mut transaction, MAX_PENDING, usize::MAX).await?;
        if more {
            return Err(TotalsError::Behind);
        }
        Ok(TotalsSnapshot { transaction, zone: self.business_time, pending, cursors })
    }

    /// Every company that an entry ever had.
    pub async fn companies(&self) -> Result<BTreeSet<String>, Error> {
        limited("reading the companies", async {
            let unavailable = Error::unavailable("reading the companies");
            // Pending first: what is folded in between is in both then, and never in neither.
            let mut connection = self.pool.acquire().await.map_err(&unavailable)?;
            let Pending { flows: pending, .. } = staged::oldest(&mut connection, MAX_PENDING, usize::MAX).await?;
            let stored: Vec<String> = sqlx::query_scalar("SELECT DISTINCT company_id FROM month_warehouse_totals")
                .fetch_all(&mut *connection)
                .await
                .map_err(&unavailable)?;
            Ok(stored.into_iter().chain(pending.into_keys().map(|it| it.company)).collect())
        })
        .await
    }
}

impl TotalsSnapshot {
    /// What moved in a span, by group; `by_unit`: and by hour, day or month, whichever the span is made of.
    pub async fn moved(
        &mut self,
        span: &Span,
        group_by: GroupBy,
        filter: &Filter,
        by_unit: bool,
    ) -> Result<Vec<Moved>, TotalsError> {
        let ask = Ask { group_by, filter, by_unit };
        match span {
            Span::Months(range) => self.level(Unit::Month, &Bounds::Days(range.clone()), &ask).await,
            Span::Days(range) => self.level(Unit::Day, &Bounds::Days(range.clone()), &ask).await,
            Span::Hours(range) => self.level(Unit::Hour, &Bounds::Moments(range.clone()), &ask).await,
            Span::Rows(day, range) => self.rows(*day, range, &ask).await,
        }
    }

    /// Gives the connection back; one that is dropped is given back as well, only later.
    pub async fn close(self) {
        // Where MySQL does not answer, nobody waits for it: the connection is looked at before its next use.
        let _closed = tokio::time::timeout(CLOSE_LIMIT, self.transaction.rollback()).await;
    }

    /// The ids of a filter that no entry ever had.
    pub async fn unknown_ids(&mut self, filter: &Filter) -> Result<Vec<(NameOf, String)>, Error> {
        let lists = [
            (NameOf::Warehouse, "month_warehouse_totals", "warehouse_id"),
            (NameOf::Product, "month_product_totals", "product_id"),
            (NameOf::Company, "month_warehouse_totals", "company_id"),
        ];
        let mut unknown = Vec::new();
        for (of, table, column) in lists {
            let ids = filter.ids(of);
            if ids.is_empty() {
                continue;
            }
            let mut statement = QueryBuilder::new("SELECT DISTINCT ");
            statement.push(column).push(" FROM ").push(table);
            // Each month by itself: so a product is found by the key.
            statement.push(" WHERE month IN (SELECT DISTINCT month FROM ").push(table).push(")");
            push_ids(&mut statement, column, &ids);
            let found: Vec<String> = statement
                .build_query_scalar()
                .fetch_all(&mut *self.transaction)
                .await
                .map_err(Error::unavailable("looking for ids"))?;
            let is_pending = |id: &str| {
                self.pending.keys().any(|it| match of {
                    NameOf::Warehouse => it.warehouse == id,
                    NameOf::Product => it.product == id,
                    NameOf::Company => it.company == id,
                })
            };
            let missing = ids.into_iter().filter(|id| !found.iter().any(|it| it == id) && !is_pending(id));
            unknown.extend(missing.map(|id| (of, id.to_owned())));
        }
        Ok(unknown)
    }

    async fn level(&mut self, unit: Unit, bounds: &Bounds, ask: &Ask<'_>) -> Result<Vec<Moved>, TotalsError> {
        let product = ask.group_by.product || !ask.filter.products.is_empty();
        let warehouse = ask.group_by.warehouse || !ask.filter.warehouses.is_empty();
        let level = levels::coarsest(unit, product, warehouse);
        let mut found = self.stored(level, bounds, ask).await?;
        if level.behind {
            for (cell, sums) in &self.pending {
                let here = bounds.unit_of(level.unit, cell.hour, self.zone);
                let Some(at) = here else { continue };
                if let Some(group) = ask.group(cell)? {
                    found.add(ask.by_unit.then_some(at), group, *sums);
                }
            }
        }
        Ok(found.into_moved())
    }

    async fn stored(&mut self, level: &Level, bounds: &Bounds, ask: &Ask<'_>) -> Result<Found, TotalsError> {
        let unavailable = Error::unavailable("reading totals");
        let unit = level.unit.column();
        let mut statement = QueryBuilder::new("SELECT ");
        match (ask.by_unit, level.unit) {
            (false, _) => statement.push("CAST(0 AS SIGNED)"),
            (true, Unit::Hour) => statement.push("TIMESTAMPDIFF(SECOND, '1970-01-01', hour)"),
            (true, _) => statement.push("CAST(DATEDIFF(").push(unit).push(", '1970-01-01') AS SIGNED)"),
        };
        let mut grouped = Vec::new();
        for (column, wanted) in ask.columns() {
            statement.push(", ").push(if wanted { column } else { "''" });
            grouped.extend(wanted.then_some(column));
        }
        grouped.extend(ask.by_unit.then_some(unit));
        for sum in ["qty_in", "qty_out", "adjust_in", "adjust_out", "entries"] {
            statement.push(", CAST(COALESCE(SUM(").push(sum).push("), 0) AS SIGNED)");
        }
        statement.push(" FROM ").push(level.table).push(" WHERE ");
        bounds.restrict(&mut statement, level, ask);
        push_filter(&mut statement, ask.filter);
        if !grouped.is_empty() {
            statement.push(" GROUP BY ").push(grouped.join(", "));
        }
        statement.push(" LIMIT ").push_bind(i64::try_from(MAX_CELLS + 1).unwrap_or(i64::MAX));
        let rows: Vec<(i64, String, String, String, i64, i64, i64, i64, i64)> =
            statement.build_query_as().fetch_all(&mut *self.transaction).await.map_err(&unavailable)?;
        if rows.len() > MAX_CELLS {
            return Err(TotalsError::TooManyCells);
        }
        let mut found = Found::default();
        for (unit, warehouse, product, company, qty_in, qty_out, adjust_in, adjust_out, entries) in rows {
            let at = if ask.by_unit { Some(moment(level.unit, unit, self.zone)?) } else { None };
            let group = ask.group_of(&warehouse, &product, &company)?;
            found.add(at, group, Sums { qty_in, qty_out, adjust_in, adjust_out, entries });
        }
        Ok(found)
    }

    /// A part of an hour, from the rows themselves: these are never behind.
    async fn rows(
        &mut self,
        day: NaiveDate,
        between: &Range<Millis>,
        ask: &Ask<'_>,
    ) -> Result<Vec<Moved>, TotalsError> {
        let unavailable = Error::unavailable("reading the rows of a part of an hour");
        let names = self.tables_of(day, ask.filter).await?;
        let mut found = Found::default();
        for names in names.chunks(TABLES_AT_ONCE) {
            let Some(statement) = statements::sums_between(names) else {
                return Err(
                    Error::Inconsistent(format!("the register names a table on {day} that is none of ours")).into()
                );
            };
            let mut query = sqlx::query_as(statement);
            for _ in names {
                query = query.bind(utc_text(between.start)).bind(utc_text(between.end));
            }
            let rows: Vec<(String, String, String, i64, i64, i64, i64, i64)> =
                query.fetch_all(&mut *self.transaction).await.map_err(&unavailable)?;
            for (warehouse, product, company, qty_in, qty_out, adjust_in, adjust_out, entries) in rows {
                let cell = Cell { hour: between.start, product, warehouse, company };
                if let Some(group) = ask.group(&cell)? {
                    let sums = Sums { qty_in, qty_out, adjust_in, adjust_out, entries };
                    found.add(ask.by_unit.then_some(between.start), group, sums);
                }
            }
        }
        Ok(found.into_moved())
    }

    /// The day tables that hold what a filter lets through.
    async fn tables_of(&mut self, day: NaiveDate, filter: &Filter) -> Result<Vec<String>, TotalsError> {
        let rows: Vec<(String, Option<String>)> =
            sqlx::query_as("SELECT name, product_id FROM day_tables WHERE day = ?")
                .bind(day)
                .fetch_all(&mut *self.transaction)
                .await
                .map_err(Error::unavailable("reading the register of day tables"))?;
        let wanted = |product: &Option<String>| {
            filter.products.is_empty()
                || product.as_ref().is_none_or(|id| filter.products.iter().any(|it| it.as_str() == id))
        };
        let names: Vec<String> =
            rows.into_iter().filter(|(_, product)| wanted(product)).map(|(name, _)| name).collect();
        if names.len() > MAX_ROW_TABLES { Err(TotalsError::TooManyTables(names.len())) } else { Ok(names) }
    }
}

/// A filter as conditions.
pub(crate) fn push_filter(statement: &mut QueryBuilder<MySql>, filter: &Filter) {
    push_ids(statement, "warehouse_id", &filter.ids(NameOf::Warehouse));
    push_ids(statement, "product_id", &filter.ids(NameOf::Product));
    push_ids(statement, "company_id", &filter.ids(NameOf::Company));
}

/// Only these; none: all.
pub(crate) fn push_ids(statement: &mut QueryBuilder<MySql>, column: &str, ids: &[&str]) {
    if ids.is_empty() {
        return;
    }
    statement.push(" AND ").push(column).push(" IN (");
    let mut list = statement.separated(", ");
    for id in ids {
        list.push_bind((*id).to_owned());
    }
    statement.push(")");
}

/// What is asked of a span.
struct Ask<'a> {
    group_by: GroupBy,
    filter: &'a Filter,
    by_unit: bool,
}

impl Ask<'_> {
    fn columns(&self) -> [(&'static str, bool); 3] {
        let it = self.group_by;
        [("warehouse_id", it.warehouse), ("product_id", it.product), ("company_id", it.company)]
    }

    /// The group of a cell; none: the filter leaves it out.
    fn group(&self, cell: &Cell) -> Result<Option<Group>, Error> {
        let wanted = self.filter.takes(&cell.warehouse, &cell.product, &cell.company);
        wanted.then(|| self.group_of(&cell.warehouse, &cell.product, &cell.company)).transpose()
    }

    fn group_of(&self, warehouse: &str, product: &str, company: &str) -> Result<Group, Error> {
        let damaged = |cause| Error::Inconsistent(format!("totals hold an id that {cause}"));
        let it = self.group_by;
        Ok(Group {
            warehouse_id: it.warehouse.then(|| warehouse.try_into()).transpose().map_err(damaged)?,
            product_id: it.product.then(|| product.try_into()).transpose().map_err(damaged)?,
            company_id: it.company.then(|| company.try_into()).transpose().map_err(damaged)?,
        })
    }
}

/// The ends of a span.
enum Bounds {
    Days(Range<NaiveDate>),
    Moments(Range<Millis>),
}

impl Bounds {
    /// As a condition on a level's first column. Where a filter names products, units are named too.
    fn restrict(&self, statement: &mut QueryBuilder<MySql>, level: &Level, ask: &Ask<'_>) {
        let column = level.unit.column();
        let products = ask.filter.products.len();
        match self {
            Self::Days(_) if products > 0 && level.unit == Unit::Month => {
                // Each month by itself: so a product is found by the key.
                statement.push("month IN (SELECT DISTINCT month FROM ").push(level.table).push(" WHERE ");
                self.between(statement, column);
                statement.push(")");
            }
            Self::Days(range) if products > 0 => {
                let units: Vec<NaiveDate> = range.start.iter_days().take_while(|it| *it < range.end).collect();
                if !units.is_empty() && units.len() * products <= MAX_NAMED {
                    statement.push(column).push(" IN (");
                    let mut list = statement.separated(", ");
                    for unit in units {
                        list.push_bind(unit);
                    }
                    statement.push(")");
                    return;
                }
                self.between(statement, column);
            }
            _ => self.between(statement, column),
        }
    }

    fn between(&self, statement: &mut QueryBuilder<MySql>, column: &str) {
        let (from, to) = match self {
            Self::Days(range) => (range.start.to_string(), range.end.to_string()),
            Self::Moments(range) => (utc_text(range.start), utc_text(range.end)),
        };
        statement.push(column).push(" >= ").push_bind(from).push(" AND ").push(column).push(" < ").push_bind(to);
    }

    /// When the unit begins that an hour belongs to; none: it is outside.
    fn unit_of(&self, unit: Unit, hour: Millis, zone: BusinessTime) -> Option<Millis> {
        match self {
            Self::Moments(range) => range.contains(&hour).then_some(hour),
            Self::Days(range) => {
                let day = zone.day(hour)?;
                let first = if unit == Unit::Month { month_of(day) } else { day };
                if range.contains(&first) { zone.start_from(first) } else { None }
            }
        }
    }
}

/// When a unit began that the database tells as a number.
fn moment(unit: Unit, number: i64, zone: BusinessTime) -> Result<Millis, Error> {
    let damaged = || Error::Inconsistent(format!("totals hold a {} that is none: {number}", unit.column()));
    match unit {
        Unit::Hour => Ok(Millis(number.saturating_mul(1000))),
        Unit::Day | Unit::Month => {
            let days = chrono::TimeDelta::try_days(number).ok_or_else(damaged)?;
            let day = NaiveDate::default().checked_add_signed(days).ok_or_else(damaged)?;
            zone.start_from(day).ok_or_else(damaged)
        }
    }
}

/// What was found so far.
#[derive(Default)]
struct Found(std::collections::HashMap<(Option<Millis>, Group), Sums>);

impl Found {
    fn add(&mut self, at: Option<Millis>, group: Group, sums: Sums) {
        let found = self.0.entry((at, group)).or_default();
        *found = found.plus(sums);
    }

    /// A SUM over nothing brings a row, which is none.
    fn into_moved(self) -> Vec<Moved> {
        self.0.into_iter().filter(|(_, sums)| sums.entries != 0).map(|((at, group), sums)| (at, group, sums)).collect()
    }
}
