//! `/api/v1/live` and `/api/v1/stock`: the live stock as a stream, and page by page.

pub mod selections;
pub mod stock;
pub mod stream;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Web;

pub fn calls() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(stock::get))
}

/// The call that goes on for as long as somebody listens.
pub fn streams() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(stream::get))
}
