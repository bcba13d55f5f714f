//! The steps of an audit, of a rebuild and of a correction.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use realtime::transitions::{AtCut, Health, Mark, May, Settled, Slot};

use super::books::{Open, is_quiet, is_surplus, judged};
use super::{Protocol, RunRule, World, Wrong};
use crate::journal::{Journal, Places, Sums};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Audit,
    Rebuild,
    Correction,
}

/// What an audit compares with.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Audit {
    pub rrs: Sums,
    /// Keys whose records do not prove themselves.
    pub unproved: BTreeSet<u8>,
    /// As it was when it began to compare.
    pub decided: BTreeMap<u8, i64>,
    /// A key that was edited was taken for right. It counts if this audit comes to its end.
    pub missed: bool,
}

/// A finding that may be settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WrittenDown {
    pub nrs: AtCut,
    pub hurt: i64,
    pub is_surplus: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Run {
    NotYet,
    Over,
    /// It has seen mark and newest run.
    Claimed {
        kind: Kind,
        seen: (Mark<u8>, Option<u8>),
    },
    Cut {
        at: Places,
        /// Without the rule: what was proved before the snapshot.
        early: Option<BTreeSet<u8>>,
    },
    /// The records prove themselves, or not, at a later instant than the snapshot.
    Proof {
        rrs: Sums,
        early: Option<BTreeSet<u8>>,
    },
    Compare {
        audit: Audit,
        next: u8,
        written_down: Option<WrittenDown>,
    },
    /// All keys are compared: is the run still the newest?
    Check {
        audit: Audit,
    },
    End {
        audit: Audit,
    },
    /// A correction: it is named in Redis.
    Named,
    Begun,
    Rebuild {
        places: Places,
        sums: Sums,
        /// How wrong these sums are.
        harm: BTreeMap<u8, i64>,
        step: u8,
        written: u64,
    },
}

impl Protocol {
    fn name(run: u8) -> u8 {
        100 + run
    }

    /// The next step of a run. `None`: nothing happens.
    pub(super) fn step(&self, w: &mut World, run: u8) -> Option<()> {
        let (at, name) = (usize::from(run), Self::name(run));
        w.runs[at] = match w.runs[at].clone() {
            Run::Claimed { kind: Kind::Audit, seen } => match w.redis.live.cut(&name, seen.1.as_ref()) {
                Some(at) => {
                    let early = self.is_without(RunRule::ProofAfterSnapshot).then(|| w.books.unproved());
                    Run::Cut { at: at.clone(), early }
                }
                None => Run::Over,
            },
            Run::Claimed { kind: Kind::Rebuild, seen } => {
                if w.redis.live.rebuild_begin(&name, &seen) {
                    Run::Begun
                } else {
                    Run::Over
                }
            }
            Run::Claimed { kind: Kind::Correction, seen } => {
                if self.is_without(RunRule::NamedFirst) || w.redis.live.cut(&name, seen.1.as_ref()).is_some() {
                    Run::Named
                } else {
                    Run::Over
                }
            }
            Run::Cut { at, early } => self.snapshot(w, &at, early),
            Run::Proof { rrs, early } => {
                let unproved = early.unwrap_or_else(|| w.books.unproved());
                let audit = Audit { rrs, unproved, decided: w.books.decided.clone(), missed: false };
                Run::Compare { audit, next: 0, written_down: None }
            }
            Run::Compare { audit, next, written_down } => self.compare(w, run, audit, next, written_down),
            Run::Check { audit } => {
                let live = &w.redis.live;
                let is_newest = live.mark == Mark::Ready && live.run == Some(name);
                if is_newest || self.is_without(RunRule::NewestAtTheEnd) { Run::End { audit } } else { Run::Over }
            }
            Run::End { audit } => self.end(w, run, &audit),
            Run::Named => {
                if self.has_lease(w, run) {
                    w.books.correct();
                }
                Run::Over
            }
            Run::Begun => {
                let sums = w.books.totals(Journal::sums(w.journal.lines.iter().flatten()));
                Run::Rebuild { places: w.journal.places(), sums, harm: w.books.harm.clone(), step: 0, written: 0 }
            }
            Run::Rebuild { places, sums, harm, step, written } => {
                self.rebuild(w, name, (places, sums, harm), step, written)
            }
            Run::NotYet | Run::Over => return None,
        };
        Some(())
    }

    fn is_without(&self, rule: RunRule) -> bool {
        self.without == Some(rule)
    }

    fn has_lease(&self, w: &World, run: u8) -> bool {
        w.books.lease == Some(run) || self.is_without(RunRule::Lease)
    }

    /// The records at the cut: totals of the snapshot less the journal after the cut.
    fn snapshot(&self, w: &World, at: &Places, early: Option<BTreeSet<u8>>) -> Run {
        let mut lines = Vec::new();
        for partition in 0..w.journal.lines.len() {
            let batch = at.get(&i32::try_from(partition).unwrap()).and_then(|it| it.batch);
            let all = &w.journal.lines[partition];
            let reach = match w.journal.reach(partition, batch) {
                // What comes after the cut was let go: this run cannot be made.
                Some(reach) if reach < w.journal.pruned[partition] => return Run::Over,
                Some(reach) => reach,
                None if self.is_without(RunRule::KnownCut) => all.len(),
                None => return Run::Over,
            };
            let share = if self.is_without(RunRule::JournalShare) { all.len() } else { reach };
            lines.extend(&all[..share]);
            // Totals that another partition raised after its last batch hold what that batch brought; the journal does not know it.
            let is_built_upon = w.journal.lines.iter().enumerate().any(|(p, it)| p != partition && !it.is_empty());
            if self.is_without(RunRule::WholeSnapshot) && is_built_upon && share < all.len() {
                lines.extend(all.last());
            }
        }
        Run::Proof { rrs: w.books.totals(Journal::sums(lines.into_iter())), early }
    }

