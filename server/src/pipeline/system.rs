//! How the parts are: looked at every 2 s, so that `/system` can say since when, and how fast.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::pipeline::{Pipeline, PipelineState};
use model::system::{Rates, Store, StoreHealth, SystemView};
use tokio::time::Instant;

use super::PipelineReader;
use super::state::state_of_backlog;
use crate::background::{Looked, Task};
use crate::live::clock;
use base::business_time::BusinessTime;
use base::clock::Clock;
use base::config::VERSION;
use base::status::{Detail, explain};
use queue::{Backlog, Waiting};

/// Over how long rates are taken.
const WINDOW: Duration = Duration::from_secs(10);

/// Knows how the parts are. Cheap to clone.
#[derive(Clone)]
pub struct SystemReader {
    /// Where the stream stands.
    pub pipeline: PipelineReader,
    clock: Clock,
    business_time: BusinessTime,
    seen: Arc<Mutex<Seen>>,
}

struct Seen {
    started: Instant,
    health: BTreeMap<Store, StoreHealth>,
    samples: VecDeque<Sample>,
    backlog: Backlog,
    /// The state, and since when.
    state: Option<(PipelineState, String)>,
}

/// Sums over all partitions.
#[derive(Debug, Clone, Copy)]
struct Sample {
    at: Instant,
    produced: i64,
    consumed: i64,
    applied: i64,
}

impl Task for SystemReader {
    const NAME: &'static str = "system";
    const EVERY: Duration = Duration::from_secs(2);
    const AT_ONCE: bool = true;
    type Error = std::convert::Infallible;

    async fn look(&mut self) -> Result<Looked, Self::Error> {
        Box::pin(self.look_at_parts()).await;
        Ok(Looked::RIGHT)
    }
}

impl SystemReader {
    /// A reader that has seen nothing yet; the driver of background tasks has it look.
    pub fn new(pipeline: PipelineReader, clock: Clock, business_time: BusinessTime) -> Self {
        let seen = Seen {
            started: Instant::now(),
            health: BTreeMap::new(),
            samples: VecDeque::new(),
            backlog: Backlog::default(),
            state: None,
        };
        Self { pipeline, clock, business_time, seen: Arc::new(Mutex::new(seen)) }
    }

    async fn look_at_parts(&self) {
        let PipelineReader { records, realtime, topic, .. } = &self.pipeline;
        let (records, realtime, reach) = tokio::join!(
            timed(async { records.cursors().await.map_err(|it| explain(&it)) }),
            timed(async { realtime.meta().await.map_err(|it| explain(&it)) }),
            timed(async { topic.reach().await.map_err(|it| explain(&it)) }),
        );
        let mut seen = self.seen();
        self.note(&mut seen, Store::Records, &records);
        self.note(&mut seen, Store::LiveStock, &realtime);
        self.note(&mut seen, Store::Topic, &reach);
        if let ((_, Ok(cursors)), (_, Ok(meta)), (_, Ok(reach))) = (records, realtime, reach) {
            let sample = Sample {
                at: Instant::now(),
                produced: reach.values().map(|(_, end)| *end).sum(),
                consumed: cursors.values().map(|it| it.next_offset).sum(),
                applied: meta.positions.values().sum(),
            };
            seen.samples.push_back(sample);
            let at = cursors.iter().map(|(partition, it)| (*partition, it.next_offset)).collect();
            let waiting = seen.backlog.look(sample.at, &reach, &at);
            let is_new = reach.keys().any(|it| !at.contains_key(it));
            self.tell_of_the_topic(waiting, is_new);
        }
        let (state, _) = self.pipeline.status.now();
        if seen.state.as_ref().is_none_or(|(before, _)| *before != state) {
            seen.state = Some((state, self.now()));
        }
        // What was before an outage is no rate of now.
        seen.samples.retain(|it| it.at.elapsed() < WINDOW * 2);
        // The oldest kept is the newest that is as old as the window.
        while seen.samples.get(1).is_some_and(|it| it.at.elapsed() >= WINDOW) {
            seen.samples.pop_front();
        }
    }

    /// Screens must know too when entries wait: where the daemon is another process, nobody else says so.
    fn tell_of_the_topic(&self, waiting: Waiting, is_new: bool) {
        match state_of_backlog(waiting, is_new) {
            Some((state, reason)) => self.pipeline.status.raise("topic", state, reason),
            None => self.pipeline.status.clear("topic"),
        }
    }

    fn note<T>(&self, seen: &mut Seen, store: Store, (took, answer): &(Duration, Result<T, String>)) {
        let since = seen.health.get(&store).filter(|it| it.answers == answer.is_ok()).map(|it| it.since.clone());
        let now = StoreHealth {
            store,
            answers: answer.is_ok(),
            since: since.unwrap_or_else(|| self.now()),
            took_us: answer.is_ok().then(|| u64::try_from(took.as_micros()).unwrap_or(u64::MAX)),
            trouble: answer.as_ref().err().cloned(),
        };
        seen.health.insert(store, now);
    }

    /// How the parts are now.
    pub async fn read(&self) -> SystemView {
        let pipeline: Option<Pipeline> =
            self.pipeline.read(Detail::WithCauses).await.inspect_err(|error| tracing::warn!("{}", explain(error))).ok();
        let tables = match &pipeline {
            Some(_) => self.pipeline.records.table_count().await.ok(),
            None => None,
        };
        let seen = self.seen();
        SystemView {
            state_since: seen.state.as_ref().map(|(_, since)| since.clone()),
            version: VERSION.to_owned(),
            time: self.now(),
            up_seconds: seen.started.elapsed().as_secs(),
            pipeline,
            rates: rates(&seen.samples),
            stores: seen.health.values().cloned().collect(),
            tables,
        }
    }

    fn now(&self) -> String {
        clock(self.business_time, self.clock.now(), "%Y-%m-%d %H:%M:%S")
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn timed<T>(work: impl Future<Output = T>) -> (Duration, T) {
    let started = Instant::now();
    let answer = work.await;
    (started.elapsed(), answer)
}

fn rates(samples: &VecDeque<Sample>) -> Option<Rates> {
    let (first, last) = (samples.front()?, samples.back()?);
    let ms = last.at.duration_since(first.at).as_millis();
    if ms == 0 {
        return None;
    }
    // A cursor that was set back is no negative rate.
    let rate = |from: i64, to: i64| {
        let tenths = u128::try_from(to - from).unwrap_or(0) * 10_000 / ms;
        u64::try_from(tenths).unwrap_or(u64::MAX)
    };
    Some(Rates {
        produced: rate(first.produced, last.produced),
        consumed: rate(first.consumed, last.consumed),
        applied: rate(first.applied, last.applied),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_taken_over_what_was_seen() {
        let now = Instant::now();
        let sample = |ms, n| Sample { at: now + Duration::from_millis(ms), produced: n, consumed: n / 2, applied: -n };
        assert_eq!(rates(&VecDeque::from([sample(0, 5)])), None);
        let rates = rates(&VecDeque::from([sample(0, 0), sample(1, 1), sample(8000, 100)]));
        assert_eq!(rates, Some(Rates { produced: 125, consumed: 62, applied: 0 }));
    }
}
