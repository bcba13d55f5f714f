//! The live view as signals, moved on by the event stream. Only what changed is set, so only that is redrawn.

use std::collections::HashMap;
use std::time::Duration;

use leptos::leptos_dom::helpers::set_interval_with_handle;
use leptos::prelude::*;
use serde::Deserialize;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{EventSource, MessageEvent};

use crate::model::live::{
    FreshEntry, Holder, LiveChange, LiveView, MinuteBar, Ranking, RankingChange, Totals, merge_hour, move_newest,
};

/// The server sends something at least every 10 s; after this long without, numbers count as old.
const STALE_AFTER_MS: f64 = 25_000.0;
/// How often that is looked at, and a closed stream opened again.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Is the page live?
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamState {
    /// Not yet; also all there is without script.
    Connecting,
    /// Events come.
    Live,
    /// The connection broke a moment ago.
    Reconnecting,
    /// Nothing came for too long; the time of the last event, `HH:MM:SS`.
    Stale(String),
}

impl StreamState {
    /// As an attribute.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Live => "live",
            Self::Reconnecting => "reconnecting",
            Self::Stale(_) => "stale",
        }
    }
}

/// A ranked list as signals, one per row.
#[derive(Clone, Copy)]
pub struct RankStore {
    /// How many there are in all.
    pub count: RwSignal<usize>,
    /// The ids, largest first.
    pub order: RwSignal<Vec<String>>,
    rows: StoredValue<HashMap<String, ArcRwSignal<Holder>>>,
    /// The largest magnitude: the full width of a share bar.
    pub largest: RwSignal<u64>,
}

impl RankStore {
    fn new(ranking: Ranking) -> Self {
        let store = Self {
            count: RwSignal::new(ranking.count),
            order: RwSignal::new(ranking.rows.iter().map(|it| it.id.clone()).collect()),
            rows: StoredValue::new(HashMap::new()),
            largest: RwSignal::new(0),
        };
        store.put(ranking.rows);
        store.measure();
        store
    }

    /// The row of an id.
    pub fn row(&self, id: &str) -> Option<ArcRwSignal<Holder>> {
        self.rows.with_value(|rows| rows.get(id).cloned())
    }

    fn put(&self, changed: Vec<Holder>) {
        self.rows.update_value(|rows| {
            for holder in changed {
                match rows.get(&holder.id) {
                    Some(row) => row.set(holder),
                    None => {
                        rows.insert(holder.id.clone(), ArcRwSignal::new(holder));
                    }
                }
            }
        });
    }

    fn measure(&self) {
        let first = self.order.with_untracked(|order| order.first().and_then(|id| self.row(id)));
        let largest = first.map_or(0, |row| row.with_untracked(|it| it.stock.unsigned_abs()));
        if self.largest.get_untracked() != largest {
            self.largest.set(largest);
        }
    }

    fn apply(&self, change: RankingChange) {
        if self.count.get_untracked() != change.count {
            self.count.set(change.count);
        }
        self.put(change.changed);
        if let Some(order) = change.order {
            // Rows that left the list are let go: a screen's memory must not grow.
            self.rows.update_value(|rows| rows.retain(|id, _| order.contains(id)));
            self.order.set(order);
        }
        self.measure();
    }

    fn replace(&self, ranking: Ranking) {
        let order = Some(ranking.rows.iter().map(|it| it.id.clone()).collect());
        self.apply(RankingChange { count: ranking.count, changed: ranking.rows, order });
    }
}

/// The live view as signals.
#[derive(Clone, Copy)]
pub struct LiveStore {
    /// The figures on top.
    pub totals: RwSignal<Totals>,
    /// By warehouse.
    pub warehouses: RankStore,
    /// By product.
    pub products: RankStore,
    /// Newest first.
    pub newest: RwSignal<Vec<FreshEntry>>,
    /// The last hour.
    pub hour: RwSignal<Vec<MinuteBar>>,
    /// Is the page live?
    pub stream: RwSignal<StreamState>,
    position: StoredValue<String>,
    heard: StoredValue<Heard>,
}

/// When the last event came: by the browser's clock for its age, by the server's for people.
#[derive(Debug, Clone, Default)]
struct Heard {
    at_ms: f64,
    time: String,
}

/// What a heartbeat says.
#[derive(Deserialize)]
struct Heartbeat {
    time: String,
}

impl LiveStore {
    /// Starts from the view of the first paint.
    pub fn new(view: LiveView, stream: RwSignal<StreamState>) -> Self {
        let heard = Heard { at_ms: 0.0, time: view.totals.time.clone() };
        Self {
            totals: RwSignal::new(view.totals),
            warehouses: RankStore::new(view.warehouses),
            products: RankStore::new(view.products),
            newest: RwSignal::new(view.newest),
            hour: RwSignal::new(view.hour),
            stream,
            position: StoredValue::new(view.id),
            heard: StoredValue::new(heard),
        }
    }

