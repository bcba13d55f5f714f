//! The books at several moments, all read at one instant.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use files::CountedLine;
use model::ids::{ProductId, WarehouseId};
use model::statistics::{Filter, GroupBy, Question};
use model::time::{EVER, Millis};
use records::Records;

use super::Error;
use crate::statistics::Reader;
use base::business_time::BusinessTime;

/// The most moments of a sheet.
pub const MAX_MOMENTS: usize = 500;
/// So many products are asked for at once: a moment within an hour is read from the tables of each.
const AT_ONCE: usize = 200;

/// Stock of warehouses and products at the moments at which they were counted, and now.
#[derive(Debug, Default)]
pub struct Book {
    at: HashMap<(Millis, String, String), i64>,
    now: HashMap<(String, String), i64>,
    /// Offset of the next message of each partition when it was read.
    pub positions: BTreeMap<i32, i64>,
}

impl Book {
    /// Reads what the lines need.
    pub async fn read(records: &Records, zone: BusinessTime, lines: &[(CountedLine, Millis)]) -> Result<Self, Error> {
        let mut by_moment: BTreeMap<Millis, BTreeSet<&str>> = BTreeMap::new();
        for (line, at) in lines {
            by_moment.entry(*at).or_default().insert(&line.product_id);
        }
        if by_moment.len() > MAX_MOMENTS {
            return Err(Error::TooManyMoments(MAX_MOMENTS));
        }
        let warehouses: BTreeSet<&str> = lines.iter().map(|it| it.0.warehouse_id.as_str()).collect();
        let mut reader = Reader::open(records, zone).await?;
        let positions = reader.cursors().iter().map(|(partition, it)| (*partition, it.next_offset)).collect();
        let mut book = Self { positions, ..Self::default() };
        let all: BTreeSet<&str> = by_moment.values().flatten().copied().collect();
        // Whole hours, so that no table is read row by row.
        for stock in stocks(&mut reader, EVER.end, &all, &warehouses).await? {
            book.now.insert((stock.0, stock.1), stock.2);
        }
        for (at, products) in &by_moment {
            // What stands at the very moment counts: an adjusting entry of this count that is recorded already, above all.
            for stock in stocks(&mut reader, Millis(at.0 + 1), products, &warehouses).await? {
                book.at.insert((*at, stock.0, stock.1), stock.2);
            }
        }
        reader.close().await;
        Ok(book)
    }

    /// Stock at a moment, and now. What never moved is 0.
    pub fn stock(&self, warehouse: &str, product: &str, at: Millis) -> (i64, i64) {
        let key = (warehouse.to_owned(), product.to_owned());
        let then = self.at.get(&(at, key.0.clone(), key.1.clone())).copied().unwrap_or(0);
        (then, self.now.get(&key).copied().unwrap_or(0))
    }
}

/// Stock of products in warehouses before a moment, as the statement of a period has it.
async fn stocks(
    reader: &mut Reader,
    before: Millis,
    products: &BTreeSet<&str>,
    warehouses: &BTreeSet<&str>,
) -> Result<Vec<(String, String, i64)>, Error> {
    let group_by = GroupBy { warehouse: true, product: true, ..GroupBy::default() };
    let warehouses: Vec<WarehouseId> = warehouses.iter().filter_map(|it| WarehouseId::try_from(*it).ok()).collect();
    // Ids that are none have no stock.
    let products: Vec<ProductId> = products.iter().filter_map(|it| ProductId::try_from(*it).ok()).collect();
    let mut found = Vec::new();
    for products in products.chunks(AT_ONCE) {
        let filter = Filter { products: products.to_vec(), warehouses: warehouses.clone(), ..Filter::default() };
        let question = Question { period: EVER.start..before, group_by, interval: None, filter };
        for row in reader.statement(&question).await?.rows {
            let text = |it: Option<String>| it.unwrap_or_default();
            let warehouse = text(row.group.warehouse_id.map(|it| it.to_string()));
            let product = text(row.group.product_id.map(|it| it.to_string()));
            found.push((warehouse, product, row.figures.closing));
        }
    }
    Ok(found)
}
