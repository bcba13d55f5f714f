//! The driver of background tasks: work that is done again and again, each time from what the stores say then.
//!
//! A task has no input, may be dropped half-way and made again, and says in its status what is wrong. The driver gives it its period, a look
//! at once where somebody asks for it ([`Demand`]), twice its period while it fails (back-off), an end at `stop`, and its metrics:
//! `tallyhouse_task_seconds` and `tallyhouse_task_failures_total`, by `task`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use model::pipeline::PipelineState;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use base::status::{Reason, Status, explain};

/// While a task fails, it waits for so many periods: what was away is found again soon, and is not asked by everybody every second.
const BACK_OFF: u32 = 2;

/// Work that is done again and again.
pub trait Task: Send + 'static {
    /// Name in metrics and logs.
    const NAME: &'static str;
    /// Period between two looks.
    const EVERY: Duration;
    /// The first look is made at once, not after a period.
    const AT_ONCE: bool = false;
    /// Failure of a look; the next one begins anew.
    type Error: std::error::Error + Send;

    /// One look, and what is done about what it sees. Dropped half-way, it must leave what the next one can go on from.
    fn look(&mut self) -> impl Future<Output = Result<Looked, Self::Error>> + Send;

    /// Where it is told that looks fail; by default in the log alone.
    fn trouble(&self) -> Option<Trouble<'_>> {
        None
    }

    /// What wakes it before its period is over.
    fn demand(&self) -> Option<&Demand> {
        None
    }
}

/// Where the failures of a task are told.
#[derive(Debug)]
pub struct Trouble<'a> {
    /// The status of the process.
    pub status: &'a Status,
    /// Whose trouble it is, so that it can be taken back.
    pub place: &'static str,
    /// What cannot be done; the reason follows.
    pub says: &'static str,
}

/// What came of a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Looked {
    /// The wait until the next one; `None`: the period.
    pub rest: Option<Duration>,
    /// An earlier trouble is over.
    pub is_right: bool,
}

impl Looked {
    /// All is right, and nothing more to be done before the period is over.
    pub const RIGHT: Self = Self { rest: None, is_right: true };
    /// The look says nothing about an earlier trouble.
    pub const UNCHANGED: Self = Self { rest: None, is_right: false };
}

/// A wish that a task looks now. Cheap to clone; wishes that come while it looks are one more look.
#[derive(Debug, Clone, Default)]
pub struct Demand(Arc<Notify>);

impl Demand {
    /// Has the task look now.
    pub fn wake(&self) {
        self.0.notify_one();
    }

    async fn woken(this: Option<&Self>) {
        match this {
            Some(it) => it.0.notified().await,
            None => std::future::pending().await,
        }
    }
}

/// Runs a task until `stop`.
pub async fn drive<T: Task>(mut task: T, stop: CancellationToken) {
    let mut wait = if T::AT_ONCE { Duration::ZERO } else { T::EVERY };
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = Demand::woken(task.demand()) => {}
            () = tokio::time::sleep(wait) => {}
        }
        let started = Instant::now();
        let Some(looked) = stop.run_until_cancelled(Box::pin(task.look())).await else { return };
        metrics::histogram!("tallyhouse_task_seconds", "task" => T::NAME).record(started.elapsed().as_secs_f64());
        wait = next_wait(T::EVERY, looked.as_ref().ok());
        tell(&task, &looked);
    }
}

/// The wait before the next look. `looked`: none where it failed.
fn next_wait(every: Duration, looked: Option<&Looked>) -> Duration {
    match looked {
        Some(it) => it.rest.unwrap_or(every),
        None => every * BACK_OFF,
    }
}

fn tell<T: Task>(task: &T, looked: &Result<Looked, T::Error>) {
    match (looked, task.trouble()) {
        (Ok(it), Some(trouble)) if it.is_right => trouble.status.clear(trouble.place),
        (Ok(_), _) => {}
        (Err(error), trouble) => {
            metrics::counter!("tallyhouse_task_failures_total", "task" => T::NAME).increment(1);
            if let Some(it) = trouble {
                let reason = Reason::of(error, "; trying again").behind(it.says);
                it.status.raise(it.place, PipelineState::Degraded, reason);
            } else {
                tracing::debug!(task = T::NAME, "{}", explain(error));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::mpsc;

    use super::*;

    #[test]
    fn what_fails_waits_longer_and_not_for_ever() {
        let every = Duration::from_secs(1);
        assert_eq!(next_wait(every, None), every * BACK_OFF);
        assert_eq!(next_wait(every, Some(&Looked::RIGHT)), every);
        let soon = Looked { rest: Some(Duration::from_millis(3)), is_right: true };
        assert_eq!(next_wait(every, Some(&soon)), Duration::from_millis(3));
    }

    /// A task that fails at its first look, and says at each what is known of its troubles.
    struct Told {
        looks: mpsc::UnboundedSender<(u32, Vec<String>)>,
        look: u32,
        status: Status,
        demand: Demand,
    }

    impl Task for Told {
        const NAME: &'static str = "told";
        const EVERY: Duration = Duration::from_hours(1);
        const AT_ONCE: bool = true;
        type Error = std::io::Error;

        async fn look(&mut self) -> Result<Looked, std::io::Error> {
            self.look += 1;
            self.looks.send((self.look, self.status.now().1)).map_err(std::io::Error::other)?;
            if self.look == 1 { Err(std::io::Error::other("away")) } else { Ok(Looked::RIGHT) }
        }

        fn trouble(&self) -> Option<Trouble<'_>> {
            Some(Trouble { status: &self.status, place: "told", says: "cannot tell" })
        }

        fn demand(&self) -> Option<&Demand> {
            Some(&self.demand)
        }
    }

    #[tokio::test]
    async fn whoever_asks_need_not_wait_and_what_was_wrong_is_taken_back() {
        let (looks, mut told) = mpsc::unbounded_channel();
        let task = Told { looks, look: 0, status: Status::default(), demand: Demand::default() };
        let (demand, stop) = (task.demand.clone(), CancellationToken::new());
        let driven = tokio::spawn(drive(task, stop.clone()));
        assert_eq!(told.recv().await, Some((1, Vec::new())), "at once");
        demand.wake();
        assert_eq!(told.recv().await, Some((2, vec!["cannot tell: away; trying again".to_owned()])));
        demand.wake();
        assert_eq!(told.recv().await, Some((3, Vec::new())), "what went well takes it back");
        stop.cancel();
        driven.await.unwrap();
        assert_eq!(told.recv().await, None, "not after its end");
    }
}
