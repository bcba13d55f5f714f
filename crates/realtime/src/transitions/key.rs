//! One key: what a delta and a settling do to it.

use model::batch::Delta;
use model::quantity::MAX_SUM;

use super::rules::{Rule, Rules};

/// The three sums of a key in one of its two versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Version {
    /// Net stock, gross in, entries.
    pub base: [i64; 3],
    /// What came since.
    pub change: [i64; 3],
}

/// One key that can be read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key<N> {
    /// Version 1 and version 2, at the places 0 and 1.
    pub versions: [Version; 2],
    /// Which of them is shown: 0 or 1.
    pub active: usize,
    /// Raised by every change.
    pub rev: i64,
    /// The run that settled it last.
    pub settled: Option<N>,
    /// The run for which the other version was opened.
    pub pending: Option<N>,
    /// Is it whole, or was it found damaged while a run was the newest?
    pub health: Health<N>,
}

/// Can the sums of a key be vouched for?
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Health<N> {
    /// Sums that can be read and may be shown.
    Whole,
    /// What it held before was quarantined under this run.
    DamagedIn(Option<N>),
}

/// The stock of a key at a cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AtCut {
    /// Redis has no such key.
    Missing,
    /// It holds something that cannot be read.
    Unreadable,
    /// Net stock, gross in, entries.
    Sums([i64; 3]),
}

/// What an audit lets be settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum May {
    /// Nothing: it only looks.
    Look,
    /// A key that agrees with the records.
    SettleWhatAgrees,
    /// That, and a key that is still as it was written down as a finding.
    SettleAsWrittenDown(AtCut),
}

impl<N> Key<N> {
    /// A key that holds nothing yet.
    pub fn fresh() -> Self {
        Self {
            versions: [Version::default(); 2],
            active: 0,
            rev: 0,
            settled: None,
            pending: None,
            health: Health::Whole,
        }
    }

    /// Net stock as every reader shows it, at every instant; `None` where it cannot be vouched for.
    pub fn shown(&self) -> Option<i64> {
        (matches!(self.health, Health::Whole)).then(|| self.sums()[0])
    }

    fn sums(&self) -> [i64; 3] {
        let it = &self.versions[self.active];
        std::array::from_fn(|s| it.base[s] + it.change[s])
    }

    pub(super) fn in_range(&self) -> bool {
        let fits = |it: &i64| (-MAX_SUM..=MAX_SUM).contains(it);
        self.versions.iter().all(|it| it.base.iter().chain(&it.change).all(fits)) && self.sums().iter().all(fits)
    }
}

impl<N: Clone + Eq> Key<N> {
    /// A delta is always added to the active version, and to the other one from the newest cut on.
    pub(super) fn add(&mut self, newest: Option<&N>, delta: Delta, rules: Rules) {
        let other = 1 - self.active;
        let delta = [delta.net, delta.gross_in, delta.entries];
        self.rev += 1;
        plus(&mut self.versions[self.active].change, delta);
        if self.settled.as_ref() == newest {
            return;
        }
        if self.pending.as_ref() != newest {
            self.pending = newest.cloned();
            if rules.hold(Rule::OpenAfresh) {
                self.versions[other].change = [0; 3];
            }
        }
        plus(&mut self.versions[other].change, delta);
    }

    /// NRS: what the other version holds came after the cut.
    pub(super) fn at_cut(&self, run: &N) -> AtCut {
        if !matches!(self.health, Health::Whole) {
            return AtCut::Unreadable;
        }
        let after = if self.pending.as_ref() == Some(run) { self.versions[1 - self.active].change } else { [0; 3] };
        let sums = self.sums();
        AtCut::Sums(std::array::from_fn(|s| sums[s] - after[s]))
    }

    /// The other version, with the right base, becomes the active one.
    pub(super) fn settle(&mut self, run: &N, rrs: [i64; 3], rules: Rules) {
        let (before, other) = (self.active, 1 - self.active);
        if self.pending.as_ref() != Some(run) && rules.hold(Rule::ClearStale) {
            self.versions[other].change = [0; 3];
        }
        self.versions[other].base = rrs;
        self.versions[before] = Version::default();
        self.active = other;
        self.rev += 1;
        self.settled = Some(run.clone());
        self.pending = None;
        self.health = Health::Whole;
    }
}

fn plus(sums: &mut [i64; 3], delta: [i64; 3]) {
    for (sum, by) in sums.iter_mut().zip(delta) {
        *sum += by;
    }
}
