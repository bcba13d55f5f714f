//! `names` and `low_stock`: the catalogue.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::names::{Name, NameOf};
use model::stock::StockKey;
use sqlx::{MySqlConnection, QueryBuilder};

use crate::sql::error::with_timeout;
use crate::trail::{TrailEvent, record_in};
use crate::{Error, Records};

/// One name to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameRow {
    /// What it names.
    pub of: NameOf,
    /// Id of the product, warehouse or company.
    pub id: String,
    /// Name in Chinese and in English, either may be missing.
    pub name: Name,
    /// `kg`, `箱`; products only.
    pub unit: Option<String>,
}

impl NameRow {
    /// Does it say nothing? Stored, it is taken away.
    pub fn is_blank(&self) -> bool {
        self.name == Name::default() && self.unit.is_none()
    }
}

/// A level to be stored: fewer than this many are low.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelRow {
    /// What, and where.
    pub key: StockKey,
    /// From 1; none takes the level away.
    pub level: Option<i64>,
}

/// The names of the catalogue by kind and id, as pages show them.
pub type Names = HashMap<NameOf, HashMap<String, Name>>;

/// The whole catalogue.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    /// By kind and id.
    pub names: BTreeMap<(NameOf, String), NameRow>,
    /// Below how many a product counts as low in a warehouse.
    pub levels: BTreeMap<StockKey, i64>,
}

/// What is to be written at once, and what the trail remembers of it.
#[derive(Debug, Default)]
pub struct CatalogueWrites {
    /// Added or replaced.
    pub names: Vec<NameRow>,
    /// Set or taken away.
    pub levels: Vec<LevelRow>,
    /// One for each thing that changes.
    pub deeds: Vec<TrailEvent>,
}

impl Catalogue {
    /// The names as pages look them up.
    pub fn by_kind(&self) -> Names {
        let mut names = Names::new();
        for ((of, id), row) in &self.names {
            names.entry(*of).or_default().insert(id.clone(), row.name.clone());
        }
        names
    }
}

type NameColumns = (String, String, Option<String>, Option<String>, Option<String>);

impl Records {
    /// Reads the catalogue.
    pub async fn catalogue(&self) -> Result<Catalogue, Error> {
        with_timeout("reading the catalogue", async {
            let unavailable = Error::unavailable("reading the catalogue");
            let mut connection = self.pool.acquire().await.map_err(&unavailable)?;
            read(&mut connection).await.map_err(&unavailable)
        })
        .await
    }

    /// Every id that an entry ever brought.
    pub async fn ids_in_entries(&self) -> Result<BTreeSet<(NameOf, String)>, Error> {
        with_timeout("reading the ids of entries", async {
            let unavailable = Error::unavailable("reading the ids of entries");
            let mut ids = BTreeSet::new();
            for (of, statement) in [
                (NameOf::Product, "SELECT DISTINCT product_id FROM stock_totals"),
                (NameOf::Warehouse, "SELECT DISTINCT warehouse_id FROM stock_totals"),
            ] {
                let rows: Vec<(String,)> =
                    sqlx::query_as(statement).fetch_all(&self.pool).await.map_err(&unavailable)?;
                ids.extend(rows.into_iter().map(|(id,)| (of, id)));
            }
            ids.extend(Box::pin(self.companies()).await?.into_iter().map(|id| (NameOf::Company, id)));
            Ok(ids)
        })
        .await
    }

    /// Changes the catalogue by what `decide` makes of it, all or nothing, with the trail. One change at a time: they are
    /// rare, and two of them must not mix. What `decide` refuses is handed back, and nothing is written.
    pub async fn change_catalogue<E: Send>(
        &self,
        decide: impl FnOnce(&Catalogue) -> Result<CatalogueWrites, E> + Send,
    ) -> Result<Result<(), E>, Error> {
        with_timeout("changing the catalogue", async {
            let unavailable = Error::unavailable("changing the catalogue");
            let mut transaction = self.pool.begin().await.map_err(&unavailable)?;
            // A row that is always there stands for the catalogue: where that is empty there is nothing to lock.
            sqlx::query("SELECT 1 FROM installation FOR UPDATE")
                .fetch_all(&mut *transaction)
                .await
                .map_err(&unavailable)?;
            let now = read(&mut transaction).await.map_err(&unavailable)?;
            let writes = match decide(&now) {
                Ok(writes) => writes,
                Err(refused) => return Ok(Err(refused)),
            };
            store_names(&mut transaction, &writes.names).await.map_err(&unavailable)?;
            store_levels(&mut transaction, &writes.levels).await.map_err(&unavailable)?;
            record_in(&mut transaction, &writes.deeds).await.map_err(&unavailable)?;
            transaction.commit().await.map_err(&unavailable)?;
            Ok(Ok(()))
        })
        .await
    }
}

