//! Which warehouses a screen is about.

use std::collections::BTreeSet;

use model::ids::WarehouseId;

/// All warehouses, or some of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Scope(BTreeSet<WarehouseId>);

impl Scope {
    /// The most warehouses a scope may name.
    pub const MAX: usize = 100;

    /// These ones; none: all there are. `None`: one is no id, or they are too many.
    pub fn of(ids: &[String]) -> Option<Self> {
        let ids: Option<BTreeSet<WarehouseId>> =
            ids.iter().filter(|it| !it.is_empty()).map(|it| WarehouseId::try_from(it.as_str()).ok()).collect();
        ids.filter(|it| it.len() <= Self::MAX).map(Self)
    }

    /// Is it about everything?
    pub fn is_all(&self) -> bool {
        self.0.is_empty()
    }

    /// Is a warehouse in it?
    pub fn takes(&self, warehouse: &WarehouseId) -> bool {
        self.0.is_empty() || self.0.contains(warehouse)
    }

    /// Its warehouses, where it names some.
    pub fn warehouses(&self) -> impl Iterator<Item = &WarehouseId> {
        self.0.iter()
    }
}
