//! `GET /api/v1/pipeline`: where the stream stands.

use axum::Json;
use axum::extract::{Extension, State};
use base::status::Detail;
use model::pipeline::Pipeline;

use crate::web::Web;
use crate::web::http::guard::{Principal, Role};
use crate::web::http::problem::Problem;

/// Where the stream stands: per partition, its end, both cursors, and the accounting line.
#[utoipa::path(
    get, path = "/pipeline", operation_id = "pipeline", tag = "stream",
    responses((status = OK, description = "Where it stands.", body = Pipeline), Problem),
)]
pub async fn get(State(web): State<Web>, Extension(who): Extension<Principal>) -> Result<Json<Pipeline>, Problem> {
    // How we are built is for auditors; whoever else asks is told in words what is wrong.
    let detail = if who.role >= Role::Auditor { Detail::WithCauses } else { Detail::Words };
    web.pipeline.read(detail).await.map(Json).map_err(Problem::unavailable("the pipeline"))
}
