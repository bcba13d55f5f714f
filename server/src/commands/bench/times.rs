//! Collects every value of the histograms that the daemon keeps, with when it came: quantiles of a window are not enough to compare two.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use metrics::{Counter, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit};

type Values = Arc<Mutex<Vec<(Instant, Duration)>>>;

/// All histograms, by name. Cheap to clone.
#[derive(Clone, Default)]
pub struct Times(Arc<Mutex<HashMap<String, Values>>>);

struct Collected(Values);

impl HistogramFn for Collected {
    fn record(&self, value: f64) {
        let took = Duration::try_from_secs_f64(value).unwrap_or_default();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((Instant::now(), took));
    }
}

impl Recorder for Times {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
        Counter::noop()
    }
    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }
    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        let name: Vec<&str> = std::iter::once(key.name()).chain(key.labels().map(metrics::Label::value)).collect();
        Histogram::from_arc(Arc::new(Collected(self.of(&name.join(" ")))))
    }
}

impl Times {
    /// Collects from now on.
    pub fn collect() -> anyhow::Result<Self> {
        let times = Self::default();
        metrics::set_global_recorder(times.clone()).map_err(|_| anyhow::anyhow!("metrics are collected already"))?;
        Ok(times)
    }

    fn of(&self, name: &str) -> Values {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(name.to_owned()).or_default())
    }

    /// What a histogram was told since the last call: when each value came, and how long it took. With labels, their values follow the
    /// name, each after a space.
    pub fn take(&self, name: &str) -> Vec<(Instant, Duration)> {
        std::mem::take(&mut *self.of(name).lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// How long each took.
pub fn lengths(values: &[(Instant, Duration)]) -> Vec<Duration> {
    values.iter().map(|(_, took)| *took).collect()
}

/// How long after the one before each came.
pub fn gaps(values: &[(Instant, Duration)]) -> Vec<Duration> {
    values.windows(2).map(|pair| pair[1].0.saturating_duration_since(pair[0].0)).collect()
}
