//! The hub: one per web process. Owns what the live pages show; serves every stream from memory.

mod follow;
mod state;
mod view;
mod watch;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use app::model::entry::Millis;
use app::model::live::LiveView;
use app::model::stock::{AsOf, StockItem, StockKey, StockPage};
use tokio::sync::broadcast;
use uuid::Uuid;

pub use follow::Follower;
pub use watch::Watch;

use crate::business_time::rfc3339;
use state::State;

/// How many changes are kept for clients that come back, and how far a slow client may fall behind: at 4 a second, 16 s.
const KEPT_CHANGES: usize = 64;

/// One event of the stream, written once and shared by all clients.
#[derive(Debug, Clone)]
pub struct Event {
    /// `EPOCH-NUMBER`.
    pub id: String,
    /// `snapshot` or `change`.
    pub kind: &'static str,
    /// Its JSON.
    pub data: Arc<str>,
}

/// A handle on the hub. Cheap to clone.
#[derive(Clone)]
pub struct Hub {
    shown: Arc<Mutex<Shown>>,
    state: Arc<RwLock<Option<State>>>,
    changes: broadcast::Sender<Event>,
    /// When what is held was last seen to be what Redis holds.
    vouched_at: Arc<AtomicI64>,
}

/// What is shown now, and the changes that led there.
struct Shown {
    epoch: String,
    number: u64,
    view: Arc<LiveView>,
    recent: VecDeque<Event>,
}

impl Hub {
    /// A hub that knows nothing yet; a [`Follower`] fills it.
    fn new(first: impl FnOnce(String) -> LiveView) -> Self {
        let epoch = Uuid::new_v4().simple().to_string()[..8].to_owned();
        let view = Arc::new(first(format!("{epoch}-0")));
        let shown = Shown { epoch, number: 0, view, recent: VecDeque::new() };
        let (changes, _) = broadcast::channel(KEPT_CHANGES);
        Self { shown: Arc::new(Mutex::new(shown)), state: Arc::default(), changes, vouched_at: Arc::default() }
    }

    /// What is shown now.
    pub fn view(&self) -> Arc<LiveView> {
        Arc::clone(&self.lock().view)
    }

    /// A stream from a position on: the events a client has missed since `after`, or a snapshot where that is too long
    /// ago or another hub's; then every change to come, without a gap.
    pub fn stream(&self, after: Option<&str>) -> (Vec<Event>, broadcast::Receiver<Event>) {
        let shown = self.lock();
        let missed = after.and_then(|after| shown.since(after)).unwrap_or_else(|| vec![shown.snapshot()]);
        (missed, self.changes.subscribe())
    }

    /// Moves on to another view; whoever watches is told what changed.
    fn show(&self, draw: impl FnOnce(String) -> LiveView) {
        let mut shown = self.lock();
        let next = draw(format!("{}-{}", shown.epoch, shown.number + 1));
        let change = shown.view.change_to(&next);
        if change.is_empty() {
            return;
        }
        let data = match serde_json::to_string(&change) {
            Ok(data) => data.into(),
            Err(cause) => {
                tracing::error!(%cause, "a change cannot be written");
                return;
            }
        };
        let event = Event { id: next.id.clone(), kind: "change", data };
        shown.number += 1;
        shown.view = Arc::new(next);
        shown.recent.push_back(event.clone());
        while shown.recent.len() > KEPT_CHANGES {
            shown.recent.pop_front();
        }
        // Nobody watching is no error.
        let _watchers = self.changes.send(event);
    }

    fn vouch(&self, at: Millis) {
        self.vouched_at.store(at.0, Ordering::Relaxed);
    }

