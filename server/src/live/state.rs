//! What the hub holds in memory, and how it merges what it reads with what the feed brings. Pure.
//!
//! Values of keys carry (incarnation, rev) as their version, so a read and the changes around it merge in any order.
//! Flows carry positions: those of a batch are added once, when it begins where the flows so far end.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use model::batch::{DayFlow, Flow, Note};
use model::ids::{ProductId, WarehouseId};
use model::stock::StockKey;

use super::curves::Curves;
use super::minutes::Minutes;
use super::newest::Newest;
use super::scope::Scope;
use super::sums::Sums;
use super::watchlist::{Levels, Watchlist};
use realtime::{FeedMessage, Meta, Value};
use records::{DayNets, StreamSnapshot};

/// Everything the live pages show, by key.
#[derive(Debug, Clone)]
pub struct State {
    keys: BTreeMap<StockKey, Value>,
    today: BTreeMap<StockKey, Flow>,
    sums: Sums,
    watchlist: Watchlist,
    minutes: Minutes,
    newest: Newest,
    curves: Curves,
    day: NaiveDate,
    rejected: i64,
    recorded: i64,
    flows_to: BTreeMap<i32, i64>,
    positions: BTreeMap<i32, i64>,
    incarnation: String,
    settlings: i64,
}

/// Why everything must be read again: what is held is of before.
pub const MADE_ANEW: &str = "the live stock was made anew";

/// A message that does not fit what the hub holds: read everything again.
#[derive(Debug, PartialEq, Eq)]
pub struct FeedGap;

impl State {
    /// Starts from a snapshot of the records; stock comes by [`State::merge`].
    pub fn new(snapshot: StreamSnapshot, meta: Meta) -> Self {
        let counts = || snapshot.cursors.values().map(|it| it.counts);
        let mut state = Self {
            keys: BTreeMap::new(),
            today: BTreeMap::new(),
            sums: Sums::default(),
            watchlist: Watchlist::default(),
            minutes: Minutes::default(),
            newest: Newest::default(),
            curves: Curves::default(),
            day: snapshot.today.day,
            rejected: counts().map(|it| it.rejected).sum(),
            recorded: counts().map(|it| it.recorded).sum(),
            flows_to: snapshot.cursors.iter().map(|(partition, it)| (*partition, it.next_offset)).collect(),
            positions: meta.positions,
            incarnation: meta.incarnation,
            settlings: meta.settlings,
        };
        for flow in snapshot.today.flows {
            state.add_flow(flow);
        }
        for it in snapshot.minutes {
            state.minutes.add(it.minute, it.warehouse_id, it.flow);
        }
        let mut newest = snapshot.newest;
        newest.sort_by_key(|(partition, it)| (it.create_time, std::cmp::Reverse(*partition), it.offset));
        for (partition, entry) in newest {
            state.newest.add(partition, entry);
        }
        state
    }

    /// Takes a value over, unless a newer one is known.
    pub fn merge(&mut self, key: StockKey, value: Value) {
        let before = self.keys.get(&key);
        if before.is_some_and(|it| it.rev >= value.rev) {
            return;
        }
        let was_unreadable = before.is_some_and(|it| it.stock.is_none());
        let (old, new) = (before.and_then(|it| it.stock), value.stock);
        self.sums.add_stock(&key, new.unwrap_or(0) - old.unwrap_or(0));
        self.watchlist.update(&key, old, new);
        self.sums.add_unreadable(&key, i64::from(new.is_none()) - i64::from(was_unreadable));
        self.keys.insert(key, value);
    }

    /// Works the curves out from what is held now; call it once all stock was merged.
    pub fn set_curves(&mut self, nets: &DayNets) {
        self.curves = Curves::new(nets, &self.sums);
    }

    /// Takes the catalogue's levels over.
    pub fn set_levels(&mut self, levels: &Levels) {
        let stocks = self.keys.iter().filter_map(|(key, value)| Some((key.clone(), value.stock?)));
        self.watchlist.set_levels(levels, stocks);
    }