    /// Is what is shown old?
    pub fn is_stale(&self) -> bool {
        self.stream.with(|it| matches!(it, StreamState::Stale(_)))
    }

    fn replace(&self, view: LiveView) {
        self.position.set_value(view.id);
        self.totals.set(view.totals);
        self.warehouses.replace(view.warehouses);
        self.products.replace(view.products);
        self.newest.set(view.newest);
        self.hour.set(view.hour);
    }

    fn apply(&self, change: LiveChange) {
        self.position.set_value(change.id);
        if let Some(totals) = change.totals {
            self.totals.set(totals);
        }
        if let Some(change) = change.warehouses {
            self.warehouses.apply(change);
        }
        if let Some(change) = change.products {
            self.products.apply(change);
        }
        if !change.newest.is_empty() || change.newest_anew {
            self.newest.update(|list| move_newest(list, change.newest, change.newest_anew));
        }
        if !change.hour.is_empty() {
            self.hour.update(|bars| merge_hour(bars, change.hour));
        }
    }

    fn hear(&self, time: Option<String>) {
        self.heard.update_value(|heard| {
            heard.at_ms = js_sys::Date::now();
            if let Some(time) = time {
                heard.time = time;
            }
        });
        if self.stream.get_untracked() != StreamState::Live {
            self.stream.set(StreamState::Live);
        }
    }

    fn take(&self, kind: Kind, data: &str) {
        match kind {
            Kind::Snapshot => match serde_json::from_str::<LiveView>(data) {
                Ok(view) => self.replace(view),
                Err(cause) => leptos::logging::error!("snapshot: {cause}"),
            },
            Kind::Change => match serde_json::from_str::<LiveChange>(data) {
                Ok(change) => self.apply(change),
                Err(cause) => leptos::logging::error!("change: {cause}"),
            },
            Kind::Heartbeat => {
                let time = serde_json::from_str::<Heartbeat>(data).ok().map(|it| it.time);
                return self.hear(time);
            }
        }
        self.hear(Some(self.totals.with_untracked(|it| it.time.clone())));
    }

    /// Follows the event stream until the page goes away. Call it in the browser only: inside an effect.
    pub fn follow(self) {
        self.heard.update_value(|heard| heard.at_ms = js_sys::Date::now());
        let stream = StoredValue::new_local(Stream::open(self));
        let look = set_interval_with_handle(
            move || {
                let closed = stream.with_value(|it| it.as_ref().is_none_or(Stream::is_closed));
                if closed {
                    stream.set_value(Stream::open(self));
                }
                let live = stream.with_value(|it| it.as_ref().is_some_and(Stream::is_open));
                self.look(live);
            },
            LOOK_EVERY,
        );
        on_cleanup(move || {
            if let Ok(look) = look {
                look.clear();
            }
            stream.set_value(None);
        });
    }

    fn look(&self, open: bool) {
        let heard = self.heard.get_value();
        let state = if js_sys::Date::now() - heard.at_ms > STALE_AFTER_MS {
            StreamState::Stale(heard.time)
        } else if open {
            return;
        } else {
            StreamState::Reconnecting
        };
        if self.stream.get_untracked() != state {
            self.stream.set(state);
        }
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Snapshot,
    Change,
    Heartbeat,
}

/// An open event stream with its listeners; closes when dropped.
struct Stream {
    source: EventSource,
    _listeners: Vec<Closure<dyn Fn(MessageEvent)>>,
    _opened: Closure<dyn Fn()>,
}

impl Stream {
    fn open(store: LiveStore) -> Option<Self> {
        let url = format!("/api/v1/live?after={}", store.position.get_value());
        let source = EventSource::new(&url).ok()?;
        let listeners = [("snapshot", Kind::Snapshot), ("change", Kind::Change), ("heartbeat", Kind::Heartbeat)]
            .into_iter()
            .filter_map(|(name, kind)| {
                let listener = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
                    if let Some(data) = event.data().as_string() {
                        store.take(kind, &data);
                    }
                });
                source.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref()).ok()?;
                Some(listener)
            })
            .collect();
        // Where nothing was missed there is nothing to say: the open stream itself is the news.
        let opened = Closure::<dyn Fn()>::new(move || store.hear(None));
        source.set_onopen(Some(opened.as_ref().unchecked_ref()));
        Some(Self { source, _listeners: listeners, _opened: opened })
    }

    fn is_open(&self) -> bool {
        self.source.ready_state() == EventSource::OPEN
    }

    fn is_closed(&self) -> bool {
        self.source.ready_state() == EventSource::CLOSED
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.source.close();
    }
}
