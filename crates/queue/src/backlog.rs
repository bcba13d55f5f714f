//! The backlog (consumer lag): how many messages wait in the topic to be recorded, and since when the oldest of them does. One definition for
//! alerts, screens and metrics. Pure.
//!
//! The cursor follows the reader over places that hold no message, so whatever lies between cursor and end waits. How many of these places
//! are messages is known only once they are read: of a producer that writes in transactions some are marks.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

use super::Reach;
use model::pipeline::waiting;

/// The next position to record, by partition; one that nobody reads yet has none.
pub type Cursors = BTreeMap<i32, i64>;

/// So long an old end is remembered; a longer wait counts as this.
const MAX_AGE: Duration = Duration::from_hours(1);

/// Messages that wait to be recorded, over all partitions: how many, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Waiting {
    /// Places that were not read, at most so many messages.
    pub messages: i64,
    /// How long ago the oldest of them was first seen.
    pub oldest: Duration,
    /// For how long something waited and no cursor moved.
    pub stands: Duration,
}

/// Remembers the ends of the topic as they were, and when.
#[derive(Debug, Default)]
pub struct Backlog {
    ends: VecDeque<(Instant, BTreeMap<i32, i64>)>,
    /// The cursors while something waits, and since when they are these.
    stood: Option<(Instant, Cursors)>,
}

impl Backlog {
    /// What waits now.
    pub fn look(&mut self, now: Instant, reach: &Reach, cursors: &Cursors) -> Waiting {
        let at = |partition: &i32| cursors.get(partition).copied().unwrap_or(0);
        self.ends.push_back((now, reach.iter().map(|(partition, (_, end))| (*partition, *end)).collect()));
        while let Some((seen, ends)) = self.ends.front() {
            if !ends.iter().all(|(partition, end)| at(partition) >= *end) && now.duration_since(*seen) <= MAX_AGE {
                break;
            }
            self.ends.pop_front();
        }
        let messages = reach.iter().map(|(partition, (_, end))| waiting(*end, at(partition))).sum();
        let oldest = self.ends.front().map_or(Duration::ZERO, |(seen, _)| now.duration_since(*seen));
        let stood = self.stood.take().filter(|(_, before)| before == cursors);
        let since = stood.map_or(now, |(since, _)| since);
        self.stood = (messages > 0).then(|| (since, cursors.clone()));
        Waiting { messages, oldest, stands: now.duration_since(since) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_wait_until_their_end_is_reached() {
        let (mut backlog, start) = (Backlog::default(), Instant::now());
        let mut look = |seconds, end, next: Option<i64>| {
            let reach = Reach::from([(0, (0, end)), (1, (0, 5))]);
            let cursors = next.map_or_else(Cursors::new, |next| Cursors::from([(0, next), (1, 5)]));
            let it = backlog.look(start + Duration::from_secs(seconds), &reach, &cursors);
            (it.messages, it.oldest.as_secs(), it.stands.as_secs())
        };
        assert_eq!(look(0, 10, Some(10)), (0, 0, 0));
        assert_eq!(look(5, 20, Some(10)), (10, 0, 0), "they have just come");
        assert_eq!(look(25, 20, Some(10)), (10, 20, 20));
        assert_eq!(look(65, 30, Some(15)), (15, 60, 0), "somebody works");
        assert_eq!(look(70, 40, Some(20)), (20, 5, 0), "those of then are recorded");
        assert_eq!(look(75, 40, Some(40)), (0, 0, 0));
        assert_eq!(look(80, 50, None), (55, 0, 0));
        assert_eq!(look(80 + 7200, 50, Some(40)).1, 0, "what is too old is forgotten");
    }

    #[test]
    fn one_message_every_13_seconds_is_no_backlog() {
        let (mut backlog, start) = (Backlog::default(), Instant::now());
        for second in (0..600).step_by(2) {
            // Each is recorded half a second after it came; a look may fall in between.
            let end = second / 13;
            let next = if second % 13 < 1 { end - 1 } else { end };
            let reach = Reach::from([(0, (0, end))]);
            let at = start + Duration::from_secs(u64::try_from(second).unwrap());
            let waiting = backlog.look(at, &reach, &Cursors::from([(0, next)]));
            assert!(waiting.oldest < Duration::from_secs(2), "{second}: {waiting:?}");
        }
    }
}
