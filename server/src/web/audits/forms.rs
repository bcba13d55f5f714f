//! What the forms of `/audits` and `/audits/{id}` send: an audit now, the period between audits, and decisions about findings.

use app::pages::audits::view::{BadPeriod, NotResolved};
use axum::Router;
use axum::extract::{Extension, Path, RawForm, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use model::audit::{ResolveAs, Scope};

use crate::audit::Confirmed;
use crate::web::Web;
use crate::web::audits::api::begin;
use crate::web::audits::decisions::{Decided, decide, note_of};
use crate::web::audits::only_auditor;
use crate::web::audits::replays::{begin as begin_replay, to_its_end};
use crate::web::audits::settings::check_period;
use crate::web::http::body::fields;
use crate::web::http::guard::Principal;
use crate::web::http::problem::Problem;
use crate::web::pages::Pages;
use base::status::explain;
use records::Resolved;

/// What the handlers work with.
#[derive(Clone)]
pub struct AuditForms {
    /// Who makes audits.
    pub web: Web,
    /// Answers with a page.
    pub pages: Pages,
}

pub fn routes(forms: AuditForms) -> Router {
    Router::new()
        .route("/audits", post(start))
        .route("/audits/period", post(set_period))
        .route("/audits/{id}", post(resolve))
        .route("/audits/{id}/replay", post(replay))
        .route("/audits/{id}/confirm", post(confirm))
        .with_state(forms)
}

fn bad_form() -> Problem {
    Problem::bad_form("audit pages")
}

/// An audit now; or the one that is under way.
async fn start(
    State(forms): State<AuditForms>,
    Extension(who): Extension<Principal>,
    RawForm(body): RawForm,
) -> Result<Response, Problem> {
    only_auditor(&who)?;
    let given = fields(&body);
    let scope = given.get("scope").and_then(|it| Scope::parse(it));
    let (Ok(id) | Err(id)) =
        begin(&forms.web, scope.ok_or_else(bad_form)?, &who.name).await.map_err(Problem::unavailable("audits"))?;
    Ok(Redirect::to(&format!("/audits/{id}")).into_response())
}

/// The period between audits; an empty field: that of the settings file.
async fn set_period(
    State(forms): State<AuditForms>,
    Extension(who): Extension<Principal>,
    mut parts: Parts,
    RawForm(body): RawForm,
) -> Result<Response, Problem> {
    only_auditor(&who)?;
    let given = fields(&body);
    let typed = given.get("period").map(|it| it.trim().to_owned()).ok_or_else(bad_form)?;
    let period = match (typed.as_str(), humantime::parse_duration(&typed)) {
        ("", _) => None,
        (_, Ok(period)) if check_period(period.as_secs()).is_ok() => Some(period),
        _ => {
            parts.uri = axum::http::Uri::from_static("/audits");
            return Ok(forms.pages.show(parts, BadPeriod(typed), StatusCode::UNPROCESSABLE_ENTITY).await);
        }
    };
    forms.web.records.set_audit_expiration(period, &who.name).await.map_err(Problem::unavailable("audits"))?;
    Ok(Redirect::to("/audits").into_response())
}

/// What a person decides about a finding.
async fn resolve(
    State(forms): State<AuditForms>,
    Extension(who): Extension<Principal>,
    Path(id): Path<String>,
    parts: Parts,
    RawForm(body): RawForm,
) -> Result<Response, Problem> {
    only_auditor(&who)?;
    let given = fields(&body);
    let audit: i64 = id.parse().map_err(|_| bad_form())?;
    let number: i32 = given.get("number").and_then(|it| it.parse().ok()).ok_or_else(bad_form)?;
    let way = given.get("as").and_then(|it| ResolveAs::parse(it)).ok_or_else(bad_form)?;
    let (why, status) = match note_of(given.get("note").map_or("", String::as_str)) {
        Err(_) => (NotResolved::Note, StatusCode::UNPROCESSABLE_ENTITY),
        Ok(note) => match decide(&forms.web, (audit, number), way, &note, &who.name).await {
            Ok(Decided::As(Resolved::Done)) => {
                return Ok(Redirect::to(&format!("/audits/{audit}#finding-{number}")).into_response());
            }
            Ok(Decided::As(Resolved::Already | Resolved::NoSuch)) => (NotResolved::Already, StatusCode::CONFLICT),
            Ok(Decided::As(Resolved::Changed)) => (NotResolved::Changed, StatusCode::CONFLICT),
            Ok(Decided::As(Resolved::NotThisWay | Resolved::ByCorrection)) => {
                (NotResolved::NotThisWay, StatusCode::UNPROCESSABLE_ENTITY)
            }
            Ok(Decided::Running(_)) => (NotResolved::Running, StatusCode::CONFLICT),
            Err(error) => {
                tracing::warn!("a decision cannot be put on record: {}", explain(&error));
                (NotResolved::Away, StatusCode::SERVICE_UNAVAILABLE)
            }
        },
    };
    Ok(forms.pages.show(parts, why, status).await)
}

/// Reads the queue again; or shows the replay that is under way.
async fn replay(
    State(forms): State<AuditForms>,
    Extension(who): Extension<Principal>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    only_auditor(&who)?;
    let audit: i64 = id.parse().map_err(|_| bad_form())?;
    begin_replay(&forms.web, audit, &who.name)
        .await
        .map_err(Problem::unavailable("audits"))?
        .ok_or_else(bad_form)?
        .ok();
    Ok(Redirect::to(&format!("/audits/{audit}#replay")).into_response())
}

/// Corrects the records as a replay says.
async fn confirm(
    State(forms): State<AuditForms>,
    Extension(who): Extension<Principal>,
    Path(id): Path<String>,
    mut parts: Parts,
    RawForm(body): RawForm,
) -> Result<Response, Problem> {
    only_auditor(&who)?;
    let audit: i64 = id.parse().map_err(|_| bad_form())?;
    let replay: i64 = fields(&body).get("replay").and_then(|it| it.parse().ok()).ok_or_else(bad_form)?;
    let stored = forms.web.records.replay(replay).await.map_err(Problem::unavailable("audits"))?;
    if stored.is_none_or(|it| it.audit_id != audit) {
        return Err(bad_form());
    }
    let (replayer, name) = (forms.web.replayer.clone(), who.name.clone());
    let (why, status) = match to_its_end(async move { replayer.confirm(replay, &name).await }).await {
        Ok(Confirmed::Done) => return Ok(Redirect::to(&format!("/audits/{audit}#replay")).into_response()),
        Ok(Confirmed::Changed) => (NotResolved::Changed, StatusCode::CONFLICT),
        Ok(Confirmed::NotReady) => (NotResolved::NotReady, StatusCode::CONFLICT),
        Ok(Confirmed::Running(_)) => (NotResolved::Running, StatusCode::CONFLICT),
        Err(error) => {
            tracing::warn!("a correction could not be made: {}", explain(&error));
            (NotResolved::Away, StatusCode::SERVICE_UNAVAILABLE)
        }
    };
    parts.uri = format!("/audits/{audit}").parse().map_err(|_| bad_form())?;
    Ok(forms.pages.show(parts, why, status).await)
}
