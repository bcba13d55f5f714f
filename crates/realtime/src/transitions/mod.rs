//! What the scripts do to the live stock, in Rust and pure: the specification. Property tests run the same commands here
//! and in Redis and compare every state; the model explores these functions exhaustively (`server/tests/it/realtime/transitions.rs`,
//! `server/tests/model`). Generic over names, so that the model can use small ones.

mod key;
mod rules;

use std::collections::BTreeMap;

use model::batch::Delta;

pub use key::{AtCut, Health, Key, May, Version};
pub use rules::{Rule, Rules};

/// The identity mark. `N` is a name: of a run, a batch or an incarnation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Mark<N> {
    /// Redis holds no mark: it is new, or was emptied.
    None,
    /// Readiness: figures may be shown and lines added.
    Ready,
    /// Being made anew.
    Rebuilding {
        /// By which run.
        run: N,
        /// How many keys it has written and deleted so far.
        written: u64,
    },
}

/// Where a partition stands: the next position to add, and the batch that brought it there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place<N> {
    /// Position of the next message to add.
    pub position: i64,
    /// The batch; none at the partition's first offset.
    pub batch: Option<N>,
}

/// What is stored under a key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Slot<N> {
    /// A key of ours.
    Key(Key<N>),
    /// Something that cannot be read.
    Broken,
}

/// A line of the journal as the live stock sees it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Line<N, K> {
    /// Partition of the topic that the line is about.
    pub partition: i32,
    /// Where it begins.
    pub from: i64,
    /// Where it ends. Before `from` where the cursor was set back.
    pub to: i64,
    /// Name of the batch; the next line names it as the one before.
    pub batch: N,
    /// The one before.
    pub previous: Option<N>,
    /// What it does.
    pub deltas: Vec<(K, Delta)>,
}

/// What became of a line that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Added; so many damaged keys were quarantined.
    Applied(u64),
    /// It was there already.
    Repeat,
    /// What is missing comes first.
    Gap,
    /// The histories have parted.
    Diverged,
    /// Refusal: the live stock is being made anew, and nothing is added meanwhile.
    Rebuilding,
    /// Refusal: Redis holds no mark, so it is new or was emptied.
    Empty,
}

/// What became of a key that was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// The run is not the newest any more, or the mark is not `ready`.
    Over,
    /// This run has settled it before.
    Already,
    /// It agrees, or was as written down: it is right now.
    Done(AtCut),
    /// It differs; nothing was changed.
    Deviates(AtCut),
    /// Damage was found after the cut: a later run must settle it.
    NotByThisRun,
}

/// Everything that Redis holds of ours.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Live<N, K: Ord> {
    /// May it be used?
    pub mark: Mark<N>,
    /// The newest run.
    pub run: Option<N>,
    /// Where everything stood when that run was named: A.
    pub cut: BTreeMap<i32, Place<N>>,
    /// Raised by every rebuild.
    pub incarnation: Option<N>,
    /// Where each partition stands.
    pub places: BTreeMap<i32, Place<N>>,
    /// Keys of stock, each with what is stored under it.
    pub keys: BTreeMap<K, Slot<N>>,
}

impl<N: Clone + Eq, K: Ord + Clone> Live<N, K> {
    /// Nothing at all.
    pub fn empty() -> Self {
        Self {
            mark: Mark::None,
            run: None,
            cut: BTreeMap::new(),
            incarnation: None,
            places: BTreeMap::new(),
            keys: BTreeMap::new(),
        }
    }

    /// `initialise.lua`: an empty Redis beside empty records is ready.
    pub fn initialise(&mut self, incarnation: N) {
        if self.mark == Mark::None && self.keys.is_empty() {
            self.mark = Mark::Ready;
            self.incarnation = Some(incarnation);
        }
    }

    /// `apply.lua`: all of the line or nothing.
    pub fn apply(&mut self, line: &Line<N, K>, rules: Rules) -> Answer {
        match &self.mark {
            Mark::None => return Answer::Empty,
            Mark::Rebuilding { .. } if rules.hold(Rule::RebuildAlone) => return Answer::Rebuilding,
            _ => {}
        }
        if let Some(answer) = self.judge(line, rules) {
            return answer;
        }
        let mut damaged = 0;
        for (name, delta) in &line.deltas {
            let mut key = match self.keys.remove(name) {
                Some(Slot::Key(key)) => Some(key),
                Some(Slot::Broken) => None,
                None => Some(Key::fresh()),
            };
            if let Some(it) = &mut key {
                it.add(self.run.as_ref(), *delta, rules);
                key = key.filter(Key::in_range);
            }
            let key = key.unwrap_or_else(|| {
                damaged += 1;
                let mut anew = Key { health: Health::DamagedIn(self.run.clone()), ..Key::fresh() };
                anew.add(self.run.as_ref(), *delta, rules);
                anew
            });
            self.keys.insert(name.clone(), Slot::Key(key));
        }
        let place = Place { position: line.to, batch: Some(line.batch.clone()) };
        self.places.insert(line.partition, place);
        Answer::Applied(damaged)
    }

    /// The table of stored positions. `None`: add it. A line that fits exactly comes before all else: where the cursor was
    /// set back, it ends before it begins.
    fn judge(&self, line: &Line<N, K>, rules: Rules) -> Option<Answer> {
        let Some(stored) = self.places.get(&line.partition) else {
            return (line.previous.is_some() && rules.hold(Rule::Gap)).then_some(Answer::Gap);
        };
        let follows = !rules.hold(Rule::Chain) || stored.batch == line.previous;
        if stored.position == line.from && follows {
            None
        } else if stored.position >= line.to {
            rules.hold(Rule::Repeat).then_some(Answer::Repeat)
        } else if stored.position < line.from {
            rules.hold(Rule::Gap).then_some(Answer::Gap)
        } else {
            Some(Answer::Diverged)
        }
    }

