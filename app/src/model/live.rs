//! What a live page shows, and how it moves on: a view, the change from one view to the next, and nothing in between.
//! `view.apply(view.change_to(&next))` is `next`; the server works changes out once, every screen applies them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::batch::Flow;
use super::names::Name;
use super::pipeline::PipelineState;
use super::quantity::Direction;

/// The most rows of a ranked list, and of the newest entries, that a view carries.
pub const LIST_ROWS: usize = 100;
/// The most entries that a view carries.
pub const NEWEST_ROWS: usize = 12;
/// The last hour, in minutes.
pub const HOUR: i64 = 60;

/// Everything that `/` shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LiveView {
    /// Which hub made it and how many changes before: `EPOCH-NUMBER`. Events carry the same.
    pub id: String,
    /// The figures on top.
    pub totals: Totals,
    /// Who holds it, largest first.
    pub warehouses: Ranking,
    /// What is held, largest first.
    pub products: Ranking,
    /// Newest first.
    pub newest: Vec<FreshEntry>,
    /// The last hour by minute, oldest first; always [`HOUR`] bars.
    pub hour: Vec<MinuteBar>,
    /// Per partition, the position up to which entries are in the figures.
    pub offsets: BTreeMap<i32, i64>,
}

/// The figures on top.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Totals {
    /// The worst state that holds.
    pub state: PipelineState,
    /// Why, for operators.
    pub reasons: Vec<String>,
    /// All stock of all warehouses; `None` while there is no number we could vouch for.
    pub stock: Option<i64>,
    /// Keys with stock.
    pub keys: u64,
    /// Keys whose stock is negative.
    pub negative: u64,
    /// Keys whose stored stock cannot be read.
    pub unreadable: u64,
    /// The business day, `YYYY-MM-DD`.
    pub day: String,
    /// Its flow.
    pub today: Flow,
    /// Entries that arrived in the last 10 seconds.
    pub arrived_in_10_s: u64,
    /// Messages that were rejected, ever.
    pub rejected: i64,
    /// When this was true, `HH:MM:SS`, business time.
    pub time: String,
}

/// A ranked list, its head only.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Ranking {
    /// How many there are in all.
    pub count: usize,
    /// At most [`LIST_ROWS`], by magnitude of stock, largest first.
    pub rows: Vec<Holder>,
}

/// One warehouse or product.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Holder {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Name,
    /// Its stock.
    pub stock: i64,
    /// Its flow today.
    pub today: Flow,
}

/// A thing with its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: Name,
}

/// An entry that just came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreshEntry {
    /// `PARTITION-OFFSET`: tells entries apart.
    pub origin: String,
    /// `YYYY-MM-DD`, business time, as the bill says.
    pub date: String,
    /// `HH:MM:SS`.
    pub time: String,
    /// Which way.
    pub direction: Direction,
    /// How many.
    pub quantity: i64,
    /// Where.
    pub warehouse: Named,
    /// What.
    pub product: Named,
    /// Which bill.
    pub bill_id: String,
}

/// One minute of the last hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MinuteBar {
    /// Minutes since 1970-01-01 UTC.
    pub minute: i64,
    /// `HH:MM`, business time.
    pub label: String,
    /// What moved.
    pub flow: Flow,
}

/// What is different in the next view. Absent parts are as before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LiveChange {
    /// Of the next view.
    pub id: String,
    /// The figures on top, if any of them moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub totals: Option<Totals>,
    /// Changes of warehouses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warehouses: Option<RankingChange>,
    /// Changes of products.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub products: Option<RankingChange>,
    /// Entries that are new, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub newest: Vec<FreshEntry>,
    /// `newest` is the whole list: what was known is not how it goes on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub newest_anew: bool,
    /// Minutes that are new or moved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hour: Vec<MinuteBar>,
    /// Positions that moved.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub offsets: BTreeMap<i32, i64>,
}

/// What is different in a ranked list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RankingChange {
    /// How many there are in all.
    pub count: usize,
    /// Rows that are new or moved.
    pub changed: Vec<Holder>,
    /// The ids in their new order, if it is another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<Vec<String>>,
}

impl LiveView {
    /// What is different in `next`.
    pub fn change_to(&self, next: &Self) -> LiveChange {
        let (newest, newest_anew) = newest_change(&self.newest, &next.newest);
        LiveChange {
            id: next.id.clone(),
            totals: (self.totals != next.totals).then(|| next.totals.clone()),
            warehouses: self.warehouses.change_to(&next.warehouses),
            products: self.products.change_to(&next.products),
            newest,
            newest_anew,
            hour: next.hour.iter().filter(|it| !self.hour.contains(it)).cloned().collect(),
            offsets: next
                .offsets
                .iter()
                .filter(|(partition, offset)| self.offsets.get(partition) != Some(*offset))
                .map(|(partition, offset)| (*partition, *offset))
                .collect(),
        }
    }

    /// Moves on to the next view.
    pub fn apply(&mut self, change: LiveChange) {
        self.id = change.id;
        if let Some(totals) = change.totals {
            self.totals = totals;
        }
        if let Some(change) = change.warehouses {
            self.warehouses.apply(change);
        }
        if let Some(change) = change.products {
            self.products.apply(change);
        }
        move_newest(&mut self.newest, change.newest, change.newest_anew);
        merge_hour(&mut self.hour, change.hour);
        self.offsets.extend(change.offsets);
    }
}

impl LiveChange {
    /// Does it say nothing but that time went by?
    pub fn is_empty(&self) -> bool {
        self.totals.is_none()
            && self.warehouses.is_none()
            && self.products.is_none()
            && self.newest.is_empty()
            && !self.newest_anew
            && self.hour.is_empty()
            && self.offsets.is_empty()
    }
}

