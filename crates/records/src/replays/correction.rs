//! A correction as it is asked for: bills, keys, reason and person; its parts; and what became of it. Pure. How it is made: `apply.rs`.

use std::collections::{BTreeMap, BTreeSet};

use model::audit::ResolveAs;
use model::audit::replay::Bill;
use model::stock::StockKey;

use crate::Error;
use crate::day_tables::names::Holds;
use base::config::Layout;

/// What is to be corrected.
#[derive(Debug, Clone)]
pub struct Correction {
    /// Of which audit.
    pub audit: i64,
    /// Why the records become what they become.
    pub reason: CorrectionReason,
    /// Bills that differ. Of keys that are not in `keys` only the rows are put right.
    pub bills: Vec<Bill>,
    /// The keys that are right then, and whose findings are dealt with.
    pub keys: BTreeSet<StockKey>,
    /// Keys whose totals are made anew from all of their rows.
    pub all_totals_of: BTreeSet<StockKey>,
    /// Name of the person who confirmed the replay or accepted the rows.
    pub who: String,
    /// After this the replay is confirmed.
    pub is_last: bool,
}

/// Why records are corrected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CorrectionReason {
    /// A replay named bills, and somebody confirmed.
    Replay(i64),
    /// Somebody accepts the rows as they are, with a note; an adjusting entry may follow.
    Accepted(ResolveAs, String),
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Corrected {
    /// It is made.
    Done,
    /// The replay was confirmed before, or is not ready.
    NotReady,
    /// The journal is not as that audit saw it: another audit has to be looked at first.
    Changed,
    /// The run is not ours any more.
    Lost,
}

impl Correction {
    /// Parts that can be made one after the other: keys whose rows share tables, whatever the day, are of one part. Pure.
    pub fn parts(self, layout: Layout) -> Result<Vec<Self>, Error> {
        let empty = || Self {
            bills: Vec::new(),
            keys: BTreeSet::new(),
            all_totals_of: BTreeSet::new(),
            reason: self.reason.clone(),
            who: self.who.clone(),
            is_last: false,
            audit: self.audit,
        };
        let mut parts: BTreeMap<Holds, Self> = BTreeMap::new();
        for key in self.keys {
            let part = parts.entry(Holds::of(layout, &key.product_id)).or_insert_with(empty);
            if self.all_totals_of.contains(&key) {
                part.all_totals_of.insert(key.clone());
            }
            part.keys.insert(key);
        }
        for bill in self.bills {
            let key = bill.key().ok_or_else(|| Error::Inconsistent("a bill names ids that cannot be".to_owned()))?;
            parts.entry(Holds::of(layout, &key.product_id)).or_insert_with(empty).bills.push(bill);
        }
        let mut parts: Vec<Self> = parts.into_values().collect();
        if parts.is_empty() {
            // No key, such as of a replay that only looked into holes: it is confirmed all the same.
            parts.push(empty());
        }
        if let Some(last) = parts.last_mut() {
            last.is_last = self.is_last;
        }
        Ok(parts)
    }

    /// Leaves out keys, and their bills.
    pub fn retain(&mut self, stays: impl Fn(&StockKey) -> bool) {
        self.keys.retain(&stays);
        self.all_totals_of.retain(&stays);
        self.bills.retain(|it| it.key().is_some_and(|key| stays(&key)));
    }

    /// Every key that it touches.
    pub fn touched(&self) -> BTreeSet<StockKey> {
        self.keys.iter().cloned().chain(self.bills.iter().filter_map(Bill::key)).collect()
    }
}
