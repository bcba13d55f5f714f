//! A recorded batch: what it did to stock and what it tells the live view. Stored in the journal as JSON.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ids::{BillId, CompanyId, ProductId, WarehouseId};
use super::pipeline::Counts;
use super::quantity::Direction;
use super::stock::StockKey;
use crate::time::Millis;

/// The name of a batch, unique for ever: 32 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BatchId(pub String);

impl fmt::Display for BatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What entries do to the three sums of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Delta {
    /// In less out.
    pub net: i64,
    /// Everything with `drcr` 1, whatever its kind.
    pub gross_in: i64,
    /// How many entries.
    pub entries: i64,
}

impl Delta {
    /// Sum of both deltas, field by field.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            net: self.net + other.net,
            gross_in: self.gross_in + other.gross_in,
            entries: self.entries + other.entries,
        }
    }
}

/// A delta and its key; in JSON `[warehouse, product, net, gross_in, entries]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "DeltaRow", into = "DeltaRow")]
pub struct KeyDelta {
    /// Warehouse and product whose sums change.
    pub key: StockKey,
    /// By how much.
    pub delta: Delta,
}

type DeltaRow = (WarehouseId, ProductId, i64, i64, i64);

impl From<DeltaRow> for KeyDelta {
    fn from((warehouse_id, product_id, net, gross_in, entries): DeltaRow) -> Self {
        Self { key: StockKey { warehouse_id, product_id }, delta: Delta { net, gross_in, entries } }
    }
}

impl From<KeyDelta> for DeltaRow {
    fn from(it: KeyDelta) -> Self {
        (it.key.warehouse_id, it.key.product_id, it.delta.net, it.delta.gross_in, it.delta.entries)
    }
}

/// In and out of one kind of thing. Trade only: opening stock and adjustments are no movement of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Flow {
    /// Goods in, in pieces, by trade alone.
    pub qty_in: i64,
    /// Goods out, in pieces, by trade alone.
    pub qty_out: i64,
    /// Entries of any kind.
    pub entries: i64,
}

impl Flow {
    /// Adds another flow.
    pub fn add(&mut self, other: Self) {
        self.qty_in += other.qty_in;
        self.qty_out += other.qty_out;
        self.entries += other.entries;
    }

    /// In less out.
    pub fn net(self) -> i64 {
        self.qty_in - self.qty_out
    }
}

/// The flow of one key on one business day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayFlow {
    /// `YYYY-MM-DD`, business time.
    pub day: String,
    /// Warehouse and product that moved.
    pub key: StockKey,
    /// Movement of the key on that day.
    pub flow: Flow,
}

/// The flow of one minute in one warehouse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MinuteFlow {
    /// Minutes since 1970-01-01 UTC, by `create_time`.
    pub minute: i64,
    /// Where; none in lines that were written before this was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warehouse_id: Option<WarehouseId>,
    /// Movement of that warehouse in that minute.
    pub flow: Flow,
}

/// An entry as the list of newest entries shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewEntry {
    /// When, as the bill says.
    pub create_time: Millis,
    /// Direction of the goods: 1 in, -1 out.
    pub direction: Direction,
    /// Pieces that it moves, 1 or more; the direction is apart.
    pub quantity: i64,
    /// Warehouse that the goods entered or left.
    pub warehouse_id: WarehouseId,
    /// Product that was moved.
    pub product_id: ProductId,
    /// Company whose books the bill belongs to.
    pub company_id: CompanyId,
    /// Bill that the line stands on.
    pub bill_id: BillId,
    /// Its place in the partition.
    pub offset: i64,
}

/// The most entries that a note carries.
pub const NOTE_ENTRIES: usize = 50;

/// What a batch tells the live view, beside its deltas.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Note {
    /// How many entries it recorded.
    pub recorded: i64,
    /// How many messages it rejected.
    pub rejected: i64,
    /// Its last entries, oldest first; at most [`NOTE_ENTRIES`].
    pub newest: Vec<NewEntry>,
    /// Its flow by day and key, for yesterday and later.
    pub days: Vec<DayFlow>,
    /// Its flow by minute, for the last two days.
    pub minutes: Vec<MinuteFlow>,
}

/// One line of the journal: everything the live stock needs to add the batch, now or later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalLine {
    /// Partition of the topic that the batch was read from.
    pub partition: i32,
    /// Name of the batch; the next one of the partition names it as its previous one.
    pub batch_id: BatchId,
    /// The batch before it in the same partition; none for the first.
    pub previous: Option<BatchId>,
    /// The position before it.
    pub from: i64,
    /// The position after it.
    pub to: i64,
    /// Its accounting line.
    pub counts: Counts,
    /// What it does to stock, sorted by key.
    pub deltas: Vec<KeyDelta>,
    /// What it tells the live view.
    pub note: Note,
}
