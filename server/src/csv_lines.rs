//! The lines of a file as editors count them: a CSV reader's own places are before the line ends that it skips.

/// Counts lines. Asked in the order of the file.
pub struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    /// Of a file.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, line: 1 }
    }

    /// The line of the first thing at or behind a place.
    pub fn of(&mut self, place: usize) -> u64 {
        let skipped = self.bytes.iter().skip(place).take_while(|it| matches!(it, b'\r' | b'\n')).count();
        let to = (place + skipped).min(self.bytes.len());
        let passed = self.bytes.get(self.at..to).unwrap_or_default();
        self.line += u64::try_from(passed.split(|it| *it == b'\n').count().saturating_sub(1)).unwrap_or(0);
        self.at = self.at.max(to);
        self.line
    }
}
