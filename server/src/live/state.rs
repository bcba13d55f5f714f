//! What the hub holds in memory, and how it merges what it reads with what the feed brings. Pure.
//!
//! Values of keys carry (incarnation, rev) as their version, so a read and the changes around it merge in any order.
//! Flows carry positions: those of a batch are added once, when it begins where the flows so far end.

use std::collections::{BTreeMap, HashMap, VecDeque};

use app::model::batch::{DayFlow, Flow, NewEntry, Note};
use app::model::ids::{ProductId, WarehouseId};
use app::model::live::{HOUR, NEWEST_ROWS};
use app::model::stock::StockKey;
use chrono::NaiveDate;

use crate::realtime::{FeedMessage, Meta, Value};
use crate::records::StreamSnapshot;

/// Everything the live pages show, by key.
#[derive(Debug, Clone)]
pub struct State {
    keys: BTreeMap<StockKey, Value>,
    warehouses: HashMap<WarehouseId, Held>,
    products: HashMap<ProductId, Held>,
    total: i64,
    negative: u64,
    unreadable: u64,
    day: NaiveDate,
    today: Flow,
    minutes: BTreeMap<i64, Flow>,
    newest: VecDeque<(i32, NewEntry)>,
    rejected: i64,
    flows_to: BTreeMap<i32, i64>,
    positions: BTreeMap<i32, i64>,
    incarnation: String,
    settlings: i64,
}

/// What a warehouse or a product holds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Held {
    /// Its stock.
    pub stock: i64,
    /// Its flow today.
    pub today: Flow,
}

/// A message that does not fit what the hub holds: read everything again.
#[derive(Debug, PartialEq, Eq)]
pub struct Missed;

impl State {
    /// Starts from a snapshot of the records; stock comes by [`State::merge`].
    pub fn new(snapshot: StreamSnapshot, meta: Meta) -> Self {
        let mut state = Self {
            keys: BTreeMap::new(),
            warehouses: HashMap::new(),
            products: HashMap::new(),
            total: 0,
            negative: 0,
            unreadable: 0,
            day: snapshot.today.day,
            today: Flow::default(),
            minutes: snapshot.minutes,
            newest: VecDeque::new(),
            rejected: snapshot.cursors.values().map(|it| it.counts.rejected).sum(),
            flows_to: snapshot.cursors.iter().map(|(partition, it)| (*partition, it.next_offset)).collect(),
            positions: meta.positions,
            incarnation: meta.incarnation,
            settlings: meta.settlings,
        };
        for flow in &snapshot.today.flows {
            state.add_flow(flow);
        }
        let mut newest = snapshot.newest;
        newest.sort_by_key(|(partition, it)| {
            (std::cmp::Reverse(it.create_time), *partition, std::cmp::Reverse(it.offset))
        });
        state.newest = newest.into_iter().take(NEWEST_ROWS).collect();
        state
    }

    /// Takes a value over, unless a newer one is known.
    pub fn merge(&mut self, key: StockKey, value: Value) {
        let before = self.keys.get(&key);
        if before.is_some_and(|it| it.rev >= value.rev) {
            return;
        }
        let (old, new) = (before.and_then(|it| it.stock), value.stock);
        let moved = new.unwrap_or(0) - old.unwrap_or(0);
        self.total += moved;
        self.warehouses.entry(key.warehouse_id.clone()).or_default().stock += moved;
        self.products.entry(key.product_id.clone()).or_default().stock += moved;
        let was = before.map(|_| old);
        self.negative = recount(self.negative, was.flatten().is_some_and(|it| it < 0), new.is_some_and(|it| it < 0));
        self.unreadable = recount(self.unreadable, was == Some(None), new.is_none());
        self.keys.insert(key, value);
    }

