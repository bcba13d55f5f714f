//! What persons and audits make of the records: totals that somebody edited, findings, decisions, corrections, and the lease.

use std::collections::{BTreeMap, BTreeSet};

use model::audit::{FindingCause, Nrs, Verdict};
use realtime::transitions::{AtCut, Health, Key};
use tallyhouse::audit::{Allowed, Judged, judge};

use crate::journal::Sums;

/// A finding that nobody has dealt with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Open {
    /// RRS less NRS; `None`: the live stock held no number.
    pub lacks: Option<i64>,
    /// Do the records prove themselves for it?
    pub is_proved: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Books {
    /// By how much the totals of keys were edited by hand since they were last made right.
    pub harm: BTreeMap<u8, i64>,
    /// The run that claimed last: every other one has lost its lease.
    pub lease: Option<u8>,
    pub open: BTreeMap<u8, Open>,
    /// Keys that may be settled where they lack exactly this much.
    pub decided: BTreeMap<u8, i64>,
    /// Every difference that a person ever agreed to: for the properties alone.
    pub agreed: BTreeSet<(u8, i64)>,
}

impl Books {
    /// What the records say: what the journal makes, and what was edited.
    pub fn totals(&self, mut sums: Sums) -> Sums {
        for (key, by) in &self.harm {
            sums.entry(*key).or_default()[0] += by;
        }
        sums
    }

    /// Keys whose rows do not make their totals.
    pub fn unproved(&self) -> BTreeSet<u8> {
        self.harm.keys().copied().collect()
    }

    /// A person accepts the records for a key.
    pub fn decide(&mut self, key: u8) -> Option<()> {
        let lacks = self.open.remove(&key)?.lacks?;
        self.decided.insert(key, lacks);
        self.agreed.insert((key, lacks));
        Some(())
    }

    /// Every key whose records were not proved becomes what its rows make. What it lacks then may be settled.
    pub fn correct(&mut self) {
        let unproved: Vec<u8> = self.open.iter().filter(|(_, it)| !it.is_proved).map(|(key, _)| *key).collect();
        for key in unproved {
            let corrected = -self.harm.remove(&key).unwrap_or(0);
            if let Some(lacks) = self.open.remove(&key).and_then(|it| it.lacks) {
                self.decided.insert(key, lacks + corrected);
                self.agreed.insert((key, lacks + corrected));
            }
        }
    }
}

/// As the audit judges. `lacking`: what a person decided for this key.
pub fn judged(rrs: [i64; 3], nrs: AtCut, is_proved: bool, lacking: Option<i64>) -> Option<Judged> {
    let book = |[stock, gross_in, entries]: [i64; 3]| model::audit::Book { stock, gross_in, entries };
    let nrs = match nrs {
        AtCut::Missing => Nrs::Missing,
        AtCut::Unreadable => Nrs::Unreadable,
        AtCut::Sums(sums) => Nrs::Book(book(sums)),
    };
    let unproved = (!is_proved).then_some(FindingCause::TotalsEdited);
    judge(book(rrs), nrs, unproved, Allowed { surplus: false, lacking: lacking.map(|it| book([it, 0, 0])) })
}

pub fn is_surplus(it: Judged) -> bool {
    it.verdict == Verdict::Surplus
}

/// A look at a key without the script, which does not know which run is the newest: nothing came since it was settled, and it agrees.
pub fn is_quiet(key: &Key<u8>, run: u8, rrs: [i64; 3]) -> bool {
    let [active, other] = [key.versions[key.active], key.versions[1 - key.active]];
    key.health == Health::Whole
        && key.settled != Some(run)
        && (active.base, active.change) == (rrs, [0; 3])
        && (other.base, other.change) == ([0; 3], [0; 3])
}
