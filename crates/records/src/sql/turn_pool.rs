//! A connection pool behind turns (a counting semaphore). Whoever gets none in time is told that others are at work, which is no outage: an outage is
//! what the pool itself says.

use std::sync::Arc;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{MySql, MySqlPool, Transaction};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Error;

/// As many turns as there are connections. Cheap to clone.
#[derive(Clone)]
pub struct TurnPool {
    connections: MySqlPool,
    turns: Arc<Semaphore>,
    limit: Duration,
}

impl TurnPool {
    /// A pool; `limit`: how long somebody waits for a turn.
    pub fn new(connections: MySqlPool, limit: Duration) -> Self {
        let most = usize::try_from(connections.options().get_max_connections()).unwrap_or(1);
        Self { connections, turns: Arc::new(Semaphore::new(most)), limit }
    }

    /// A connection, once there is a turn: first come first served, [`Error::Busy`] where none comes in time. The turn is over when the permit is dropped; let it
    /// outlive the connection. One that somebody gave up half-way comes back only when its statement ends: that is no outage either.
    pub async fn acquire(&self, doing: &'static str) -> Result<(OwnedSemaphorePermit, PoolConnection<MySql>), Error> {
        let turn = self.turn(doing).await?;
        let connection = self.connections.acquire().await.map_err(|cause| self.busy_or_away(doing, cause))?;
        Ok((turn, connection))
    }

    /// A transaction, as above.
    pub async fn begin(
        &self,
        doing: &'static str,
    ) -> Result<(OwnedSemaphorePermit, Transaction<'static, MySql>), Error> {
        let turn = self.turn(doing).await?;
        let transaction = self.connections.begin().await.map_err(|cause| self.busy_or_away(doing, cause))?;
        Ok((turn, transaction))
    }

    async fn turn(&self, doing: &'static str) -> Result<OwnedSemaphorePermit, Error> {
        match tokio::time::timeout(self.limit, Arc::clone(&self.turns).acquire_owned()).await {
            Ok(Ok(turn)) => Ok(turn),
            _ => Err(Error::Busy { doing }),
        }
    }

    fn busy_or_away(&self, doing: &'static str, cause: sqlx::Error) -> Error {
        let most = self.connections.options().get_max_connections();
        let all_are_out = self.connections.size() >= most && self.connections.num_idle() == 0;
        match cause {
            sqlx::Error::PoolTimedOut if all_are_out => Error::Busy { doing },
            cause => Error::Unavailable { doing, cause },
        }
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.connections.close().await;
    }
}
