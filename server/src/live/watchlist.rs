//! The keys that need a person: negative ones, and those below the level of the catalogue. Pure.

use std::collections::{BTreeMap, BTreeSet};

use model::stock::StockKey;

use super::scope::Scope;

/// Below how many a key counts as low.
pub type Levels = BTreeMap<StockKey, i64>;

/// Sorted as a person wants them: the most negative first, the emptiest first.
#[derive(Debug, Clone, Default)]
pub struct Watchlist {
    levels: Levels,
    negative: BTreeSet<(i64, StockKey)>,
    low: BTreeSet<(i64, StockKey)>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watched<'a> {
    pub key: &'a StockKey,
    pub stock: i64,
    /// The level it is below; none: it is negative.
    pub level: Option<i64>,
}

impl Watchlist {
    /// A key's stock was `old`, and is `new`; none: it is not known.
    pub fn update(&mut self, key: &StockKey, old: Option<i64>, new: Option<i64>) {
        if let Some(old) = old {
            self.negative.remove(&(old, key.clone()));
            if let Some(level) = self.levels.get(key) {
                self.low.remove(&(fullness(old, *level), key.clone()));
            }
        }
        if let Some(new) = new {
            self.insert(key, new);
        }
    }

    fn insert(&mut self, key: &StockKey, stock: i64) {
        if stock < 0 {
            self.negative.insert((stock, key.clone()));
        } else if let Some(level) = self.levels.get(key).filter(|it| stock < **it) {
            self.low.insert((fullness(stock, *level), key.clone()));
        }
    }

    /// Takes the catalogue's levels over, if they are others.
    pub fn set_levels(&mut self, levels: &Levels, stocks: impl Iterator<Item = (StockKey, i64)>) {
        if self.levels == *levels {
            return;
        }
        self.levels.clone_from(levels);
        self.low.clear();
        for (key, stock) in stocks {
            self.insert(&key, stock);
        }
    }

    /// How many are negative.
    pub fn count_negative(&self, scope: &Scope) -> u64 {
        count(&self.negative, scope)
    }

    /// How many are low.
    pub fn count_low(&self, scope: &Scope) -> u64 {
        count(&self.low, scope)
    }

    /// At most so many; negative ones first.
    pub fn worst<'a>(
        &'a self,
        scope: &'a Scope,
        stock_of: impl Fn(&StockKey) -> Option<i64> + 'a,
        most: usize,
    ) -> impl Iterator<Item = Watched<'a>> {
        let negative = self.negative.iter().map(|(stock, key)| Watched { key, stock: *stock, level: None });
        let low = self.low.iter().filter_map(move |(_, key)| {
            Some(Watched { key, stock: stock_of(key)?, level: self.levels.get(key).copied() })
        });
        negative.chain(low).filter(|it| scope.takes(&it.key.warehouse_id)).take(most)
    }
}

fn count(keys: &BTreeSet<(i64, StockKey)>, scope: &Scope) -> u64 {
    let count =
        if scope.is_all() { keys.len() } else { keys.iter().filter(|(_, key)| scope.takes(&key.warehouse_id)).count() };
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// How much of its level a key has, in thousandths.
fn fullness(stock: i64, level: i64) -> i64 {
    i64::try_from(i128::from(stock) * 1000 / i128::from(level.max(1))).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(warehouse: &str, product: &str) -> StockKey {
        StockKey { warehouse_id: warehouse.try_into().unwrap(), product_id: product.try_into().unwrap() }
    }

    #[test]
    fn keys_come_and_go_as_their_stock_moves() {
        let (mut list, mut stocks) = (Watchlist::default(), BTreeMap::new());
        let levels = Levels::from([(key("w", "a"), 100), (key("w", "b"), 10)]);
        list.set_levels(&levels, std::iter::empty());
        let moves = [("a", 50), ("b", 1), ("c", -5), ("a", 100), ("a", 99), ("b", -1), ("c", 0), ("d", -7)];
        for (product, stock) in moves {
            let old = stocks.insert(key("w", product), stock);
            list.update(&key("w", product), old, Some(stock));
        }
        let all = Scope::default();
        let stock_of = |key: &StockKey| stocks.get(key).copied();
        let seen: Vec<_> =
            list.worst(&all, stock_of, 9).map(|it| (it.key.product_id.to_string(), it.stock, it.level)).collect();
        let of = |product: &str, stock, level| (product.to_owned(), stock, level);
        assert_eq!(seen, [of("d", -7, None), of("b", -1, None), of("a", 99, Some(100))]);
        assert_eq!((list.count_negative(&all), list.count_low(&all)), (2, 1));
        let elsewhere = Scope::of(&["v".to_owned()]).unwrap();
        assert_eq!((list.count_negative(&elsewhere), list.worst(&elsewhere, stock_of, 9).count()), (0, 0));
        list.set_levels(&Levels::new(), stocks.clone().into_iter());
        assert_eq!((list.count_negative(&all), list.count_low(&all)), (2, 0));
    }
}
