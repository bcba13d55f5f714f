//! Entries as they are looked up: which ones, and what is shown of each.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::entry::Kind;
use crate::ids::{BillId, CompanyId, ProductId, WarehouseId};
use crate::quantity::Direction;
use crate::statistics::{Filter, Sums};
use crate::time::Millis;

/// Conditions that entries must meet, all at once; one that is `None` or an empty list lets all through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntriesQuestion {
    /// By `create_time`, from its start to before its end.
    pub period: Range<Millis>,
    /// Of these warehouses, products, companies.
    pub filter: Filter,
    /// Only in or only out.
    pub direction: Option<Direction>,
    /// Only of these kinds; none: all.
    pub kinds: Vec<Kind>,
    /// Only of this bill.
    pub bill: Option<BillId>,
    /// Only with this in their description, whatever its case.
    pub text: Option<String>,
}

impl EntriesQuestion {
    /// May entries that move so much be among them? `false` is certain.
    pub fn may_be_in(&self, moved: &Sums) -> bool {
        let has = |is_in: bool, is_trade: bool| match (is_in, is_trade) {
            (true, true) => moved.qty_in > 0,
            (false, true) => moved.qty_out > 0,
            (true, false) => moved.adjust_in > 0,
            (false, false) => moved.adjust_out > 0,
        };
        let kind_is_asked =
            |is_trade: bool| self.kinds.is_empty() || self.kinds.iter().any(|it| it.is_trade() == is_trade);
        [(Direction::In, true), (Direction::Out, false)]
            .into_iter()
            .filter(|(direction, _)| self.direction.is_none_or(|it| it == *direction))
            .any(|(_, is_in)| [true, false].into_iter().any(|trade| kind_is_asked(trade) && has(is_in, trade)))
    }
}

/// An entry as it is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedEntry {
    /// Product that was moved.
    pub product_id: ProductId,
    /// Pieces that it moves, 1 or more; the direction is apart.
    pub quantity: i64,
    /// Direction of the goods, in JSON `drcr`: 1 in, -1 out.
    #[serde(rename = "drcr")]
    pub direction: Direction,
    /// Company whose books the bill belongs to.
    pub company_id: CompanyId,
    /// Warehouse that the goods entered or left.
    pub warehouse_id: WarehouseId,
    /// Bill that the line stands on.
    pub bill_id: BillId,
    /// Which line of it.
    pub line_no: i32,
    /// Trade or adjustment.
    pub kind: Kind,
    /// When, as the bill says.
    pub create_time: Millis,
    /// Free text of the line; empty where it has none.
    pub description: String,
    /// When it was recorded.
    pub recorded_at: Millis,
    /// Where it came from.
    pub partition: i32,
    /// Where it came from.
    pub offset: i64,
}

/// The place of an entry among all: newest first by `create_time`, then by table and row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EntryPlace {
    /// Moment of the entry, by its `create_time`.
    pub at: Millis,
    /// Which table; empty: before every table.
    pub table: String,
    /// Number of its row in that table (`id`).
    pub row: i64,
}
