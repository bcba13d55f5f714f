//! What `/import` sends: a file to be kept and looked at, and the word to send it.

use app::pages::import::view::{ImportQuery, NotSent};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Extension, Multipart, RawForm, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use model::files::MAX_FILE_BYTES;
use model::files::field::Field;
use model::files::trouble::FileTrouble;

use crate::ingest::Error;
use crate::intake::{Delivery, GoodLine, Intake};
use crate::web::http::cause::is_busy;
use crate::web::http::guard::{Principal, Role};
use crate::web::http::problem::Problem;
use crate::web::http::upload::{MAX_UPLOAD, Uploaded, uploaded};
use crate::web::import::query as import_query;
use crate::web::pages::Pages;
use base::status::explain;

/// What a refusal calls the page.
const PAGE: &str = "import page";

/// What the handlers work with.
#[derive(Clone)]
pub struct ImportForms {
    /// Keeps files, and sends them.
    pub intake: Intake,
    /// Shows a page again.
    pub pages: Pages,
}

pub fn routes(forms: ImportForms) -> Router {
    Router::new()
        .route("/import", post(keep).layer(DefaultBodyLimit::max(MAX_UPLOAD)))
        .route("/import/send", post(send))
        .route("/import/profile", post(keep_profile))
        .with_state(forms)
}

fn only_manager(who: &Principal) -> Result<(), Problem> {
    who.must_be(Role::Manager, "Only a manager imports entries.")
}

fn away(error: &Error) -> (NotSent, StatusCode) {
    if is_busy(error) {
        return (NotSent::Busy, StatusCode::TOO_MANY_REQUESTS);
    }
    tracing::warn!("a file cannot be imported: {}", explain(error));
    (NotSent::Away, StatusCode::SERVICE_UNAVAILABLE)
}

/// `POST /import`: the file, which is kept; then the page shows what it holds.
async fn keep(
    State(forms): State<ImportForms>,
    Extension(who): Extension<Principal>,
    parts: Parts,
    form: Multipart,
) -> Result<Response, Problem> {
    only_manager(&who)?;
    let (why, status) = match uploaded(form, PAGE).await? {
        Uploaded::File(name, bytes) => match keep_file(&forms.intake, &name, &who.name, bytes).await {
            Ok(query) => return Ok(Redirect::to(&query.url()).into_response()),
            Err(error) => away(&error),
        },
        Uploaded::TooLarge => (NotSent::File(FileTrouble::TooLarge(MAX_FILE_BYTES)), StatusCode::PAYLOAD_TOO_LARGE),
    };
    Ok(forms.pages.show(parts, why, status).await)
}

/// Keeps the file; the profile that fits it is part of the URL to which this leads.
async fn keep_file(intake: &Intake, name: &str, who: &str, bytes: Vec<u8>) -> Result<ImportQuery, Error> {
    let upload = intake.records.keep_upload(name, who, &bytes).await?;
    let profile = intake.fitting_profile(name, bytes).await?.unwrap_or_default();
    Ok(ImportQuery { upload, profile, ..ImportQuery::default() })
}

/// `POST /import/send`: sends what the person has seen of a file.
async fn send(
    State(forms): State<ImportForms>,
    Extension(who): Extension<Principal>,
    mut parts: Parts,
    RawForm(body): RawForm,
) -> Result<Response, Problem> {
    only_manager(&who)?;
    let (query, given) = import_query::of_form(&body, PAGE)?;
    let seal = given.get("seal").ok_or_else(|| Problem::bad_form(PAGE))?;
    let url = query.url();
    let (why, status) = match try_to_send(&forms.intake, &who, &query, seal).await {
        Ok(None) => return Ok(Redirect::to(&url).into_response()),
        Ok(Some(why)) => (why, StatusCode::CONFLICT),
        Err(error) => away(&error),
    };
    parts.uri = url.parse().map_err(|_| Problem::bad_form(PAGE))?;
    Ok(forms.pages.show(parts, why, status).await)
}

