//! A year of totals for the bench of statistics: written into every level as the ingest and the fold would have left them, without
//! the entries below them.

use app::model::statistics::Sums;
use chrono::{Days, NaiveDate};
use sqlx::Connection as _;

use super::flows::{Cell, Flows};
use super::levels::{self, LEVELS};
use super::{Error, Records};

/// How large a year is.
#[derive(Debug, Clone, Copy)]
pub struct YearSize {
    /// Its first day.
    pub first: NaiveDate,
    /// So many days.
    pub days: u32,
    /// Of so many products.
    pub products: u32,
    /// In so many warehouses.
    pub warehouses: u32,
    /// Of so many companies.
    pub companies: u32,
    /// So many entries on each day of each of them.
    pub entries: i64,
}

impl YearSize {
    /// How many day totals there are.
    pub fn day_totals(self) -> u64 {
        [self.days, self.products, self.warehouses, self.companies].into_iter().map(u64::from).product()
    }
}

impl Records {
    /// Writes the totals of a year.
    pub async fn fill_year(&self, size: YearSize) -> Result<(), Error> {
        let away = Error::away("filling a year of totals");
        let mut connection = self.connect().await?;
        for day in (0..size.days).filter_map(|it| size.first.checked_add_days(Days::new(u64::from(it)))) {
            let flows = self.flows_of(day, size)?;
            let mut transaction = connection.begin().await.map_err(&away)?;
            for level in &LEVELS {
                levels::add(&mut transaction, level, &flows, self.business_time).await.map_err(&away)?;
            }
            transaction.commit().await.map_err(&away)?;
        }
        Ok(())
    }

    /// What a day brings; by a few numbers that go round, so that every run asks about the same year.
    fn flows_of(&self, day: NaiveDate, size: YearSize) -> Result<Flows, Error> {
        let start = self.business_time.start_from(day).ok_or_else(|| Error::SetUp(format!("{day} is no day")))?;
        let mut flows = Flows::new();
        for product in 0..size.products {
            for warehouse in 0..size.warehouses {
                for company in 0..size.companies {
                    let turn = i64::from(product * 31 + warehouse * 17 + company * 7) + start.0 / 86_400_000 * 13;
                    let cell = Cell {
                        hour: start,
                        product: format!("P{product:05}"),
                        warehouse: format!("WH-{warehouse:02}"),
                        company: format!("C{company}"),
                    };
                    let sums = Sums {
                        qty_in: 1 + turn % 997,
                        qty_out: 1 + turn % 991,
                        entries: size.entries,
                        ..Sums::default()
                    };
                    flows.insert(cell, sums);
                }
            }
        }
        Ok(flows)
    }
}
