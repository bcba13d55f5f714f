//! What is wrong with the ingest right now, for `/pipeline`, the live view and health checks.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use model::pipeline::PipelineState;

/// Shared between the workers that raise troubles and whoever shows them. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Status(Arc<Mutex<BTreeMap<String, (PipelineState, Reason)>>>);

/// Why something is wrong: in words for everybody, and with all causes for who may know how we are built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    words: String,
    with_causes: String,
}

impl Reason {
    /// An error, without its causes and with them, and what is done about it.
    pub fn of(error: &dyn std::error::Error, and: &str) -> Self {
        Self { words: format!("{error}{and}"), with_causes: format!("{}{and}", explain(error)) }
    }

    /// The same, behind what cannot be done because of it.
    #[must_use]
    pub fn behind(self, what: &str) -> Self {
        let Self { words, with_causes } = self;
        Self { words: format!("{what}: {words}"), with_causes: format!("{what}: {with_causes}") }
    }

    /// In as much detail.
    pub fn told(&self, detail: Detail) -> &str {
        match detail {
            Detail::Words => &self.words,
            Detail::WithCauses => &self.with_causes,
        }
    }
}

impl<T: Into<String>> From<T> for Reason {
    /// A reason without causes.
    fn from(words: T) -> Self {
        let words = words.into();
        Self { with_causes: words.clone(), words }
    }
}

/// How much of the reasons somebody is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// What everybody is told.
    Words,
    /// What the log and auditors are told too.
    WithCauses,
}

impl Status {
    /// Says that something is wrong, or takes long; `place` names whose trouble it is, so that it can be taken back. What only takes long is
    /// no warning in the log: a backfill says it for each of thousands of batches.
    pub fn raise(&self, place: &str, state: PipelineState, reason: impl Into<Reason>) {
        let reason = reason.into();
        let before = self.lock().insert(place.to_owned(), (state, reason.clone()));
        if before.as_ref().map(|(_, it)| it) == Some(&reason) {
            return;
        }
        let reason = reason.with_causes;
        match state {
            PipelineState::CatchingUp if before.is_some_and(|(it, _)| it != state) => {
                tracing::info!(place, "right again: {reason}");
            }
            PipelineState::CatchingUp => tracing::debug!(place, state = state.as_str(), "{reason}"),
            _ => tracing::warn!(place, state = state.as_str(), "{reason}"),
        }
    }

    /// Says that it is right again.
    pub fn clear(&self, place: &str) {
        match self.lock().remove(place) {
            None => {}
            Some((PipelineState::CatchingUp, _)) => tracing::debug!(place, "done"),
            Some(_) => tracing::info!(place, "right again"),
        }
    }

    /// The worst state, and every reason once, in words for everybody.
    pub fn now(&self) -> (PipelineState, Vec<String>) {
        self.told(Detail::Words)
    }

    /// The worst state, and every reason once, in as much detail.
    pub fn told(&self, detail: Detail) -> (PipelineState, Vec<String>) {
        let troubles = self.lock();
        let state = troubles.values().map(|(state, _)| *state).max().unwrap_or_default();
        let mut reasons: Vec<String> = troubles.values().map(|(_, reason)| reason.told(detail).to_owned()).collect();
        reasons.sort();
        reasons.dedup();
        (state, reasons)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, (PipelineState, Reason)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An error with its causes on one line.
pub fn explain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(it) = cause {
        text.push_str(": ");
        text.push_str(&it.to_string());
        cause = it.source();
    }
    text
}
