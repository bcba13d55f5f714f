//! `day_tables`: the register of day tables, and their making. `CREATE TABLE` commits implicitly, so it has a connection
//! of its own, before the batch's transaction.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::PoisonError;
use std::time::Duration;

use chrono::NaiveDate;
use model::system::Tables;
use sqlx::{Connection, MySql, QueryBuilder};
use tokio::sync::{Mutex, MutexGuard};

use crate::day_tables::cap::{Claimed, claim, settle};
use crate::day_tables::names::{DayTable, Holds};
use crate::day_tables::statements;
use crate::sql::error::with_timeout;
use crate::{Error, Records};

/// The register's id of each table of a batch.
pub type TableIds = HashMap<DayTable, i32>;

/// Tables that were asked for.
#[derive(Debug, Default)]
pub struct Ensured {
    /// The register's id of each that is there.
    pub ids: TableIds,
    /// Tables that the cap does not let be made.
    pub refused: BTreeSet<DayTable>,
    /// Tables that took a place when these were refused.
    taken: u32,
}

/// So many names go into one look at the register.
pub const NAMES_AT_ONCE: usize = 1000;
/// So long for a farewell.
const CLOSE_LIMIT: Duration = Duration::from_secs(2);

/// Tables that are known to exist, so that a batch asks only about new ones.
#[derive(Debug, Default)]
pub struct TableCache(std::sync::Mutex<HashMap<String, i32>>);

impl TableCache {
    fn get(&self, name: &str) -> Option<i32> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).copied()
    }

    /// Is it known to exist?
    pub fn knows(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    fn insert(&self, name: String, id: i32) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name, id);
    }

    /// Forgets everything: the database may have been restored.
    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// Turns to make a table (lock striping): partitions need the same tables and make them side by side, each by one of them only.
#[derive(Debug)]
pub struct Turns([Mutex<()>; TURNS]);

/// So many tables are made at a time at the most.
const TURNS: usize = 64;

impl Default for Turns {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Mutex::default()))
    }
}

impl Turns {
    fn of(&self, name: &str) -> &Mutex<()> {
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        let place = usize::try_from(hasher.finish()).unwrap_or_default() % TURNS;
        &self.0[place]
    }

    fn try_take(&self, name: &str) -> Option<MutexGuard<'_, ()>> {
        self.of(name).try_lock().ok()
    }

    async fn take(&self, name: &str) -> MutexGuard<'_, ()> {
        self.of(name).lock().await
    }
}

impl Records {
    /// Makes the tables that are missing; answers the register's id of each. Where the cap refuses one, [`Error::TableCap`].
    pub(crate) async fn ensure_tables(&self, tables: BTreeSet<DayTable>) -> Result<TableIds, Error> {
        let ensured = self.ensure_tables_telling(tables, &mut |_, _| {}).await?;
        if ensured.refused.is_empty() {
            return Ok(ensured.ids);
        }
        let (existing, wanted, limit) = (ensured.taken, ensured.refused.len(), self.max_tables);
        Err(Error::TableCap { existing, wanted, limit })
    }

    /// Makes those tables that are missing and that the cap lets be made; `tell` is told how many of how many are made. A backlog needs thousands,
    /// at some hundred a second at best: each has a limit of its own, all together have none, and what is made stays made whatever happens to the
    /// rest.
    pub(crate) async fn ensure_tables_telling(
        &self,
        tables: BTreeSet<DayTable>,
        tell: &mut (dyn FnMut(usize, usize) + Send),
    ) -> Result<Ensured, Error> {
        let mut ensured = Ensured { ids: TableIds::with_capacity(tables.len()), ..Ensured::default() };
        let missing = self.unknown(tables, &mut ensured.ids);
        if !missing.is_empty() {
            self.make_tables(missing, &mut ensured, tell).await?;
        }
        Ok(ensured)
    }

    /// Those that we do not know; the ids of the others.
    fn unknown(&self, tables: BTreeSet<DayTable>, ids: &mut TableIds) -> Vec<DayTable> {
        let mut missing = Vec::new();
        for table in tables {
            match self.tables.get(table.name()) {
                Some(id) => {
                    ids.insert(table, id);
                }
                None => missing.push(table),
            }
        }
        missing
    }

    /// How many day tables there are, of how many, and how fast they become more: by the days of business, so that a month that
    /// was loaded at once is no growth.
    pub async fn table_count(&self) -> Result<Tables, Error> {
        with_timeout("counting the day tables", async {
            let today = self.business_time.day(self.clock.now());
            let (count, of_last_week): (i64, i64) = sqlx::query_as(
                "SELECT COUNT(*), CAST(COALESCE(SUM(day >= ? - INTERVAL 7 DAY AND day < ?), 0) AS SIGNED) FROM day_tables",
            )
            .bind(today)
            .bind(today)
            .fetch_one(&self.pool)
            .await
            .map_err(Error::unavailable("counting the day tables"))?;
            let (most, new_a_day) = (i64::from(self.max_tables), of_last_week * 10 / 7);
            let days_left = ((most - count).max(0) * 10).checked_div(new_a_day);
            Ok(Tables { count, most, new_a_day, days_left })
        })
        .await
    }

