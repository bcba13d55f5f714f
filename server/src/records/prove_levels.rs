//! What an audit asks of totals: do they make each other? The running total of each key, which is RRS, against the months that the
//! fold keeps, by product, by warehouse, and where these differ by key (2-consistency, "An audit run", 4).

use std::collections::{BTreeMap, BTreeSet};

use app::model::audit::{Check, CheckOf, FindingCause};
use app::model::statistics::Sums;
use app::model::stock::StockKey;
use sqlx::QueryBuilder;

use super::flows::{self, Flows};
use super::prove_tables::RowFault;
use super::stock_snapshot::key_of;
use super::{Error, StockSnapshot, levels};

/// Sums by an id.
type ById = BTreeMap<String, Sums>;
/// As the database gives them.
type IdRow = (String, i64, i64, i64, i64, i64);
type KeyRow = (String, String, i64, i64, i64, i64, i64);

/// Keys by what is wrong with their totals.
pub type LevelFaults = BTreeMap<StockKey, RowFault>;

impl StockSnapshot {
    /// Are all levels made? While they are made anew nothing can be proved.
    pub async fn levels_are_whole(&mut self) -> Result<bool, Error> {
        levels::are_whole(&mut self.connection).await
    }

    /// Compares totals with each other. `all`: also the days with the months.
    pub async fn prove_levels(&mut self, all: bool) -> Result<(Check, LevelFaults), Error> {
        let mut check = Check::new(CheckOf::Levels);
        let pending = flows::pending(&mut self.connection).await?;
        let products = self.odd(&mut check, "product_id", "month_product_totals", Some(&pending)).await?;
        let warehouses = self.odd(&mut check, "warehouse_id", "month_warehouse_totals", Some(&pending)).await?;
        let mut faults = self.odd_keys(&products, &warehouses, "month_totals", &pending).await?;
        if faults.is_empty() {
            // It is the coarse level that is odd: which of its keys are cannot be told.
            faults = self.all_keys_of(&products, &warehouses).await?;
        }
        if all {
            let products = self.odd(&mut check, "product_id", "day_totals", None).await?;
            for (key, fault) in self.odd_keys(&products, &BTreeSet::new(), "day_totals", &Flows::new()).await? {
                faults.entry(key).or_insert(fault);
            }
        }
        Ok((check, faults))
    }

    /// Ids whose running totals are not what a level adds up to.
    async fn odd(
        &mut self,
        check: &mut Check,
        column: &str,
        level: &str,
        pending: Option<&Flows>,
    ) -> Result<BTreeSet<String>, Error> {
        let running = self.sums_by(column, "stock_totals").await?;
        let mut level_sums = self.sums_by(column, level).await?;
        for (cell, sums) in pending.into_iter().flatten() {
            let id = if column == "product_id" { &cell.product } else { &cell.warehouse };
            let sum = level_sums.entry(id.clone()).or_default();
            *sum = sum.plus(*sums);
        }
        let mut odd = BTreeSet::new();
        for id in running.keys().chain(level_sums.keys()).collect::<BTreeSet<_>>() {
            check.looked_at += 1;
            let (is, should) = (running.get(id).copied(), level_sums.get(id).copied());
            if is.unwrap_or_default() != should.unwrap_or_default() {
                check.fail(format!("{level}: {id:?}"));
                odd.insert(id.clone());
            }
        }
        Ok(odd)
    }

    async fn sums_by(&mut self, column: &str, table: &str) -> Result<ById, Error> {
        let mut statement = QueryBuilder::new("SELECT ");
        statement.push(column).push(", ");
        push_sums(&mut statement);
        // In whatever order: sorting a million sums takes as long as making them.
        statement.push(" FROM ").push(table).push(" GROUP BY ").push(column).push(" ORDER BY NULL");
        let rows: Vec<IdRow> = statement
            .build_query_as()
            .fetch_all(&mut self.connection)
            .await
            .map_err(Error::away("adding up totals"))?;
        let sums = |(id, qty_in, qty_out, adjust_in, adjust_out, entries)| {
            (id, Sums { qty_in, qty_out, adjust_in, adjust_out, entries })
        };
        Ok(rows.into_iter().map(sums).collect())
    }

