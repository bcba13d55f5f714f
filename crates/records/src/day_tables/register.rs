//! `day_tables` as it is read: which tables there are, and which of them rows of a product belong in.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use model::ids::ProductId;
use sqlx::MySqlConnection;

use crate::day_tables::names::{DayTable, Holds};
use crate::{Error, Records};
use base::config::Layout;

/// The tables of the register, or some of them.
#[derive(Debug)]
pub struct Register {
    tables: BTreeMap<String, DayTable>,
    days: BTreeSet<NaiveDate>,
    layout: Layout,
}

/// Name, day, product, bucket.
type Row = (String, NaiveDate, Option<String>, Option<u32>);

impl Records {
    /// All of it.
    pub(crate) async fn register(&self) -> Result<Register, Error> {
        let rows = sqlx::query_as("SELECT name, day, product_id, CAST(bucket AS UNSIGNED) FROM day_tables")
            .fetch_all(&self.pool)
            .await
            .map_err(Error::unavailable("reading the register of day tables"))?;
        Register::of(rows, self.layout)
    }
}

impl Register {
    /// The tables that are there: somebody may have dropped one.
    pub async fn existing(connection: &mut MySqlConnection, layout: Layout) -> Result<Self, Error> {
        let rows = sqlx::query_as(
            "SELECT t.name, t.day, t.product_id, CAST(t.bucket AS UNSIGNED) FROM day_tables AS t
             JOIN information_schema.tables AS s ON s.table_schema = DATABASE() AND s.table_name = t.name",
        )
        .fetch_all(connection)
        .await
        .map_err(Error::unavailable("looking for the tables of the register"))?;
        Self::of(rows, layout)
    }

    fn of(rows: Vec<Row>, layout: Layout) -> Result<Self, Error> {
        let (mut tables, mut days) = (BTreeMap::new(), BTreeSet::new());
        for (name, day, product, bucket) in rows {
            let holds = match (product.map(ProductId::try_from), bucket) {
                (Some(Ok(product)), None) => Holds::Product(product),
                (None, Some(bucket)) => Holds::Bucket(bucket),
                _ => return Err(Error::Inconsistent(format!("the register does not say what {name:?} holds"))),
            };
            let table = DayTable::registered(name.clone(), day, holds).ok_or_else(|| {
                Error::Inconsistent(format!("the register names a table {name:?} that is none of ours"))
            })?;
            days.insert(day);
            tables.insert(name, table);
        }
        Ok(Self { tables, days, layout })
    }

    /// A table by its name.
    pub fn get(&self, name: &str) -> Option<&DayTable> {
        self.tables.get(name)
    }

    /// The tables that rows of a product belong in, of all days.
    pub fn tables_of(&self, product: &ProductId) -> impl Iterator<Item = &DayTable> {
        self.days.iter().filter_map(|day| self.get(DayTable::of(self.layout, product, *day).name()))
    }
}
