//! The cap of day tables (a quota, `TALLYHOUSE_RECORDS_MAX_TABLES`): a place under it is claimed before a table is made. Claims are made one after the
//! other, under the lock of a row (`day_table_lock`), so that partitions and daemons side by side never make more than the cap together.

use std::collections::HashSet;

use chrono::NaiveDate;
use model::ids::ProductId;
use model::system::TableRoom;
use sqlx::{Connection as _, MySql, MySqlConnection, QueryBuilder, Transaction};

use crate::batch::Line;
use crate::day_tables::create::{NAMES_AT_ONCE, of_names, registered};
use crate::day_tables::names::DayTable;
use crate::sql::error::with_timeout;
use crate::sql::session::LIMIT_SILENCE;
use crate::{Error, Records};

/// Tables that may be made, and those for which there is no place.
#[derive(Debug, Default)]
pub struct Claimed {
    /// Tables with a place, the newest days first.
    pub granted: Vec<DayTable>,
    /// Tables without one.
    pub refused: Vec<DayTable>,
    /// Tables that exist or are being made, these among them.
    pub taken: u32,
}

/// So many new tables are a few, of which nobody need be asked: what an ordinary day brings.
const FEW: usize = 50;

/// Counts what takes a place: tables of the register, and claims of those that are not there yet. A daemon that was killed may have left a claim:
/// whoever needs that table next takes it over, and after a day it is forgotten.
const TAKEN: &str = "SELECT
    (SELECT COUNT(*) FROM day_tables) +
    (SELECT COUNT(*) FROM day_table_claims AS c
     WHERE NOT EXISTS (SELECT 1 FROM day_tables AS t WHERE t.name = c.name))";

/// Claims places for tables that are not in the register; those of the newest days first, as the business of today needs them.
pub async fn claim(connection: &mut MySqlConnection, mut wanted: Vec<DayTable>, limit: u32) -> Result<Claimed, Error> {
    let unavailable = Error::unavailable("claiming places for day tables");
    wanted.sort_by_key(|it| std::cmp::Reverse(it.day()));
    let mut transaction = alone(connection).await.map_err(&unavailable)?;
    sqlx::query("DELETE FROM day_table_claims WHERE at < UTC_TIMESTAMP(3) - INTERVAL 1 DAY")
        .execute(&mut *transaction)
        .await
        .map_err(&unavailable)?;
    let taken: i64 = sqlx::query_scalar(TAKEN).fetch_one(&mut *transaction).await.map_err(&unavailable)?;
    // Made by others since the caller looked: these take no place.
    let there = registered(&mut transaction, &wanted).await?;
    let held = held(&mut transaction, &wanted).await?;
    let taken = u32::try_from(taken).unwrap_or(u32::MAX);
    let mut free = limit.saturating_sub(taken);
    let mut claimed = Claimed { taken, ..Claimed::default() };
    for table in wanted {
        if there.contains_key(table.name()) || held.contains(table.name()) {
            claimed.granted.push(table);
        } else if free > 0 {
            (free, claimed.taken) = (free - 1, claimed.taken + 1);
            claimed.granted.push(table);
        } else {
            claimed.refused.push(table);
        }
    }
    for chunk in claimed.granted.chunks(NAMES_AT_ONCE) {
        let mut statement = QueryBuilder::new("INSERT INTO day_table_claims (name, at) ");
        statement.push_values(chunk, |mut row, table| {
            row.push_bind(table.name()).push("UTC_TIMESTAMP(3)");
        });
        statement.push(" ON DUPLICATE KEY UPDATE at = UTC_TIMESTAMP(3)");
        statement.build().execute(&mut *transaction).await.map_err(&unavailable)?;
    }
    transaction.commit().await.map_err(&unavailable)?;
    unhurried(connection).await.map_err(unavailable)?;
    Ok(claimed)
}

