//! The live feed: what `apply` publishes inside its call.

use futures::{Stream, StreamExt};
use model::batch::Note;
use model::stock::StockKey;
use serde::Deserialize;

use super::{ANSWER_LIMIT, Error, Realtime, Value, keys};

/// One applied batch.
#[derive(Debug, Clone)]
pub struct FeedMessage {
    /// Partition of the topic that the batch was read from.
    pub partition: i32,
    /// The position before it.
    pub from: i64,
    /// The position after it.
    pub to: i64,
    /// Of the live stock.
    pub incarnation: String,
    /// The keys it changed, as they are now.
    pub keys: Vec<(StockKey, Value)>,
    /// What it tells the live view.
    pub note: Note,
}

#[derive(Deserialize)]
struct Wire {
    partition: i32,
    from: i64,
    to: i64,
    incarnation: String,
    keys: Vec<(String, Option<i64>, i64)>,
    note: Note,
}

/// Subscription to the live feed, on a connection of its own; what was published before is not seen.
pub struct Feed(redis::aio::PubSub);

impl Realtime {
    /// Subscribes. Messages that are published from now on will be seen until the connection breaks.
    pub async fn subscribe(&self) -> Result<Feed, Error> {
        let doing = "following the live feed";
        let subscribing = async {
            let mut subscription = self.client.get_async_pubsub().await?;
            subscription.subscribe(self.keys.feed()).await?;
            Ok(Feed(subscription))
        };
        match tokio::time::timeout(ANSWER_LIMIT, subscribing).await {
            Ok(subscribed) => subscribed.map_err(Error::unavailable(doing)),
            Err(_) => Err(Error::TimedOut { doing, seconds: ANSWER_LIMIT.as_secs() }),
        }
    }
}

impl Feed {
    /// The messages; the stream ends when the connection breaks.
    pub fn into_messages(self) -> impl Stream<Item = Result<FeedMessage, Error>> {
        self.0.into_on_message().map(|message| {
            let odd = |cause: &dyn std::fmt::Display| Error::Inconsistent(format!("a message of the feed: {cause}"));
            let wire: Wire = serde_json::from_slice(message.get_payload_bytes()).map_err(|cause| odd(&cause))?;
            let keys = wire
                .keys
                .into_iter()
                .filter_map(|(member, stock, rev)| Some((keys::parse_member(&member)?, Value { stock, rev })))
                .collect();
            Ok(FeedMessage {
                partition: wire.partition,
                from: wire.from,
                to: wire.to,
                incarnation: wire.incarnation,
                keys,
                note: wire.note,
            })
        })
    }
}
