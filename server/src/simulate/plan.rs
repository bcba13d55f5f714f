//! What the grocer does next: a sale, a restock, a return, or a correction after counting.

use model::entry::Kind;
use model::quantity::Direction;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::shelves::{Shelf, Weights, furnish};

/// Goods come in dozens.
const DOZEN: i64 = 12;

/// What a customer orders, and how often out of a hundred.
const ORDERS: [(i64, u64); 9] =
    [(6, 10), (12, 18), (24, 20), (36, 12), (48, 12), (60, 10), (120, 9), (240, 6), (480, 3)];

/// How many bills out of a hundred have one line, two lines, ...
const LINES: [u64; 5] = [80, 12, 5, 2, 1];

/// Lines of a hundred bills, as [`LINES`] has it.
pub(super) const LINES_PER_HUNDRED: u64 = 132;

/// The buyer looks at so many shelves and restocks the emptiest.
const LOOKS: usize = 8;

/// Restocks in a thousand bills on an ordinary day: fewer than sales, therefore larger.
pub(super) const ORDINARY_RESTOCKS: u32 = 280;

/// Returns in a thousand bills.
const RETURNS: u32 = 15;

/// What one bill may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    /// Restocks in a thousand bills.
    pub(super) restocks: u32,
    /// May it be an adjusting entry?
    pub(super) may_adjust: bool,
    /// May it have several lines?
    pub(super) several_lines: bool,
}

/// A bill that is yet to be written. All its lines are of one warehouse.
#[derive(Debug, Clone)]
pub(super) struct Bill {
    pub(super) direction: Direction,
    pub(super) kind: Kind,
    pub(super) description: &'static str,
    /// Shelf and quantity.
    pub(super) lines: Vec<(usize, i64)>,
}

impl Bill {
    fn trade(direction: Direction, description: &'static str, lines: Vec<(usize, i64)>) -> Self {
        Self { direction, kind: Kind::Bill, description, lines }
    }
}

/// The grocer's shelves and habits.
#[derive(Debug, Clone)]
pub(super) struct Planner {
    pub(super) shelves: Vec<Shelf>,
    /// Shelves by demand.
    all: Weights,
    /// The same within one warehouse, for the further lines of a bill: index of the first shelf, weights.
    aisles: Vec<(usize, Weights)>,
    orders: Weights,
    lines: Weights,
}

impl Planner {
    pub(super) fn new(rng: &mut ChaCha8Rng) -> Self {
        let shelves = furnish(rng);
        let mut aisles = Vec::new();
        let mut first = 0;
        for aisle in shelves.chunk_by(|a, b| a.warehouse_id == b.warehouse_id) {
            aisles.push((first, Weights::new(aisle.iter().map(|it| it.demand))));
            first += aisle.len();
        }
        Self {
            all: Weights::new(shelves.iter().map(|it| it.demand)),
            aisles,
            shelves,
            orders: Weights::new(ORDERS.map(|(_, often)| often)),
            lines: Weights::new(LINES),
        }
    }

    /// The next bill, already carried out on the shelves. Has a line at least.
    pub(super) fn bill(&mut self, rng: &mut ChaCha8Rng, rules: Rules) -> Bill {
        let further = if rules.several_lines { self.lines.draw(rng) } else { 0 };
        let what = rng.random_range(0..1000_u32);
        let special = if rules.may_adjust && rng.random_ratio(1, 1200) {
            self.adjust(rng)
        } else if what < RETURNS {
            self.give_back(rng)
        } else if what < RETURNS + rules.restocks {
            self.restock(rng, further)
        } else {
            None
        };
        special.or_else(|| self.sale(rng, further)).unwrap_or_else(|| self.first_delivery(rng))
    }

    fn sale(&mut self, rng: &mut ChaCha8Rng, further: usize) -> Option<Bill> {
        let first = (0..LOOKS).find_map(|_| {
            let at = self.all.draw(rng);
            self.sell(rng, at)
        })?;
        let mut lines = vec![first];
        for _ in 0..further {
            if let Some(at) = self.neighbour(rng, first.0) {
                lines.extend(self.sell(rng, at));
            }
        }
        Some(Bill::trade(Direction::Out, "", lines))
    }

