//! Totals at one instant: what statistics read. Levels that are behind are completed by the pending flows of the same
//! instant, so every answer is exact.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::NaiveDate;
use model::names::NameOf;
use model::statistics::{Filter, GroupBy, Sums};
use sqlx::{MySql, QueryBuilder, Transaction};
use tokio::sync::OwnedSemaphorePermit;

use crate::cursors;
use crate::cursors::Cursor;
use crate::sql::error::with_timeout;
use crate::totals::levels;
use crate::totals::levels::{Level, Span, Unit};
use crate::totals::question::{Ask, Bounds, Found, Moved, moment, push_filter, push_ids};
use crate::totals::staged;
use crate::totals::staged::{Flows, Pending};
use crate::{Error, Records};
use base::business_time::BusinessTime;

/// The most lines that may wait for the fold: some 100 MB at the most.
const MAX_PENDING: usize = 1000;

/// The most cells that one read brings.
const MAX_CELLS: usize = 400_000;

/// Giving a connection back takes no longer for whoever read.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);

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
    _turn: OwnedSemaphorePermit,
}

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
        let (turn, mut transaction) = self.snapshots.begin("taking a snapshot of the totals").await?;
        self.begin_snapshot(&mut transaction).await?;
        if !levels::are_whole(&mut transaction).await? {
            return Err(TotalsError::Missing);
        }
        let cursors = cursors::cursors_in(&mut transaction, &self.topic).await?;
        let Pending { flows: pending, more, .. } = staged::oldest(&mut transaction, MAX_PENDING, usize::MAX).await?;
        if more {
            return Err(TotalsError::Behind);
        }
        Ok(TotalsSnapshot { transaction, zone: self.business_time, pending, cursors, _turn: turn })
    }

    /// Every company that an entry ever had.
    pub async fn companies(&self) -> Result<BTreeSet<String>, Error> {
        with_timeout("reading the companies", async {
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
}
