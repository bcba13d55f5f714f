//! The hub: one per web process. Owns what the live pages show; serves every stream from memory.

mod arrivals;
mod audited;
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

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicI64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use model::ids::WarehouseId;
use model::live::{Holder, LiveView};
use model::names::NameOf;
use model::pipeline::PipelineState;
use model::statistics::Filter;
use model::stock::{AsOf, StockItem, StockKey, StockPage};
use model::time::Millis;
use tokio::sync::watch::Sender;
use tokio::sync::{Notify, broadcast};
use tokio::time::Instant;

pub use channel::{Channel, Event};
pub use follow::Follower;
pub use scope::Scope;
pub use view::clock;
pub use watch::{AuditWatch, HubWatch, LagWatch};
pub use watchlist::Levels;

use base::business_time::rfc3339;
use records::Names;
use state::State;
use view::ViewContext;

/// The most scopes, beside everything, that screens may be about at a time.
const MAX_SCOPES: usize = 64;
/// A scope that nobody watches is drawn for this long still.
const IDLE: Duration = Duration::from_mins(1);

/// A handle on the hub. Cheap to clone.
#[derive(Clone)]
pub struct Hub {
    all: Arc<Channel>,
    scopes: Arc<Mutex<HashMap<Scope, Arc<Channel>>>>,
    state: Arc<RwLock<Option<State>>>,
    around: Arc<Mutex<ViewContext>>,
    /// When what is held was last seen to be what Redis holds.
    fresh_at: Arc<AtomicI64>,
    /// Somebody changed names or levels here.
    catalogue_changed: Arc<Notify>,
    /// Told each time the stock that is held has changed.
    moved: Arc<Sender<()>>,
}

/// What is known of the stock at a place of the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StockAt {
    Is(i64),
    /// It is not there yet.
    NotYet,
    /// It has gone on, or cannot be told.
    Unknown,
}

/// Why a scope is not watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotWatched {
    /// It names a warehouse that is in no entry and has no name.
    Unknown(WarehouseId),
    /// Too many scopes are watched at a time.
    TooMany,
}

/// A scope that is watched.
pub struct Watching {
    pub channel: Arc<Channel>,
    /// What was missed.
    pub missed: Vec<Event>,
    pub changes: broadcast::Receiver<Event>,
}

impl Hub {
    /// A hub that knows nothing yet; a [`Follower`] fills it.
    fn new(around: ViewContext) -> Self {
        Self {
            all: Arc::new(Channel::new(|id| view::unknown(id, &around))),
            scopes: Arc::default(),
            state: Arc::default(),
            around: Arc::new(Mutex::new(around)),
            fresh_at: Arc::default(),
            catalogue_changed: Arc::default(),
            moved: Arc::new(Sender::new(())),
        }
    }

    /// What screens about everything are shown.
    pub fn everything(&self) -> &Channel {
        &self.all
    }

    /// What screens of a scope are shown.
    pub fn channel(&self, scope: &Scope) -> Result<Arc<Channel>, NotWatched> {
        self.with_channel(scope, Arc::clone)
    }

    /// Watches a scope: its screens, what was missed since an event, and every change to come.
    pub fn watch(&self, scope: &Scope, after: Option<&str>) -> Result<Watching, NotWatched> {
        // While the list is held: a channel must not be let go between being found and being watched.
        self.with_channel(scope, |channel| {
            let (missed, changes) = channel.stream(after);
            Watching { channel: Arc::clone(channel), missed, changes }
        })
    }

    fn with_channel<T>(&self, scope: &Scope, work: impl FnOnce(&Arc<Channel>) -> T) -> Result<T, NotWatched> {
        if scope.is_all() {
            return Ok(work(&self.all));
        }
        // Invented warehouses must not take the places of those that there are.
        if let Some(unknown) = self.unknown(scope) {
            return Err(NotWatched::Unknown(unknown));
        }
        let mut scopes = self.scopes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(channel) = scopes.get(scope) {
            channel.asked_now();
            return Ok(work(channel));
        }
        if scopes.len() >= MAX_SCOPES {
            // Whoever only asks for pages must not keep those out who watch.
            let unwatched = scopes.iter().filter_map(|(scope, it)| Some((it.unwatched_since()?, scope.clone())));
            let (_, oldest) = unwatched.min_by_key(|(since, _)| *since).ok_or(NotWatched::TooMany)?;
            scopes.remove(&oldest);
        }
        let channel = Arc::new(Channel::new(|id| self.draw(id, scope)));
        let done = work(&channel);
        scopes.insert(scope.clone(), channel);
        Ok(done)
    }

