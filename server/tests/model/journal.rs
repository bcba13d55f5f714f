//! The records of a small world: what was committed, a list of lines per partition.

use std::collections::BTreeMap;

use realtime::transitions::{Line, Place};

pub type Batch = Line<u8, u8>;
/// By key: net stock, gross in, entries.
pub type Sums = BTreeMap<u8, [i64; 3]>;
pub type Places = BTreeMap<i32, Place<u8>>;

#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Journal {
    pub lines: Vec<Vec<Batch>>,
    /// Per partition, how many lines have let their deltas go.
    pub pruned: Vec<usize>,
}

impl Journal {
    pub fn of(&self, partition: u8) -> &[Batch] {
        &self.lines[usize::from(partition)]
    }

    pub fn place(&self, partition: u8) -> Place<u8> {
        let last = self.of(partition).last();
        Place { position: last.map_or(0, |it| it.to), batch: last.map(|it| it.batch) }
    }

    pub fn places(&self) -> Places {
        (0..self.lines.len()).map(|p| (i32::try_from(p).unwrap(), self.place(u8::try_from(p).unwrap()))).collect()
    }

    /// How many lines lead to a batch; `None`: it is not in this history.
    pub fn reach(&self, partition: usize, batch: Option<u8>) -> Option<usize> {
        match batch {
            None => Some(0),
            Some(batch) => self.lines[partition].iter().position(|it| it.batch == batch).map(|it| it + 1),
        }
    }

    pub fn sums<'a>(lines: impl Iterator<Item = &'a Batch>) -> Sums {
        let mut sums = Sums::new();
        for (key, delta) in lines.flat_map(|it| &it.deltas) {
            let sum = sums.entry(*key).or_default();
            *sum = [sum[0] + delta.net, sum[1] + delta.gross_in, sum[2] + delta.entries];
        }
        sums
    }
}
