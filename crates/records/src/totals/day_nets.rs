//! What the last days did to each warehouse and product: for the curves beside a figure.

use std::collections::HashMap;
use std::hash::Hash;

use chrono::{Days, NaiveDate};
use model::ids::{ProductId, WarehouseId};
use model::live::CURVE_DAYS;

use crate::sql::error::with_timeout;
use crate::{Error, Records};

/// The net of each day, oldest first; the last one is today.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DayNets {
    /// Net pieces by warehouse, adjustments included.
    pub warehouses: HashMap<WarehouseId, [i64; CURVE_DAYS]>,
    /// Net pieces by product, adjustments included.
    pub products: HashMap<ProductId, [i64; CURVE_DAYS]>,
}

const OF_PRODUCTS: &str = "SELECT day, product_id,
   CAST(SUM(qty_in) - SUM(qty_out) + SUM(adjust_in) - SUM(adjust_out) AS SIGNED)
 FROM day_totals WHERE day BETWEEN ? AND ? GROUP BY day, product_id";
const OF_WAREHOUSES: &str = "SELECT day, warehouse_id,
   CAST(SUM(qty_in) - SUM(qty_out) + SUM(adjust_in) - SUM(adjust_out) AS SIGNED)
 FROM day_totals WHERE day BETWEEN ? AND ? GROUP BY day, warehouse_id";

enum Of {
    Products,
    Warehouses,
}

impl Records {
    /// Everything that changed stock on the last days, opening stock and adjustments too.
    pub async fn day_nets(&self, today: NaiveDate) -> Result<DayNets, Error> {
        with_timeout("reading the last days", async {
            let unavailable = Error::unavailable("reading the last days");
            let damaged = |cause| Error::Inconsistent(format!("the totals of days hold an id that {cause}"));
            let back = u64::try_from(CURVE_DAYS).unwrap_or_default() - 1;
            let first = today.checked_sub_days(Days::new(back)).unwrap_or(today);
            let mut nets = DayNets::default();
            for (statement, of) in [(OF_PRODUCTS, Of::Products), (OF_WAREHOUSES, Of::Warehouses)] {
                let rows: Vec<(NaiveDate, String, i64)> = sqlx::query_as(statement)
                    .bind(first)
                    .bind(today)
                    .fetch_all(&self.pool)
                    .await
                    .map_err(&unavailable)?;
                for (day, id, net) in rows {
                    let place = usize::try_from((day - first).num_days()).unwrap_or_default();
                    match of {
                        Of::Products => {
                            add(&mut nets.products, ProductId::try_from(id).map_err(damaged)?, place, net);
                        }
                        Of::Warehouses => {
                            add(&mut nets.warehouses, WarehouseId::try_from(id).map_err(damaged)?, place, net);
                        }
                    }
                }
            }
            Ok(nets)
        })
        .await
    }
}

fn add<T: Eq + Hash>(nets: &mut HashMap<T, [i64; CURVE_DAYS]>, id: T, place: usize, net: i64) {
    if let Some(day) = nets.entry(id).or_default().get_mut(place) {
        *day += net;
    }
}
