//! Whether the topic lets go soon (retention) of messages that were not read. Pure.

/// Of what a partition holds, the oldest part in which a cursor is in danger: one in so many.
const OLDEST_PART: i64 = 10;

/// Is the cursor in the oldest tenth of what a partition holds, with messages waiting, in a topic that lets go of old ones?
pub fn is_retention_near((begin, end): (i64, i64), cursor: i64) -> bool {
    begin > 0 && cursor < end && cursor - begin < (end - begin) / OLDEST_PART
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retention_is_near_in_the_oldest_tenth() {
        assert!(is_retention_near((100, 200), 105));
        assert!(!is_retention_near((100, 200), 110));
        assert!(!is_retention_near((100, 200), 200), "nothing waits");
        assert!(!is_retention_near((0, 200), 0), "nothing was let go yet");
        assert!(is_retention_near((100, 200), 90), "it is lost already");
    }
}