    async fn make_tables(
        &self,
        missing: Vec<DayTable>,
        ensured: &mut Ensured,
        tell: &mut (dyn FnMut(usize, usize) + Send),
    ) -> Result<(), Error> {
        let ids = &mut ensured.ids;
        let (mut connection, claimed) = with_timeout("looking for day tables", async {
            let mut connection = self.connect().await?;
            sqlx::query("SET SESSION lock_wait_timeout = 2")
                .execute(&mut connection)
                .await
                .map_err(Error::unavailable("preparing to make day tables"))?;
            let found = registered(&mut connection, &missing).await?;
            let mut unmade = Vec::new();
            for table in missing {
                match found.get(table.name()) {
                    Some(id) => self.remember(table, *id, ids),
                    None => unmade.push(table),
                }
            }
            let claimed = if unmade.is_empty() {
                Claimed::default()
            } else {
                claim(&mut connection, unmade, self.max_tables).await?
            };
            Ok((connection, claimed))
        })
        .await?;
        (ensured.refused, ensured.taken) = (claimed.refused.into_iter().collect(), claimed.taken);
        let granted = claimed.granted.clone();
        let (all, mut made, mut busy) = (claimed.granted.len(), 0, Vec::new());
        for table in claimed.granted {
            tell(made, all);
            let Some(_turn) = self.making.try_take(table.name()) else {
                busy.push(table);
                continue;
            };
            self.make_table(&mut connection, table, ids).await?;
            made += 1;
        }
        // Those that another partition was making: mostly they are there by now.
        for table in busy {
            tell(made, all);
            let _turn = self.making.take(table.name()).await;
            self.make_table(&mut connection, table, ids).await?;
            made += 1;
        }
        with_timeout("settling claims for day tables", settle(&mut connection, &granted)).await?;
        // The work is done; a farewell that fails changes nothing.
        let _closed = tokio::time::timeout(CLOSE_LIMIT, connection.close()).await;
        Ok(())
    }

    /// Makes a table, unless it was made before its turn came.
    async fn make_table(
        &self,
        connection: &mut sqlx::MySqlConnection,
        table: DayTable,
        ids: &mut TableIds,
    ) -> Result<(), Error> {
        if let Some(id) = self.tables.get(table.name()) {
            ids.insert(table, id);
            return Ok(());
        }
        let id = with_timeout("making a day table", async {
            sqlx::query(statements::create_table(&table))
                .execute(&mut *connection)
                .await
                .map_err(Error::unavailable("making a day table"))?;
            register(connection, &table).await
        })
        .await?;
        self.remember(table, id, ids);
        Ok(())
    }

    fn remember(&self, table: DayTable, id: i32, ids: &mut TableIds) {
        self.tables.insert(table.name().to_owned(), id);
        ids.insert(table, id);
    }
}

/// A statement about the rows of these tables, by their names.
pub fn of_names(statement: &'static str, tables: &[DayTable]) -> QueryBuilder<MySql> {
    let mut statement = QueryBuilder::new(statement);
    let mut list = statement.push(" WHERE name IN (").separated(", ");
    for table in tables {
        list.push_bind(table.name());
    }
    statement.push(")");
    statement
}

/// The ids of tables that are registered, by name.
pub async fn registered(
    connection: &mut sqlx::MySqlConnection,
    tables: &[DayTable],
) -> Result<HashMap<String, i32>, Error> {
    let mut found = HashMap::new();
    for chunk in tables.chunks(NAMES_AT_ONCE) {
        let rows: Vec<(String, i32)> = of_names("SELECT name, id FROM day_tables", chunk)
            .build_query_as()
            .fetch_all(&mut *connection)
            .await
            .map_err(Error::unavailable("reading the register of day tables"))?;
        found.extend(rows);
    }
    Ok(found)
}

/// The register row comes after its table: a crash in between leaves an empty table, which the next try takes up.
async fn register(connection: &mut sqlx::MySqlConnection, table: &DayTable) -> Result<i32, Error> {
    let (product, bucket) = match table.holds() {
        Holds::Product(product) => (Some(product.as_str()), None),
        Holds::Bucket(bucket) => (None, Some(*bucket)),
    };
    sqlx::query(
        "INSERT INTO day_tables (name, product_id, bucket, day, created_at) VALUES (?, ?, ?, ?, UTC_TIMESTAMP(3))
         ON DUPLICATE KEY UPDATE name = name",
    )
    .bind(table.name())
    .bind(product)
    .bind(bucket)
    .bind(table.day())
    .execute(&mut *connection)
    .await
    .map_err(Error::unavailable("registering a day table"))?;
    // A locking read: another daemon's row, inserted in this instant, need not be in a snapshot yet.
    let (id, holds, day): (i32, Option<String>, NaiveDate) =
        sqlx::query_as("SELECT id, product_id, day FROM day_tables WHERE name = ? LOCK IN SHARE MODE")
            .bind(table.name())
            .fetch_one(connection)
            .await
            .map_err(Error::unavailable("reading back the register of day tables"))?;
    if holds.as_deref() != product || day != table.day() {
        return Err(Error::Inconsistent(format!(
            "table {} is registered for product {holds:?} on {day}",
            table.name()
        )));
    }
    Ok(id)
}