    fn compare(&self, w: &mut World, run: u8, mut audit: Audit, next: u8, written_down: Option<WrittenDown>) -> Run {
        let name = Self::name(run);
        let wanted = audit.rrs.get(&next).copied().unwrap_or_default();
        let is_proved = !audit.unproved.contains(&next) || self.is_without(RunRule::Proof);
        let slot = w.redis.live.keys.get(&next);
        let healthy = matches!(slot, Some(Slot::Key(it)) if it.health == Health::Whole);
        let is_quiet = matches!(slot, Some(Slot::Key(it)) if is_quiet(it, name, wanted));
        let hurt = w.hurt(next);
        if is_quiet && is_proved && written_down.is_none() {
            audit.missed |= hurt != 0;
            return self.go_on(audit, next);
        }
        let answer = if audit.rrs.contains_key(&next) || slot.is_some() {
            let may = match written_down {
                Some(it) => May::SettleAsWrittenDown(it.nrs),
                None if is_proved => May::SettleWhatAgrees,
                None => May::Look,
            };
            w.redis.live.settle(&name, &next, wanted, may, self.rules)
        } else {
            Settled::Already
        };
        match answer {
            Settled::Over => return Run::Over,
            Settled::Deviates(nrs) => {
                if let (Some(net), true) = (one_sum(nrs), is_proved) {
                    w.wrong(Wrong::FalseFinding, healthy && hurt == 0);
                    w.wrong(Wrong::MissedFinding, net - wanted[0] != hurt);
                }
                let lacks = one_sum(nrs).map(|net| wanted[0] - net);
                let decided = audit.decided.get(&next).copied();
                let lacking = if self.is_without(RunRule::AsDecided) { decided.and(lacks) } else { decided };
                if let Some(judged) = judged(wanted, nrs, is_proved, lacking) {
                    if !self.has_lease(w, run) {
                        return Run::Over;
                    }
                    w.wrong(Wrong::FalseFinding, !is_proved && !w.books.harm.contains_key(&next));
                    if judged.may_settle {
                        let written_down = Some(WrittenDown { nrs, hurt, is_surplus: is_surplus(judged) });
                        return Run::Compare { audit, next, written_down };
                    }
                    if self.harms + self.decides > 0 {
                        w.books.open.insert(next, Open { lacks, is_proved });
                    }
                }
            }
            Settled::Done(nrs) => {
                w.wrong(Wrong::MissedFinding, written_down.is_none() && healthy && hurt != 0);
                let recorded = written_down.map_or(0, |it| it.hurt);
                w.wrong(
                    Wrong::RepairWithoutRecord,
                    one_sum(nrs).is_some_and(|net| net != wanted[0]) && hurt != recorded,
                );
                let lacks = one_sum(nrs).map_or(0, |net| wanted[0] - net);
                let is_surplus = lacks != 0 && written_down.is_some_and(|it| it.is_surplus);
                w.wrong(Wrong::RepairWithoutPerson, is_surplus && !w.books.agreed.contains(&(next, lacks)));
                w.redis.hurt.remove(&next);
            }
            Settled::Already | Settled::NotByThisRun => {}
        }
        self.go_on(audit, next)
    }

    fn go_on(&self, audit: Audit, next: u8) -> Run {
        if next + 1 < self.keys {
            Run::Compare { audit, next: next + 1, written_down: None }
        } else {
            Run::Check { audit }
        }
    }

    /// What the audit says counts, and it has followed the decisions that it could follow.
    fn end(&self, w: &mut World, run: u8, audit: &Audit) -> Run {
        if self.has_lease(w, run) {
            w.wrong(Wrong::MissedFinding, audit.missed);
            w.books.decided.retain(|key, it| audit.unproved.contains(key) || audit.decided.get(key) != Some(it));
        }
        Run::Over
    }

    fn rebuild(
        &self,
        w: &mut World,
        name: u8,
        (places, sums, harm): (Places, Sums, BTreeMap<u8, i64>),
        step: u8,
        mut written: u64,
    ) -> Run {
        let live = &mut w.redis.live;
        let done = match step.cmp(&self.keys) {
            Ordering::Less => {
                let rows: Vec<_> = sums.get(&step).map(|sum| (step, *sum)).into_iter().collect();
                let done = live.rebuild_write(&name, written, &rows, self.rules);
                written += u64::try_from(rows.len()).unwrap();
                done
            }
            Ordering::Equal => {
                let names: Vec<u8> = live.keys.keys().copied().collect();
                let done = live.rebuild_sweep(&name, written, &names, self.rules);
                written += u64::try_from(names.len()).unwrap();
                done
            }
            Ordering::Greater => {
                if live.rebuild_finish(&name, written, places, self.rules) {
                    // It shows what the records show; an audit says that they do not prove themselves.
                    w.redis.hurt = harm;
                }
                return Run::Over;
            }
        };
        if done { Run::Rebuild { places, sums, harm, step: step + 1, written } } else { Run::Over }
    }
}

fn one_sum(nrs: AtCut) -> Option<i64> {
    if let AtCut::Sums([net, ..]) = nrs { Some(net) } else { None }
}
