//! `trail`: who did what, when, and what it was before and after.

use sqlx::MySqlConnection;

use super::error::limited;
use super::{Error, Records};

/// One deed to be remembered.
#[derive(Debug, Clone)]
pub struct Deed<'a> {
    /// Who.
    pub who: &'a str,
    /// A stable word, such as `names.import`.
    pub action: &'a str,
    /// To what.
    pub subject: &'a str,
    /// What it was.
    pub before: Option<&'a str>,
    /// What it is now.
    pub after: Option<&'a str>,
}

impl Records {
    /// Remembers a deed.
    pub async fn remember_deed(&self, deed: &Deed<'_>) -> Result<(), Error> {
        limited("writing the trail", async {
            let away = Error::away("writing the trail");
            let mut connection = self.pool.acquire().await.map_err(&away)?;
            remember_in(&mut connection, deed).await.map_err(&away)
        })
        .await
    }
}

/// Remembers a deed in the transaction that does it.
pub async fn remember_in(connection: &mut MySqlConnection, deed: &Deed<'_>) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO trail (at, who, action, subject, before_value, after_value)
         VALUES (UTC_TIMESTAMP(3), ?, ?, ?, ?, ?)",
    )
    .bind(deed.who)
    .bind(deed.action)
    .bind(deed.subject)
    .bind(deed.before)
    .bind(deed.after)
    .execute(connection)
    .await
    .map(drop)
}