    /// Takes one applied batch over.
    pub fn follow(&mut self, message: FeedMessage) -> Result<(), FeedGap> {
        let known = self.positions.get(&message.partition).copied();
        let set_back = message.to < message.from;
        if message.incarnation != self.incarnation || set_back || known.is_some_and(|known| message.from > known) {
            return Err(FeedGap);
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
            Some(MADE_ANEW)
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
        self.recorded += note.recorded;
        let day = self.day.to_string();
        for flow in note.days.into_iter().filter(|it| it.day == day) {
            self.add_flow(flow);
        }
        for it in note.minutes {
            self.minutes.add(it.minute, it.warehouse_id, it.flow);
        }
        for entry in note.newest {
            self.newest.add(partition, entry);
        }
    }

    fn add_flow(&mut self, it: DayFlow) {
        self.sums.add_flow(&it.key, it.flow);
        self.today.entry(it.key).or_default().add(it.flow);
    }

    /// Lets go of minutes before this one.
    pub fn forget_minutes_before(&mut self, minute: i64) {
        self.minutes.forget_before(minute);
    }

    /// Stock by key, in the order of (warehouse, product).
    pub fn keys(&self) -> &BTreeMap<StockKey, Value> {
        &self.keys
    }

    /// The stock of a key, where it is known.
    pub fn stock(&self, key: &StockKey) -> Option<i64> {
        self.keys.get(key).and_then(|it| it.stock)
    }

    /// The sums over everything.
    pub fn sums(&self) -> &Sums {
        &self.sums
    }

    /// The sums over some warehouses, added up anew.
    pub fn sums_of(&self, scope: &Scope) -> Sums {
        let mut sums = Sums::default();
        for warehouse in scope.warehouses() {
            for (key, value) in of_warehouse(&self.keys, warehouse) {
                sums.add_stock(key, value.stock.unwrap_or(0));
                if value.stock.is_none() {
                    sums.add_unreadable(key, 1);
                }
            }
            for (key, flow) in of_warehouse(&self.today, warehouse) {
                sums.add_flow(key, *flow);
            }
        }
        sums
    }

    /// How many keys there are.
    pub fn count_keys(&self, scope: &Scope) -> u64 {
        let count = if scope.is_all() {
            self.keys.len()
        } else {
            scope.warehouses().map(|it| of_warehouse(&self.keys, it).count()).sum()
        };
        u64::try_from(count).unwrap_or(u64::MAX)
    }

    /// The keys that need a person.
    pub fn watchlist(&self) -> &Watchlist {
        &self.watchlist
    }

    /// What moved, by minute.
    pub fn minutes(&self) -> &Minutes {
        &self.minutes
    }

    /// The newest entries.
    pub fn newest(&self) -> &Newest {
        &self.newest
    }

    /// The last days.
    pub fn curves(&self) -> &Curves {
        &self.curves
    }

    /// The business day that "today" is.
    pub fn day(&self) -> NaiveDate {
        self.day
    }

    /// Messages rejected, ever.
    pub fn rejected(&self) -> i64 {
        self.rejected
    }

    /// Entries recorded, ever.
    pub fn recorded(&self) -> i64 {
        self.recorded
    }

    /// Up to where the stock reaches, per partition.
    pub fn positions(&self) -> &BTreeMap<i32, i64> {
        &self.positions
    }
}

/// The keys of one warehouse, which stand together.
fn of_warehouse<'a, T>(
    keys: &'a BTreeMap<StockKey, T>,
    warehouse: &'a WarehouseId,
) -> impl Iterator<Item = (&'a StockKey, &'a T)> {
    // No id sorts before this one: control characters and outer white space are none.
    let first =
        ProductId::try_from("!").ok().map(|product_id| StockKey { warehouse_id: warehouse.clone(), product_id });
    let from = first.map(|first| keys.range(first..));
    from.into_iter().flatten().take_while(|(key, _)| key.warehouse_id == *warehouse)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use records::{Cursor, Today};

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
            minutes: Vec::new(),
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
        assert_eq!(state.sums().all.today.entries, 3);
        assert_eq!(state.sums().all.stock, 6);
        assert_eq!(state.positions().get(&0), Some(&6));
    }

    #[test]
    fn a_missing_batch_is_noticed() {
        let mut state = state(0, 0);
        state.follow(batch(0)).unwrap();
        assert_eq!(state.follow(batch(2)), Err(FeedGap));
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
                prop_assert_eq!(state.sums().all.stock, last.values().sum::<i64>());
                prop_assert_eq!(state.watchlist().count_negative(&Scope::default()), u64::try_from(last.values().filter(|it| **it < 0).count()).unwrap());
                let by_warehouse: i64 = state.sums().warehouses.values().map(|it| it.stock).sum();
                prop_assert_eq!(by_warehouse, state.sums().all.stock);
                let each = ["w0", "w1"].map(|it| state.sums_of(&Scope::of(&[it.to_owned()]).unwrap()).all.stock);
                prop_assert_eq!(each[0] + each[1], state.sums().all.stock);
            }
        }
    }
}
