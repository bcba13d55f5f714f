//! The hub: one per web process. Owns what the live pages show; serves every stream from memory.

mod arrivals;
mod channel;
mod curves;
mod follow;
mod minutes;
mod newest;
mod scope;
mod search;
mod state;
mod sums;
mod view;
mod watch;
mod watchlist;

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use app::model::entry::Millis;
use app::model::live::{Holder, LiveView};
use app::model::names::NameOf;
use app::model::pipeline::PipelineState;
use app::model::stock::{AsOf, StockItem, StockKey, StockPage};
use tokio::sync::Notify;
use tokio::time::Instant;

pub use channel::{Channel, Event};
pub use follow::Follower;
pub use scope::Scope;
pub use view::clock;
pub use watch::Watch;
pub use watchlist::Levels;

use crate::business_time::rfc3339;
use state::State;
use view::Surroundings;

/// The most scopes, beside everything, that screens may be about at a time.
const MOST_SCOPES: usize = 64;
/// A scope that nobody watches is drawn for this long still.
const IDLE: Duration = Duration::from_mins(1);

/// A handle on the hub. Cheap to clone.
#[derive(Clone)]
pub struct Hub {
    all: Arc<Channel>,
    scopes: Arc<Mutex<HashMap<Scope, Arc<Channel>>>>,
    state: Arc<RwLock<Option<State>>>,
    around: Arc<Mutex<Surroundings>>,
    /// When what is held was last seen to be what Redis holds.
    vouched_at: Arc<AtomicI64>,
    /// Somebody changed names or levels here.
    catalogue_changed: Arc<Notify>,
}

impl Hub {
    /// A hub that knows nothing yet; a [`Follower`] fills it.
    fn new(around: Surroundings) -> Self {
        Self {
            all: Arc::new(Channel::new(|id| view::unknown(id, &around))),
            scopes: Arc::default(),
            state: Arc::default(),
            around: Arc::new(Mutex::new(around)),
            vouched_at: Arc::default(),
            catalogue_changed: Arc::default(),
        }
    }

    /// What screens about everything are shown.
    pub fn everything(&self) -> &Channel {
        &self.all
    }

    /// What screens of a scope are shown. `None`: too many scopes at a time.
    pub fn channel(&self, scope: &Scope) -> Option<Arc<Channel>> {
        if scope.is_all() {
            return Some(Arc::clone(&self.all));
        }
        let mut scopes = self.scopes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(channel) = scopes.get(scope) {
            // While the list is held: who asks now must not be left with a channel that is let go.
            channel.asked_now();
            return Some(Arc::clone(channel));
        }
        if scopes.len() >= MOST_SCOPES {
            return None;
        }
        let channel = Arc::new(Channel::new(|id| self.draw(id, scope)));
        scopes.insert(scope.clone(), Arc::clone(&channel));
        Some(channel)
    }

    fn draw(&self, id: String, scope: &Scope) -> LiveView {
        let (state, around) = (self.state.read().unwrap_or_else(PoisonError::into_inner), self.around());
        match state.as_ref() {
            Some(state) => view::draw(id, state, scope, &around),
            None => view::unknown(id, &around),
        }
    }

    /// Every scope that somebody watches, and everything.
    fn each(&self, work: impl Fn(&Scope, &Channel)) {
        let idle = Instant::now().checked_sub(IDLE);
        let scopes: Vec<_> = {
            let mut scopes = self.scopes.lock().unwrap_or_else(PoisonError::into_inner);
            scopes.retain(|_, channel| !idle.is_some_and(|then| channel.is_idle_since(then)));
            scopes.iter().map(|(scope, channel)| (scope.clone(), Arc::clone(channel))).collect()
        };
        work(&Scope::default(), &self.all);
        for (scope, channel) in scopes {
            work(&scope, &channel);
        }
    }

    /// Draws everything anew. The time says when figures last moved, and time going by alone is no change; `standing_still`:
    /// it does not move at all.
    fn redraw(&self, standing_still: bool) {
        self.each(|scope, channel| {
            channel.show(|id, before| {
                let mut next = self.draw(before.id.clone(), scope);
                let time = std::mem::replace(&mut next.totals.time, before.totals.time.clone());
                if !standing_still && next != *before {
                    next.totals.time = time;
                }
                next.id = id;
                next
            });
        });
    }

    /// Says that the figures are not what they should be, without drawing them anew.
    fn mark(&self, state: PipelineState, reason: &str) {
        self.each(|_, channel| {
            channel.show(|id, before| {
                let mut next = before.clone();
                next.id = id;
                next.totals.state = next.totals.state.max(state);
                if next.totals.reasons.is_empty() {
                    next.totals.reasons.push(reason.to_owned());
                }
                next
            });
        });
    }

    /// Changes what is held, if anything is.
    fn with_state<T>(&self, work: impl FnOnce(&mut State) -> T) -> Option<T> {
        self.state.write().unwrap_or_else(PoisonError::into_inner).as_mut().map(work)
    }

    fn around(&self) -> MutexGuard<'_, Surroundings> {
        self.around.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the names and levels read again soon; other processes read them every few seconds.
    pub fn read_catalogue_again(&self) {
        self.catalogue_changed.notify_one();
    }

    fn vouch(&self, at: Millis) {
        self.vouched_at.store(at.0, Ordering::Relaxed);
    }

    /// The warehouses or products that a text finds by name, initials or id; the largest first.
    pub fn find(&self, of: NameOf, text: &str, most: usize) -> Vec<Holder> {
        let (state, around) = (self.state.read().unwrap_or_else(PoisonError::into_inner), self.around());
        state.as_ref().map(|state| search::find(state, of, text, most, &around)).unwrap_or_default()
    }

    /// One page of stock, in the order of (warehouse, product). `after` is the key to go on behind.
    /// `None` while nothing is known yet.
    pub fn stock(&self, wanted: &StockFilter, after: Option<&StockKey>, limit: usize) -> Option<StockPage> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let state = state.as_ref().filter(|_| self.around().vouches())?;
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
