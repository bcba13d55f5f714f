//! The HTTP interface below `/api/v1`. A call is described because it is routed: `openapi.json` is made from the routes.

use std::sync::Arc;

use axum::Router;
use axum::http::{StatusCode, header};
use axum::routing::{any, get};
use model::flaw::Code;
use model::ids::{BillId, CompanyId, ProductId, WarehouseId};
use model::names::NameOf;
use model::statistics::Interval;
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;

use super::http::problem::Problem;
use super::{Web, audits, import, live, names, records, rejections, statistics, system};

/// What holds for all calls; schemas that only fields of questions refer to, which the routes do not bring along.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Tallyhouse",
        description = "Quantities and sums are integers within +-(2^53 - 1), exact everywhere. Times are RFC 3339. A field that a \
                   call does not know is refused, by name. A cursor holds for the question that gave it out.",
        license(name = "Apache License 2.0", identifier = "Apache-2.0")
    ),
    components(schemas(BillId, Code, CompanyId, Interval, Moment, NameOf, ProductId, WarehouseId))
)]
struct General;

/// A day, or a time with or without an offset; without one it is business time.
#[derive(utoipa::ToSchema)]
#[schema(
    value_type = String,
    pattern = "^(19|2[01])[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})?)?)?$",
    examples("2025-03-10", "2025-03-10T14:30:00+08:00")
)]
pub struct Moment(#[expect(dead_code, reason = "only its description is used")] String);

/// A file as it is.
#[derive(utoipa::ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct FileBytes(#[expect(dead_code, reason = "only its description is used")] Vec<u8>);

/// The calls that answer and end, and those that go on for as long as somebody listens.
pub struct Calls {
    /// With a limit of time.
    pub answers: Router<Web>,
    pub streams: Router<Web>,
}

pub fn calls() -> Calls {
    let answers = OpenApiRouter::new()
        .merge(live::calls())
        .merge(system::calls())
        .merge(names::calls())
        .merge(records::calls())
        .merge(import::calls())
        .merge(rejections::calls())
        .merge(statistics::calls())
        .merge(audits::calls());
    let streams = live::streams();
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
        .route("/api/v1/{*unknown}", any(unknown))
        .method_not_allowed_fallback(async || {
            Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "method_not_allowed",
                "This call has other methods, see `allow`.",
            )
        });
    Calls { answers, streams }
}

async fn unknown() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "not_found", "There is no such call.")
}