/// A transaction in which nobody else changes claims. Without the lock, those who claim and those who settle would deadlock over the gaps between names.
async fn alone(connection: &mut MySqlConnection) -> Result<Transaction<'_, MySql>, sqlx::Error> {
    // A daemon that freezes with the lock loses it, as the writers lose theirs.
    sqlx::query(LIMIT_SILENCE).execute(&mut *connection).await?;
    let mut transaction = connection.begin().await?;
    sqlx::query("SELECT id FROM day_table_lock FOR UPDATE").fetch_one(&mut *transaction).await?;
    Ok(transaction)
}

/// Lets a connection be silent again: it may have to wait for a table that another makes.
async fn unhurried(connection: &mut MySqlConnection) -> Result<(), sqlx::Error> {
    sqlx::query("SET SESSION wait_timeout = DEFAULT").execute(connection).await.map(drop)
}

/// Forgets claims whose tables are in the register now, where they count no more.
pub async fn settle(connection: &mut MySqlConnection, made: &[DayTable]) -> Result<(), Error> {
    if made.is_empty() {
        return Ok(());
    }
    let unavailable = Error::unavailable("settling claims for day tables");
    let mut transaction = alone(connection).await.map_err(&unavailable)?;
    for chunk in made.chunks(NAMES_AT_ONCE) {
        of_names("DELETE FROM day_table_claims", chunk)
            .build()
            .execute(&mut *transaction)
            .await
            .map_err(&unavailable)?;
    }
    transaction.commit().await.map_err(unavailable)
}

/// The names of these tables that are claimed.
async fn held(connection: &mut MySqlConnection, tables: &[DayTable]) -> Result<HashSet<String>, Error> {
    let mut found = HashSet::new();
    for chunk in tables.chunks(NAMES_AT_ONCE) {
        let names: Vec<String> = of_names("SELECT name FROM day_table_claims", chunk)
            .build_query_scalar()
            .fetch_all(&mut *connection)
            .await
            .map_err(Error::unavailable("reading claims for day tables"))?;
        found.extend(names);
    }
    Ok(found)
}

impl Records {
    /// Makes the day tables that lines need, as far as the cap lets it; `tell` is told how many of how many are made. Answers
    /// which of the lines have none, by their index.
    pub async fn ensure_tables_of(
        &self,
        lines: &[Line],
        mut tell: impl FnMut(usize, usize) + Send,
    ) -> Result<Vec<usize>, Error> {
        let tables = self.tables_of(lines);
        let ensured = self.ensure_tables_telling(tables.iter().cloned().collect(), &mut tell).await?;
        let refused = |(index, table)| ensured.refused.contains(&table).then_some(index);
        Ok(tables.into_iter().enumerate().filter_map(refused).collect())
    }

    /// How many new day tables entries of these products and days would need, and how many there is room for; `None`: a few, or none.
    pub async fn table_room(
        &self,
        entries: impl Iterator<Item = (&ProductId, NaiveDate)> + Send,
    ) -> Result<Option<TableRoom>, Error> {
        let tables: HashSet<DayTable> = entries
            .map(|(product, day)| DayTable::of(self.layout, product, day))
            .filter(|it| !self.tables.knows(it.name()))
            .collect();
        if tables.len() <= FEW {
            return Ok(None);
        }
        let tables: Vec<DayTable> = tables.into_iter().collect();
        let limit = self.max_tables;
        with_timeout("counting the day tables", async {
            let mut connection = self.pool.acquire().await.map_err(Error::unavailable("counting the day tables"))?;
            let found = registered(&mut connection, &tables).await?;
            let wanted = tables.len() - found.len();
            if wanted <= FEW {
                return Ok(None);
            }
            let taken: i64 = sqlx::query_scalar(TAKEN)
                .fetch_one(&mut *connection)
                .await
                .map_err(Error::unavailable("counting the day tables"))?;
            let left = (i64::from(limit) - taken).max(0);
            Ok(Some(TableRoom { wanted: i64::try_from(wanted).unwrap_or(i64::MAX), left }))
        })
        .await
    }

    /// The day table of each line.
    pub(crate) fn tables_of(&self, lines: &[Line]) -> Vec<DayTable> {
        lines.iter().map(|it| DayTable::of(self.layout, &it.entry.product_id, it.day)).collect()
    }
}
