//! Operations on the live stock, for the property test of its scripts: any of them, in any order.

use proptest::prelude::*;

pub const PARTITIONS: i32 = 2;
pub const PRODUCTS: usize = 3;

/// Something that is done to both.
#[derive(Debug, Clone)]
pub enum Op {
    Initialise,
    /// The next line of a partition; its deltas by product.
    Next(i32, Vec<(usize, i64)>),
    /// The cursor of a partition is set back.
    Back(i32, i64),
    /// One of the lines that were made so far, whichever; with another batch before it or not.
    Again(usize, bool),
    /// Under a fresh name or the last one; having seen the newest run or not.
    Cut(bool, bool),
    /// Which key, by how much the records differ, from what was there at the cut or from what it shows, and what may be settled: nothing, what agrees, what is as written down, as something
    /// else was written down.
    Settle(usize, i64, bool, u8),
    Edit(usize, i64),
    Break(usize),
    Delete(usize),
    Begin(bool),
    Write(Vec<(usize, i64)>),
    Sweep,
    Finish,
    Flush,
}

pub fn op() -> impl Strategy<Value = Op> {
    let partition = 0..PARTITIONS;
    let product = 0..PRODUCTS;
    let amount = prop_oneof![8 => -50i64..50, 1 => Just(9_007_199_254_740_991), 1 => Just(-9_007_199_254_740_000)];
    let deltas = proptest::collection::btree_map(product.clone(), amount, 0..3).prop_map(|it| it.into_iter().collect());
    let rows =
        proptest::collection::btree_map(product.clone(), -50i64..50, 0..3).prop_map(|it| it.into_iter().collect());
    prop_oneof![
        2 => Just(Op::Initialise),
        12 => (partition.clone(), deltas).prop_map(|(p, it)| Op::Next(p, it)),
        1 => (partition, 1i64..4).prop_map(|(p, by)| Op::Back(p, by)),
        6 => (any::<prop::sample::Index>(), any::<bool>()).prop_map(|(at, odd)| Op::Again(at.index(64), odd)),
        3 => (any::<bool>(), prop::bool::weighted(0.8)).prop_map(|(fresh, seen)| Op::Cut(fresh, seen)),
        8 => (product.clone(), prop_oneof![3 => Just(0), 2 => -2i64..3], any::<bool>(), 0u8..4)
            .prop_map(|(k, off, at_cut, written)| Op::Settle(k, off, at_cut, written)),
        2 => (product.clone(), -9i64..9).prop_map(|(k, by)| Op::Edit(k, by)),
        1 => product.clone().prop_map(Op::Break),
        1 => product.prop_map(Op::Delete),
        2 => prop::bool::weighted(0.8).prop_map(Op::Begin),
        2 => rows.prop_map(Op::Write),
        1 => Just(Op::Sweep),
        2 => Just(Op::Finish),
        1 => Just(Op::Flush),
    ]
}
