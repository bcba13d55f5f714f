//! What `/count` sends: a sheet to be kept and looked at, and the word to post it.

use app::pages::count::view::NotPosted;
use app::pages::import::view::ImportQuery;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Extension, Multipart, RawForm, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use model::files::MAX_FILE_BYTES;
use model::files::trouble::FileTrouble;

use crate::counting::{Counter, Error, Posted};
use crate::web::http::cause::is_busy;
use crate::web::http::guard::{Principal, Role};
use crate::web::http::problem::Problem;
use crate::web::http::upload::{MAX_UPLOAD, Uploaded, uploaded};
use crate::web::import::query as import_query;
use crate::web::pages::Pages;
use base::status::explain;

/// What a refusal calls the page.
const PAGE: &str = "count page";

/// What the handlers work with.
#[derive(Clone)]
pub struct CountForms {
    /// Compares sheets and posts them.
    pub counter: Counter,
    /// Shows a page again.
    pub pages: Pages,
}

pub fn routes(forms: CountForms) -> Router {
    Router::new()
        .route("/count", post(keep).layer(DefaultBodyLimit::max(MAX_UPLOAD)))
        .route("/count/post", post(post_count))
        .with_state(forms)
}

fn only_manager(who: &Principal) -> Result<(), Problem> {
    who.must_be(Role::Manager, "Only a manager posts counts.")
}

fn away(error: &Error) -> (NotPosted, StatusCode) {
    if is_busy(error) {
        return (NotPosted::Busy, StatusCode::TOO_MANY_REQUESTS);
    }
    tracing::warn!("a count cannot be posted: {}", explain(error));
    (NotPosted::Away, StatusCode::SERVICE_UNAVAILABLE)
}

/// `POST /count`: the sheet, which is kept; then the page shows what it comes to.
async fn keep(
    State(forms): State<CountForms>,
    Extension(who): Extension<Principal>,
    parts: Parts,
    form: Multipart,
) -> Result<Response, Problem> {
    only_manager(&who)?;
    let (why, status) = match uploaded(form, PAGE).await? {
        Uploaded::File(name, bytes) => match forms.counter.intake.records.keep_upload(&name, &who.name, &bytes).await {
            Ok(upload) => {
                let query = ImportQuery { is_count: true, upload, ..ImportQuery::default() };
                return Ok(Redirect::to(&query.url()).into_response());
            }
            Err(error) => away(&error.into()),
        },
        Uploaded::TooLarge => (NotPosted::File(FileTrouble::TooLarge(MAX_FILE_BYTES)), StatusCode::PAYLOAD_TOO_LARGE),
    };
    Ok(forms.pages.show(parts, why, status).await)
}

/// `POST /count/post`: posts what the person has seen of a sheet.
async fn post_count(
    State(forms): State<CountForms>,
    Extension(who): Extension<Principal>,
    mut parts: Parts,
    RawForm(body): RawForm,
) -> Result<Response, Problem> {
    only_manager(&who)?;
    let (query, given) = import_query::of_form(&body, PAGE)?;
    let query = ImportQuery { is_count: true, ..query };
    let seal = given.get("seal").ok_or_else(|| Problem::bad_form(PAGE))?;
    let note: String = given.get("note").map_or("", |it| it.trim()).chars().take(160).collect();
    let url = query.url();
    let (why, status) = match try_to_post(&forms.counter, &who, &query, (seal, &note)).await {
        Ok(None) => return Ok(Redirect::to(&url).into_response()),
        Ok(Some(why)) => (why, StatusCode::CONFLICT),
        Err(error) => away(&error),
    };
    parts.uri = url.parse().map_err(|_| Problem::bad_form(PAGE))?;
    Ok(forms.pages.show(parts, why, status).await)
}

/// `None`: it was posted.
async fn try_to_post(
    counter: &Counter,
    who: &Principal,
    query: &ImportQuery,
    (seal, note): (&str, &str),
) -> Result<Option<NotPosted>, Error> {
    let records = &counter.intake.records;
    let Some((upload, bytes)) = records.upload(&query.upload).await? else { return Ok(Some(NotPosted::Gone)) };
    if !records.begin_upload(&upload.id).await? {
        return Ok(Some(NotPosted::Already));
    }
    // In a task of its own: who goes away does not leave it half posted.
    let (counter, who, note) = (counter.clone(), who.name.clone(), note.to_owned());
    let (choices, seal) = (query.choices.clone(), seal.to_owned());
    let posting = tokio::spawn(async move {
        let posted = counter.post(&upload, bytes, &choices, (&seal, &note, &who)).await;
        let records = &counter.intake.records;
        let number = |it: usize| i64::try_from(it).unwrap_or(i64::MAX);
        let why = match posted {
            Ok(Ok(Posted::All(sent))) => {
                // It is posted, whatever becomes of the note of it.
                if let Err(error) = records.end_upload(&upload.id, (&who, "count.file"), number(sent), 0).await {
                    tracing::warn!("a count that is posted could not be noted as such: {}", explain(&error));
                }
                return Ok(None);
            }
            Ok(Ok(Posted::Changed)) => Ok(Some(NotPosted::Changed)),
            Ok(Ok(Posted::Some(sent))) => Ok(Some(NotPosted::Some(sent))),
            Ok(Err(trouble)) => Ok(Some(NotPosted::File(trouble))),
            Err(Error::Behind) => Ok(Some(NotPosted::Behind)),
            Err(error) => Err(error),
        };
        records.give_upload_up(&upload.id).await?;
        why
    });
    posting.await.unwrap_or(Ok(Some(NotPosted::Away)))
}
