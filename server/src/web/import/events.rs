//! `POST /import/events`: a mapping file, tried on the newest events of its topic.

use std::sync::Arc;
use std::time::Duration;

use app::pages::import::events::view::{ComesTo, EventFault, EventView, EventsPreview, Found, SkippedWhy};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Extension, RawForm, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::post;
use queue::Topic;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use translate::{EventError, EventMap, Skipped, TranslateError, ValueError};

use crate::change_events::{Previewed, Translated, Untranslated, preview};
use crate::intake::Intake;
use crate::live::clock;
use crate::web::http::body::fields;
use crate::web::http::guard::{Principal, Role};
use crate::web::http::problem::Problem;
use crate::web::import::page::understood;
use crate::web::pages::Pages;
use base::business_time::BusinessTime;
use base::status::explain;

/// The most bytes of a form: a mapping file with tables of a thousand rows.
const MAX_FORM: usize = 256 << 10;
/// A person waits so long for a turn.
const TURN: Duration = Duration::from_secs(15);
/// So much of an event is shown.
const SHOWN_CHARS: usize = 400;

/// What the handler works with.
#[derive(Clone)]
pub struct EventsForm {
    pub intake: Intake,
    /// The topic of entries: events are on the same brokers.
    pub topic: Topic,
    pub zone: BusinessTime,
    /// One looks at a time: the events of a topic may be large.
    turns: Arc<Semaphore>,
    pub pages: Pages,
}

impl EventsForm {
    pub fn new(intake: Intake, topic: Topic, zone: BusinessTime, pages: Pages) -> Self {
        Self { intake, topic, zone, turns: Arc::new(Semaphore::new(1)), pages }
    }
}

pub fn routes(form: EventsForm) -> Router {
    Router::new().route("/import/events", post(look).layer(DefaultBodyLimit::max(MAX_FORM))).with_state(form)
}

async fn look(
    State(form): State<EventsForm>,
    Extension(who): Extension<Principal>,
    parts: Parts,
    RawForm(body): RawForm,
) -> Result<Response, Problem> {
    who.must_be(Role::Auditor, "Only an auditor sees what is in other topics.")?;
    let map = fields(&body).remove("map").ok_or_else(|| Problem::bad_form("page of change events"))?;
    let (found, status) = form.find(&map).await;
    Ok(form.pages.show(parts, EventsPreview { map, found }, status).await)
}

impl EventsForm {
    async fn find(&self, map: &str) -> (Found, StatusCode) {
        let map = match EventMap::read(map) {
            Ok(map) => map,
            Err(error) => return (Found::NoMap(error.to_string()), StatusCode::UNPROCESSABLE_ENTITY),
        };
        let name = map.topic.clone();
        let Ok(Ok(turn)) = timeout(TURN, Arc::clone(&self.turns).acquire_owned()).await else {
            return (Found::Busy, StatusCode::SERVICE_UNAVAILABLE);
        };
        let (topic, rules, now) = (self.topic.clone(), self.intake.rules, self.intake.clock.now());
        // The turn ends with the reading, not with a request that is given up.
        let looking = tokio::spawn(async move {
            let _turn = turn;
            preview(&topic, &map, &rules, now).await
        });
        match looking.await {
            Ok(Ok(Some(events))) => (Found::Events(events.iter().map(|it| self.event(it)).collect()), StatusCode::OK),
            Ok(Ok(None)) => (Found::NoTopic(name), StatusCode::NOT_FOUND),
            Ok(Err(error)) => {
                tracing::warn!("change events cannot be shown: {}", explain(&error));
                (Found::Away(name), StatusCode::SERVICE_UNAVAILABLE)
            }
            Err(error) => {
                tracing::error!("looking at change events failed: {error}");
                (Found::Away(name), StatusCode::SERVICE_UNAVAILABLE)
            }
        }
    }

    fn event(&self, Previewed { event, comes_to }: &Previewed) -> EventView {
        let sent_at = event.sent_at.map(|it| clock(self.zone, it, "%Y-%m-%d %H:%M:%S")).unwrap_or_default();
        let text = String::from_utf8_lossy(&event.payload);
        let text = text.chars().take(SHOWN_CHARS).map(|it| if it.is_control() { ' ' } else { it }).collect();
        let comes_to = match comes_to {
            Ok(Translated::Entries(all)) => ComesTo::Entries(all.iter().map(|it| understood(it, self.zone)).collect()),
            Ok(Translated::Skipped(why)) => ComesTo::Skipped(skipped(*why)),
            Err(Untranslated::Entry(it)) => ComesTo::Fault(it.field.clone(), EventFault::Flaw(it.flaw.clone())),
            Err(Untranslated::Event(TranslateError::Event(error))) => ComesTo::Fault(None, no_event(error)),
            Err(Untranslated::Event(TranslateError::Value { field, cause })) => no_value(field, cause),
        };
        EventView { partition: event.partition, offset: event.offset, sent_at, text, comes_to }
    }
}

fn skipped(why: Skipped) -> SkippedWhy {
    match why {
        Skipped::Nothing => SkippedWhy::Nothing,
        Skipped::Operation => SkippedWhy::Operation,
        Skipped::Conditions => SkippedWhy::Conditions,
        Skipped::Lookup => SkippedWhy::Lookup,
    }
}

fn no_event(error: &EventError) -> EventFault {
    match error {
        EventError::NotJson => EventFault::NotJson,
        EventError::Operation(it) => EventFault::Operation(it.clone()),
    }
}

fn no_value(field: &str, cause: &ValueError) -> ComesTo {
    let fault = match cause.clone() {
        ValueError::Missing(column) => EventFault::Missing(column),
        ValueError::NotWhole(column, text) => EventFault::NotWhole(column, text),
        ValueError::NotATime(column, text) => EventFault::NotATime(column, text),
        ValueError::NotThere(table, key) => EventFault::NotThere(table, key),
        ValueError::Skip => return ComesTo::Skipped(SkippedWhy::Lookup),
    };
    ComesTo::Fault(Some(field.to_owned()), fault)
}
