//! The stock by the records at one instant, with the cursors of that instant: what a rebuild writes, and what an audit compares.

use std::collections::BTreeMap;

use model::ids::{IdError, ProductId, WarehouseId};
use model::statistics::Sums;
use model::stock::StockKey;
use sqlx::{Connection as _, MySqlConnection};

use crate::cursors;
use crate::cursors::Cursor;
use crate::sql::error::with_timeout;
use crate::{Error, Records};
use base::business_time::BusinessTime;
use base::config::Layout;

/// How many keys a page holds.
const PAGE: i64 = 1000;

/// A consistent snapshot that stays open.
pub struct StockSnapshot {
    pub(crate) connection: MySqlConnection,
    /// C: where each partition stood.
    pub cursors: BTreeMap<i32, Cursor>,
    after: Option<StockKey>,
    pub(crate) layout: Layout,
    pub(crate) business_time: BusinessTime,
}

impl Records {
    /// Opens a snapshot.
    pub async fn stock_snapshot(&self) -> Result<StockSnapshot, Error> {
        with_timeout("taking a snapshot of the stock", async {
            let mut connection = self.snapshot().await?;
            let cursors = cursors::cursors_in(&mut connection, &self.topic).await?;
            let (layout, business_time) = (self.layout, self.business_time);
            Ok(StockSnapshot { connection, cursors, after: None, layout, business_time })
        })
        .await
    }
}

impl StockSnapshot {
    /// How many keys there are.
    pub async fn count_keys(&mut self) -> Result<u64, Error> {
        let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM stock_totals")
            .fetch_one(&mut self.connection)
            .await
            .map_err(Error::unavailable("counting the keys"))?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// The next keys with their running totals, sorted; empty at the end.
    pub async fn next_page(&mut self) -> Result<Vec<(StockKey, Sums)>, Error> {
        with_timeout("reading the stock of a snapshot", async {
            let (warehouse, product) =
                self.after.as_ref().map_or(("", ""), |it| (it.warehouse_id.as_str(), it.product_id.as_str()));
            // Two ranges of the primary key: a comparison of pairs would read the table from its start.
            let rows: Vec<(String, String, i64, i64, i64, i64, i64)> = sqlx::query_as(
                "SELECT warehouse_id, product_id, qty_in, qty_out, adjust_in, adjust_out, entries
                 FROM stock_totals WHERE warehouse_id > ? OR (warehouse_id = ? AND product_id > ?)
                 ORDER BY warehouse_id, product_id LIMIT ?",
            )
            .bind(warehouse)
            .bind(warehouse)
            .bind(product)
            .bind(PAGE)
            .fetch_all(&mut self.connection)
            .await
            .map_err(Error::unavailable("reading the stock of a snapshot"))?;
            let page = rows
                .into_iter()
                .map(|(warehouse, product, qty_in, qty_out, adjust_in, adjust_out, entries)| {
                    Ok((key_of(warehouse, product)?, Sums { qty_in, qty_out, adjust_in, adjust_out, entries }))
                })
                .collect::<Result<Vec<_>, Error>>()?;
            self.after = page.last().map(|(key, _)| key.clone());
            Ok(page)
        })
        .await
    }

    /// Begins anew with the first key.
    pub fn rewind(&mut self) {
        self.after = None;
    }

    /// Closes it; one that is dropped is closed by the server.
    pub async fn close(self) {
        let _closed = self.connection.close().await;
    }
}

/// A key as the records hold it.
pub(crate) fn key_of(warehouse: String, product: String) -> Result<StockKey, Error> {
    let key = || -> Result<StockKey, IdError> {
        Ok(StockKey { warehouse_id: WarehouseId::try_from(warehouse)?, product_id: ProductId::try_from(product)? })
    };
    key().map_err(|cause| Error::Inconsistent(format!("the totals hold an id that {cause}")))
}
