//! `/system` and `/api/v1/pipeline`: how the parts are, and where the stream stands.

pub mod pipeline;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Web;

pub fn calls() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(pipeline::get))
}
