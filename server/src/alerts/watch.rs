//! What the stream says of itself: how long messages wait, and whether the topic lets go of them soon. Pure.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

/// Where partitions begin and end.
type Reach = BTreeMap<i32, (i64, i64)>;

/// So long an old end is remembered; a longer lag counts as this.
const LONGEST: Duration = Duration::from_hours(1);
/// Of what a partition holds, the oldest part in which a cursor is in danger: one in so many.
const OLDEST_PART: i64 = 10;

/// How long messages wait: the ends of the topic as they were, and when.
#[derive(Debug, Default)]
pub struct Lag {
    ends: VecDeque<(Instant, BTreeMap<i32, i64>)>,
}

impl Lag {
    /// How long the oldest message that was not recorded has been there, as far as was looked. `cursors`: what is recorded next.
    pub fn look(&mut self, now: Instant, reach: &Reach, cursors: &BTreeMap<i32, i64>) -> Duration {
        self.ends.push_back((now, reach.iter().map(|(partition, (_, end))| (*partition, *end)).collect()));
        let is_reached = |(partition, end): (&i32, &i64)| cursors.get(partition).copied().unwrap_or(0) >= *end;
        while let Some((at, ends)) = self.ends.front() {
            if !ends.iter().all(is_reached) && now.duration_since(*at) <= LONGEST {
                break;
            }
            self.ends.pop_front();
        }
        self.ends.front().map_or(Duration::ZERO, |(at, _)| now.duration_since(*at))
    }
}

/// Is the cursor in the oldest tenth of what a partition holds, with messages waiting, in a topic that lets go of old ones?
pub fn is_retention_near((begin, end): (i64, i64), cursor: i64) -> bool {
    begin > 0 && cursor < end && cursor - begin < (end - begin) / OLDEST_PART
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_wait_until_their_end_is_reached() {
        let (mut lag, start) = (Lag::default(), Instant::now());
        let at = |seconds| start + Duration::from_secs(seconds);
        let reach = |end| Reach::from([(0, (0, end)), (1, (0, 5))]);
        let cursors = |next| BTreeMap::from([(0, next), (1, 5)]);
        assert_eq!(lag.look(at(0), &reach(10), &cursors(10)), Duration::ZERO);
        assert_eq!(lag.look(at(5), &reach(20), &cursors(10)), Duration::ZERO, "they have just come");
        assert_eq!(lag.look(at(65), &reach(30), &cursors(15)), Duration::from_mins(1));
        assert_eq!(lag.look(at(70), &reach(40), &cursors(20)), Duration::from_secs(5), "those of then are recorded");
        assert_eq!(lag.look(at(75), &reach(40), &cursors(40)), Duration::ZERO);
        assert_eq!(lag.look(at(80), &reach(50), &BTreeMap::new()), Duration::ZERO);
        assert_eq!(lag.look(at(80 + 7200), &reach(50), &cursors(40)), Duration::ZERO, "what is too old is forgotten");
    }

    #[test]
    fn retention_is_near_in_the_oldest_tenth() {
        assert!(is_retention_near((100, 200), 105));
        assert!(!is_retention_near((100, 200), 110));
        assert!(!is_retention_near((100, 200), 200), "nothing waits");
        assert!(!is_retention_near((0, 200), 0), "nothing was let go yet");
        assert!(is_retention_near((100, 200), 90), "it is lost already");
    }
}