    /// Of these products and warehouses, the keys whose running totals are not what a level by key makes, with what is pending for it.
    async fn odd_keys(
        &mut self,
        products: &BTreeSet<String>,
        warehouses: &BTreeSet<String>,
        level: &str,
        pending: &Flows,
    ) -> Result<LevelFaults, Error> {
        if products.is_empty() && warehouses.is_empty() {
            return Ok(LevelFaults::new());
        }
        let running = self.sums_by_key("stock_totals", products, warehouses).await?;
        let mut made = self.sums_by_key(level, products, warehouses).await?;
        for (cell, sums) in pending {
            let key = (cell.warehouse.clone(), cell.product.clone());
            if products.contains(&cell.product) || warehouses.contains(&cell.warehouse) {
                let sum = made.entry(key).or_default();
                *sum = sum.plus(*sums);
            }
        }
        let mut faults = LevelFaults::new();
        for key in running.keys().chain(made.keys()).collect::<BTreeSet<_>>() {
            let (is, should) =
                (running.get(key).copied().unwrap_or_default(), made.get(key).copied().unwrap_or_default());
            if is != should {
                let evidence = format!(
                    "stock_totals: {} entries, stock {}; {level}: {} entries, stock {}",
                    is.entries,
                    is.net(),
                    should.entries,
                    should.net()
                );
                let cause = FindingCause::TotalsEdited;
                faults.insert(key_of(key.0.clone(), key.1.clone())?, RowFault { cause, evidence });
            }
        }
        Ok(faults)
    }

    async fn sums_by_key(
        &mut self,
        table: &str,
        products: &BTreeSet<String>,
        warehouses: &BTreeSet<String>,
    ) -> Result<BTreeMap<(String, String), Sums>, Error> {
        let mut statement = QueryBuilder::new("SELECT warehouse_id, product_id, ");
        push_sums(&mut statement);
        statement.push(" FROM ").push(table);
        push_where(&mut statement, products, warehouses);
        statement.push(" GROUP BY warehouse_id, product_id");
        let rows: Vec<KeyRow> = statement
            .build_query_as()
            .fetch_all(&mut self.connection)
            .await
            .map_err(Error::away("adding up the totals of keys"))?;
        let sums = |(warehouse, product, qty_in, qty_out, adjust_in, adjust_out, entries)| {
            ((warehouse, product), Sums { qty_in, qty_out, adjust_in, adjust_out, entries })
        };
        Ok(rows.into_iter().map(sums).collect())
    }

    /// Every key of these products and warehouses.
    async fn all_keys_of(
        &mut self,
        products: &BTreeSet<String>,
        warehouses: &BTreeSet<String>,
    ) -> Result<LevelFaults, Error> {
        if products.is_empty() && warehouses.is_empty() {
            return Ok(LevelFaults::new());
        }
        let keys = self.sums_by_key("stock_totals", products, warehouses).await?;
        let fault = |(warehouse, product): (String, String)| {
            let cause = FindingCause::TotalsEdited;
            let evidence = "a level of totals does not make the running totals of its keys".to_owned();
            Ok((key_of(warehouse, product)?, RowFault { cause, evidence }))
        };
        keys.into_keys().map(fault).collect()
    }
}

fn push_sums(statement: &mut QueryBuilder<sqlx::MySql>) {
    for (place, sum) in ["qty_in", "qty_out", "adjust_in", "adjust_out", "entries"].into_iter().enumerate() {
        statement.push(if place == 0 { "CAST(SUM(" } else { ", CAST(SUM(" }).push(sum).push(") AS SIGNED)");
    }
}

fn push_where(statement: &mut QueryBuilder<sqlx::MySql>, products: &BTreeSet<String>, warehouses: &BTreeSet<String>) {
    let mut word = " WHERE ";
    for (column, ids) in [("product_id", products), ("warehouse_id", warehouses)] {
        if ids.is_empty() {
            continue;
        }
        statement.push(word).push(column).push(" IN (");
        let mut list = statement.separated(", ");
        for id in ids {
            list.push_bind(id.clone());
        }
        statement.push(")");
        word = " OR ";
    }
}
