//! The steps of an audit and of a rebuild.

use std::cmp::Ordering;

use tallyhouse::realtime::transitions::{AtCut, Health, May, Settled, Slot};

use super::{Protocol, Run, RunRule, World};
use crate::journal::{Journal, Places, Sums};

impl Protocol {
    fn name(run: u8) -> u8 {
        100 + run
    }

    /// The next step of a run. `None`: nothing happens.
    pub(super) fn step(&self, w: &mut World, run: u8) -> Option<()> {
        let (at, name) = (usize::from(run), Self::name(run));
        w.runs[at] = match w.runs[at].clone() {
            Run::Claimed { rebuild: false, seen } => match w.redis.live.cut(&name, seen.1.as_ref()) {
                Some(at) => Run::Cut { at: at.clone() },
                None => Run::Over,
            },
            Run::Claimed { rebuild: true, seen } => {
                if w.redis.live.rebuild_begin(&name, &seen) {
                    Run::Begun
                } else {
                    Run::Over
                }
            }
            Run::Cut { at } => self.snapshot(w, &at),
            Run::Compare { rrs, next, written_down } => self.compare(w, name, rrs, next, written_down),
            Run::Begun => {
                let sums = Journal::sums(w.journal.lines.iter().flatten());
                Run::Rebuild { places: w.journal.places(), sums, step: 0, written: 0 }
            }
            Run::Rebuild { places, sums, step, written } => self.rebuild(w, name, places, sums, step, written),
            Run::NotYet | Run::Over => return None,
        };
        Some(())
    }

    /// The records at the cut: totals of the snapshot less the journal after the cut.
    fn snapshot(&self, w: &World, at: &Places) -> Run {
        let mut lines = Vec::new();
        for partition in 0..w.journal.lines.len() {
            let batch = at.get(&i32::try_from(partition).unwrap()).and_then(|it| it.batch);
            let all = &w.journal.lines[partition];
            let reach = match w.journal.reach(partition, batch) {
                // What comes after the cut was let go: this run cannot be made.
                Some(reach) if reach < w.journal.pruned[partition] => return Run::Over,
                Some(reach) => reach,
                None if self.without == Some(RunRule::KnownCut) => all.len(),
                None => return Run::Over,
            };
            let share = if self.without == Some(RunRule::JournalShare) { all.len() } else { reach };
            lines.extend(&all[..share]);
        }
        Run::Compare { rrs: Journal::sums(lines.into_iter()), next: 0, written_down: None }
    }

    fn compare(&self, w: &mut World, name: u8, rrs: Sums, next: u8, written_down: Option<(AtCut, i64)>) -> Run {
        let wanted = rrs.get(&next).copied().unwrap_or_default();
        let known = rrs.contains_key(&next) || w.redis.live.keys.contains_key(&next);
        let healthy = matches!(w.redis.live.keys.get(&next), Some(Slot::Key(it)) if it.health == Health::Whole);
        let answer = if known {
            let may = written_down.map_or(May::SettleWhatAgrees, |(nrs, _)| May::SettleAsWrittenDown(nrs));
            w.redis.live.settle(&name, &next, wanted, may, self.rules)
        } else {
            Settled::Already
        };
        let hurt = w.hurt(next);
        let one_sum = |nrs: AtCut| if let AtCut::Sums([net, ..]) = nrs { Some(net) } else { None };
        match answer {
            Settled::Over => return Run::Over,
            Settled::Deviates(nrs) => {
                if let Some(net) = one_sum(nrs) {
                    w.false_finding |= healthy && hurt == 0;
                    w.missed_finding |= net - wanted[0] != hurt;
                }
                // A surplus is left alone; everything else is written down, then settled.
                if one_sum(nrs).is_none_or(|net| wanted[0] >= net) {
                    return Run::Compare { rrs, next, written_down: Some((nrs, hurt)) };
                }
            }
            Settled::Done(nrs) => {
                w.missed_finding |= written_down.is_none() && healthy && hurt != 0;
                let recorded = written_down.map_or(0, |(_, hurt)| hurt);
                w.repair_without_record |= one_sum(nrs).is_some_and(|net| net != wanted[0]) && hurt != recorded;
                w.redis.hurt.remove(&next);
            }
            Settled::Already | Settled::NotByThisRun => {}
        }
        if next + 1 == self.keys { Run::Over } else { Run::Compare { rrs, next: next + 1, written_down: None } }
    }

    fn rebuild(&self, w: &mut World, name: u8, places: Places, sums: Sums, step: u8, mut written: u64) -> Run {
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
                    w.redis.hurt.clear();
                }
                return Run::Over;
            }
        };
        if done { Run::Rebuild { places, sums, step: step + 1, written } } else { Run::Over }
    }
}
