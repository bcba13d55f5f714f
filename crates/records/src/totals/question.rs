//! A question about totals as parts of statements: columns, filters, bounds in the unit of a level; and what was found for it. Pure.

use std::ops::Range;

use chrono::NaiveDate;
use model::names::NameOf;
use model::statistics::{Filter, Group, GroupBy, Sums};
use model::time::Millis;
use sqlx::{MySql, QueryBuilder};

use crate::Error;
use crate::totals::levels::{Level, Unit};
use crate::totals::staged::Cell;
use base::business_time::{BusinessTime, month_of, utc_text};

/// What entries moved: from when (where it was asked to be told), whose, how much.
pub type Moved = (Option<Millis>, Group, Sums);

/// Where so many units and products are asked for at the most, they are named one by one: each is found by the key.
const MAX_NAMED: usize = 4000;

/// A filter as conditions.
pub fn push_filter(statement: &mut QueryBuilder<MySql>, filter: &Filter) {
    push_ids(statement, "warehouse_id", &filter.ids(NameOf::Warehouse));
    push_ids(statement, "product_id", &filter.ids(NameOf::Product));
    push_ids(statement, "company_id", &filter.ids(NameOf::Company));
}

/// Only these; none: all.
pub fn push_ids(statement: &mut QueryBuilder<MySql>, column: &str, ids: &[&str]) {
    if ids.is_empty() {
        return;
    }
    statement.push(" AND ").push(column).push(" IN (");
    let mut list = statement.separated(", ");
    for id in ids {
        list.push_bind((*id).to_owned());
    }
    statement.push(")");
}

/// What is asked of a span.
pub struct Ask<'a> {
    pub group_by: GroupBy,
    pub filter: &'a Filter,
    pub by_unit: bool,
}

impl Ask<'_> {
    pub fn columns(&self) -> [(&'static str, bool); 3] {
        let it = self.group_by;
        [("warehouse_id", it.warehouse), ("product_id", it.product), ("company_id", it.company)]
    }

    /// The group of a cell; none: the filter leaves it out.
    pub fn group(&self, cell: &Cell) -> Result<Option<Group>, Error> {
        let wanted = self.filter.takes(&cell.warehouse, &cell.product, &cell.company);
        wanted.then(|| self.group_of(&cell.warehouse, &cell.product, &cell.company)).transpose()
    }

    pub fn group_of(&self, warehouse: &str, product: &str, company: &str) -> Result<Group, Error> {
        let damaged = |cause| Error::Inconsistent(format!("totals hold an id that {cause}"));
        let it = self.group_by;
        Ok(Group {
            warehouse_id: it.warehouse.then(|| warehouse.try_into()).transpose().map_err(damaged)?,
            product_id: it.product.then(|| product.try_into()).transpose().map_err(damaged)?,
            company_id: it.company.then(|| company.try_into()).transpose().map_err(damaged)?,
        })
    }
}

/// The ends of a span.
pub enum Bounds {
    Days(Range<NaiveDate>),
    Moments(Range<Millis>),
}

impl Bounds {
    /// As a condition on a level's first column. Where a filter names products, units are named too.
    pub fn restrict(&self, statement: &mut QueryBuilder<MySql>, level: &Level, ask: &Ask<'_>) {
        let column = level.unit.column();
        let products = ask.filter.products.len();
        match self {
            Self::Days(_) if products > 0 && level.unit == Unit::Month => {
                // Each month by itself: so a product is found by the key.
                statement.push("month IN (SELECT DISTINCT month FROM ").push(level.table).push(" WHERE ");
                self.between(statement, column);
                statement.push(")");
            }
            Self::Days(range) if products > 0 => {
                let units: Vec<NaiveDate> = range.start.iter_days().take_while(|it| *it < range.end).collect();
                if !units.is_empty() && units.len() * products <= MAX_NAMED {
                    statement.push(column).push(" IN (");
                    let mut list = statement.separated(", ");
                    for unit in units {
                        list.push_bind(unit);
                    }
                    statement.push(")");
                    return;
                }
                self.between(statement, column);
            }
            _ => self.between(statement, column),
        }
    }

    pub fn between(&self, statement: &mut QueryBuilder<MySql>, column: &str) {
        let (from, to) = match self {
            Self::Days(range) => (range.start.to_string(), range.end.to_string()),
            Self::Moments(range) => (utc_text(range.start), utc_text(range.end)),
        };
        statement.push(column).push(" >= ").push_bind(from).push(" AND ").push(column).push(" < ").push_bind(to);
    }

    /// When the unit begins that an hour belongs to; none: it is outside.
    pub fn unit_of(&self, unit: Unit, hour: Millis, zone: BusinessTime) -> Option<Millis> {
        match self {
            Self::Moments(range) => range.contains(&hour).then_some(hour),
            Self::Days(range) => {
                let day = zone.day(hour)?;
                let first = if unit == Unit::Month { month_of(day) } else { day };
                if range.contains(&first) { zone.start_from(first) } else { None }
            }
        }
    }
}

/// When a unit began that the database tells as a number.
pub fn moment(unit: Unit, number: i64, zone: BusinessTime) -> Result<Millis, Error> {
    let damaged = || Error::Inconsistent(format!("totals hold a {} that is none: {number}", unit.column()));
    match unit {
        Unit::Hour => Ok(Millis(number.saturating_mul(1000))),
        Unit::Day | Unit::Month => {
            let days = chrono::TimeDelta::try_days(number).ok_or_else(damaged)?;
            let day = NaiveDate::default().checked_add_signed(days).ok_or_else(damaged)?;
            zone.start_from(day).ok_or_else(damaged)
        }
    }
}

/// What was found so far.
#[derive(Default)]
pub struct Found(std::collections::HashMap<(Option<Millis>, Group), Sums>);

impl Found {
    pub fn add(&mut self, at: Option<Millis>, group: Group, sums: Sums) {
        let found = self.0.entry((at, group)).or_default();
        *found = found.plus(sums);
    }

    /// A SUM over nothing brings a row, which is none.
    pub fn into_moved(self) -> Vec<Moved> {
        self.0.into_iter().filter(|(_, sums)| sums.entries != 0).map(|((at, group), sums)| (at, group, sums)).collect()
    }
}
