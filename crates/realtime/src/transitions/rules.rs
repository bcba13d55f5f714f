//! The rules of the protocol, each of which can be left out to see whether it is needed.

/// The rules that hold the protocol together. A test leaves out one at a time and must find a counterexample.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum Rule {
    /// A batch is added only at its position and after the batch before it, not at its position alone.
    Chain = 1,
    /// A batch that ends at or before the position is a repeat.
    Repeat = 1 << 1,
    /// A batch beyond the position is refused: what is missing comes first.
    Gap = 1 << 2,
    /// The first delta after a cut opens the other version afresh.
    OpenAfresh = 1 << 3,
    /// Settling clears another version that an earlier run left behind.
    ClearStale = 1 << 4,
    /// Settling and rebuilding check that the run is still the newest.
    NewestRun = 1 << 5,
    /// Only a run cut after a damage was found may settle the key.
    CutAfterDamage = 1 << 6,
    /// A key that deviates is settled only if it is still as it was written down.
    AsWrittenDown = 1 << 7,
    /// A rebuild counts what it wrote, in Redis.
    RebuildCount = 1 << 8,
    /// A rebuild deletes the keys that the records lack.
    RebuildSweep = 1 << 9,
    /// While it is being rebuilt nothing is added.
    RebuildAlone = 1 << 10,
}

/// Which rules are in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rules(u16);

impl Rules {
    /// All of them: the protocol as it is.
    pub const ALL: Self = Self(u16::MAX);

    /// All but one.
    #[must_use]
    #[expect(clippy::as_conversions, reason = "the number of a fieldless enum")]
    pub fn without(rule: Rule) -> Self {
        Self(!(rule as u16))
    }

    #[expect(clippy::as_conversions, reason = "the number of a fieldless enum")]
    pub(super) fn hold(self, rule: Rule) -> bool {
        self.0 & (rule as u16) != 0
    }
}
