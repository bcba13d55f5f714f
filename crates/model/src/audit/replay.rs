//! Replays: what the queue says of keys that deviate, bill by bill (docs/consistency.md#replay).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::entry::Kind;
use crate::stock::StockKey;
use crate::time::Millis;

/// How a bill differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum BillKind {
    /// In the queue, not in the records.
    Missing,
    /// The records say something else than the queue.
    Altered,
    /// In the records, not in the queue.
    Extra,
    /// The queue no longer holds it.
    Undecidable,
    /// Both agree; the live stock may have missed it, or counted it twice.
    Candidate,
}

impl BillKind {
    /// Kinds in the order in which a page lists them.
    pub const ALL: [Self; 5] = [Self::Missing, Self::Altered, Self::Extra, Self::Undecidable, Self::Candidate];

    /// The word that is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Altered => "altered",
            Self::Extra => "extra",
            Self::Undecidable => "undecidable",
            Self::Candidate => "candidate",
        }
    }

    /// A kind by its word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }

    /// Is it put right by a correction?
    pub fn is_corrected(self) -> bool {
        matches!(self, Self::Missing | Self::Altered | Self::Extra)
    }
}

/// What one side says of a bill line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BillContent {
    /// Pieces that the line moves; the direction is apart, in `drcr`.
    pub quantity: i64,
    /// 1: in; -1: out.
    pub drcr: i64,
    /// Trade or adjustment.
    pub kind: Kind,
    /// When, in milliseconds since 1970.
    #[schema(value_type = i64)]
    pub create_time: Millis,
    /// Free text of the line; empty where it has none.
    pub description: String,
}

impl BillContent {
    /// What it does to the stock.
    pub fn movement(&self) -> i64 {
        self.quantity.saturating_mul(self.drcr)
    }
}

/// A bill line that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Bill {
    /// Kind of the difference, or a candidate without one.
    pub kind: BillKind,
    /// Company whose books the bill belongs to.
    pub company_id: String,
    /// Bill that the line stands on.
    pub bill_id: String,
    /// Product that the line moves.
    pub product_id: String,
    /// Warehouse whose stock the line moves.
    pub warehouse_id: String,
    /// Number that tells lines of one bill for the same product apart, from 1.
    pub line_no: i32,
    /// Where its message is.
    pub partition: i32,
    /// Where its message is.
    pub offset: i64,
    /// What the queue says.
    pub queue: Option<BillContent>,
    /// What the records say.
    pub records: Option<BillContent>,
    /// The table that holds it, where it does not belong there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found_in: Option<String>,
}

impl Bill {
    /// The key that it moves. `None`: its ids cannot be.
    pub fn key(&self) -> Option<StockKey> {
        let (warehouse, product) = (self.warehouse_id.as_str(), self.product_id.as_str());
        Some(StockKey { warehouse_id: warehouse.try_into().ok()?, product_id: product.try_into().ok()? })
    }

    /// What a correction does to RRS, if it does anything.
    pub fn effect(&self) -> i64 {
        let moves = |it: &Option<BillContent>| it.as_ref().map_or(0, BillContent::movement);
        if self.kind.is_corrected() { moves(&self.queue).saturating_sub(moves(&self.records)) } else { 0 }
    }
}

/// What a replay has come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReplayState {
    /// The topic is being read.
    Running,
    /// The bills are named; nothing has been changed.
    Ready,
    /// An auditor has confirmed; the records are corrected.
    Corrected,
    /// It could not be made.
    Error,
}

impl ReplayState {
    /// States in the order of a replay's life; the failure comes last.
    pub const ALL: [Self; 4] = [Self::Running, Self::Ready, Self::Corrected, Self::Error];

    /// The word that is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Ready => "ready",
            Self::Corrected => "corrected",
            Self::Error => "error",
        }
    }

    /// A state by its word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }
}
