//! Does a cursor fit the topic? Offsets alone do not tell: a topic that was deleted and made again has them too, so the
//! last message before the cursor is looked at again (docs/consistency.md#one-batch-of-one-partition).

use std::collections::BTreeMap;

use super::Error;
use queue::Topic;
use records::{Cursor, LastMessage};

/// Why a cursor does not fit its partition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Misfit {
    /// The topic begins only behind the cursor: its retention was too short.
    Expired {
        /// The next position to record.
        cursor: i64,
        /// What the topic still holds.
        first: i64,
    },
    /// The topic ends before the cursor.
    Ahead {
        /// The next position to record.
        cursor: i64,
        /// What the topic holds.
        end: i64,
    },
    /// The message before the cursor is another one.
    OtherMessage {
        /// The next position to record.
        cursor: i64,
    },
}

impl Misfit {
    /// Is it another topic of the same name?
    pub fn is_another_topic(&self) -> bool {
        !matches!(self, Self::Expired { .. })
    }

    /// What is wrong and what to do.
    pub fn explain(&self, partition: i32, topic: &str) -> String {
        let what = match self {
            Self::Expired { cursor, first } => format!(
                "the next message to record is {cursor}, but {topic} begins at {first}: its retention was shorter than the \
                 daemon's absence, and {} positions are lost. If the messages cannot be brought back",
                first - cursor
            ),
            Self::Ahead { cursor, end } => format!(
                "{cursor} messages were read, but {topic} ends at {end}: it was deleted and made again. If that is meant"
            ),
            Self::OtherMessage { cursor } => format!(
                "the message before {cursor} in {topic} is not the one that was read: it was deleted and made again. If \
                 that is meant"
            ),
        };
        format!("partition {partition}: {what}: `tallyhouse cursor accept-loss {partition} --reason ...`")
    }
}

/// Looks at the cursors of some partitions. How far the topic reaches is asked here, after the cursors were read: another
/// daemon may be recording, and what it has recorded was in the topic before.
pub async fn fit(topic: &Topic, cursors: &BTreeMap<i32, Cursor>) -> Result<BTreeMap<i32, Misfit>, Error> {
    let reach = topic.reach().await?;
    let (mut misfits, mut to_look_at) = (BTreeMap::new(), BTreeMap::new());
    for (&partition, it) in cursors {
        let Some(&(first, end)) = reach.get(&partition) else {
            return Err(queue::Error::unknown_partition(partition).into());
        };
        let cursor = it.next_offset;
        if cursor > end {
            misfits.insert(partition, Misfit::Ahead { cursor, end });
        } else if cursor < first {
            misfits.insert(partition, Misfit::Expired { cursor, first });
        } else if let Some(last) = it.last.as_ref().filter(|it| it.offset >= first) {
            to_look_at.insert(partition, last.offset);
        }
    }
    for (partition, message) in topic.messages_at(to_look_at).await? {
        let seen = LastMessage::of(message.offset, message.sent_at, &message.payload);
        if let Some(it) = cursors.get(&partition).filter(|it| !it.last.as_ref().is_some_and(|it| it.is_same(&seen))) {
            misfits.insert(partition, Misfit::OtherMessage { cursor: it.next_offset });
        }
    }
    Ok(misfits)
}
