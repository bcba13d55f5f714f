//! How far exports are, for the pages that asked for them.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// So many exports are remembered, the newest.
const REMEMBERED: usize = 256;

/// How an export is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Rows are being read.
    Running,
    Done,
    /// Not all could be.
    Failed,
}

/// How far an export is.
#[derive(Debug)]
pub struct Progress {
    rows: AtomicI64,
    /// How many there will be; negative: not known.
    all: AtomicI64,
    state: AtomicU8,
}

impl Default for Progress {
    fn default() -> Self {
        Self { rows: AtomicI64::new(0), all: AtomicI64::new(-1), state: AtomicU8::new(0) }
    }
}

impl Progress {
    /// So many rows more.
    pub fn add(&self, rows: usize) {
        self.rows.fetch_add(i64::try_from(rows).unwrap_or(i64::MAX), Ordering::Relaxed);
    }

    /// So many there will be.
    pub fn expect(&self, all: i64) {
        self.all.store(all, Ordering::Relaxed);
    }

    pub fn end(&self, state: State) {
        self.state.store(if state == State::Done { 1 } else { 2 }, Ordering::Relaxed);
    }

    /// Rows so far; how many there will be, where that is known; and how it is.
    pub fn read(&self) -> (i64, Option<i64>, State) {
        let state = match self.state.load(Ordering::Relaxed) {
            0 => State::Running,
            1 => State::Done,
            _ => State::Failed,
        };
        let all = Some(self.all.load(Ordering::Relaxed)).filter(|it| *it >= 0);
        (self.rows.load(Ordering::Relaxed), all, state)
    }
}

/// The exports of this process. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Exports(Arc<Mutex<VecDeque<(String, Arc<Progress>)>>>);

impl Exports {
    /// A new one under the name that its page gave it; without a name nobody asks.
    pub fn begin(&self, name: Option<String>) -> Arc<Progress> {
        let progress = Arc::<Progress>::default();
        if let Some(name) = name {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            all.push_back((name, Arc::clone(&progress)));
            if all.len() > REMEMBERED {
                all.pop_front();
            }
        }
        progress
    }

    /// How far one is.
    pub fn find(&self, name: &str) -> Option<Arc<Progress>> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().rev().find(|(it, _)| it == name).map(|(_, progress)| Arc::clone(progress))
    }
}
