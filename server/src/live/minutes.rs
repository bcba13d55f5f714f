//! What moved, by minute and warehouse, since the day before began. Pure.

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;

use model::batch::Flow;
use model::ids::WarehouseId;

use super::scope::Scope;

/// Flows by minute.
#[derive(Debug, Clone, Default)]
pub struct Minutes(BTreeMap<i64, Minute>);

#[derive(Debug, Clone, Default)]
struct Minute {
    all: Flow,
    warehouses: HashMap<WarehouseId, Flow>,
}

impl Minutes {
    /// Adds a flow. `None`: of a line written before warehouses were told apart.
    pub fn add(&mut self, minute: i64, warehouse: Option<WarehouseId>, flow: Flow) {
        let minute = self.0.entry(minute).or_default();
        minute.all.add(flow);
        if let Some(warehouse) = warehouse {
            minute.warehouses.entry(warehouse).or_default().add(flow);
        }
    }

    /// The flow of a minute.
    pub fn at(&self, minute: i64, scope: &Scope) -> Flow {
        self.0.get(&minute).map(|it| it.of(scope)).unwrap_or_default()
    }

    /// The flow of several.
    pub fn sum(&self, minutes: RangeInclusive<i64>, scope: &Scope) -> Flow {
        if minutes.is_empty() {
            return Flow::default();
        }
        let mut sum = Flow::default();
        for minute in self.0.range(minutes).map(|(_, it)| it) {
            sum.add(minute.of(scope));
        }
        sum
    }

    /// Lets go of what was before a minute.
    pub fn forget_before(&mut self, minute: i64) {
        self.0 = self.0.split_off(&minute);
    }
}

impl Minute {
    fn of(&self, scope: &Scope) -> Flow {
        if scope.is_all() {
            return self.all;
        }
        let mut sum = Flow::default();
        for flow in scope.warehouses().filter_map(|it| self.warehouses.get(it)) {
            sum.add(*flow);
        }
        sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minutes_are_summed_by_scope() {
        let (mut minutes, flow) = (Minutes::default(), Flow { qty_in: 2, qty_out: 1, entries: 1 });
        for (minute, warehouse) in [(1, Some("a")), (1, Some("b")), (2, Some("a")), (3, None)] {
            minutes.add(minute, warehouse.map(|it| it.try_into().unwrap()), flow);
        }
        let a = Scope::of(&["a".to_owned()]).unwrap();
        assert_eq!(minutes.at(1, &Scope::default()).entries, 2);
        assert_eq!((minutes.at(1, &a).entries, minutes.sum(1..=3, &a).qty_in), (1, 4));
        minutes.forget_before(2);
        assert_eq!(minutes.sum(0..=9, &Scope::default()).entries, 2);
        #[expect(clippy::reversed_empty_ranges, reason = "before the day began")]
        let none = minutes.sum(9..=0, &a);
        assert_eq!(none, Flow::default());
    }
}