    /// Takes one applied batch over.
    pub fn follow(&mut self, message: FeedMessage) -> Result<(), Missed> {
        let known = self.positions.get(&message.partition).copied();
        let set_back = message.to < message.from;
        if message.incarnation != self.incarnation || set_back || known.is_some_and(|known| message.from > known) {
            return Err(Missed);
        }
        for (key, value) in message.keys {
            self.merge(key, value);
        }
        let position = self.positions.entry(message.partition).or_default();
        *position = message.to.max(*position);
        let flows_to = self.flows_to.entry(message.partition).or_default();
        if message.from >= *flows_to {
            *flows_to = message.to;
            self.add_note(message.partition, message.note);
        }
        Ok(())
    }

    /// Why what is held is not what Redis holds now, if it is not. Messages on their way are no difference: missed is what
    /// was in Redis at the look `before`, and still has not come.
    pub fn differs(&self, now: &Meta, before: &BTreeMap<i32, i64>) -> Option<&'static str> {
        let at = |of: &BTreeMap<i32, i64>, partition: &i32| of.get(partition).copied().unwrap_or(0);
        if self.incarnation != now.incarnation {
            Some("the live stock was made anew")
        } else if self.positions.iter().any(|(partition, ours)| at(&now.positions, partition) < *ours) {
            Some("the live stock was thrown back")
        } else if before.iter().any(|(partition, then)| at(&self.positions, partition) < *then) {
            Some("messages of the feed were missed")
        } else if self.settlings != now.settlings {
            Some("keys were settled or set apart")
        } else {
            None
        }
    }

    fn add_note(&mut self, partition: i32, note: Note) {
        self.rejected += note.rejected;
        let day = self.day.to_string();
        for flow in note.days.iter().filter(|it| it.day == day) {
            self.add_flow(flow);
        }
        for it in note.minutes {
            self.minutes.entry(it.minute).or_default().add(it.flow);
        }
        for entry in note.newest {
            self.newest.push_front((partition, entry));
        }
        self.newest.truncate(NEWEST_ROWS);
    }

    fn add_flow(&mut self, it: &DayFlow) {
        self.today.add(it.flow);
        self.warehouses.entry(it.key.warehouse_id.clone()).or_default().today.add(it.flow);
        self.products.entry(it.key.product_id.clone()).or_default().today.add(it.flow);
    }

    /// Lets go of minutes that are more than an hour before this one.
    pub fn forget_minutes_before(&mut self, minute: i64) {
        self.minutes = self.minutes.split_off(&(minute - HOUR));
    }

    /// Stock by key, in the order of (warehouse, product).
    pub fn keys(&self) -> &BTreeMap<StockKey, Value> {
        &self.keys
    }

    /// What each warehouse holds.
    pub fn warehouses(&self) -> impl ExactSizeIterator<Item = (&str, &Held)> {
        self.warehouses.iter().map(|(id, held)| (id.as_str(), held))
    }

    /// What is held of each product.
    pub fn products(&self) -> impl ExactSizeIterator<Item = (&str, &Held)> {
        self.products.iter().map(|(id, held)| (id.as_str(), held))
    }

    /// All stock.
    pub fn total(&self) -> i64 {
        self.total
    }

    /// Keys whose stock is negative.
    pub fn negative(&self) -> u64 {
        self.negative
    }

    /// Keys whose stored stock cannot be read.
    pub fn unreadable(&self) -> u64 {
        self.unreadable
    }

    /// The business day that "today" is.
    pub fn day(&self) -> NaiveDate {
        self.day
    }

    /// Today's flow.
    pub fn today(&self) -> Flow {
        self.today
    }

    /// The flow of a minute.
    pub fn minute(&self, minute: i64) -> Flow {
        self.minutes.get(&minute).copied().unwrap_or_default()
    }

    /// With their partition, newest first.
    pub fn newest(&self) -> impl Iterator<Item = &(i32, NewEntry)> {
        self.newest.iter()
    }

    /// Messages rejected, ever.
    pub fn rejected(&self) -> i64 {
        self.rejected
    }

    /// Up to where the stock reaches, per partition.
    pub fn positions(&self) -> &BTreeMap<i32, i64> {
        &self.positions
    }
}

