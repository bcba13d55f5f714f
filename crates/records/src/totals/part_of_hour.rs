//! Totals of a part of an hour: no level is as fine, so they are read from the rows themselves.

use std::ops::Range;

use chrono::NaiveDate;
use model::statistics::{Filter, Sums};
use model::time::Millis;

use crate::Error;
use crate::day_tables::statements;
use crate::totals::question::{Ask, Found, Moved};
use crate::totals::snapshot::{TotalsError, TotalsSnapshot};
use crate::totals::staged::Cell;
use base::business_time::utc_text;

/// The most day tables that a part of an hour is read from.
pub const MAX_ROW_TABLES: usize = 256;

/// So many day tables in one statement.
const TABLES_AT_ONCE: usize = 32;

impl TotalsSnapshot {
    /// A part of an hour, from the rows themselves: these are never behind.
    pub(crate) async fn rows(
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
