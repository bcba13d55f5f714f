//! Entries of the last 10 seconds, by arrival.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use model::batch::Note;
use model::ids::WarehouseId;
use tokio::time::Instant;

use super::scope::Scope;

/// How far back it goes.
const WINDOW: Duration = Duration::from_secs(10);

/// What arrived, and when.
#[derive(Debug, Default)]
pub struct Arrivals(VecDeque<Batch>);

#[derive(Debug)]
struct Batch {
    at: Instant,
    all: i64,
    /// Entries of yesterday and later: older ones are not told by warehouse.
    warehouses: HashMap<WarehouseId, i64>,
}

impl Arrivals {
    /// A batch came.
    pub fn add(&mut self, note: &Note) {
        let mut warehouses: HashMap<WarehouseId, i64> = HashMap::new();
        for it in &note.days {
            *warehouses.entry(it.key.warehouse_id.clone()).or_default() += it.flow.entries;
        }
        self.0.push_back(Batch { at: Instant::now(), all: note.recorded, warehouses });
    }

    /// Lets go of what is older.
    pub fn forget_old(&mut self) {
        while self.0.front().is_some_and(|it| it.at.elapsed() > WINDOW) {
            self.0.pop_front();
        }
    }

    /// How many came in the last 10 seconds.
    pub fn count(&self, scope: &Scope) -> u64 {
        let of_batch = |batch: &Batch| {
            if scope.is_all() {
                return batch.all;
            }
            scope.warehouses().filter_map(|it| batch.warehouses.get(it)).sum()
        };
        u64::try_from(self.0.iter().map(of_batch).sum::<i64>()).unwrap_or_default()
    }
}
