//! A connection pool behind turns (a counting semaphore). Whoever gets none in time is told that others are at work, which is no outage: an outage is
//! what the pool itself says.

use std::sync::Arc;
use std::time::Duration;

use sqlx::MySqlPool;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Error;

/// As many turns as there are connections. Cheap to clone.
#[derive(Clone)]
pub struct TurnPool {
    /// To be used by those who have a turn.
    pub connections: MySqlPool,
    turns: Arc<Semaphore>,
    limit: Duration,
}

impl TurnPool {
    /// A pool; `limit`: how long somebody waits for a turn.
    pub fn new(connections: MySqlPool, limit: Duration) -> Self {
        let most = usize::try_from(connections.options().get_max_connections()).unwrap_or(1);
        Self { connections, turns: Arc::new(Semaphore::new(most)), limit }
    }

    /// Waits for a turn, first come first served; [`Error::Busy`] where none comes in time. It is over when the permit is dropped.
    pub async fn turn(&self, doing: &'static str) -> Result<OwnedSemaphorePermit, Error> {
        match tokio::time::timeout(self.limit, Arc::clone(&self.turns).acquire_owned()).await {
            Ok(Ok(turn)) => Ok(turn),
            _ => Err(Error::Busy { doing }),
        }
    }
}
