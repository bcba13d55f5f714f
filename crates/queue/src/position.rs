//! The position of a reader, and from when on it is to be believed. Pure.
//!
//! The client says up to where a partition was read, over messages and over places that hold none. Where it was read before (the cursor was set
//! back), it says for a moment what was reached then: to believe that would pass messages that nobody has read.

/// What the client said of a partition since it was assigned.
#[derive(Debug, Default)]
pub struct Position {
    is_ours: bool,
    /// What it said first, and may still say of the time before.
    first: Option<i64>,
}

impl Position {
    /// A message has come: whatever is said from now on is of this reading.
    pub fn begun(&mut self) {
        self.is_ours = true;
    }

    /// Up to where was read; `None`: it is not known yet. `said`: by the client; `from`: where this reading begins, or stands.
    pub fn of(&mut self, said: Option<i64>, from: i64) -> Option<i64> {
        self.is_ours |= match (said, self.first) {
            // Forgotten, or not beyond where we stand.
            (None, _) => true,
            (Some(now), _) if now <= from => true,
            (Some(now), Some(first)) => now != first,
            (Some(_), None) => false,
        };
        self.first = self.first.or(said);
        said.filter(|_| self.is_ours)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_reached_before_is_not_believed() {
        let mut again = Position::default();
        assert_eq!(again.of(Some(5000), 100), None);
        assert_eq!(again.of(Some(5000), 100), None);
        assert_eq!(again.of(None, 100), None);
        assert_eq!(again.of(Some(102), 100), Some(102), "a mark was passed");

        let mut quick = Position::default();
        assert_eq!(quick.of(Some(5000), 100), None);
        assert_eq!(quick.of(Some(101), 100), Some(101), "it has forgotten, and read on");

        let mut new = Position::default();
        assert_eq!(new.of(None, 0), None);
        assert_eq!(new.of(Some(2), 0), Some(2));

        let mut read = Position::default();
        assert_eq!(read.of(Some(5000), 100), None);
        read.begun();
        assert_eq!(read.of(Some(103), 103), Some(103));
    }
}
