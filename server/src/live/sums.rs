//! Sums over keys: per warehouse, per product, in all. Pure.

use std::collections::HashMap;

use model::batch::Flow;
use model::ids::{ProductId, WarehouseId};
use model::stock::StockKey;

/// What somebody holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Held {
    pub stock: i64,
    /// Its flow today.
    pub today: Flow,
    /// Keys of it whose stored stock cannot be read: its sum is none then.
    pub unreadable: i64,
}

/// The sums of all keys that were added.
#[derive(Debug, Clone, Default)]
pub struct Sums {
    pub warehouses: HashMap<WarehouseId, Held>,
    pub products: HashMap<ProductId, Held>,
    pub all: Held,
}

impl Sums {
    /// A key's stock is so much more than before.
    pub fn add_stock(&mut self, key: &StockKey, more: i64) {
        self.each(key, |held| held.stock += more);
    }

    /// A key can no longer be read: 1; can be again: -1; is as it was: 0.
    pub fn add_unreadable(&mut self, key: &StockKey, more: i64) {
        if more != 0 {
            self.each(key, |held| held.unreadable += more);
        }
    }

    /// A key moved today.
    pub fn add_flow(&mut self, key: &StockKey, flow: Flow) {
        self.each(key, |held| held.today.add(flow));
    }

    fn each(&mut self, key: &StockKey, change: impl Fn(&mut Held)) {
        change(&mut self.all);
        // Mostly they are there: no copy of the id then.
        match self.warehouses.get_mut(&key.warehouse_id) {
            Some(held) => change(held),
            None => change(self.warehouses.entry(key.warehouse_id.clone()).or_default()),
        }
        match self.products.get_mut(&key.product_id) {
            Some(held) => change(held),
            None => change(self.products.entry(key.product_id.clone()).or_default()),
        }
    }
}
