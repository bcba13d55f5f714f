//! The stock of each warehouse and product at the end of the last days: the shape beside a figure, not a proof. Pure.

use std::collections::HashMap;
use std::hash::Hash;

use model::ids::{ProductId, WarehouseId};
use model::live::{CURVE_DAYS, curve};

use super::sums::{Held, Sums};
use records::DayNets;

/// The ends of the days before today, oldest first.
type Ends<T> = HashMap<T, Vec<i64>>;

/// They stand as they were worked out, now and then: what is back-dated afterwards shows the next time.
#[derive(Debug, Clone, Default)]
pub struct Curves {
    warehouses: Ends<WarehouseId>,
    products: Ends<ProductId>,
}

impl Curves {
    /// From what is held now, back over what the days did.
    pub fn new(nets: &DayNets, now: &Sums) -> Self {
        Self { warehouses: ends(&nets.warehouses, &now.warehouses), products: ends(&nets.products, &now.products) }
    }

    /// The curve of a warehouse that holds so much now.
    pub fn warehouse(&self, id: &WarehouseId, stock: i64) -> String {
        shape(self.warehouses.get(id), stock)
    }

    /// The curve of a product.
    pub fn product(&self, id: &ProductId, stock: i64) -> String {
        shape(self.products.get(id), stock)
    }
}

fn ends<T: Eq + Hash + Clone>(nets: &HashMap<T, [i64; CURVE_DAYS]>, now: &HashMap<T, Held>) -> Ends<T> {
    let of_one = |(id, held): (&T, &Held)| {
        let nets = nets.get(id).copied().unwrap_or_default();
        let mut stock = held.stock;
        let mut ends: Vec<i64> = nets[1..]
            .iter()
            .rev()
            .map(|net| {
                stock -= net;
                stock
            })
            .collect();
        ends.reverse();
        (id.clone(), ends)
    };
    now.iter().map(of_one).collect()
}

fn shape(ends: Option<&Vec<i64>>, stock: i64) -> String {
    // What appeared after the figures were read was nothing before.
    let mut points = ends.cloned().unwrap_or_else(|| vec![0; CURVE_DAYS - 1]);
    points.push(stock);
    curve(&points)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_days_are_counted_back_from_now() {
        let mut nets = [0; CURVE_DAYS];
        // Today +5, yesterday -3, and 100 on the first day, which its end holds already.
        (nets[CURVE_DAYS - 1], nets[CURVE_DAYS - 2], nets[0]) = (5, -3, 100);
        let held = HashMap::from([("w", Held { stock: 102, ..Held::default() })]);
        let ends = ends(&HashMap::from([("w", nets)]), &held);
        let of_w = &ends["w"];
        assert_eq!((of_w.len(), of_w[0], of_w[CURVE_DAYS - 3], of_w[CURVE_DAYS - 2]), (CURVE_DAYS - 1, 100, 100, 97));
    }
}
