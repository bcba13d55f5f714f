//! `POST /api/v1/entries`: entries as a JSON array, as NDJSON, or as a file of a spreadsheet. All of them are checked before any is sent.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{Extension, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use model::entry::Entry;
use model::files::MAX_FILE_BYTES;
use model::files::question::Question;
use model::files::trouble::FileTrouble;
use serde::Serialize;
use utoipa::ToSchema;

use crate::intake::{Delivery, GoodLine};
use crate::web::Web;
use crate::web::http::guard::{Principal, Role};
use crate::web::http::problem::{FieldError, Problem};
use crate::web::import::query;
use base::status::explain;

#[derive(Debug, Serialize, ToSchema)]
pub struct Accepted {
    /// How many entries Kafka has confirmed; what the body repeats, or is recorded already, is not sent again.
    accepted: usize,
}

/// Records entries: a JSON array, NDJSON, or a file of a spreadsheet.
///
/// All of them are checked before any is sent: where one is wrong, each wrong one is named by its line (from 1) and nothing is
/// sent. Sending an entry twice counts once. At most 100,000 entries and 32 MB.
///
/// CSV (`text/csv`) and XLSX are read as the import page reads them. What such a file does not settle itself is said by parameters of the
/// same names as in that page's URL: `profile`, `charset`, `separator`, `sheet`, `head`, `column.1=product_id`, `value.company_id`,
/// `number.quantity=comma`, `date=dmy`, `sign`, `word.退货=in`, `blank`, `doubtful=take` (docs/files.md). Where a question is open, nothing is sent and
/// the error names the parameter that answers it.
#[utoipa::path(
    post, path = "/entries", operation_id = "send_entries", tag = "entries",
    request_body(description = "The entries.", content(
        (Vec<Entry> = "application/json"),
        (String = "application/x-ndjson", example = "{\"product_id\":\"apple\",\"quantity\":10}\n"),
        (String = "text/csv"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    )),
    responses((status = ACCEPTED, description = "Kafka has confirmed all of them.", body = Accepted), Problem),
)]
pub async fn post(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    RawQuery(asked): RawQuery,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Accepted>), Problem> {
    who.must_be(Role::Manager, "Only a manager sends entries.")?;
    let body = body.map_err(|error| unreadable(error.status(), &FileTrouble::TooLarge(MAX_FILE_BYTES)))?;
    let lines = match file_name(&headers) {
        Some(name) => of_a_file(&web, name, body, &asked.unwrap_or_default()).await?,
        None => of_a_body(&web, &body)?,
    };
    match web.intake.send(&lines).await {
        Delivery::All(accepted) => Ok((StatusCode::ACCEPTED, Json(Accepted { accepted }))),
        Delivery::Some(accepted, error) => {
            tracing::warn!("entries were not sent: {}", explain(&error));
            let all = lines.len();
            Err(Problem::away(&format!(
                "Kafka has confirmed {accepted} of {all} entries. Send all of them again: what has come counts once."
            )))
        }
    }
}

/// The name of a file of this media type, by which the reader knows it; `None`: it is JSON.
fn file_name(headers: &HeaderMap) -> Option<&'static str> {
    let media = headers.get(header::CONTENT_TYPE)?.to_str().ok()?.split(';').next()?.trim().to_ascii_lowercase();
    match media.as_str() {
        "text/csv" | "text/tab-separated-values" => Some("body.csv"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => Some("body.xlsx"),
        _ => None,
    }
}

fn of_a_body(web: &Web, body: &[u8]) -> Result<Vec<GoodLine>, Problem> {
    let checked =
        web.intake.check_body(body).map_err(|trouble| unreadable(StatusCode::UNPROCESSABLE_ENTITY, &trouble))?;
    if checked.flaws.is_empty() {
        return Ok(checked.good);
    }
    Err(Problem::flaws(&checked.flaws, checked.flaws.len() + checked.good.len() + checked.repeated))
}

async fn of_a_file(web: &Web, name: &str, body: Bytes, asked: &str) -> Result<Vec<GoodLine>, Problem> {
    let (said, unknown) = query::choices(asked);
    let error = |it: &model::files::choices::BadChoice| FieldError {
        line: None,
        field: it.name.clone(),
        code: "invalid",
        message: it.to_string(),
    };
    if !unknown.is_empty() {
        return Err(Problem::invalid(unknown.iter().map(error).collect()));
    }
    let profile = query::read(asked).profile;
    let away = Problem::unavailable("reading a file of entries");
    let choices = web.intake.with_profile(&profile, said).await.map_err(&away)?;
    let choices = choices.ok_or_else(|| {
        let message = "There is no import profile of that name.".to_owned();
        Problem::invalid(vec![FieldError { line: None, field: "profile".to_owned(), code: "unknown_id", message }])
    })?;
    let looked = web.intake.look(name, body.to_vec(), choices).await.map_err(&away)?;
    let looked = looked.map_err(|trouble| unreadable(StatusCode::UNPROCESSABLE_ENTITY, &trouble))?;
    if !looked.questions.is_empty() {
        return Err(Problem::invalid(looked.questions.iter().map(open).collect()));
    }
    if looked.checked.flaws.is_empty() {
        return Ok(looked.checked.good);
    }
    Err(Problem::flaws(&looked.checked.flaws, looked.lines - looked.skipped.len()))
}

/// A question that nothing in the file settles, by the parameter that answers it.
fn open(question: &Question) -> FieldError {
    let message = app::i18n::Locale::En.question(question);
    FieldError { line: None, field: question.answered_by(), code: "undecided", message }
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
