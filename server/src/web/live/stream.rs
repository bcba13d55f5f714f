//! `GET /api/v1/live`: the event stream. A snapshot or what was missed, then merged changes, and a heartbeat every 10 s.

use std::convert::Infallible;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Extension, RawQuery, State};
use axum::http::HeaderMap;
use axum::response::sse::{Event as Sse, Sse as SseBody};
use axum::response::{IntoResponse, Response};
use futures::{Stream, StreamExt, stream};
use serde_json::json;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use crate::live::{Channel, Event, NotWatched, Scope, Watching, clock};
use crate::web::Web;
use crate::web::http::guard::client::Client;
use crate::web::http::problem::{FieldError, Problem};
use model::ids::WarehouseId;

/// How often something is sent when nothing changes.
const HEARTBEAT: Duration = Duration::from_secs(10);

/// The live stock as it moves: server-sent events.
///
/// `snapshot` (everything that a screen shows), `change` (what differs, up to 4 a second), `audit` (one begins or is over), `heartbeat`
/// (every 10 s). All but
/// heartbeats have an id; who comes back with the last one gets what was missed, or a snapshot.
#[utoipa::path(
    get, path = "/live", operation_id = "live", tag = "stock",
    params(
        ("warehouse" = Option<Vec<WarehouseId>>, Query, description = "Only these."),
        ("after" = Option<String>, Query, description = "The id of the last event that is known."),
        ("last-event-id" = Option<String>, Header, description = "The same, as browsers send it."),
    ),
    responses((status = OK, description = "Events, until one side ends it.", body = String, content_type = "text/event-stream"), Problem),
)]
pub async fn get(
    State(web): State<Web>,
    Extension(client): Extension<Client>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (mut after, mut warehouses) = (None, Vec::new());
    for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        match &*name {
            "after" => after = Some(value.into_owned()),
            "warehouse" => warehouses.push(value.into_owned()),
            _ => {}
        }
    }
    let scope = Scope::of(&warehouses).ok_or_else(|| {
        let message = format!("one is no id, or they are more than {}", Scope::MAX);
        Problem::invalid(vec![FieldError { line: None, field: "warehouse".to_owned(), code: "invalid", message }])
    })?;
    let place = web.selections.watch(client, &scope).ok_or_else(Problem::yours_are_busy)?;
    let last = headers.get("last-event-id").and_then(|it| it.to_str().ok()).map(str::to_owned);
    let watched = web.hub.watch(&scope, last.or(after).as_deref());
    let watched = watched.map_err(|why| match why {
        NotWatched::TooMany => Problem::away("Too many selections are watched at a time."),
        NotWatched::Unknown(id) => {
            let message = format!("no warehouse {:?} is in any entry, and none has that name", id.as_str());
            Problem::invalid(vec![FieldError {
                line: None,
                field: "warehouse".to_owned(),
                code: "unknown_id",
                message,
            }])
        }
    })?;
    let events = events(&web, watched).inspect(move |_| {
        let _held = &place;
    });
    let stop = web.stop.clone().cancelled_owned();
    metrics::counter!("tallyhouse_streams_opened_total").increment(1);
    Ok(([("x-accel-buffering", "no")], SseBody::new(events.take_until(stop))).into_response())
}

fn events(web: &Web, watched: Watching) -> impl Stream<Item = Result<Sse, Infallible>> + use<> {
    let Watching { channel, missed, changes } = watched;
    // Jitter: a hall full of screens must not come back in the same instant.
    let retry = Duration::from_millis(1000 + RandomState::new().hash_one(0u8) % 2000);
    let first = [Sse::default().retry(retry), heartbeat(web)].into_iter().chain(missed.iter().map(sse));
    let follow = Follow { channel, changes, web: web.clone(), heartbeat: Instant::now() + HEARTBEAT };
    let rest = stream::unfold(follow, |mut follow| async move { Some((follow.next().await, follow)) });
    stream::iter(first.collect::<Vec<_>>()).chain(rest.flat_map(stream::iter)).map(Ok)
}

struct Follow {
    channel: Arc<Channel>,
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
                    let (missed, changes) = self.channel.stream(None);
                    self.changes = changes;
                    missed.iter().map(sse).collect()
                }
                Err(RecvError::Closed) => std::future::pending().await,
            },
            () = tokio::time::sleep_until(self.heartbeat) => {
                self.heartbeat = Instant::now() + HEARTBEAT;
                vec![heartbeat(&self.web)]
            }
        }
    }
}

/// The time, and the version: a wall that nobody touches keeps up with it by itself.
fn heartbeat(web: &Web) -> Sse {
    let time = clock(web.business_time, web.clock.now(), "%H:%M:%S");
    Sse::default().event("heartbeat").data(json!({ "time": time, "version": &*web.version }).to_string())
}

fn sse(event: &Event) -> Sse {
    Sse::default().event(event.kind).id(&event.id).data(&event.data)
}
