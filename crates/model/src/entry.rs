//! The entry (`ioentry`): one line of an in or out bill (docs/domain.md#the-entry).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::batch::Delta;
use super::ids::{BillId, CompanyId, ProductId, WarehouseId};
use super::quantity::{Direction, Quantity};
use super::stock::StockKey;
use super::time::Millis;

/// The most bytes of a description.
pub const MAX_DESCRIPTION_BYTES: usize = 512;

/// Names of an entry's fields in a message, in the order of the pages.
pub const FIELDS: [&str; 10] = [
    "create_time",
    "bill_id",
    "line_no",
    "product_id",
    "warehouse_id",
    "company_id",
    "drcr",
    "quantity",
    "kind",
    "description",
];

/// Must an entry have the field?
pub fn is_needed(field: &str) -> bool {
    !matches!(field, "line_no" | "kind" | "description")
}

/// What kind of movement an entry is. Opening stock and adjustments move stock like any other, but are no trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A trade: the default.
    #[default]
    Bill,
    /// 基期初始库存.
    Opening,
    /// An adjusting entry.
    Adjust,
}

impl Kind {
    /// The word in messages and records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bill => "bill",
            Self::Opening => "opening",
            Self::Adjust => "adjust",
        }
    }

    /// The kind that a word names.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Bill, Self::Opening, Self::Adjust].into_iter().find(|kind| kind.as_str() == word)
    }

    /// Is it trade, which statistics show as in and out, rather than an adjustment?
    pub fn is_trade(self) -> bool {
        self == Self::Bill
    }
}

/// A valid entry. Whoever holds one need not check it again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Entry {
    /// Product that is moved: 1 to 64 characters; in a message a JSON integer is read as its digits.
    pub product_id: ProductId,
    /// Pieces that are moved, 1 to 2 147 483 647; `"10"` and `1.0` are no JSON integers.
    #[schema(value_type = i64, minimum = 1, maximum = 2_147_483_647)]
    pub quantity: Quantity,
    /// Which way: 1 in, -1 out.
    #[serde(rename = "drcr")]
    pub direction: Direction,
    /// Company whose books the bill belongs to; an id like `product_id`.
    pub company_id: CompanyId,
    /// Warehouse that the goods enter or leave; an id like `product_id`.
    pub warehouse_id: WarehouseId,
    /// Bill that the line stands on; an id like `product_id`.
    pub bill_id: BillId,
    /// When, as the bill says, to the millisecond. RFC 3339, or a time without an offset, which is business time.
    #[schema(
        value_type = String,
        pattern = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})?$",
        examples("2025-03-10 08:00:00", "2025-03-10T08:00:00+08:00")
    )]
    pub create_time: Millis,
    /// Free text, may be empty; at most 512 bytes, no U+0000.
    #[schema(required = false, max_length = 512)]
    pub description: String,
    /// Trade or adjustment; `bill` where the message has none.
    #[schema(required = false)]
    pub kind: Kind,
    /// Tells two lines of one bill for the same product apart; 1 where the message has none.
    #[schema(required = false, minimum = 1)]
    pub line_no: i32,
}

/// What makes an entry that entry: `UNIQUE(product, company, warehouse, bill, line)`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Identity {
    /// Company whose books the bill belongs to.
    pub company_id: CompanyId,
    /// Bill that the line stands on; another company may use the same id.
    pub bill_id: BillId,
    /// Product that the line moves.
    pub product_id: ProductId,
    /// Warehouse that the goods enter or leave.
    pub warehouse_id: WarehouseId,
    /// Number that tells lines of one bill for the same product apart, from 1.
    pub line_no: i32,
}

impl Entry {
    /// The identity, by which resends are recognised.
    pub fn identity(&self) -> Identity {
        Identity {
            company_id: self.company_id.clone(),
            bill_id: self.bill_id.clone(),
            product_id: self.product_id.clone(),
            warehouse_id: self.warehouse_id.clone(),
            line_no: self.line_no,
        }
    }

    /// What it moves the stock of.
    pub fn key(&self) -> StockKey {
        StockKey { warehouse_id: self.warehouse_id.clone(), product_id: self.product_id.clone() }
    }

    /// By how much it moves stock: positive in, negative out.
    pub fn movement(&self) -> i64 {
        self.quantity.get() * self.direction.sign()
    }

    /// What it does to the sums of its key.
    pub fn delta(&self) -> Delta {
        let net = self.movement();
        Delta { net, gross_in: net.max(0), entries: 1 }
    }

    /// Same content as another entry of the same identity? Never asks where either came from.
    pub fn same_content(&self, other: &Self) -> bool {
        self.quantity == other.quantity
            && self.direction == other.direction
            && self.kind == other.kind
            && self.create_time == other.create_time
            && self.description == other.description
    }
}
