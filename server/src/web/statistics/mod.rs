//! `/statistics`: the call, the page, and how a question is read.

pub mod api;
pub mod page;
pub mod query;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Web;

pub fn calls() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(api::get))
}
