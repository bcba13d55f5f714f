//! Live stock as it is asked for over HTTP.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ids::{ProductId, WarehouseId};

/// The key of live stock: one product in one warehouse.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct StockKey {
    /// Warehouse that holds the stock.
    pub warehouse_id: WarehouseId,
    /// Product that is held.
    pub product_id: ProductId,
}

/// The stock of one key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StockItem {
    /// Where and what.
    #[serde(flatten)]
    pub key: StockKey,
    /// How much; `None` while the stored value cannot be read as a number.
    pub stock: Option<i64>,
}

/// What a figure of live stock rests on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct AsOf {
    /// Per partition, the position up to which entries are in the figure.
    #[schema(value_type = BTreeMap<String, i64>)]
    pub offsets: BTreeMap<i32, i64>,
    /// When it was read, RFC 3339.
    pub time: String,
}

/// One page of `GET /api/v1/stock`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StockPage {
    /// What the figures rest on.
    pub as_of: AsOf,
    /// When the last good audit ended, RFC 3339; none yet: null.
    pub verified_at: Option<String>,
    /// In the order of (warehouse, product).
    pub items: Vec<StockItem>,
    /// Ask again with this to go on; null at the end.
    pub next_cursor: Option<String>,
}
