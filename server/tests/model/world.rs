//! The protocol in a small world: every order of commits, sends, runs, faults. The live stock is moved by the very
//! transitions that the scripts are held to; records and journal are a list of lines per partition.
//!
//! Any line that was ever committed may be sent to Redis at any time by anyone, again and again: daemons that crash, stall,
//! take over. Every run is a process of its own that may stall for ever at any step; nothing keeps two from running at once.
//! Each line moves one key by a power of two of its own, so that any wrong subset shows.

mod books;
mod run_rule;
mod runs;

use std::collections::{BTreeMap, BTreeSet};

use crate::journal::{Batch, Journal, Sums};
use books::Books;
use model::batch::Delta;
use realtime::transitions::{Answer, Health, Line, Live, Mark, Place, Rules, Slot};
pub use run_rule::RunRule;
use runs::{Kind, Run};
use stateright::{Model, Property};

/// How large the world is, and what may go wrong in it.
#[derive(Debug, Clone, Copy)]
pub struct Protocol {
    pub partitions: u8,
    pub batches: u8,
    pub keys: u8,
    pub runs: u8,
    pub flushes: u8,
    pub reverts: u8,
    pub edits: u8,
    pub breaks: u8,
    pub restores: u8,
    pub backs: u8,
    pub prunes: u8,
    /// Totals edited by hand.
    pub harms: u8,
    /// Findings that a person accepts.
    pub decides: u8,
    pub rules: Rules,
    pub without: Option<RunRule>,
}

type Redis = Live<u8, u8>;
/// By how much the net stock of keys was edited by hand since they were last put right.
type Hurt = BTreeMap<u8, i64>;