async fn read(connection: &mut MySqlConnection) -> Result<Catalogue, sqlx::Error> {
    let mut catalogue = Catalogue::default();
    let rows: Vec<NameColumns> =
        sqlx::query_as("SELECT kind, id, zh, en, unit FROM names").fetch_all(&mut *connection).await?;
    for (kind, id, zh, en, unit) in rows {
        if let Some(of) = NameOf::parse(&kind) {
            catalogue.names.insert((of, id.clone()), NameRow { of, id, name: Name { zh, en }, unit });
        }
    }
    let rows: Vec<(String, String, i64)> =
        sqlx::query_as("SELECT warehouse_id, product_id, level FROM low_stock").fetch_all(&mut *connection).await?;
    for (warehouse, product, level) in rows {
        // An id that is none has no stock either.
        if let (Ok(warehouse_id), Ok(product_id)) = (warehouse.try_into(), product.try_into()) {
            catalogue.levels.insert(StockKey { warehouse_id, product_id }, level);
        }
    }
    Ok(catalogue)
}

async fn store_names(connection: &mut MySqlConnection, rows: &[NameRow]) -> Result<(), sqlx::Error> {
    let (blank, named): (Vec<_>, Vec<_>) = rows.iter().partition(|it| it.is_blank());
    for chunk in blank.chunks(1000) {
        let mut statement = QueryBuilder::new("DELETE FROM names WHERE (kind, id) IN ");
        statement.push_tuples(chunk, |mut row, it| {
            row.push_bind(it.of.as_str()).push_bind(it.id.as_str());
        });
        statement.build().execute(&mut *connection).await?;
    }
    for chunk in named.chunks(1000) {
        let mut statement = QueryBuilder::new("INSERT INTO names (kind, id, zh, en, unit, changed_at) ");
        statement.push_values(chunk, |mut row, it| {
            row.push_bind(it.of.as_str())
                .push_bind(it.id.as_str())
                .push_bind(it.name.zh.as_deref())
                .push_bind(it.name.en.as_deref())
                .push_bind(it.unit.as_deref())
                .push("UTC_TIMESTAMP(3)");
        });
        statement.push(
            " ON DUPLICATE KEY UPDATE zh = VALUES(zh), en = VALUES(en), unit = VALUES(unit), changed_at = VALUES(changed_at)",
        );
        statement.build().execute(&mut *connection).await?;
    }
    Ok(())
}

async fn store_levels(connection: &mut MySqlConnection, levels: &[LevelRow]) -> Result<(), sqlx::Error> {
    let set: Vec<_> = levels.iter().filter_map(|it| Some((&it.key, it.level?))).collect();
    for chunk in set.chunks(1000) {
        let mut statement = QueryBuilder::new("INSERT INTO low_stock (product_id, warehouse_id, level, changed_at) ");
        statement.push_values(chunk, |mut row, (key, level)| {
            row.push_bind(key.product_id.as_str()).push_bind(key.warehouse_id.as_str()).push_bind(*level);
            row.push("UTC_TIMESTAMP(3)");
        });
        statement.push(" ON DUPLICATE KEY UPDATE level = VALUES(level), changed_at = VALUES(changed_at)");
        statement.build().execute(&mut *connection).await?;
    }
    let gone: Vec<_> = levels.iter().filter(|it| it.level.is_none()).collect();
    for chunk in gone.chunks(1000) {
        let mut statement = QueryBuilder::new("DELETE FROM low_stock WHERE (product_id, warehouse_id) IN ");
        statement.push_tuples(chunk, |mut row, it| {
            row.push_bind(it.key.product_id.as_str()).push_bind(it.key.warehouse_id.as_str());
        });
        statement.build().execute(&mut *connection).await?;
    }
    Ok(())
}
