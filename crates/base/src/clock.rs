//! The one place that asks what time it is. Everything else is handed a [`Clock`].

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use model::time::Millis;

/// Tells the time. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Clock(Source);

#[derive(Debug, Clone)]
enum Source {
    System,
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands where it was set: for tests and for the simulator.
    pub fn manual(at: Millis) -> Self {
        Self(Source::Manual(Arc::new(AtomicI64::new(at.0))))
    }

    /// Now, in UTC milliseconds.
    pub fn now(&self) -> Millis {
        match &self.0 {
            #[expect(clippy::disallowed_methods, reason = "this is the one place that may")]
            Source::System => Millis(chrono::Utc::now().timestamp_millis() + wrong_by()),
            Source::Manual(at) => Millis(at.load(Ordering::Relaxed)),
        }
    }

    /// Sets a manual clock; a system clock cannot be set and ignores this.
    pub fn set(&self, to: Millis) {
        if let Source::Manual(at) = &self.0 {
            at.store(to.0, Ordering::Relaxed);
        }
    }
}

/// Milliseconds by which a drill makes this process's clock wrong; 0 in every other build.
fn wrong_by() -> i64 {
    fail::fail_point!("clock", |seconds| seconds.and_then(|it| it.parse::<i64>().ok()).unwrap_or(0) * 1000);
    0
}
