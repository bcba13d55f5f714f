//! `GET /api/v1/pipeline`: where the stream stands.

use axum::Json;
use axum::extract::State;
use model::pipeline::Pipeline;

use crate::web::Web;
use crate::web::http::problem::Problem;

/// Where the stream stands: per partition, its end, both cursors, and the accounting line.
#[utoipa::path(
    get, path = "/pipeline", operation_id = "pipeline", tag = "stream",
    responses((status = OK, description = "Where it stands.", body = Pipeline), Problem),
)]
pub async fn get(State(web): State<Web>) -> Result<Json<Pipeline>, Problem> {
    web.pipeline.read().await.map(Json).map_err(Problem::unavailable("the pipeline"))
}
