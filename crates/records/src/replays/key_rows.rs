//! The rows of some keys at one instant, wherever they are: what a replay compares the queue with.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDateTime;
use model::entry::{Entry, Kind};
use model::ids::ProductId;
use model::quantity::{Direction, Quantity};
use model::stock::StockKey;
use sqlx::Row as _;
use sqlx::mysql::MySqlRow;

use crate::audits::stock_snapshot::key_of;
use crate::day_tables::names::DayTable;
use crate::day_tables::register::Register;
use crate::sql::multi_statement::MultiStatement;
use crate::{Cursor, Error, StockSnapshot};
use base::business_time::{BusinessTime, utc_moment};
use base::config::Layout;

/// Tables of others in which rows of a key may be, such as those whose product somebody edited.
pub type MisplacedRows = BTreeMap<StockKey, BTreeSet<String>>;

/// So many tables are read in one round trip.
const AT_ONCE: usize = 64;

/// A row of a day table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// What it says.
    pub entry: Entry,
    /// Where its message is: partition and offset.
    pub origin: (i32, i64),
    /// Was it recorded from an earlier topic of that name? Then the same place of today's holds another message.
    pub is_of_earlier_topic: bool,
    /// The table that it is in, where it does not belong there.
    pub found_in: Option<String>,
}

impl StockSnapshot {
    /// Hands on all rows of some keys, of tables that exist: one that somebody dropped has none. `strays`: tables of others in which rows
    /// of a key may be.
    pub async fn each_row_of(
        &mut self,
        keys: &BTreeSet<StockKey>,
        strays: &MisplacedRows,
        mut take: impl FnMut(StockKey, KeyRow),
    ) -> Result<(), Error> {
        let tables = self.tables_of_keys(keys, strays).await?;
        for chunk in tables.chunks(AT_ONCE) {
            let mut script = MultiStatement::default();
            for (table, keys) in chunk {
                script.rows_of_keys(table, keys.iter().copied());
            }
            let rows = sqlx::raw_sql(script.into_sql()).fetch_all(&mut self.connection).await;
            for row in rows.map_err(Error::unavailable("reading the rows of keys"))? {
                let (key, row) = read(&row, self.layout, self.business_time, &self.cursors)?;
                take(key, row);
            }
        }
        Ok(())
    }

    /// The tables in which rows of keys may be, and which keys.
    async fn tables_of_keys<'a>(
        &mut self,
        keys: &'a BTreeSet<StockKey>,
        strays: &MisplacedRows,
    ) -> Result<Vec<(DayTable, Vec<&'a StockKey>)>, Error> {
        let existing = Register::existing(&mut self.connection, self.layout).await?;
        let mut by_product: BTreeMap<&ProductId, Vec<&StockKey>> = BTreeMap::new();
        for key in keys {
            by_product.entry(&key.product_id).or_default().push(key);
        }
        let mut tables: BTreeMap<DayTable, Vec<&StockKey>> = BTreeMap::new();
        for (product, keys) in by_product {
            for table in existing.tables_of(product) {
                tables.entry(table.clone()).or_default().extend(&keys);
            }
        }
        for key in keys {
            for table in strays.get(key).into_iter().flatten().filter_map(|it| existing.get(it)) {
                let keys = tables.entry(table.clone()).or_default();
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
        }
        Ok(tables.into_iter().collect())
    }
}

fn read(
    row: &MySqlRow,
    layout: Layout,
    zone: BusinessTime,
    cursors: &BTreeMap<i32, Cursor>,
) -> Result<(StockKey, KeyRow), Error> {
    let unavailable = Error::unavailable("reading the rows of keys");
    let text = |place: usize| row.try_get::<String, _>(place).map_err(&unavailable);
    let number = |place: usize| row.try_get::<i64, _>(place).map_err(&unavailable);
    let damaged = |what: &str| Error::Inconsistent(format!("a row of a day table has no {what}"));
    let at: NaiveDateTime = row.try_get(7).map_err(&unavailable)?;
    let key = key_of(text(0)?, text(1)?)?;
    let entry = Entry {
        product_id: ProductId::try_from(key.product_id.as_str()).map_err(|_| damaged("product"))?,
        warehouse_id: key.warehouse_id.clone(),
        company_id: text(2)?.try_into().map_err(|_| damaged("company"))?,
        bill_id: text(3)?.try_into().map_err(|_| damaged("bill"))?,
        line_no: i32::try_from(number(4)?).map_err(|_| damaged("line"))?,
        quantity: Quantity::try_from(number(5)?).map_err(|_| damaged("quantity"))?,
        direction: Direction::try_from(number(6)?).map_err(|_| damaged("direction"))?,
        create_time: utc_moment(at),
        kind: Kind::parse(&text(8)?).ok_or_else(|| damaged("kind"))?,
        description: text(9)?,
    };
    let partition = i32::try_from(number(10)?).map_err(|_| damaged("partition"))?;
    let table = text(12)?;
    let belongs = zone.day(entry.create_time).map(|day| DayTable::of(layout, &entry.product_id, day));
    let found_in = Some(table).filter(|it| belongs.is_none_or(|belongs| belongs.name() != it));
    let recorded_at: NaiveDateTime = row.try_get(13).map_err(&unavailable)?;
    let began = cursors.get(&partition).and_then(|it| it.generation_began);
    let is_of_earlier_topic = began.is_some_and(|began| recorded_at <= began);
    Ok((key, KeyRow { entry, origin: (partition, number(11)?), is_of_earlier_topic, found_in }))
}
