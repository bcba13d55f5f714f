//! What the topic says of some keys, as much of it at a time as may be held in memory: whoever does not fit comes in a later pass. Pure.

use std::collections::{BTreeMap, BTreeSet};

use model::entry::Entry;
use model::stock::StockKey;

use crate::audit::Error;
use crate::audit::replay::diff::Origin;

/// Entries of the keys of one pass, each with its message.
#[derive(Debug, Default)]
pub struct Queue {
    /// Keys of this pass.
    pub keys: BTreeSet<StockKey>,
    /// Keys of a later one.
    pub postponed: BTreeSet<StockKey>,
    /// By key, in the order of reading.
    pub entries: BTreeMap<StockKey, Vec<(Origin, Entry)>>,
    /// Those of them whose rejection is on record.
    pub rejected: BTreeSet<Origin>,
    held: usize,
}

impl Queue {
    /// For these keys, none read yet.
    pub fn of(keys: BTreeSet<StockKey>) -> Self {
        Self { keys, ..Self::default() }
    }

    /// Takes an entry, if its key is in this pass. Beyond `most` entries the last keys are postponed; one alone may have ten times as many.
    pub fn take(&mut self, origin: Origin, entry: Entry, most: usize) -> Result<(), Error> {
        let key = entry.key();
        if !self.keys.contains(&key) {
            return Ok(());
        }
        self.entries.entry(key).or_default().push((origin, entry));
        self.held += 1;
        while self.held > most && self.keys.len() > 1 {
            let Some(last) = self.keys.pop_last() else { break };
            self.held -= self.entries.remove(&last).map_or(0, |it| it.len());
            self.postponed.insert(last);
        }
        if self.held > most.saturating_mul(10) {
            return Err(Error::Lost("a key has too many entries to be replayed"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::entry;

    fn entry_of(product: &str) -> Entry {
        Entry { product_id: product.try_into().unwrap(), ..entry("bill", 1) }
    }

    fn key(product: &str) -> StockKey {
        entry_of(product).key()
    }

    #[test]
    fn what_does_not_fit_comes_in_a_later_pass() {
        let mut left: BTreeSet<StockKey> = ["a", "b", "c", "d"].map(key).into();
        let topic = ["a", "d", "b", "other", "a", "c", "d", "b", "a"];
        let mut passes = Vec::new();
        while !left.is_empty() {
            let mut queue = Queue::of(left);
            for (offset, product) in (0..).zip(topic) {
                queue.take((0, offset), entry_of(product), 4).unwrap();
            }
            assert!(queue.entries.values().map(Vec::len).sum::<usize>() <= 4);
            for (key, entries) in &queue.entries {
                let product = key.product_id.as_str();
                assert_eq!(entries.len(), topic.iter().filter(|it| **it == product).count(), "{product} whole");
            }
            passes.push(queue.keys.len());
            left = queue.postponed;
        }
        assert_eq!(passes.iter().sum::<usize>(), 4, "each key once: {passes:?}");
        assert!(passes.len() > 1);
    }

    #[test]
    fn a_key_alone_has_a_limit_of_its_own() {
        let mut queue = Queue::of([key("a")].into());
        for offset in 0..40 {
            queue.take((0, offset), entry_of("a"), 4).unwrap();
        }
        assert!(queue.take((0, 40), entry_of("a"), 4).is_err());
    }
}