    /// `cut.lua`: names the newest run and answers where everything stood at that instant. Asked again under the same
    /// name it answers the same. `None`: not ready, or another run than `expected` was the newest.
    pub fn cut(&mut self, run: &N, expected: Option<&N>) -> Option<&BTreeMap<i32, Place<N>>> {
        if self.mark != Mark::Ready {
            return None;
        }
        if self.run.as_ref() != Some(run) {
            if self.run.as_ref() != expected {
                return None;
            }
            self.run = Some(run.clone());
            self.cut = self.places.clone();
        }
        Some(&self.cut)
    }

    /// `settle.lua`: compares a key with the records at the cut, and settles it where it may.
    pub fn settle(&mut self, run: &N, name: &K, rrs: [i64; 3], may: May, rules: Rules) -> Settled {
        if self.mark != Mark::Ready || (rules.hold(Rule::NewestRun) && self.run.as_ref() != Some(run)) {
            return Settled::Over;
        }
        let mut key = match self.keys.get(name) {
            None => None,
            Some(Slot::Key(key)) => Some(key.clone()),
            Some(Slot::Broken) => {
                // What came after the cut cannot be told from what came before. Set apart, as by apply.
                let anew = Key { health: Health::DamagedIn(self.run.clone()), ..Key::fresh() };
                self.keys.insert(name.clone(), Slot::Key(anew.clone()));
                Some(anew)
            }
        };
        if let Some(it) = &key {
            if it.settled.as_ref() == Some(run) {
                return Settled::Already;
            }
            if it.health == Health::DamagedIn(Some(run.clone())) && rules.hold(Rule::CutAfterDamage) {
                return Settled::NotByThisRun;
            }
        }
        let nrs = key.as_ref().map_or(AtCut::Missing, |it| it.at_cut(run));
        let agrees = nrs == AtCut::Sums(rrs);
        let allowed = match may {
            May::Look => false,
            May::SettleWhatAgrees => agrees,
            May::SettleAsWrittenDown(it) => agrees || it == nrs || !rules.hold(Rule::AsWrittenDown),
        };
        if !allowed {
            return Settled::Deviates(nrs);
        }
        let settled =
            agrees && key.as_ref().is_some_and(|it| it.versions[it.active] == Version { base: rrs, change: [0; 3] });
        if !settled {
            let mut it = key.take().unwrap_or_else(Key::fresh);
            it.settle(run, rrs, rules);
            self.keys.insert(name.clone(), Slot::Key(it));
        }
        Settled::Done(nrs)
    }

    /// `rebuild_begin.lua`: from now on nothing is added. `false`: mark or newest run are not those that were seen.
    pub fn rebuild_begin(&mut self, run: &N, seen: &(Mark<N>, Option<N>)) -> bool {
        let same = self.mark == seen.0 && self.run == seen.1;
        if same {
            self.mark = Mark::Rebuilding { run: run.clone(), written: 0 };
        }
        same
    }

    /// `rebuild_write.lua`: keys as the records have them. `false`: Redis was thrown back, or another run is at work.
    pub fn rebuild_write(&mut self, run: &N, written: u64, keys: &[(K, [i64; 3])], rules: Rules) -> bool {
        self.rebuild_step(run, written, keys.len(), rules, |live| {
            for (name, rrs) in keys {
                let mut key = Key::fresh();
                key.versions[0].base = *rrs;
                key.rev = 1;
                key.settled = Some(run.clone());
                live.keys.insert(name.clone(), Slot::Key(key));
            }
        })
    }

    /// `rebuild_sweep.lua`: deletes those of some keys that this run has not written.
    pub fn rebuild_sweep(&mut self, run: &N, written: u64, names: &[K], rules: Rules) -> bool {
        self.rebuild_step(run, written, names.len(), rules, |live| {
            for name in names.iter().filter(|_| rules.hold(Rule::RebuildSweep)) {
                let ours = matches!(live.keys.get(name), Some(Slot::Key(key)) if key.settled.as_ref() == Some(run));
                if !ours {
                    live.keys.remove(name);
                }
            }
        })
    }

    /// `rebuild_finish.lua`: the live stock is that of the records at `places`, and ready.
    pub fn rebuild_finish(&mut self, run: &N, written: u64, places: BTreeMap<i32, Place<N>>, rules: Rules) -> bool {
        let (name, cut) = (run.clone(), BTreeMap::new());
        self.rebuild_step(run, written, 0, rules, |live| {
            live.places = places;
            live.cut = cut;
            live.run = Some(name.clone());
            live.incarnation = Some(name);
            live.mark = Mark::Ready;
        })
    }

    fn rebuild_step(&mut self, run: &N, written: u64, more: usize, rules: Rules, work: impl FnOnce(&mut Self)) -> bool {
        let Mark::Rebuilding { run: of, written: so_far } = &mut self.mark else { return false };
        let right_run = of == run || !rules.hold(Rule::NewestRun);
        let right_count = *so_far == written || !rules.hold(Rule::RebuildCount);
        if !right_run || !right_count {
            return false;
        }
        *so_far = written + u64::try_from(more).unwrap_or(u64::MAX);
        work(self);
        true
    }
}
