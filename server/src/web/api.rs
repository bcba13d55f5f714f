//! The HTTP interface below `/api/v1`. A call is described because it is routed: `openapi.json` is made from the routes.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{StatusCode, header};
use axum::routing::{any, get};
use utoipa::OpenApi as _;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt as _};
use utoipa_axum::routes;

use super::problem::Problem;
use super::{
    Web, audits, decisions, entries, find, pipeline, records, rejections, replays, settings, statistics, stock, stream,
};
use crate::intake::LARGEST;

/// What holds for all calls.
#[derive(utoipa::OpenApi)]
#[openapi(info(
    title = "Tallyhouse",
    description = "Quantities and sums are integers within +-(2^53 - 1), exact everywhere. Times are RFC 3339. A field that a \
                   call does not know is refused, by name. A cursor holds for the question that gave it out."
))]
struct General;

/// The calls that answer and end, and those that go on for as long as somebody listens.
pub struct Calls {
    /// With a limit of time.
    pub answers: Router<Web>,
    /// Without.
    pub streams: Router<Web>,
}

/// All calls.
pub fn calls() -> Calls {
    let answers = OpenApiRouter::new()
        .routes(routes!(stock::get))
        .routes(routes!(pipeline::get))
        .routes(routes!(find::get))
        .routes(routes!(records::get))
        .routes(routes!(entries::post).layer(DefaultBodyLimit::max(LARGEST)))
        .routes(routes!(rejections::get))
        .routes(routes!(rejections::resubmit))
        .routes(routes!(statistics::get))
        .routes(routes!(audits::list, audits::start))
        .routes(routes!(audits::one))
        .routes(routes!(audits::findings))
        .routes(routes!(decisions::resolve))
        .routes(routes!(replays::start))
        .routes(routes!(replays::one))
        .routes(routes!(replays::confirm))
        .routes(routes!(settings::settings))
        .routes(routes!(settings::set_period));
    let streams = OpenApiRouter::new().routes(routes!(stream::get));
    let (answers, mut described) =
        OpenApiRouter::with_openapi(General::openapi()).nest("/api/v1", answers).split_for_parts();
    let (streams, described_streams) = OpenApiRouter::new().nest("/api/v1", streams).split_for_parts();
    described.merge(described_streams);
    // It does not change while the process runs.
    let described: Arc<str> = described.to_json().unwrap_or_default().into();
    let answers = answers
        .route(
            "/api/v1/openapi.json",
            get(async move || ([(header::CONTENT_TYPE, "application/json")], described.to_string())),
        )
        .route("/api/v1/{*unknown}", any(unknown));
    Calls { answers, streams }
}

async fn unknown() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "not_found", "There is no such call.")
}
