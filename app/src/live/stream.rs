//! The event stream of the browser, and whether it is alive.

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;

use super::LiveStore;
use crate::timer::every;
use model::pipeline::PipelineState;

/// How often a stream is looked after, and a closed one opened again.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Is the page live?
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamState {
    /// Not yet; also all there is without script.
    Connecting,
    /// Events come, and all is well.
    Live,
    /// Events come, and say that not all is well.
    Troubled(PipelineState),
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
            Self::Troubled(PipelineState::CatchingUp) => "catching-up",
            Self::Troubled(PipelineState::Rebuilding) => "rebuilding",
            Self::Troubled(_) => "behind",
            Self::Reconnecting => "reconnecting",
            Self::Stale(_) => "stale",
        }
    }
}

thread_local! {
    // The islands of a page share it: one says it, another shows it. On the server nobody ever sets it.
    static STATE: ArcRwSignal<StreamState> = ArcRwSignal::new(StreamState::Connecting);
}

/// Is this page live?
pub fn stream_state() -> RwSignal<StreamState> {
    STATE.with(|it| RwSignal::from(it.clone()))
}

/// Follows the stream until the page goes away.
pub fn follow(store: LiveStore) {
    let stream = StoredValue::new_local(Stream::open(store));
    every(LOOK_EVERY, move || {
        let closed = stream.with_value(|it| it.as_ref().is_none_or(Stream::is_closed));
        if store.wants_another_stream() || closed {
            stream.set_value(Stream::open(store));
        }
        store.look(stream.with_value(|it| it.as_ref().is_some_and(Stream::is_open)));
    });
    on_cleanup(move || stream.set_value(None));
}

/// What an event is about.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Snapshot,
    /// What is different.
    Change,
    /// Nothing is, and the server is there.
    Heartbeat,
}

#[wasm_bindgen]
extern "C" {
    /// `frontend/js/stream.js`: the event stream that all tabs of a browser share.
    type TallyhouseStream;
    #[wasm_bindgen(constructor, catch)]
    fn new(url: &str, take: &Closure<dyn Fn(String, String)>) -> Result<TallyhouseStream, JsValue>;
    #[wasm_bindgen(method, getter)]
    fn state(this: &TallyhouseStream) -> u8;
    #[wasm_bindgen(method)]
    fn close(this: &TallyhouseStream);
}

/// An open event stream with its listener; closes when dropped.
struct Stream {
    source: TallyhouseStream,
    _listener: Closure<dyn Fn(String, String)>,
}

impl Stream {
    fn open(store: LiveStore) -> Option<Self> {
        let listener = Closure::<dyn Fn(String, String)>::new(move |kind: String, data: String| match &*kind {
            "snapshot" => store.take(Kind::Snapshot, &data),
            "change" => store.take(Kind::Change, &data),
            "heartbeat" => store.take(Kind::Heartbeat, &data),
            // Where nothing was missed there is nothing to say: the open stream itself is the news.
            _ => store.hear(None),
        });
        let source = TallyhouseStream::new(&store.stream_url(), &listener).ok()?;
        Some(Self { source, _listener: listener })
    }

    fn is_open(&self) -> bool {
        self.source.state() == 1
    }

    fn is_closed(&self) -> bool {
        self.source.state() == 2
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.source.close();
    }
}