const EDIT: i64 = 1 << 30;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Stored {
    live: Redis,
    hurt: Hurt,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
struct Used {
    flushes: u8,
    reverts: u8,
    edits: u8,
    breaks: u8,
    restores: u8,
    backs: u8,
    prunes: u8,
    harms: u8,
    decides: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct World {
    journal: Journal,
    /// What a restore has lost: somebody may still send it.
    lost: Journal,
    backup: Option<Journal>,
    redis: Stored,
    saved: Option<Stored>,
    runs: Vec<Run>,
    used: Used,
    books: Books,
    wrong: BTreeSet<Wrong>,
}

/// What must never happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Wrong {
    FalseFinding,
    MissedFinding,
    RepairWithoutRecord,
    RepairWithoutPerson,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    Commit(u8),
    SetBack(u8),
    Send(u8, usize),
    SendLost(u8, usize),
    Claim(u8, Kind),
    Go(u8),
    Flush,
    Save,
    Revert,
    Edit(u8, i64),
    Break(u8),
    Backup,
    Restore,
    Prune(u8),
    Harm(u8),
    Decide(u8),
}

impl World {
    /// The sums by the histories that Redis has followed. `None`: nobody ever committed what it says.
    fn followed(&self) -> Option<Sums> {
        let mut all = Vec::new();
        for partition in 0..self.journal.lines.len() {
            let batch = self.redis.live.places.get(&i32::try_from(partition).unwrap()).and_then(|it| it.batch);
            let (of, reach) = [&self.journal, &self.lost]
                .into_iter()
                .find_map(|it| it.reach(partition, batch).map(|reach| (it, reach)))?;
            all.extend(&of.lines[partition][..reach]);
        }
        Some(Journal::sums(all.into_iter()))
    }

    fn wrong(&mut self, what: Wrong, is_so: bool) {
        if is_so {
            self.wrong.insert(what);
        }
    }

    fn hurt(&self, key: u8) -> i64 {
        self.redis.hurt.get(&key).copied().unwrap_or(0)
    }

    fn live_is_right(&self) -> bool {
        if self.redis.live.mark != Mark::Ready {
            return true;
        }
        let Some(sums) = self.followed() else { return false };
        let right = |key: &u8, sum: i64| match self.redis.live.keys.get(key) {
            Some(Slot::Key(it)) => it.shown().is_none_or(|shown| shown == sum + self.hurt(*key)),
            Some(Slot::Broken) => true,
            None => sum == 0 && !sums.contains_key(key),
        };
        let held = self.redis.live.keys.keys().all(|key| right(key, sums.get(key).map_or(0, |it| it[0])));
        held && sums.iter().all(|(key, sum)| right(key, sum[0]))
    }

    /// Is the live stock where the records are?
    fn caught_up(&self) -> bool {
        let live = &self.redis.live;
        let nowhere = Place { position: 0, batch: None };
        let at = |p: &i32| live.places.get(p).cloned().unwrap_or(nowhere.clone());
        live.mark == Mark::Ready && self.journal.places().iter().all(|(p, place)| at(p) == *place)
    }

    /// May a rebuild begin, and why: emptied, records restored, journal too short?
    fn needs_rebuild(&self) -> bool {
        let live = &self.redis.live;
        if live.mark != Mark::Ready {
            return true;
        }
        let places: Vec<_> = live.places.iter().map(|(p, it)| (usize::try_from(*p).unwrap(), it)).collect();
        let passed = places.iter().all(|(p, it)| self.journal.place(u8::try_from(*p).unwrap()).position >= it.position);
        let parted = places.iter().any(|(p, it)| self.journal.reach(*p, it.batch).is_none());
        let short = (0..self.journal.lines.len()).any(|p| {
            let batch = live.places.get(&i32::try_from(p).unwrap()).and_then(|it| it.batch);
            self.journal.reach(p, batch).is_some_and(|reach| reach < self.journal.pruned[p])
        });
        (passed && parted) || short
    }
}

impl Protocol {
    fn key_of(&self, history: u8, partition: u8, index: u8) -> u8 {
        (history + partition + index) % self.keys
    }

    /// The next line of a partition, `by` positions on.
    fn line(&self, world: &World, partition: u8, by: i64) -> Batch {
        let lines = world.journal.of(partition);
        let (history, index) = (world.used.restores, u8::try_from(lines.len()).unwrap());
        let place = world.journal.place(partition);
        // Names and values are unique over both histories.
        let most = self.batches + self.backs * 2;
        let number = (history * self.partitions + partition) * most + index;
        let delta = Delta { net: 1 << number, gross_in: 0, entries: 1 };
        let deltas = if by > 0 { vec![(self.key_of(history, partition, index), delta)] } else { Vec::new() };
        let (from, to) = (place.position, place.position + by);
        Line { partition: i32::from(partition), from, to, batch: number + 1, previous: place.batch, deltas }
    }

    fn faults(&self, w: &World, acts: &mut Vec<Act>) {
        if w.used.restores < self.restores {
            acts.push(if w.backup.is_none() { Act::Backup } else { Act::Restore });
        }
        if w.used.flushes < self.flushes {
            acts.push(Act::Flush);
        }
        if w.saved.is_some() {
            acts.push(Act::Revert);
        } else if w.used.reverts < self.reverts {
            acts.push(Act::Save);
        }
        if w.used.harms < self.harms {
            acts.extend((0..self.keys).map(Act::Harm));
        }
        if w.used.decides < self.decides {
            let proved = w.books.open.iter().filter(|(_, it)| it.is_proved && it.lacks.is_some());
            acts.extend(proved.map(|(key, _)| Act::Decide(*key)));
        }
        if w.redis.live.mark != Mark::Ready {
            return;
        }
        for (key, slot) in &w.redis.live.keys {
            let whole = matches!(slot, Slot::Key(it) if it.health == Health::Whole);
            if whole && w.used.edits < self.edits {
                acts.extend([Act::Edit(*key, EDIT), Act::Edit(*key, -EDIT)]);
            }
            if whole && w.used.breaks < self.breaks {
                acts.push(Act::Break(*key));
            }
        }
    }
}

impl Model for Protocol {
    type State = World;
    type Action = Act;

    fn init_states(&self) -> Vec<World> {
        let journal = Journal {
            lines: vec![Vec::new(); usize::from(self.partitions)],
            pruned: vec![0; usize::from(self.partitions)],
        };
        let mut live = Redis::empty();
        live.initialise(99);
        vec![World {
            lost: journal.clone(),
            journal,
            backup: None,
            redis: Stored { live, hurt: Hurt::new() },
            saved: None,
            runs: vec![Run::NotYet; usize::from(self.runs)],
            used: Used::default(),
            books: Books::default(),
            wrong: BTreeSet::new(),
        }]
    }

    fn actions(&self, w: &World, acts: &mut Vec<Act>) {
        for p in 0..self.partitions {
            let lines = w.journal.of(p);
            let room = self.batches + w.used.backs * 2;
            if lines.len() < usize::from(room) {
                acts.push(Act::Commit(p));
                if w.used.backs < self.backs && w.journal.place(p).position > 0 {
                    acts.push(Act::SetBack(p));
                }
            }
            acts.extend((0..lines.len()).map(|i| Act::Send(p, i)));
            acts.extend((0..w.lost.of(p).len()).map(|i| Act::SendLost(p, i)));
            if w.used.prunes < self.prunes && w.journal.pruned[usize::from(p)] < lines.len() {
                acts.push(Act::Prune(p));
            }
        }
        for run in 0..self.runs {
            match w.runs[usize::from(run)] {
                Run::NotYet => {
                    let needs = w.needs_rebuild();
                    acts.push(Act::Claim(run, if needs { Kind::Rebuild } else { Kind::Audit }));
                    if !needs && w.books.open.values().any(|it| !it.is_proved) {
                        acts.push(Act::Claim(run, Kind::Correction));
                    }
                    break;
                }
                Run::Over => {}
                _ => acts.push(Act::Go(run)),
            }
        }
        self.faults(w, acts);
    }

    fn next_state(&self, last: &World, act: Act) -> Option<World> {
        let mut w = last.clone();
        match act {
            Act::Commit(p) => {
                let line = self.line(&w, p, 1);
                w.journal.lines[usize::from(p)].push(line);
            }
            Act::SetBack(p) => {
                let line = self.line(&w, p, -1);
                w.journal.lines[usize::from(p)].push(line);
                w.used.backs += 1;
            }
            Act::Send(p, i) | Act::SendLost(p, i) => {
                let of = if matches!(act, Act::Send(..)) { &w.journal } else { &w.lost };
                let line = of.of(p)[i].clone();
                match w.redis.live.apply(&line, self.rules) {
                    // What was set apart holds no edit any more.
                    Answer::Applied(damaged) if damaged > 0 => {
                        for (key, _) in &line.deltas {
                            w.redis.hurt.remove(key);
                        }
                    }
                    Answer::Applied(_) => {}
                    _ => return None,
                }
            }
            Act::Claim(run, kind) => {
                let seen = (w.redis.live.mark.clone(), w.redis.live.run);
                w.runs[usize::from(run)] = Run::Claimed { kind, seen };
                w.books.lease = Some(run);
            }
            Act::Go(run) => self.step(&mut w, run)?,
            Act::Flush => {
                w.used.flushes += 1;
                w.redis = Stored { live: Redis::empty(), hurt: Hurt::new() };
            }
            Act::Save => w.saved = Some(w.redis.clone()),
            Act::Revert => {
                w.used.reverts += 1;
                w.redis = w.saved.take()?;
            }
            Act::Edit(key, by) => {
                w.used.edits += 1;
                let Some(Slot::Key(it)) = w.redis.live.keys.get_mut(&key) else { return None };
                it.versions[it.active].change[0] += by;
                *w.redis.hurt.entry(key).or_default() += by;
                w.redis.hurt.retain(|_, by| *by != 0);
            }
            Act::Break(key) => {
                w.used.breaks += 1;
                w.redis.hurt.remove(&key);
                w.redis.live.keys.insert(key, Slot::Broken);
            }
            Act::Backup => w.backup = Some(w.journal.clone()),
            Act::Restore => {
                w.used.restores += 1;
                w.lost = std::mem::replace(&mut w.journal, w.backup.take()?);
            }
            Act::Prune(p) => {
                w.used.prunes += 1;
                w.journal.pruned[usize::from(p)] = w.journal.of(p).len();
            }
            Act::Harm(key) => {
                w.used.harms += 1;
                *w.books.harm.entry(key).or_default() += EDIT;
            }
            Act::Decide(key) => {
                w.used.decides += 1;
                w.books.decide(key)?;
            }
        }
        Some(w)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("live stock is the fold of what it followed", |_, w: &World| w.live_is_right()),
            Property::always("no false finding", |_, w: &World| !w.wrong.contains(&Wrong::FalseFinding)),
            Property::always("no missed finding", |_, w: &World| !w.wrong.contains(&Wrong::MissedFinding)),
            Property::always("no repair without its record", |_, w: &World| {
                !w.wrong.contains(&Wrong::RepairWithoutRecord)
            }),
            Property::always("no surplus put right without a person", |_, w: &World| {
                !w.wrong.contains(&Wrong::RepairWithoutPerson)
            }),
            Property::sometimes(
                "everything happened, and the live stock is where the records are",
                |it: &Self, w: &World| {
                    let u = &w.used;
                    let all = (u.flushes, u.reverts, u.restores, u.backs, u.prunes, u.harms, u.decides)
                        == (it.flushes, it.reverts, it.restores, it.backs, it.prunes, it.harms, it.decides);
                    let dealt_with = w.books.harm.is_empty() && (it.decides == 0 || w.books.open.is_empty());
                    all && dealt_with
                        && u.edits == it.edits
                        && u.breaks == it.breaks
                        && w.caught_up()
                        && w.redis.hurt.is_empty()
                },
            ),
        ]
    }
}
