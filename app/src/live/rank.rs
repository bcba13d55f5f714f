//! A ranked list as signals, one per row: only rows that changed are redrawn.

use std::collections::HashMap;

use leptos::prelude::*;

use model::live::{Holder, Ranking, RankingChange};

/// A ranked list as signals, one per row.
#[derive(Clone, Copy)]
pub struct RankStore {
    /// How many there are in all.
    pub count: RwSignal<usize>,
    /// The ids, largest first.
    pub order: RwSignal<Vec<String>>,
    rows: StoredValue<HashMap<String, ArcRwSignal<Holder>>>,
    /// The largest magnitude: the full width of a share bar.
    pub largest: RwSignal<u64>,
}

impl RankStore {
    /// Starts from a list.
    pub fn new(ranking: Ranking) -> Self {
        let store = Self {
            count: RwSignal::new(ranking.count),
            order: RwSignal::new(ranking.rows.iter().map(|it| it.id.clone()).collect()),
            rows: StoredValue::new(HashMap::new()),
            largest: RwSignal::new(0),
        };
        store.put(ranking.rows);
        store.measure();
        store
    }

    /// The row of an id.
    pub fn row(&self, id: &str) -> Option<ArcRwSignal<Holder>> {
        self.rows.with_value(|rows| rows.get(id).cloned())
    }

    fn put(&self, changed: Vec<Holder>) {
        self.rows.update_value(|rows| {
            for holder in changed {
                match rows.get(&holder.id) {
                    Some(row) => row.set(holder),
                    None => {
                        rows.insert(holder.id.clone(), ArcRwSignal::new(holder));
                    }
                }
            }
        });
    }

    fn measure(&self) {
        let first = self.order.with_untracked(|order| order.first().and_then(|id| self.row(id)));
        let largest = first.map_or(0, |row| row.with_untracked(|it| it.stock.unwrap_or(0).unsigned_abs()));
        if self.largest.get_untracked() != largest {
            self.largest.set(largest);
        }
    }

    /// Moves on to the next list.
    pub fn apply(&self, change: RankingChange) {
        if self.count.get_untracked() != change.count {
            self.count.set(change.count);
        }
        self.put(change.changed);
        if let Some(order) = change.order {
            // Rows that left the list are let go: a screen's memory must not grow.
            self.rows.update_value(|rows| rows.retain(|id, _| order.contains(id)));
            self.order.set(order);
        }
        self.measure();
    }

    pub fn replace(&self, ranking: Ranking) {
        let order = Some(ranking.rows.iter().map(|it| it.id.clone()).collect());
        self.apply(RankingChange { count: ranking.count, changed: ranking.rows, order });
    }
}