    /// One page of stock, in the order of (warehouse, product). `after` is the key to go on behind.
    /// `None` while nothing is known yet.
    pub fn stock(&self, wanted: &StockFilter, after: Option<&StockKey>, limit: usize) -> Option<StockPage> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let state = state.as_ref()?;
        let from = after.map_or(std::ops::Bound::Unbounded, std::ops::Bound::Excluded);
        let mut items: Vec<StockItem> = state
            .keys()
            .range::<StockKey, _>((from, std::ops::Bound::Unbounded))
            .filter(|(key, _)| wanted.takes(key))
            .take(limit + 1)
            .map(|(key, value)| StockItem { key: key.clone(), stock: value.stock })
            .collect();
        let more = items.len() > limit;
        items.truncate(limit);
        Some(StockPage {
            as_of: AsOf {
                offsets: state.positions().clone(),
                time: rfc3339(Millis(self.vouched_at.load(Ordering::Relaxed))),
            },
            verified_at: None,
            next_cursor: items.last().filter(|_| more).map(|it| crate::realtime::member(&it.key)),
            items,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Which keys are wanted.
#[derive(Debug, Clone, Default)]
pub struct StockFilter {
    /// Of this warehouse only.
    pub warehouse: Option<String>,
    /// Of this product only.
    pub product: Option<String>,
}

impl StockFilter {
    fn takes(&self, key: &StockKey) -> bool {
        self.warehouse.as_deref().is_none_or(|it| it == key.warehouse_id.as_str())
            && self.product.as_deref().is_none_or(|it| it == key.product_id.as_str())
    }
}

impl Shown {
    fn snapshot(&self) -> Event {
        let data = serde_json::to_string(&*self.view).unwrap_or_else(|cause| {
            tracing::error!(%cause, "a view cannot be written");
            String::from("null")
        });
        Event { id: self.view.id.clone(), kind: "snapshot", data: data.into() }
    }

    /// The changes after an id of ours; `None` where they are no longer kept.
    fn since(&self, after: &str) -> Option<Vec<Event>> {
        let (epoch, number) = after.rsplit_once('-')?;
        let missed = usize::try_from(self.number.checked_sub(number.parse().ok()?)?).ok()?;
        let skip = self.recent.len().checked_sub(missed)?;
        (epoch == self.epoch).then(|| self.recent.iter().skip(skip).cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    use app::model::pipeline::PipelineState;

    use super::*;
    use crate::business_time::BusinessTime;
    use crate::records::Names;

    fn draw(id: String, arrived: &str) -> LiveView {
        let names = Names::new();
        let around = view::Surroundings {
            names: &names,
            business_time: BusinessTime(chrono_tz::Asia::Shanghai),
            now: Millis(0),
            state: (PipelineState::Ok, vec![arrived.to_owned()]),
            arrived_in_10_s: 0,
        };
        view::unknown(id, &around)
    }

    fn kinds(events: &[Event]) -> Vec<&str> {
        events.iter().map(|it| it.kind).collect()
    }

    #[test]
    fn a_client_that_comes_back_misses_nothing() {
        let hub = Hub::new(|id| draw(id, "a"));
        let first = hub.view().id.clone();
        for word in ["b", "c", "d"] {
            hub.show(|id| draw(id, word));
        }
        let (missed, _) = hub.stream(Some(&first));
        assert_eq!(kinds(&missed), ["change", "change", "change"]);
        let (missed, _) = hub.stream(Some(&missed[1].id));
        assert_eq!(kinds(&missed), ["change"]);
        let (missed, _) = hub.stream(Some(&hub.view().id));
        assert_eq!(kinds(&missed), [""; 0]);
    }

    #[test]
    fn a_stranger_or_one_away_too_long_gets_a_snapshot() {
        let hub = Hub::new(|id| draw(id, "a"));
        let first = hub.view().id.clone();
        for n in 0..=KEPT_CHANGES {
            hub.show(|id| draw(id, &n.to_string()));
        }
        for after in [None, Some(first.as_str()), Some("another-1"), Some("nonsense")] {
            assert_eq!(kinds(&hub.stream(after).0), ["snapshot"], "{after:?}");
        }
    }

    #[test]
    fn nothing_new_is_no_event() {
        let hub = Hub::new(|id| draw(id, "a"));
        let before = hub.view().id.clone();
        hub.show(|id| draw(id, "a"));
        assert_eq!(hub.view().id, before);
    }
}