    /// A warehouse of a scope that nothing is known of: neither stock nor a name. None while nothing is known of any.
    fn unknown(&self, scope: &Scope) -> Option<WarehouseId> {
        let (state, around) = (self.state.read().unwrap_or_else(PoisonError::into_inner), self.around());
        let held = &state.as_ref()?.sums().warehouses;
        let named = around.names.get(&NameOf::Warehouse);
        let is_known =
            |it: &WarehouseId| held.contains_key(it) || named.is_some_and(|names| names.contains_key(it.as_str()));
        scope.warehouses().find(|it| !is_known(it)).cloned()
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
            scopes.retain(|_, channel| {
                idle.is_none_or(|then| channel.unwatched_since().is_none_or(|asked| asked >= then))
            });
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

    /// Tells every screen of an audit.
    fn tell_audit(&self, data: &Arc<str>) {
        self.each(|_, channel| channel.tell("audit", data));
    }

    /// Changes what is held, if anything is.
    fn with_state<T>(&self, work: impl FnOnce(&mut State) -> T) -> Option<T> {
        self.state.write().unwrap_or_else(PoisonError::into_inner).as_mut().map(work)
    }

    /// What is held has changed.
    fn tell_moved(&self) {
        self.moved.send_replace(());
    }

    fn around(&self) -> MutexGuard<'_, ViewContext> {
        self.around.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the names and levels read again soon; other processes read them every few seconds.
    pub fn read_catalogue_again(&self) {
        self.catalogue_changed.notify_one();
    }

    fn mark_fresh(&self, at: Millis) {
        self.fresh_at.store(at.0, Relaxed);
    }

    /// The names that pages show.
    pub fn names(&self) -> Arc<Names> {
        Arc::clone(&self.around().names)
    }

    /// The stock of what a filter lets through where the stream stood at these cursors.
    pub fn stock_at(&self, cursors: &BTreeMap<i32, i64>, filter: &Filter) -> StockAt {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let Some(state) = state.as_ref() else { return StockAt::NotYet };
        if !self.around().is_fresh() {
            return StockAt::Unknown;
        }
        match place(state.positions(), cursors) {
            Some(Ordering::Equal) if filter.companies.is_empty() => {}
            Some(Ordering::Less) => return StockAt::NotYet,
            _ => return StockAt::Unknown,
        }
        // Live stock knows no companies: none is asked for here.
        let wanted = |key: &StockKey| filter.takes(key.warehouse_id.as_str(), key.product_id.as_str(), "");
        let mut stocks = state.keys().iter().filter(|(key, _)| wanted(key));
        let sum = stocks.try_fold(0_i64, |sum, (_, value)| sum.checked_add(value.stock?));
        sum.map_or(StockAt::Unknown, StockAt::Is)
    }

    /// The same, where the stream is not there yet once it is, or after a limit.
    pub async fn stock_once_at(&self, cursors: &BTreeMap<i32, i64>, filter: &Filter, limit: Duration) -> StockAt {
        let mut moved = self.moved.subscribe();
        let arrived = async {
            loop {
                let stock = self.stock_at(cursors, filter);
                // The sender lives as long as the hub.
                if stock != StockAt::NotYet || moved.changed().await.is_err() {
                    return stock;
                }
            }
        };
        match tokio::time::timeout(limit, arrived).await {
            Ok(stock) => stock,
            Err(_) => self.stock_at(cursors, filter),
        }
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
        let state = state.as_ref().filter(|_| self.around().is_fresh())?;
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
            as_of: AsOf { offsets: state.positions().clone(), time: rfc3339(Millis(self.fresh_at.load(Relaxed))) },
            verified_at: self.around().audited.as_ref().map(|it| rfc3339(it.at())),
            next_cursor: items.last().filter(|_| more).map(|it| realtime::member(&it.key)),
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

/// Where is one place of the stream, seen from another? `None`: some partitions are before it and some behind it.
fn place(one: &BTreeMap<i32, i64>, other: &BTreeMap<i32, i64>) -> Option<Ordering> {
    // A partition of which nothing came yet may be told or not.
    let at = |of: &BTreeMap<i32, i64>, partition: &i32| of.get(partition).copied().unwrap_or(0);
    let mut found = Ordering::Equal;
    for partition in one.keys().chain(other.keys()) {
        match (found, at(one, partition).cmp(&at(other, partition))) {
            (_, Ordering::Equal) => {}
            (Ordering::Equal, next) => found = next,
            (so_far, next) if so_far == next => {}
            _ => return None,
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base::business_time::BusinessTime;

    fn scope(n: usize) -> Scope {
        Scope::of(&[format!("w{n}")]).unwrap_or_default()
    }

    #[test]
    fn who_only_asks_does_not_keep_those_out_who_watch() {
        let hub = Hub::new(ViewContext::new(BusinessTime(chrono_tz::UTC), Millis(0)));
        let first = hub.watch(&scope(0), None);
        for n in 1..=2 * MAX_SCOPES {
            assert!(hub.channel(&scope(n)).is_ok(), "{n}");
        }
        let again = hub.channel(&scope(0));
        assert!(
            first.iter().zip(again).any(|(first, again)| Arc::ptr_eq(&first.channel, &again)),
            "a watched scope is never let go"
        );
        let watched: Vec<_> = (1..MAX_SCOPES).map(|n| hub.watch(&scope(n), None)).collect();
        assert!(watched.iter().all(Result::is_ok));
        assert_eq!(hub.channel(&scope(MAX_SCOPES)).err(), Some(NotWatched::TooMany), "all places are watched");
        drop(watched);
        assert!(hub.channel(&scope(MAX_SCOPES)).is_ok());
    }
}
