//! `names` and `low_stock`: the catalogue.

use std::collections::HashMap;

use app::model::names::{Name, NameOf};
use app::model::stock::StockKey;
use sqlx::{MySqlConnection, QueryBuilder};

use super::error::limited;
use super::{Error, Records};

/// One name to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameRow {
    /// What it names.
    pub of: NameOf,
    /// Which one.
    pub id: String,
    /// The name.
    pub name: Name,
    /// `kg`, `箱`; products only.
    pub unit: Option<String>,
}

/// A level to be stored: fewer than this many are low.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelRow {
    /// What, and where.
    pub key: StockKey,
    /// From 1; none takes the level away.
    pub level: Option<i64>,
}

/// The whole catalogue by kind and id.
pub type Names = HashMap<NameOf, HashMap<String, Name>>;

impl Records {
    /// Below how many a product counts as low in a warehouse.
    pub async fn low_levels(&self) -> Result<HashMap<StockKey, i64>, Error> {
        limited("reading the low-stock levels", async {
            let rows: Vec<(String, String, i64)> =
                sqlx::query_as("SELECT warehouse_id, product_id, level FROM low_stock")
                    .fetch_all(&self.pool)
                    .await
                    .map_err(Error::away("reading the low-stock levels"))?;
            let mut levels = HashMap::new();
            for (warehouse, product, level) in rows {
                // An id that is none has no stock either.
                if let (Ok(warehouse_id), Ok(product_id)) = (warehouse.try_into(), product.try_into()) {
                    levels.insert(StockKey { warehouse_id, product_id }, level);
                }
            }
            Ok(levels)
        })
        .await
    }

    /// Reads the catalogue.
    pub async fn names(&self) -> Result<Names, Error> {
        limited("reading the names", async {
            let rows: Vec<(String, String, Option<String>, Option<String>)> =
                sqlx::query_as("SELECT kind, id, zh, en FROM names")
                    .fetch_all(&self.pool)
                    .await
                    .map_err(Error::away("reading the names"))?;
            let mut names = Names::new();
            for (kind, id, zh, en) in rows {
                if let Some(of) = NameOf::parse(&kind) {
                    names.entry(of).or_default().insert(id, Name { zh, en });
                }
            }
            Ok(names)
        })
        .await
    }

    /// Adds or replaces names and levels, all or none.
    pub async fn store_catalogue(&self, rows: &[NameRow], levels: &[LevelRow]) -> Result<(), Error> {
        limited("storing names", async {
        let away = Error::away("storing names");
        let mut transaction = self.pool.begin().await.map_err(&away)?;
        for chunk in rows.chunks(1000) {
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
            statement.build().execute(&mut *transaction).await.map_err(&away)?;
        }
        store_levels(&mut transaction, levels).await.map_err(&away)?;
        transaction.commit().await.map_err(&away)
        })
        .await
    }
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
    for it in levels.iter().filter(|it| it.level.is_none()) {
        sqlx::query("DELETE FROM low_stock WHERE product_id = ? AND warehouse_id = ?")
            .bind(it.key.product_id.as_str())
            .bind(it.key.warehouse_id.as_str())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
