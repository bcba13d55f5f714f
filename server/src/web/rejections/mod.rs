//! `/rejections`: the calls, the pages, the form that sends a corrected entry.

pub mod api;
pub mod form;
pub mod page;
pub mod query;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Web;

pub fn calls() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(api::get)).routes(routes!(api::resubmit))
}