/// The entries to be put before the known ones; or all of them, where that would not give the next list.
fn newest_change(before: &[FreshEntry], next: &[FreshEntry]) -> (Vec<FreshEntry>, bool) {
    let added: Vec<FreshEntry> = next.iter().take_while(|it| before.first() != Some(*it)).cloned().collect();
    let mut led_to = before.to_vec();
    move_newest(&mut led_to, added.clone(), false);
    if led_to == next { (added, false) } else { (next.to_vec(), true) }
}

/// Puts new entries before the known ones, and lets the oldest go; or starts the list anew.
pub fn move_newest(list: &mut Vec<FreshEntry>, mut newer: Vec<FreshEntry>, anew: bool) {
    if anew {
        list.clear();
    }
    newer.append(list);
    newer.truncate(NEWEST_ROWS);
    *list = newer;
}

/// Takes moved and new minutes over, and lets go of what is more than an hour old.
pub fn merge_hour(bars: &mut Vec<MinuteBar>, changed: Vec<MinuteBar>) {
    for bar in changed {
        match bars.binary_search_by_key(&bar.minute, |it| it.minute) {
            Ok(at) => bars[at] = bar,
            Err(at) => bars.insert(at, bar),
        }
    }
    if let Some(last) = bars.last().map(|it| it.minute) {
        bars.retain(|it| it.minute > last - HOUR);
    }
}

impl Ranking {
    fn change_to(&self, next: &Self) -> Option<RankingChange> {
        let before: BTreeMap<&str, &Holder> = self.rows.iter().map(|it| (it.id.as_str(), it)).collect();
        let changed: Vec<Holder> =
            next.rows.iter().filter(|it| before.get(it.id.as_str()) != Some(it)).cloned().collect();
        let same_order = self.rows.iter().map(|it| &it.id).eq(next.rows.iter().map(|it| &it.id));
        if changed.is_empty() && same_order && self.count == next.count {
            return None;
        }
        let order = (!same_order).then(|| next.rows.iter().map(|it| it.id.clone()).collect());
        Some(RankingChange { count: next.count, changed, order })
    }

    fn apply(&mut self, change: RankingChange) {
        self.count = change.count;
        let order = change.order.unwrap_or_else(|| self.rows.iter().map(|it| it.id.clone()).collect());
        let mut rows: BTreeMap<String, Holder> = self.rows.drain(..).map(|it| (it.id.clone(), it)).collect();
        rows.extend(change.changed.into_iter().map(|it| (it.id.clone(), it)));
        self.rows = order.iter().filter_map(|id| rows.remove(id)).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A small generator: this crate has no use for a random number library outside this test.
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self, below: u64) -> i64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            i64::try_from((self.0 >> 33) % below).unwrap_or(0)
        }

        fn ranking(&mut self) -> Ranking {
            let mut rows = Vec::new();
            for id in 0..6 {
                if self.roll(4) > 0 {
                    let stock = self.roll(3);
                    rows.push(Holder { id: id.to_string(), name: Name::default(), stock, today: Flow::default() });
                }
            }
            rows.sort_by_key(|it| (-it.stock, it.id.clone()));
            Ranking { count: rows.len(), rows }
        }
    }

    fn view(seed: u64) -> LiveView {
        let mut dice = Dice(seed);
        let (warehouses, products) = (dice.ranking(), dice.ranking());
        let first = i64::try_from(seed).unwrap_or(0);
        let bar = |minute: i64, moved| MinuteBar {
            minute,
            label: String::new(),
            flow: Flow { qty_in: moved, ..Flow::default() },
        };
        LiveView {
            id: format!("e-{seed}"),
            totals: Totals {
                state: PipelineState::Ok,
                reasons: Vec::new(),
                stock: Some(dice.roll(2)),
                keys: 0,
                negative: 0,
                unreadable: 0,
                day: String::new(),
                today: Flow::default(),
                arrived_in_10_s: 0,
                rejected: 0,
                time: String::new(),
            },
            warehouses,
            products,
            newest: Vec::new(),
            hour: (first..first + HOUR).map(|minute| bar(minute, dice.roll(2))).collect(),
            offsets: BTreeMap::from([(0, first)]),
        }
    }

    #[test]
    fn a_change_leads_to_the_next_view() {
        for seed in 0..200 {
            let (mut before, next) = (view(seed), view(seed + 1));
            let change = before.change_to(&next);
            before.apply(change);
            assert_eq!(before, next, "seed {seed}");
        }
    }

    #[test]
    fn no_change_is_empty() {
        let same = view(7);
        assert!(same.change_to(&same).is_empty());
    }

    #[test]
    fn newest_entries_come_first_and_old_ones_go() {
        let entry = |n: usize| FreshEntry {
            origin: n.to_string(),
            date: String::new(),
            time: String::new(),
            direction: Direction::In,
            quantity: 1,
            warehouse: Named { id: String::new(), name: Name::default() },
            product: Named { id: String::new(), name: Name::default() },
            bill_id: String::new(),
        };
        let mut before = view(1);
        before.newest = (0..NEWEST_ROWS).rev().map(entry).collect();
        let mut next = before.clone();
        next.newest = (3..NEWEST_ROWS + 3).rev().map(entry).collect();
        let change = before.change_to(&next);
        assert_eq!(change.newest.len(), 3);
        before.apply(change);
        assert_eq!(before, next);

        // Read again, the same head may be followed by others.
        let mut reordered = next.clone();
        reordered.newest.swap(4, 7);
        let change = next.change_to(&reordered);
        assert!(change.newest_anew);
        next.apply(change);
        assert_eq!(next, reordered);
    }
}
