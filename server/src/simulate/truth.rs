//! The simulator's own truth: what both stores must say once they have read everything.

use std::collections::BTreeMap;

use model::entry::Entry;
use model::quantity::Direction;
use model::stock::StockKey;
use model::time::Millis;
use serde::{Serialize, Serializer};

use base::business_time::rfc3339;

/// A sum that does not fit. The entry was not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sum of the simulation is larger than 64 bits hold")]
pub struct Overflow;

/// Counts entries. `in` and `out` count every entry with `drcr` 1 and -1, whatever its kind: opening stock and
/// adjustments move stock like any other.
///
/// Each entry must be added once: it does not recognise duplicates, because the grocer makes none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Truth {
    seed: u64,
    entries: u64,
    gross_in: i64,
    gross_out: i64,
    stock: BTreeMap<StockKey, i64>,
    last: Option<Millis>,
}

impl Truth {
    /// Nothing yet. The seed is only noted.
    pub fn new(seed: u64) -> Self {
        Self { seed, entries: 0, gross_in: 0, gross_out: 0, stock: BTreeMap::new(), last: None }
    }

    /// Counts one entry, all of it or nothing.
    pub fn add(&mut self, entry: &Entry) -> Result<(), Overflow> {
        let quantity = entry.quantity.get();
        let (more_in, more_out) = match entry.direction {
            Direction::In => (quantity, 0),
            Direction::Out => (0, quantity),
        };
        let gross_in = self.gross_in.checked_add(more_in).ok_or(Overflow)?;
        let gross_out = self.gross_out.checked_add(more_out).ok_or(Overflow)?;
        let entries = self.entries.checked_add(1).ok_or(Overflow)?;
        let key = entry.key();
        let stock = self.stock.get(&key).copied().unwrap_or(0).checked_add(entry.movement()).ok_or(Overflow)?;
        self.stock.insert(key, stock);
        (self.gross_in, self.gross_out, self.entries) = (gross_in, gross_out, entries);
        self.last = self.last.max(Some(entry.create_time));
        Ok(())
    }

    /// How many entries.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// Everything with `drcr` 1.
    pub fn gross_in(&self) -> i64 {
        self.gross_in
    }

    /// Everything with `drcr` -1.
    pub fn gross_out(&self) -> i64 {
        self.gross_out
    }

    /// In minus out, which is the stock of all keys together.
    pub fn net(&self) -> i64 {
        // Neither is negative, so the difference fits.
        self.gross_in - self.gross_out
    }

    /// The stock of every key that was ever mentioned.
    pub fn stock(&self) -> &BTreeMap<StockKey, i64> {
        &self.stock
    }

    /// The latest `create_time`.
    pub fn last_create_time(&self) -> Option<Millis> {
        self.last
    }
}

/// The truth as JSON has it.
#[derive(Serialize)]
struct Shown<'a> {
    seed: u64,
    entries: u64,
    r#in: i64,
    out: i64,
    net: i64,
    stock: Vec<ShownStock<'a>>,
    last_create_time: Option<String>,
}

#[derive(Serialize)]
struct ShownStock<'a> {
    #[serde(flatten)]
    key: &'a StockKey,
    stock: i64,
}

impl Serialize for Truth {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Shown {
            seed: self.seed,
            entries: self.entries,
            r#in: self.gross_in,
            out: self.gross_out,
            net: self.net(),
            stock: self.stock.iter().map(|(key, stock)| ShownStock { key, stock: *stock }).collect(),
            last_create_time: self.last.map(rfc3339),
        }
        .serialize(serializer)
    }
}
