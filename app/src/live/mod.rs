//! The live view as signals, moved on by the event stream. Only what changed is set, so only that is redrawn.

mod rank;
mod stream;
mod version;

use std::collections::BTreeMap;

use leptos::prelude::*;
use serde::Deserialize;

use model::live::{Alert, FreshEntry, LiveChange, LiveView, MinuteBar, Named, Totals, merge_hour, move_newest};

use model::pipeline::PipelineState;

pub use rank::RankStore;
use stream::Kind;
pub use stream::{StreamState, stream_state};

/// The server sends something at least every 10 s; after this long without, numbers count as old.
const STALE_AFTER_MS: f64 = 25_000.0;
/// After this long a connection counts as dead, though it looks open.
const DEAD_AFTER_MS: f64 = 35_000.0;

/// The live view as signals.
#[derive(Clone, Copy)]
pub struct LiveStore {
    /// The figures on top.
    pub totals: RwSignal<Totals>,
    pub warehouses: RankStore,
    pub products: RankStore,
    /// The products that head the heat map.
    pub columns: RwSignal<Vec<Named>>,
    /// Keys that need a person.
    pub alerts: RwSignal<Vec<Alert>>,
    pub newest: RwSignal<Vec<FreshEntry>>,
    /// The last hour.
    pub hour: RwSignal<Vec<MinuteBar>>,
    /// Per partition, the position up to which entries are in the figures.
    pub offsets: RwSignal<BTreeMap<i32, i64>>,
    /// Is the page live?
    pub stream: RwSignal<StreamState>,
    /// The server's clock when it was last heard of, `HH:MM:SS`.
    pub clock: RwSignal<String>,
    scope: StoredValue<Vec<String>>,
    position: StoredValue<String>,
    heard: StoredValue<Heard>,
    /// The server's version, as it says.
    server: StoredValue<String>,
    /// What came could not be read.
    broken: StoredValue<bool>,
}

/// When the last event came: by the browser's clock for its age, by the server's for people.
#[derive(Debug, Clone, Default)]
struct Heard {
    at_ms: f64,
    opened_at_ms: f64,
    time: String,
}

/// What a heartbeat says.
#[derive(Deserialize)]
struct Heartbeat {
    time: String,
    version: String,
}

impl LiveStore {
    /// Starts from the view of the first paint.
    /// `scope`: the warehouses it is about; none: all.
    pub fn new(view: LiveView, scope: Vec<String>) -> Self {
        let heard = Heard { at_ms: 0.0, opened_at_ms: 0.0, time: view.totals.time.clone() };
        Self {
            totals: RwSignal::new(view.totals),
            warehouses: RankStore::new(view.warehouses),
            products: RankStore::new(view.products),
            newest: RwSignal::new(view.newest),
            hour: RwSignal::new(view.hour),
            columns: RwSignal::new(view.columns),
            alerts: RwSignal::new(view.alerts),
            offsets: RwSignal::new(view.offsets),
            stream: stream_state(),
            clock: RwSignal::new(heard.time.clone()),
            scope: StoredValue::new(scope),
            position: StoredValue::new(view.id),
            heard: StoredValue::new(heard),
            server: StoredValue::new(String::new()),
            broken: StoredValue::new(false),
        }
    }

    /// Are the figures old: is the connection gone, or does the server say that they stand still?
    pub fn is_old(&self) -> bool {
        let stands = |state| matches!(state, PipelineState::Degraded | PipelineState::RecordsBehind);
        self.is_stale() || self.totals.with(|it| stands(it.state))
    }

    /// Is the connection gone?
    pub fn is_stale(&self) -> bool {
        self.stream.with(|it| matches!(it, StreamState::Stale(_)))
    }

    fn replace(&self, view: LiveView) {
        self.position.set_value(view.id);
        self.totals.set(view.totals);
        self.warehouses.replace(view.warehouses);
        self.products.replace(view.products);
        self.columns.set(view.columns);
        self.alerts.set(view.alerts);
        self.newest.set(view.newest);
        self.hour.set(view.hour);
        self.offsets.set(view.offsets);
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
        if let Some(columns) = change.columns {
            self.columns.set(columns);
        }
        if let Some(alerts) = change.alerts {
            self.alerts.set(alerts);
        }
        if !change.offsets.is_empty() {
            self.offsets.update(|it| it.extend(change.offsets));
        }
        if !change.newest.is_empty() || change.newest_anew {
            self.newest.update(|list| move_newest(list, change.newest, change.newest_anew));
        }
        if !change.hour.is_empty() || change.hour_anew {
            self.hour.update(|bars| merge_hour(bars, change.hour, change.hour_anew));
        }
    }

    fn hear(&self, time: Option<String>) {
        self.heard.update_value(|heard| {
            heard.at_ms = js_sys::Date::now();
            if let Some(time) = time {
                heard.time = time;
            }
        });
        let state = match self.totals.with_untracked(|it| it.state) {
            PipelineState::Ok => StreamState::Live,
            state => StreamState::Troubled(state),
        };
        if self.stream.get_untracked() != state {
            self.stream.set(state);
        }
    }

    /// What came cannot be read: the server has become another version, or something is wrong. Never as if it were live.
    fn give_up(&self, cause: &serde_json::Error) {
        leptos::logging::error!("the event stream: {cause}");
        version::load_anew_unless_ours(&self.server.get_value());
        self.position.set_value(String::new());
        self.broken.set_value(true);
    }

    /// Must the stream be opened again, though it is open? Once for each time it was asked for.
    fn wants_another_stream(&self) -> bool {
        let silent = js_sys::Date::now() - self.heard.with_value(|it| it.at_ms.max(it.opened_at_ms)) > DEAD_AFTER_MS;
        let wants = silent || self.broken.get_value();
        if wants {
            self.broken.set_value(false);
            self.heard.update_value(|it| it.opened_at_ms = js_sys::Date::now());
        }
        wants
    }

    /// An event came.
    fn take(&self, kind: Kind, data: &str) {
        match kind {
            Kind::Snapshot => match serde_json::from_str::<LiveView>(data) {
                Ok(view) => self.replace(view),
                Err(cause) => return self.give_up(&cause),
            },
            Kind::Change => match serde_json::from_str::<LiveChange>(data) {
                Ok(change) => self.apply(change),
                Err(cause) => return self.give_up(&cause),
            },
            Kind::Heartbeat => {
                let Ok(it) = serde_json::from_str::<Heartbeat>(data) else { return self.hear(None) };
                version::keep_up_with(&it.version);
                self.server.set_value(it.version);
                self.clock.set(it.time.clone());
                return self.hear(Some(it.time));
            }
        }
        self.hear(Some(self.totals.with_untracked(|it| it.time.clone())));
    }

    /// Follows the event stream until the page goes away. Call it in the browser only: inside an effect.
    pub fn follow(self) {
        self.heard.update_value(|heard| heard.at_ms = js_sys::Date::now());
        stream::follow(self);
    }

    /// Where to go on, about the same warehouses.
    fn stream_url(&self) -> String {
        let mut url = format!("/api/v1/live?after={}", self.position.get_value());
        self.scope.with_value(|ids| {
            for id in ids {
                url.push_str("&warehouse=");
                url.push_str(&String::from(js_sys::encode_uri_component(id)));
            }
        });
        url
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
