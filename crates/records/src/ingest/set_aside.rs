//! Messages set aside for want of a day table (`no_table`) that nothing was sent again for: a retry queue among the rejections.

use sqlx::QueryBuilder;

use crate::sql::error::with_timeout;
use crate::{Error, Records};

from_row! {
    /// A message that waits for a table.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct SetAside {
        /// Number of its rejection.
        pub id: i64,
        /// Its bytes, all of them.
        pub raw: Vec<u8>,
    }
}

/// Those that wait.
const WAITING: &str = " FROM rejections AS r
  WHERE r.code = 'no_table' AND NOT EXISTS (SELECT 1 FROM resubmissions AS s WHERE s.rejection_id = r.id)";

impl Records {
    /// Those that wait, with a higher number, oldest first.
    pub async fn set_aside_after(&self, id: i64, limit: i64) -> Result<Vec<SetAside>, Error> {
        with_timeout("reading what was set aside", async {
            let mut statement = QueryBuilder::new("SELECT r.id, r.raw");
            statement.push(WAITING).push(" AND r.id > ").push_bind(id);
            statement.push(" ORDER BY r.id LIMIT ").push_bind(limit);
            let unavailable = Error::unavailable("reading what was set aside");
            statement.build_query_as().fetch_all(&self.pool).await.map_err(unavailable)
        })
        .await
    }

    /// How many wait.
    pub async fn set_aside_count(&self) -> Result<i64, Error> {
        with_timeout("counting what was set aside", async {
            let mut statement = QueryBuilder::new("SELECT COUNT(*)");
            statement.push(WAITING);
            let unavailable = Error::unavailable("counting what was set aside");
            statement.build_query_scalar().fetch_one(&self.pool).await.map_err(unavailable)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use model::flaw::Code;

    #[test]
    fn the_word_is_the_one_that_is_stored() {
        assert!(super::WAITING.contains(&format!("'{}'", Code::NoTable.as_str())));
    }
}
