//! The newest entries, of all and of each warehouse. Pure.

use std::collections::{HashMap, VecDeque};

use model::batch::NewEntry;
use model::ids::WarehouseId;
use model::live::NEWEST_ROWS;

use super::scope::Scope;

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// Counts arrivals: a later one has a larger number.
    number: u64,
    /// In which partition it came.
    pub partition: i32,
    pub entry: NewEntry,
}

/// The last few.
#[derive(Debug, Clone, Default)]
pub struct Newest {
    number: u64,
    all: VecDeque<Arrival>,
    warehouses: HashMap<WarehouseId, VecDeque<Arrival>>,
}

impl Newest {
    /// One more came.
    pub fn add(&mut self, partition: i32, entry: NewEntry) {
        self.number += 1;
        let arrival = Arrival { number: self.number, partition, entry };
        let of_warehouse = self.warehouses.entry(arrival.entry.warehouse_id.clone()).or_default();
        for list in [of_warehouse, &mut self.all] {
            list.push_front(arrival.clone());
            list.truncate(NEWEST_ROWS);
        }
    }

    /// The last few, newest first.
    pub fn of(&self, scope: &Scope) -> Vec<&Arrival> {
        if scope.is_all() {
            return self.all.iter().collect();
        }
        let mut found: Vec<&Arrival> = scope.warehouses().filter_map(|it| self.warehouses.get(it)).flatten().collect();
        found.sort_by_key(|it| std::cmp::Reverse(it.number));
        found.truncate(NEWEST_ROWS);
        found
    }
}
