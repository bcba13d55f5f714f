//! What the bench compares with: one command per message, as people write first.

use redis::AsyncCommands as _;

use super::{Error, Realtime, keys};
use app::model::stock::StockKey;

impl Realtime {
    /// Adds to a plain counter of a key. Only in a bench's own prefix: no reader of ours knows it.
    pub async fn add_plainly(&self, key: &StockKey, by: i64) -> Result<(), Error> {
        let doing = "adding to a plain counter";
        let mut redis = self.connection(doing).await?;
        let counter = format!("{}plain:{}", self.keys.group(), keys::member(key));
        redis.incr::<_, _, ()>(counter, by).await.map_err(Error::away(doing))
    }
}
