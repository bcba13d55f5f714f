//! The fold, a roll-up: adds the deltas that batches staged to all levels of totals and deletes them, in one transaction. One
//! process folds at a time: the row of `levels` is locked.

use crate::sql::error::with_timeout;
use crate::totals::levels;
use crate::totals::levels::LEVELS;
use crate::totals::staged;
use crate::totals::staged::Pending;
use crate::{Error, Records};

/// What a fold did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Folded {
    /// Lines that are in all levels now; there may have been none.
    Batches {
        /// Number of lines, one a batch.
        lines: usize,
        /// Do more wait?
        more: bool,
    },
    /// Nothing: somebody else is at it.
    Busy,
    /// Nothing: entries are older than the levels, which must be made anew.
    Missing,
}

/// Locks the levels and answers their state. `None`: somebody else holds them.
pub async fn lock(connection: &mut sqlx::MySqlConnection) -> Result<Option<String>, Error> {
    let locked: Result<Option<String>, _> =
        sqlx::query_scalar("SELECT state FROM levels WHERE id = 1 FOR UPDATE SKIP LOCKED")
            .fetch_optional(connection)
            .await;
    locked.map_err(Error::unavailable("locking the levels of totals"))
}

/// Locks the levels and answers their state, after whoever folds just now.
pub async fn state(connection: &mut sqlx::MySqlConnection) -> Result<String, Error> {
    sqlx::query_scalar("SELECT state FROM levels WHERE id = 1 FOR UPDATE")
        .fetch_one(connection)
        .await
        .map_err(Error::unavailable("locking the levels of totals"))
}

impl Records {
    /// Folds the oldest lines, until they are so many, or make so many cells: rows of the finest level. A line is a batch.
    pub async fn fold_flows(&self, lines: usize, cells: usize) -> Result<Folded, Error> {
        with_timeout("folding flows into levels", async {
            let unavailable = Error::unavailable("folding flows into levels");
            let mut transaction = self.pool.begin().await.map_err(&unavailable)?;
            let state = lock(&mut transaction).await?;
            let Pending { ids, flows, more } = match state.as_deref() {
                Some("whole") => staged::oldest(&mut transaction, lines, cells).await?,
                _ => Pending::default(),
            };
            if ids.is_empty() {
                // At once: a transaction that is only dropped holds its lock until its connection is used again.
                transaction.rollback().await.map_err(&unavailable)?;
                return Ok(match state.as_deref() {
                    Some("whole") => Folded::Batches { lines: 0, more },
                    Some(_) => Folded::Missing,
                    None => Folded::Busy,
                });
            }
            for level in LEVELS.iter().filter(|it| it.behind) {
                levels::add(&mut transaction, level, &flows, self.business_time).await.map_err(&unavailable)?;
            }
            staged::delete(&mut transaction, &ids).await?;
            transaction.commit().await.map_err(&unavailable)?;
            Ok(Folded::Batches { lines: ids.len(), more })
        })
        .await
    }
}
