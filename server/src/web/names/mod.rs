//! `/names` and `GET /api/v1/ids`: the catalogue, edited and searched.

pub mod find;
pub mod forms;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Web;

pub fn calls() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(find::get))
}
