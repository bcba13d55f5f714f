//! A year of totals for the bench of statistics: written into every level as the ingest and the fold would have left them, and the
//! entries of its last days.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use model::ids::ProductId;
use model::statistics::Sums;
use model::time::Millis;
use sqlx::{Connection as _, QueryBuilder};

use crate::day_tables::names::DayTable;
use crate::sql::multi_statement::MultiStatement;
use crate::sql::value::Value;
use crate::totals::levels;
use crate::totals::levels::LEVELS;
use crate::totals::staged::{Cell, Flows};
use crate::{Error, Records};
use base::business_time::utc_text;
use base::config::Layout;

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
        let unavailable = Error::unavailable("filling a year of totals");
        let mut connection = self.connect().await?;
        for day in (0..size.days).filter_map(|it| size.first.checked_add_days(Days::new(u64::from(it)))) {
            let flows = self.flows_of(day, size)?;
            let mut transaction = connection.begin().await.map_err(&unavailable)?;
            for level in &LEVELS {
                levels::add(&mut transaction, level, &flows, self.business_time).await.map_err(&unavailable)?;
            }
            transaction.commit().await.map_err(&unavailable)?;
        }
        Ok(())
    }

    /// Writes tables of a long past into the register, as if an audit had proved them; the tables themselves are not made. 64 a day.
    pub async fn fill_register(&self, tables: u32) -> Result<(), Error> {
        let unavailable = Error::unavailable("filling the register");
        let first = NaiveDate::from_ymd_opt(2001, 1, 1).unwrap_or_default();
        let numbers: Vec<u32> = (0..tables).collect();
        for chunk in numbers.chunks(1000) {
            let mut past = Vec::with_capacity(chunk.len());
            for number in chunk {
                let product = ProductId::try_from(format!("past{}", number % 64))
                    .map_err(|cause| Error::Misconfigured(format!("a product of the bench {cause}")))?;
                let day = first.checked_add_days(Days::new(u64::from(number / 64))).unwrap_or(first);
                past.push((DayTable::of(Layout::ProductDay, &product, day), product));
            }
            let mut statement = QueryBuilder::new("INSERT INTO day_tables (name, product_id, day, created_at) ");
            statement.push_values(past, |mut row, (table, product)| {
                row.push_bind(table.name().to_owned())
                    .push_bind(product.as_str().to_owned())
                    .push_bind(table.day())
                    .push("UTC_TIMESTAMP(3)");
            });
            statement.build().execute(&self.pool).await.map_err(&unavailable)?;
        }
        sqlx::query(
            "INSERT INTO day_table_totals (table_id, partition_id, qty_in, qty_out, adjust_in, adjust_out, entries, is_proved)
             SELECT id, 0, 0, 0, 0, 0, 0, TRUE FROM day_tables WHERE day < '2010-01-01'",
        )
        .execute(&self.pool)
        .await
        .map(drop)
        .map_err(unavailable)
    }

    /// Writes the entries of the last days of a year, as many as the totals say: spread over the hour that these say, the tables side
    /// by side. No bill lines: nobody records them again.
    pub async fn fill_entries(&self, size: YearSize, days: u32) -> Result<u64, Error> {
        let unavailable = Error::unavailable("filling day tables");
        let mut connection = self.connect().await?;
        let mut written = 0;
        for back in 0..days {
            let day = size.first.checked_add_days(Days::new(u64::from(size.days.saturating_sub(back + 1))));
            let Some((day, start)) = day.and_then(|it| Some((it, self.business_time.start_from(it)?))) else {
                continue;
            };
            for number in 0..size.products {
                let product = ProductId::try_from(format!("P{number:05}"))
                    .map_err(|cause| Error::Misconfigured(format!("a product of the bench {cause}")))?;
                let table = DayTable::of(self.layout, &product, day);
                self.ensure_tables(BTreeSet::from([table.clone()])).await?;
                let all = i64::from(size.warehouses * size.companies) * size.entries;
                let rows = (0..all).map(|n| {
                    let place = n / size.entries;
                    let (warehouse, company) = (place / i64::from(size.companies), place % i64::from(size.companies));
                    // Each table goes through the hour by itself, in steps that no other shares.
                    let at = Millis(start.0 + (n * 7919 + i64::from(number) * 31) % 3_600_000);
                    let bill = format!("{}-{number}-{n}", day.format("%y%m%d"));
                    let (warehouse, company) = (format!("WH-{warehouse:02}"), format!("C{company}"));
                    let drcr = if n % 2 == 0 { 1 } else { -1 };
                    [
                        product.as_str().into(),
                        (n % 97 + 1).into(),
                        drcr.into(),
                        company.into(),
                        warehouse.into(),
                        bill.into(),
                        1.into(),
                        "bill".into(),
                        utc_text(at).into(),
                        "".into(),
                        n.into(),
                        0.into(),
                        Value::Now,
                        0.into(),
                    ]
                });
                let mut script = MultiStatement::default();
                script.insert(&table, rows);
                sqlx::raw_sql(script.into_sql()).execute(&mut connection).await.map_err(&unavailable)?;
                written += u64::try_from(all).unwrap_or_default();
            }
        }
        Ok(written)
    }

    /// What a day brings; by a few numbers that go round, so that every run asks about the same year.
    fn flows_of(&self, day: NaiveDate, size: YearSize) -> Result<Flows, Error> {
        let start =
            self.business_time.start_from(day).ok_or_else(|| Error::Misconfigured(format!("{day} is no day")))?;
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