fn recount(count: u64, was: bool, is: bool) -> u64 {
    (count + u64::from(is)).saturating_sub(u64::from(was))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::records::{Cursor, Today};

    fn key(n: u8) -> StockKey {
        StockKey {
            warehouse_id: format!("w{}", n % 2).try_into().unwrap(),
            product_id: format!("p{n}").try_into().unwrap(),
        }
    }

    fn state(flows_to: i64, position: i64) -> State {
        let cursor = Cursor { next_offset: flows_to, ..Cursor::default() };
        let day = "2025-03-10".parse().unwrap();
        let snapshot = StreamSnapshot {
            cursors: BTreeMap::from([(0, cursor)]),
            today: Today { day, flows: Vec::new() },
            minutes: BTreeMap::new(),
            newest: Vec::new(),
        };
        let positions = BTreeMap::from([(0, position)]);
        State::new(snapshot, Meta { incarnation: "i".to_owned(), positions, ..Meta::default() })
    }

    fn batch(n: i64) -> FeedMessage {
        let flow = Flow { qty_in: 1, qty_out: 0, entries: 1 };
        let note = Note { days: vec![DayFlow { day: "2025-03-10".to_owned(), key: key(0), flow }], ..Note::default() };
        FeedMessage {
            partition: 0,
            from: n,
            to: n + 1,
            incarnation: "i".to_owned(),
            keys: vec![(key(0), Value { stock: Some(n + 1), rev: n + 1 })],
            note,
        }
    }

    #[test]
    fn flows_before_the_snapshot_are_not_counted_again() {
        // The records were read at 3, the live stock stood at 1: batches 1 and 2 are in the snapshot's flows already.
        let mut state = state(3, 1);
        for n in 1..6 {
            state.follow(batch(n)).unwrap();
        }
        assert_eq!(state.today().entries, 3);
        assert_eq!(state.total(), 6);
        assert_eq!(state.positions().get(&0), Some(&6));
    }

    #[test]
    fn a_missing_batch_is_noticed() {
        let mut state = state(0, 0);
        state.follow(batch(0)).unwrap();
        assert_eq!(state.follow(batch(2)), Err(Missed));
    }

    #[test]
    fn messages_on_their_way_are_no_difference_but_missed_ones_are() {
        let mut state = state(0, 0);
        let redis = |position| Meta {
            incarnation: "i".to_owned(),
            positions: BTreeMap::from([(0, position)]),
            ..Meta::default()
        };
        state.follow(batch(0)).unwrap();
        assert_eq!(state.differs(&redis(3), &redis(1).positions), None, "two are on their way");
        assert_eq!(state.differs(&redis(9), &redis(3).positions), Some("messages of the feed were missed"));
        assert_eq!(state.differs(&redis(0), &BTreeMap::new()), Some("the live stock was thrown back"));
        let settled = Meta { settlings: 1, ..redis(1) };
        assert_eq!(state.differs(&settled, &BTreeMap::new()), Some("keys were settled or set apart"));
    }

    proptest! {
        #[test]
        fn reads_and_changes_merge_in_any_order(mut values in proptest::collection::vec((0u8..4, 1i64..20, -5i64..5), 0..40)) {
            // One stock per (key, rev), as a server would hold it.
            values.sort_unstable();
            values.dedup_by_key(|(key, rev, _)| (*key, *rev));
            let last: BTreeMap<u8, i64> = values.iter().map(|(key, _, stock)| (*key, *stock)).collect();
            let mut shuffled = values.clone();
            shuffled.reverse();
            for order in [values, shuffled] {
                let mut state = state(0, 0);
                for (n, rev, stock) in order {
                    state.merge(key(n), Value { stock: Some(stock), rev });
                }
                prop_assert_eq!(state.total(), last.values().sum::<i64>());
                prop_assert_eq!(state.negative(), u64::try_from(last.values().filter(|it| **it < 0).count()).unwrap());
                let by_warehouse: i64 = state.warehouses().map(|(_, held)| held.stock).sum();
                prop_assert_eq!(by_warehouse, state.total());
            }
        }
    }
}
