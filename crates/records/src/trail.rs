//! `trail`: who did what, when, and what it was before and after.

use sqlx::{MySqlConnection, QueryBuilder};

/// One deed to be remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailEvent {
    /// Name of whoever did it, such as `local administrator`.
    pub who: String,
    /// A stable word, such as `names.import`.
    pub action: String,
    /// Subject of the deed, such as `partition 3` or the name of a file.
    pub subject: String,
    /// What it was.
    pub before: Option<String>,
    /// What it is now.
    pub after: Option<String>,
}

/// Remembers deeds in the transaction that does them.
pub async fn record_in(connection: &mut MySqlConnection, deeds: &[TrailEvent]) -> Result<(), sqlx::Error> {
    for chunk in deeds.chunks(1000) {
        let mut statement =
            QueryBuilder::new("INSERT INTO trail (at, who, action, subject, before_value, after_value) ");
        statement.push_values(chunk, |mut row, it| {
            row.push("UTC_TIMESTAMP(3)")
                .push_bind(it.who.as_str())
                .push_bind(it.action.as_str())
                .push_bind(it.subject.as_str())
                .push_bind(it.before.as_deref())
                .push_bind(it.after.as_deref());
        });
        statement.build().execute(&mut *connection).await?;
    }
    Ok(())
}