    /// One line of a sale. Nobody sells more than there is, except where the books are known to be late.
    fn sell(&mut self, rng: &mut ChaCha8Rng, at: usize) -> Option<(usize, i64)> {
        let (order, _) = *ORDERS.get(self.orders.draw(rng))?;
        let place = self.shelves.get_mut(at)?;
        let quantity = if place.overdrawn { order } else { order.min(place.stock) };
        if quantity < 1 {
            return None;
        }
        place.stock -= quantity;
        place.sold(quantity);
        Some((at, quantity))
    }

    fn restock(&mut self, rng: &mut ChaCha8Rng, further: usize) -> Option<Bill> {
        let emptiest = (0..LOOKS).map(|_| self.all.draw(rng)).max_by_key(|at| self.deficit(*at))?;
        let first = self.top_up(rng, emptiest)?;
        let mut lines = vec![first];
        for _ in 0..further {
            let more = (0..LOOKS).filter_map(|_| self.neighbour(rng, emptiest)).max_by_key(|at| self.deficit(*at));
            lines.extend(more.and_then(|at| self.top_up(rng, at)));
        }
        Some(Bill::trade(Direction::In, "", lines))
    }

    /// One line of a restock: about what is missing, in dozens. An overdrawn shelf never gets more than is missing,
    /// else it would not stay overdrawn.
    fn top_up(&mut self, rng: &mut ChaCha8Rng, at: usize) -> Option<(usize, i64)> {
        let deficit = self.deficit(at);
        let dozens = match self.shelves.get(at)? {
            place if place.overdrawn => deficit / DOZEN,
            _ => deficit * rng.random_range(85..=125) / 100 / DOZEN,
        };
        let quantity = (dozens * DOZEN).min(i64::from(i32::MAX));
        if quantity < DOZEN {
            return None;
        }
        self.shelves.get_mut(at)?.stock += quantity;
        Some((at, quantity))
    }

    /// A customer returns a part of an order.
    fn give_back(&mut self, rng: &mut ChaCha8Rng) -> Option<Bill> {
        let at = self.all.draw(rng);
        let quantity = rng.random_range(1..=DOZEN);
        let place = self.shelves.get_mut(at).filter(|it| !it.overdrawn)?;
        place.stock += quantity;
        Some(Bill::trade(Direction::In, "客户退货", vec![(at, quantity)]))
    }

    /// Somebody counted a shelf and found a little more or less than the books say.
    fn adjust(&mut self, rng: &mut ChaCha8Rng) -> Option<Bill> {
        let at = self.all.draw(rng);
        let quantity = rng.random_range(1..=24_i64);
        let direction = if rng.random_ratio(2, 5) { Direction::In } else { Direction::Out };
        let place = self.shelves.get_mut(at).filter(|it| !it.overdrawn && it.stock >= quantity)?;
        place.stock += quantity * direction.sign();
        Some(Bill { direction, kind: Kind::Adjust, description: "盘点差异", lines: vec![(at, quantity)] })
    }

    /// For when nothing can be sold.
    fn first_delivery(&mut self, rng: &mut ChaCha8Rng) -> Bill {
        let at = self.all.draw(rng);
        let quantity = DOZEN * 20;
        if let Some(place) = self.shelves.get_mut(at) {
            place.stock += quantity;
        }
        Bill::trade(Direction::In, "", vec![(at, quantity)])
    }

    fn deficit(&self, at: usize) -> i64 {
        self.shelves.get(at).map_or(0, Shelf::deficit)
    }

    /// Another shelf (or the same) in the same warehouse.
    fn neighbour(&self, rng: &mut ChaCha8Rng, of: usize) -> Option<usize> {
        let (first, weights) = self.aisles.iter().rev().find(|(first, _)| *first <= of)?;
        Some(first + weights.draw(rng))
    }
}
