//! `POST /rejections/{id}`: the corrected entry of a rejected message, typed field by field.

use app::pages::rejections::view::{NotResent, Refused};
use axum::Router;
use axum::extract::{Extension, Path, RawForm, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use model::entry::FIELDS;

use crate::intake::{Intake, Resubmitted, typed_entry};
use crate::web::http::body::fields;
use crate::web::http::guard::{Principal, Role};
use crate::web::http::problem::Problem;
use crate::web::pages::Pages;
use base::status::explain;

/// What the handler works with.
#[derive(Clone)]
pub struct RejectionForm {
    pub intake: Intake,
    /// Shows the page again.
    pub pages: Pages,
}

pub fn routes(form: RejectionForm) -> Router {
    Router::new().route("/rejections/{id}", post(correct)).with_state(form)
}

async fn correct(
    State(form): State<RejectionForm>,
    Extension(who): Extension<Principal>,
    Path(id): Path<String>,
    parts: Parts,
    RawForm(body): RawForm,
) -> Result<Response, Problem> {
    who.must_be(Role::Auditor, "Only an auditor sends rejected messages again.")?;
    let given = fields(&body);
    let bad_form = || Problem::bad_form("rejections page");
    let id: i64 = id.parse().map_err(|_| bad_form())?;
    let seen: i64 = given.get("seen").and_then(|it| it.parse().ok()).ok_or_else(bad_form)?;
    let typed = FIELDS.map(|field| (field, given.get(field).cloned().unwrap_or_default())).to_vec();
    let done = form.intake.resubmit(id, seen, typed_entry(&typed).as_bytes(), &who.name).await;
    let (why, status) = match done {
        Ok(Resubmitted::At(..)) => return Ok(Redirect::to(&format!("/rejections/{id}?sent=1")).into_response()),
        Ok(Resubmitted::Flawed(it)) => (NotResent::Flaw(it.field, it.flaw), StatusCode::UNPROCESSABLE_ENTITY),
        Ok(Resubmitted::Meanwhile) => (NotResent::Meanwhile, StatusCode::CONFLICT),
        Ok(Resubmitted::Unconfirmed) => (NotResent::Unconfirmed, StatusCode::SERVICE_UNAVAILABLE),
        Ok(Resubmitted::NoSuch) => (NotResent::Meanwhile, StatusCode::NOT_FOUND),
        Err(error) => {
            tracing::warn!("a resubmission cannot be written down: {}", explain(&error));
            (NotResent::Away, StatusCode::SERVICE_UNAVAILABLE)
        }
    };
    let fields = typed.into_iter().map(|(field, text)| (field.to_owned(), text)).collect();
    Ok(form.pages.show(parts, Refused { fields, why }, status).await)
}
