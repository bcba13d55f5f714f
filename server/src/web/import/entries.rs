//! `POST /api/v1/entries`: entries as a JSON array or as NDJSON. All of them are checked before any is sent.

use app::pages::import::view::FileTrouble;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use model::entry::Entry;
use serde::Serialize;
use utoipa::ToSchema;

use crate::intake::{Delivery, MAX_BODY};
use crate::web::Web;
use crate::web::http::guard::{Principal, Role};
use crate::web::http::problem::Problem;
use base::status::explain;

#[derive(Debug, Serialize, ToSchema)]
pub struct Accepted {
    /// How many entries Kafka has confirmed.
    accepted: usize,
}

/// Records entries: a JSON array, or NDJSON.
///
/// All of them are checked before any is sent: where one is wrong, each wrong one is named by its line (from 1) and nothing is
/// sent. Sending an entry twice counts once. At most 100,000 entries and 32 MB.
#[utoipa::path(
    post, path = "/entries", operation_id = "send_entries", tag = "entries",
    request_body(description = "The entries.", content(
        (Vec<Entry> = "application/json"),
        (String = "application/x-ndjson", example = "{\"product_id\":\"apple\",\"quantity\":10}\n"),
    )),
    responses((status = ACCEPTED, description = "Kafka has confirmed all of them.", body = Accepted), Problem),
)]
pub async fn post(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Accepted>), Problem> {
    who.must_be(Role::Manager, "Only a manager sends entries.")?;
    let body = body.map_err(|error| unreadable(error.status(), &FileTrouble::TooLarge(MAX_BODY)))?;
    let checked =
        web.intake.check_body(&body).map_err(|trouble| unreadable(StatusCode::UNPROCESSABLE_ENTITY, &trouble))?;
    if !checked.flaws.is_empty() {
        return Err(Problem::flaws(&checked.flaws, checked.flaws.len() + checked.good.len()));
    }
    match web.intake.send(&checked.good).await {
        Delivery::All(accepted) => Ok((StatusCode::ACCEPTED, Json(Accepted { accepted }))),
        Delivery::Some(accepted, error) => {
            tracing::warn!("entries were not sent: {}", explain(&error));
            let all = checked.good.len();
            Err(Problem::away(&format!(
                "Kafka has confirmed {accepted} of {all} entries. Send all of them again: what has come counts once."
            )))
        }
    }
}

fn unreadable(status: StatusCode, trouble: &FileTrouble) -> Problem {
    let (status, code) = match (status, trouble) {
        (StatusCode::PAYLOAD_TOO_LARGE, _) | (_, FileTrouble::TooLarge(_) | FileTrouble::TooMany(_)) => {
            (StatusCode::PAYLOAD_TOO_LARGE, "too_large")
        }
        _ => (status, "unreadable"),
    };
    Problem::new(status, code, format!("The body {trouble}."))
}
