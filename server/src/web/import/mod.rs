//! `/import` and `POST /api/v1/entries`: entries that persons and scripts send.

pub mod entries;
pub mod events;
pub mod forms;
pub mod page;
pub mod query;
pub mod template;

use axum::extract::DefaultBodyLimit;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt as _};
use utoipa_axum::routes;

use super::Web;
use model::files::MAX_FILE_BYTES;

pub fn calls() -> OpenApiRouter<Web> {
    OpenApiRouter::new().routes(routes!(entries::post).layer(DefaultBodyLimit::max(MAX_FILE_BYTES)))
}
