//! The state of the pipeline, as far as the stream itself says it: `catching_up` while many messages wait, `degraded` where nobody records. Pure.
//! What else is wrong its parts say themselves (`base::status`); the worst of all is shown.

use std::time::Duration;

use model::pipeline::{PartitionStatus, PipelineState};
use queue::Waiting;

/// So many messages behind is work in progress, not a backlog.
const WORK_IN_PROGRESS: i64 = 1000;
/// So long nothing may be recorded while something waits.
const PATIENCE: Duration = Duration::from_secs(10);
/// So long a daemon may take to find a new partition, and to share it out.
const NEW_PARTITION: Duration = Duration::from_secs(45);

/// What a backlog means. Somebody records as long as a cursor moves; the oldest message has waited for as long as it was seen to wait.
/// `is_new`: a partition has no cursor yet.
pub fn state_of_backlog(it: Waiting, is_new: bool) -> Option<(PipelineState, String)> {
    let limit = if is_new { NEW_PARTITION } else { PATIENCE };
    if it.oldest >= limit && it.stands >= limit {
        let (waits, seconds) = (it.messages, limit.as_secs());
        let reason =
            format!("{waits} messages wait in the topic and none was recorded for {seconds} s; does a daemon run?");
        return Some((PipelineState::Degraded, reason));
    }
    (it.messages > WORK_IN_PROGRESS).then(|| (PipelineState::CatchingUp, "messages wait in the topic".to_owned()))
}

/// A partition that is behind by more than work in progress, in the topic or in the live stock.
pub fn is_behind(it: &PartitionStatus) -> bool {
    it.waiting().is_some_and(|it| it > WORK_IN_PROGRESS)
        || it.live_cursor.is_some_and(|live| it.cursor - live > WORK_IN_PROGRESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_recording_is_told_from_a_backlog_and_from_a_quiet_topic() {
        let state = |messages, oldest, stands| {
            let seconds = Duration::from_secs;
            let waiting = Waiting { messages, oldest: seconds(oldest), stands: seconds(stands) };
            state_of_backlog(waiting, false).map(|it| it.0)
        };
        for (what, found, expected) in [
            ("nothing waits", state(0, 0, 0), None),
            ("not for long", state(5, 9, 9), None),
            ("nobody records", state(5, 10, 10), Some(PipelineState::Degraded)),
            ("somebody does", state(5, 60, 2), None),
            ("a backlog", state(90_000, 300, 2), Some(PipelineState::CatchingUp)),
        ] {
            assert_eq!(found, expected, "{what}");
        }
    }
}
