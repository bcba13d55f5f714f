//! What benches ask of Redis: a plain counter to compare with, and how long scripts took inside the server.

use model::stock::StockKey;
use redis::AsyncCommands as _;

use super::{Error, Realtime, keys};

impl Realtime {
    /// Adds to a plain counter of a key, one command as people write first. Only in a bench's own prefix: no reader of ours
    /// knows it.
    pub async fn add_plainly(&self, key: &StockKey, by: i64) -> Result<(), Error> {
        let doing = "adding to a plain counter";
        let mut redis = self.connection(doing).await?;
        let counter = format!("{}plain:{}", self.keys.group(), keys::member(key));
        redis.incr::<_, _, ()>(counter, by).await.map_err(Error::unavailable(doing))
    }

    /// Microseconds that a command has taken inside the server since it was started; `evalsha`: scripts.
    pub async fn microseconds_of(&self, command: &str) -> Result<u64, Error> {
        let doing = "reading the server's statistics";
        let mut redis = self.connection(doing).await?;
        let info: String =
            redis::cmd("INFO").arg("commandstats").query_async(&mut redis).await.map_err(Error::unavailable(doing))?;
        let line = info.lines().find_map(|it| it.strip_prefix("cmdstat_")?.strip_prefix(command)?.strip_prefix(':'));
        let microseconds = line.and_then(|it| it.split(',').find_map(|it| it.strip_prefix("usec=")));
        Ok(microseconds.and_then(|it| it.parse().ok()).unwrap_or_default())
    }
}
