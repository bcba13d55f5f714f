//! What an audit asks of totals: do they make each other? The running total of each key, which is RRS, against the
//! months that the fold keeps, by product, by warehouse, and where these differ by key
//! (docs/consistency.md#an-audit-run, 4).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;

use model::audit::{Check, CheckOf, Evidence, FindingCause};
use model::ids::{ProductId, WarehouseId};
use model::statistics::Sums;
use model::stock::StockKey;
use sqlx::QueryBuilder;

use crate::audits::prove_tables::RowFault;
use crate::audits::stock_snapshot::key_of;
use crate::totals::levels;
use crate::totals::staged;
use crate::totals::staged::{Cell, Flows};
use crate::{Error, StockSnapshot};

/// Sums by an id.
type ById = BTreeMap<String, Sums>;
/// As the database gives them.
type IdRow = (String, i64, i64, i64, i64, i64);
type KeyRow = (String, String, i64, i64, i64, i64, i64);

/// Keys by what is wrong with their totals.
pub type LevelFaults = BTreeMap<StockKey, RowFault>;

/// What the running totals of all keys add up to. Kept by whoever reads them anyway: the database would need as long again, and a
/// temporary table, to add them up.
#[derive(Debug, Default)]
pub struct RunningSums {
    products: HashMap<ProductId, Sums>,
    warehouses: HashMap<WarehouseId, Sums>,
}

impl RunningSums {
    /// Adds keys; each once.
    pub fn add(&mut self, page: &[(StockKey, Sums)]) {
        for (key, sums) in page {
            add(&mut self.products, &key.product_id, *sums);
            add(&mut self.warehouses, &key.warehouse_id, *sums);
        }
    }

    fn of(&self, side: Side) -> ById {
        match side {
            Side::Product => self.products.iter().map(|(id, sums)| (id.to_string(), *sums)).collect(),
            Side::Warehouse => self.warehouses.iter().map(|(id, sums)| (id.to_string(), *sums)).collect(),
        }
    }
}

fn add<K: Clone + Eq + Hash>(all: &mut HashMap<K, Sums>, id: &K, sums: Sums) {
    if let Some(sum) = all.get_mut(id) {
        *sum = sum.plus(sums);
    } else {
        all.insert(id.clone(), sums);
    }
}

/// A half of a key.
#[derive(Debug, Clone, Copy)]
enum Side {
    Product,
    Warehouse,
}

impl Side {
    fn column(self) -> &'static str {
        match self {
            Self::Product => "product_id",
            Self::Warehouse => "warehouse_id",
        }
    }

    fn id(self, cell: &Cell) -> &str {
        match self {
            Self::Product => &cell.product,
            Self::Warehouse => &cell.warehouse,
        }
    }
}

impl StockSnapshot {
    /// Are all levels made? While they are made anew nothing can be proved.
    pub async fn levels_are_whole(&mut self) -> Result<bool, Error> {
        levels::are_whole(&mut self.connection).await
    }

    /// Compares totals with each other. `running`: of all keys of this snapshot. `all`: also the days with the months.
    pub async fn prove_levels(&mut self, running: &RunningSums, all: bool) -> Result<(Check, LevelFaults), Error> {
        let mut check = Check::new(CheckOf::Levels);
        let pending = staged::pending(&mut self.connection).await?;
        let (by_product, by_warehouse) = (running.of(Side::Product), running.of(Side::Warehouse));
        let product_level = self.sums_by(Side::Product, "month_product_totals", &pending).await?;
        let products = odd(&mut check, "month_product_totals", &by_product, &product_level);
        let warehouse_level = self.sums_by(Side::Warehouse, "month_warehouse_totals", &pending).await?;
        let warehouses = odd(&mut check, "month_warehouse_totals", &by_warehouse, &warehouse_level);
        let mut faults = self.odd_keys(&products, &warehouses, "month_totals", &pending).await?;
        if faults.is_empty() {
            // It is the coarse level that is odd: which of its keys are cannot be told.
            faults = self.all_keys_of(&products, &warehouses).await?;
        }
        if all {
            let days = self.sums_by(Side::Product, "day_totals", &Flows::new()).await?;
            let products = odd(&mut check, "day_totals", &by_product, &days);
            for (key, fault) in self.odd_keys(&products, &BTreeSet::new(), "day_totals", &Flows::new()).await? {
                faults.entry(key).or_insert(fault);
            }
        }
        Ok((check, faults))
    }

    /// What a level adds up to, with what is pending for it.
    async fn sums_by(&mut self, side: Side, level: &str, pending: &Flows) -> Result<ById, Error> {
        let mut statement = QueryBuilder::new("SELECT ");
        statement.push(side.column()).push(", ");
        push_sums(&mut statement);
        // In whatever order: sorting them takes as long as making them.
        statement.push(" FROM ").push(level).push(" GROUP BY ").push(side.column()).push(" ORDER BY NULL");
        let rows: Vec<IdRow> = statement
            .build_query_as()
            .fetch_all(&mut self.connection)
            .await
            .map_err(Error::unavailable("adding up totals"))?;
        let sums = |(id, qty_in, qty_out, adjust_in, adjust_out, entries)| {
            (id, Sums { qty_in, qty_out, adjust_in, adjust_out, entries })
        };
        let mut level: ById = rows.into_iter().map(sums).collect();
        for (cell, sums) in pending {
            let sum = level.entry(side.id(cell).to_owned()).or_default();
            *sum = sum.plus(*sums);
        }
        Ok(level)
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
                let (running, makes) = (is.into(), should.into());
                let evidence = Evidence::RunningTotal { running, level: level.to_owned(), makes };
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
            .map_err(Error::unavailable("adding up the totals of keys"))?;
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
            Ok((key_of(warehouse, product)?, RowFault { cause, evidence: Evidence::Level }))
        };
        keys.into_keys().map(fault).collect()
    }
}

/// Ids whose running totals are not what a level adds up to.
fn odd(check: &mut Check, level: &str, running: &ById, made: &ById) -> BTreeSet<String> {
    let mut odd = BTreeSet::new();
    for id in running.keys().chain(made.keys()).collect::<BTreeSet<_>>() {
        check.looked_at += 1;
        if running.get(id).copied().unwrap_or_default() != made.get(id).copied().unwrap_or_default() {
            check.fail(format!("{level}: {id:?}"));
            odd.insert(id.clone());
        }
    }
    odd
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