/// `None`: it was sent.
async fn try_to_send(
    intake: &Intake,
    who: &Principal,
    query: &ImportQuery,
    seal: &str,
) -> Result<Option<NotSent>, Error> {
    let Some((upload, bytes)) = intake.records.upload(&query.upload).await? else { return Ok(Some(NotSent::Gone)) };
    let Some(choices) = intake.with_profile(&query.profile, query.choices.clone()).await? else {
        return Ok(Some(NotSent::NoProfile));
    };
    let looked = match intake.look(&upload.name, bytes, choices).await? {
        Ok(looked) => looked,
        Err(trouble) => return Ok(Some(NotSent::File(trouble))),
    };
    if !looked.questions.is_empty() {
        return Ok(Some(NotSent::Open));
    }
    if let Some(crowd) = looked.crowd {
        return Ok(Some(NotSent::Crowd(crowd)));
    }
    if looked.seal() != seal {
        return Ok(Some(NotSent::Changed));
    }
    if !intake.records.begin_upload(&upload.id).await? {
        return Ok(Some(NotSent::Already));
    }
    let left_out = looked.checked.flaws.len();
    // In a task of its own: who goes away does not leave it half sent.
    let sending = send_all(intake.clone(), who.name.clone(), upload.id, looked.checked.good, left_out);
    let Ok(sent) = tokio::spawn(sending).await else { return Err(Error::Stopped) };
    if let (Ok(None), false) = (&sent, query.profile.is_empty()) {
        // It is sent, whatever becomes of the count.
        if let Err(error) = intake.records.count_profile(&query.profile).await {
            tracing::warn!("the use of an import profile was not counted: {}", explain(&error));
        }
    }
    sent
}

async fn send_all(
    intake: Intake,
    who: String,
    upload: String,
    lines: Vec<GoodLine>,
    left_out: usize,
) -> Result<Option<NotSent>, Error> {
    let number = |it: usize| i64::try_from(it).unwrap_or(i64::MAX);
    match intake.send(&lines).await {
        Delivery::All(accepted) => {
            // It is sent, whatever becomes of the note of it.
            let noted =
                intake.records.end_upload(&upload, (&who, "entries.import"), number(accepted), number(left_out));
            if let Err(error) = noted.await {
                tracing::warn!("a file that is sent could not be noted as such: {}", explain(&error));
            }
            Ok(None)
        }
        Delivery::Some(accepted, error) => {
            tracing::warn!("a file was not sent: {}", explain(&error));
            intake.records.give_upload_up(&upload).await?;
            Ok(Some(NotSent::Some(accepted)))
        }
    }
}

/// `POST /import/profile`: keeps how the file was read under a name, for the next one with these titles.
async fn keep_profile(
    State(forms): State<ImportForms>,
    Extension(who): Extension<Principal>,
    mut parts: Parts,
    RawForm(body): RawForm,
) -> Result<Response, Problem> {
    only_manager(&who)?;
    let (query, given) = import_query::of_form(&body, PAGE)?;
    let name = given.get("keep").map(|it| it.trim().to_owned()).unwrap_or_default();
    let url = query.url();
    let (why, status) = if name.is_empty() || name == "none" || name.chars().count() > import_query::MAX_NAME {
        (NotSent::Nameless, StatusCode::UNPROCESSABLE_ENTITY)
    } else {
        match try_to_keep(&forms.intake, &who, &query, &name).await {
            Ok(None) => return Ok(Redirect::to(&ImportQuery { profile: name, ..query }.url()).into_response()),
            Ok(Some(why)) => (why, StatusCode::CONFLICT),
            Err(error) => away(&error),
        }
    };
    parts.uri = url.parse().map_err(|_| Problem::bad_form(PAGE))?;
    Ok(forms.pages.show(parts, why, status).await)
}

/// `None`: it is kept, with the columns as they are shown, so that it holds where a guess would change.
async fn try_to_keep(
    intake: &Intake,
    who: &Principal,
    query: &ImportQuery,
    name: &str,
) -> Result<Option<NotSent>, Error> {
    let Some((upload, bytes)) = intake.records.upload(&query.upload).await? else { return Ok(Some(NotSent::Gone)) };
    let Some(mut choices) = intake.with_profile(&query.profile, query.choices.clone()).await? else {
        return Ok(Some(NotSent::NoProfile));
    };
    let looked = match intake.look(&upload.name, bytes, choices.clone()).await? {
        Ok(looked) => looked,
        Err(trouble) => return Ok(Some(NotSent::File(trouble))),
    };
    let Some(reading) = looked.reading else { return Ok(Some(NotSent::Gone)) };
    for field in Field::OF_ENTRIES {
        if let Some(place) = reading.mapping.column(field) {
            choices.columns.insert(place, field);
        }
    }
    // What belongs to one file stays with it: its doubts, its totals, its last line, its sheet, its date and its bill.
    (choices.takes_doubtful, choices.takes_long_cells, choices.ignores_totals) = (false, false, false);
    (choices.sheet, choices.last) = (None, None);
    for field in [Field::CreateTime, Field::TimeOfDay, Field::BillId] {
        choices.values.remove(&field);
    }
    let is_kept = intake.keep_profile(name, &reading.titles, &choices, &who.name).await?;
    Ok((!is_kept).then_some(NotSent::TooManyProfiles))
}
