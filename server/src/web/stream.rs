//! `GET /api/v1/live`: the event stream. A snapshot or what was missed, then merged changes, and a heartbeat every 10 s.

use std::convert::Infallible;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::response::sse::{Event as Sse, Sse as SseBody};
use futures::{Stream, StreamExt, stream};
use serde::Deserialize;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use super::Web;
use crate::live::{Event, Hub};

/// How often something is sent when nothing changes.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// Where to go on.
#[derive(Debug, Default, Deserialize)]
pub struct After {
    after: Option<String>,
}

/// The call. A browser that reconnects by itself names the last event in a header, which is newer than the URL.
pub async fn get(State(web): State<Web>, Query(query): Query<After>, headers: HeaderMap) -> impl IntoResponse {
    let last = headers.get("last-event-id").and_then(|it| it.to_str().ok()).map(str::to_owned);
    let events = events(&web, last.or(query.after).as_deref());
    let stop = web.stop.clone().cancelled_owned();
    metrics::counter!("tallyhouse_streams_opened_total").increment(1);
    ([("x-accel-buffering", "no")], SseBody::new(events.take_until(stop)))
}

fn events(web: &Web, after: Option<&str>) -> impl Stream<Item = Result<Sse, Infallible>> + use<> {
    let (missed, changes) = web.hub.stream(after);
    // Jitter: a hall full of screens must not come back in the same instant.
    let retry = Duration::from_millis(1000 + RandomState::new().hash_one(0u8) % 2000);
    let first = std::iter::once(Sse::default().retry(retry)).chain(missed.iter().map(sse));
    let follow = Follow { hub: web.hub.clone(), changes, web: web.clone(), heartbeat: Instant::now() + HEARTBEAT };
    let rest = stream::unfold(follow, |mut follow| async move { Some((follow.next().await, follow)) });
    stream::iter(first.collect::<Vec<_>>()).chain(rest.flat_map(stream::iter)).map(Ok)
}

struct Follow {
    hub: Hub,
    changes: tokio::sync::broadcast::Receiver<Event>,
    web: Web,
    heartbeat: Instant,
}

impl Follow {
    async fn next(&mut self) -> Vec<Sse> {
        tokio::select! {
            change = self.changes.recv() => match change {
                Ok(event) => vec![sse(&event)],
                // Too slow: a fresh snapshot, never a gap.
                Err(RecvError::Lagged(_)) => {
                    let (missed, changes) = self.hub.stream(None);
                    self.changes = changes;
                    missed.iter().map(sse).collect()
                }
                Err(RecvError::Closed) => std::future::pending().await,
            },
            () = tokio::time::sleep_until(self.heartbeat) => {
                self.heartbeat = Instant::now() + HEARTBEAT;
                let time = self.web.business_time.local(self.web.clock.now());
                let time = time.map_or_else(String::new, |it| it.format("%H:%M:%S").to_string());
                vec![Sse::default().event("heartbeat").data(format!("{{\"time\":\"{time}\"}}"))]
            }
        }
    }
}

fn sse(event: &Event) -> Sse {
    Sse::default().event(event.kind).id(&event.id).data(&event.data)
}
