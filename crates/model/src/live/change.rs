//! What is different from one view to the next, worked out once on the server and applied by every screen.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Alert, FreshEntry, HOUR, Holder, LiveView, MinuteBar, NEWEST_ROWS, Named, Ranking, Totals};

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
    /// Other products head the heat map.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<Named>>,
    /// The keys that need a person, if they changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alerts: Option<Vec<Alert>>,
    /// Entries that are new, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub newest: Vec<FreshEntry>,
    /// `newest` is the whole list: what was known is not how it goes on.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub newest_anew: bool,
    /// Minutes that are new or moved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hour: Vec<MinuteBar>,
    /// `hour` is all of it: the server's clock was set back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hour_anew: bool,
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
        let last = |hour: &[MinuteBar]| hour.last().map(|it| it.minute);
        let hour_anew = last(&next.hour) < last(&self.hour);
        LiveChange {
            id: next.id.clone(),
            totals: (self.totals != next.totals).then(|| next.totals.clone()),
            warehouses: self.warehouses.change_to(&next.warehouses),
            products: self.products.change_to(&next.products),
            columns: (self.columns != next.columns).then(|| next.columns.clone()),
            alerts: (self.alerts != next.alerts).then(|| next.alerts.clone()),
            newest,
            newest_anew,
            hour: next.hour.iter().filter(|it| hour_anew || !self.hour.contains(it)).cloned().collect(),
            hour_anew,
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
        if let Some(columns) = change.columns {
            self.columns = columns;
        }
        if let Some(alerts) = change.alerts {
            self.alerts = alerts;
        }
        move_newest(&mut self.newest, change.newest, change.newest_anew);
        merge_hour(&mut self.hour, change.hour, change.hour_anew);
        self.offsets.extend(change.offsets);
    }
}

impl LiveChange {
    /// Does it say nothing but that time went by?
    pub fn is_empty(&self) -> bool {
        self.totals.is_none()
            && self.warehouses.is_none()
            && self.products.is_none()
            && self.columns.is_none()
            && self.alerts.is_none()
            && self.newest.is_empty()
            && !self.newest_anew
            && self.hour.is_empty()
            && !self.hour_anew
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

/// Takes moved and new minutes over, and lets go of what is more than an hour old; or starts anew.
pub fn merge_hour(bars: &mut Vec<MinuteBar>, changed: Vec<MinuteBar>, anew: bool) {
    if anew {
        bars.clear();
    }
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
    use crate::batch::Flow;
    use crate::names::Name;
    use crate::pipeline::PipelineState;
    use crate::quantity::Direction;

    use super::*;
    use crate::live::{Verification, Verified};

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
                    rows.push(Holder { id: id.to_string(), stock: Some(stock), ..Holder::default() });
                }
            }
            rows.sort_by_key(|it| (it.stock.map(std::cmp::Reverse), it.id.clone()));
            Ranking { count: rows.len(), rows }
        }
    }

    fn named(id: &str) -> Named {
        Named { id: id.to_owned(), name: Name::default() }
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
                negative: Some(0),
                low: None,
                unreadable: 0,
                day: String::new(),
                today: Flow::default(),
                yesterday: Flow::default(),
                recorded: 0,
                arrived_in_10_s: 0,
                rejected: 0,
                time: String::new(),
                verified: (dice.roll(2) > 0).then(|| Verified {
                    at: "09:41:32".to_owned(),
                    entries_since: dice.roll(5),
                    age: 7,
                    minutes: 4,
                    part_since: 1,
                    state: Verification::Verified,
                }),
            },
            warehouses,
            products,
            columns: (0..dice.roll(3)).map(|it| named(&it.to_string())).collect(),
            alerts: (0..dice.roll(3))
                .map(|it| Alert { warehouse: named("w"), product: named("p"), stock: -it, level: None })
                .collect(),
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
    fn a_clock_that_was_set_back_leads_to_the_next_view_too() {
        let (mut before, next) = (view(100), view(7));
        let change = before.change_to(&next);
        assert!(change.hour_anew);
        before.apply(change);
        assert_eq!(before.hour, next.hour);
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
            warehouse: named(""),
            product: named(""),
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
