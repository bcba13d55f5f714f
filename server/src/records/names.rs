//! `names` and `low_stock`: the catalogue.

use std::collections::HashMap;

use app::model::names::{Name, NameOf};
use sqlx::QueryBuilder;

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

/// The whole catalogue by kind and id.
pub type Names = HashMap<NameOf, HashMap<String, Name>>;

impl Records {
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

    /// Adds or replaces names, all or none.
    pub async fn store_names(&self, rows: &[NameRow]) -> Result<(), Error> {
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
        transaction.commit().await.map_err(&away)
        })
        .await
    }
}
