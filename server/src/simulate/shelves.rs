//! What stands where: one shelf per (warehouse, product), its stock and the stock it should have.
//! Integers only, so that a seed means the same entries on every machine.

use std::collections::BTreeSet;

use model::ids::{ProductId, WarehouseId};
use rand::Rng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use super::catalogue::{PRODUCTS, WAREHOUSES};

/// All shelves together open with about so many pieces.
const TOTAL_STOCK: u64 = 30_000_000;

/// Where stock settles on shelves whose in-bills are always written too late. The first two to four are used.
const OVERDRAWN: [i64; 4] = [-312, -1240, -86, -540];

/// Where stock settles on shelves that the buyer neglects.
const LOW: [i64; 5] = [96, 140, 212, 268, 305];

/// Draws indices by weight.
#[derive(Debug, Clone)]
pub(super) struct Weights {
    sums: Vec<u64>,
    total: u64,
}

impl Weights {
    pub(super) fn new(weights: impl IntoIterator<Item = u64>) -> Self {
        let mut total = 0;
        let sums = weights
            .into_iter()
            .map(|it| {
                total += it;
                total
            })
            .collect();
        Self { sums, total }
    }

    /// An index; 0 where there is nothing to choose from.
    pub(super) fn draw(&self, rng: &mut ChaCha8Rng) -> usize {
        if self.total == 0 {
            return 0;
        }
        let at = rng.random_range(0..self.total);
        self.sums.partition_point(|sum| *sum <= at)
    }
}

/// One product in one warehouse.
#[derive(Debug, Clone)]
pub(super) struct Shelf {
    pub(super) warehouse_id: WarehouseId,
    pub(super) product_id: ProductId,
    /// How often it is sold from, compared with the others.
    pub(super) demand: u64,
    /// What it opens with.
    pub(super) opening: i64,
    pub(super) stock: i64,
    /// May more leave than the books say is there?
    pub(super) overdrawn: bool,
    /// The stock it should have, in thousandths, because it drifts by fractions.
    target_milli: i64,
    /// How much of what is sold is added to the target, in thousandths: business grows or shrinks.
    trend: i64,
}

impl Shelf {
    /// How much is missing; negative where there is more than needed.
    pub(super) fn deficit(&self) -> i64 {
        self.target_milli / 1000 - self.stock
    }

    /// A sale of so many moves the target a little, as long as the shelf remains about what it was.
    pub(super) fn sold(&mut self, quantity: i64) {
        let moved = self.target_milli + quantity * self.trend;
        let opening = self.opening * 1000;
        if (opening / 2..=opening * 2).contains(&moved) {
            self.target_milli = moved;
        }
    }

    fn opens_with(&mut self, opening: i64, target: i64) {
        self.opening = opening;
        self.stock = opening;
        self.target_milli = target * 1000;
    }
}

/// All shelves, by warehouse, then product.
pub(super) fn furnish(rng: &mut ChaCha8Rng) -> Vec<Shelf> {
    let product_trends: Vec<i64> = PRODUCTS.iter().map(|_| rng.random_range(-70..=70)).collect();
    let mut shelves = Vec::new();
    for warehouse in &WAREHOUSES {
        let warehouse_trend = rng.random_range(-70..=70_i64);
        for (product, product_trend) in PRODUCTS.iter().zip(&product_trends) {
            // The catalogue is ours; a test counts the shelves, so a bad id cannot go missing here unseen.
            let (Ok(warehouse_id), Ok(product_id)) = (warehouse.id.try_into(), product.id.try_into()) else { continue };
            shelves.push(Shelf {
                warehouse_id,
                product_id,
                demand: warehouse.weight * product.weight,
                opening: 0,
                stock: 0,
                overdrawn: false,
                target_milli: 0,
                trend: warehouse_trend + product_trend,
            });
        }
    }
    fill(rng, &mut shelves);
    neglect(rng, &mut shelves);
    make_different(&mut shelves);
    shelves
}

/// Stock follows demand, but not to the letter.
fn fill(rng: &mut ChaCha8Rng, shelves: &mut [Shelf]) {
    let shares: Vec<u64> = shelves.iter().map(|it| it.demand * rng.random_range(550..=1500_u64)).collect();
    let all: u64 = shares.iter().sum::<u64>().max(1);
    for (shelf, share) in shelves.iter_mut().zip(shares) {
        let opening = i64::try_from(TOTAL_STOCK * share / all).unwrap_or(i64::MAX);
        // Already a bit short: else the first day would see hardly any restocks.
        shelf.opens_with(opening, opening + rng.random_range(0..=180));
    }
}

/// A few shelves are run badly. Busy ones are taken, so that it shows within days.
fn neglect(rng: &mut ChaCha8Rng, shelves: &mut [Shelf]) {
    let count = u64::try_from(shelves.len()).unwrap_or(1).max(1);
    let average = shelves.iter().map(|it| it.demand).sum::<u64>() / count;
    let mut busy: Vec<&mut Shelf> = shelves.iter_mut().filter(|it| it.demand > average).collect();
    busy.shuffle(rng);
    let overdrawn = rng.random_range(2..=OVERDRAWN.len());
    let mut busy = busy.into_iter();
    for target in OVERDRAWN.iter().take(overdrawn) {
        if let Some(shelf) = busy.next() {
            shelf.opens_with(rng.random_range(60..=240), *target);
            shelf.overdrawn = true;
            shelf.trend = 0;
        }
    }
    for (target, shelf) in LOW.iter().zip(busy) {
        shelf.opens_with(target + rng.random_range(60..=360), *target);
        shelf.trend = 0;
    }
}

/// No two shelves open alike, so that figures shown for the wrong one are noticed.
fn make_different(shelves: &mut [Shelf]) {
    let mut seen = BTreeSet::new();
    for shelf in shelves {
        while !seen.insert(shelf.opening) {
            shelf.opening += 1;
            shelf.stock += 1;
        }
    }
}
