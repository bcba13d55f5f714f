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

use crate::file_reading::apart;
use crate::intake::{Delivery, GoodLine};
use crate::web::Web;
use crate::web::http::guard::{Principal, Role};
use crate::web::http::problem::{FieldError, Problem};
use crate::web::import::query;
use crate::web::openapi::FileBytes;
use base::status::explain;

#[derive(Debug, Serialize, ToSchema)]
pub struct Accepted {
    /// How many entries Kafka has confirmed.
    accepted: usize,
    /// How many more are recorded already, the same: they are not sent again.
    recorded: usize,
}

/// Records entries: a JSON array, NDJSON, or a file of a spreadsheet.
///
/// All of them are checked before any is sent: where one is wrong, each wrong one is named by its line (from 1) and nothing is
/// sent. Sending an entry twice counts once; one that is recorded otherwise is wrong. At most 100,000 entries and 32 MB.
///
/// CSV (`text/csv`) and XLSX are read as the import page reads them. What such a file does not settle itself is said by parameters of the
/// same names as in that page's URL: `profile`, `charset`, `separator`, `sheet`, `head`, `column.1=product_id`, `value.company_id`,
/// `number.quantity=comma`, `date=dmy`, `sign`, `word.退货=in`, `blank`, `doubtful=take` (docs/files.md). Where a question is open, nothing is sent and
/// the error names the parameter that answers it.
#[utoipa::path(
    post, path = "/entries", operation_id = "send_entries", tag = "entries",
    request_body(description = "The entries.", content(
        (Vec<Entry> = "application/json"),
        (String = "application/x-ndjson"),
        (String = "text/csv"),
        (FileBytes = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
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
    let body = body.map_err(|error| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => unreadable(error.status(), &FileTrouble::TooLarge(MAX_FILE_BYTES)),
        status => Problem::new(status, "unreadable", "The body broke off or has a bad chunk: nothing was sent."),
    })?;
    let (lines, recorded) = good_lines(&web, file_name(&headers), body, &asked.unwrap_or_default()).await?;
    match web.intake.send(&lines).await {
        Delivery::All(accepted) => Ok((StatusCode::ACCEPTED, Json(Accepted { accepted, recorded }))),
        Delivery::Some(accepted, error) => {
            tracing::warn!("entries were not sent: {}", explain(&error));
            let all = lines.len();
            Err(Problem::away(&format!(
                "Kafka has confirmed {accepted} of {all} entries. Send all of them again: what has come counts once."
            )))
        }
    }
}

/// Name of a body of JSON.
const JSON: &str = "body.json";

/// The name of a file of this media type, by which the reader knows it. What says nothing else is JSON.
fn file_name(headers: &HeaderMap) -> &'static str {
    let media = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or_default();
    match media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "text/csv" | "text/tab-separated-values" => "body.csv",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "body.xlsx",
        _ => JSON,
    }
}

/// The lines that are new, and how many are recorded already; or why none is sent.
async fn good_lines(web: &Web, name: &str, body: Bytes, asked: &str) -> Result<(Vec<GoodLine>, usize), Problem> {
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
    let looked = match web.intake.look(name, body.clone(), choices).await {
        // Without the records nobody can say what is recorded already. Kafka takes it all the same, and what comes twice counts once.
        Err(error) if name == JSON => {
            tracing::warn!("entries go uncompared: {}", explain(&error));
            return uncompared(web, body).await.map(|it| (it, 0));
        }
        looked => looked.map_err(&away)?,
    };
    let looked = looked.map_err(|trouble| unreadable(StatusCode::UNPROCESSABLE_ENTITY, &trouble))?;
    if !looked.questions.is_empty() {
        return Err(Problem::invalid(looked.questions.iter().map(open).collect()));
    }
    if let Some(crowd) = looked.crowd {
        let message = format!(
            "The entries need {} new day tables, of one product or bucket and one day each, and one body may need {}: is each field in its place? \
             Otherwise send them in parts, or raise TALLYHOUSE_RECORDS_MAX_TABLES.",
            crowd.wanted,
            crowd.most()
        );
        return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "too_many_tables", message));
    }
    if looked.checked.flaws.is_empty() {
        return Ok((looked.checked.good, looked.recorded));
    }
    Err(Problem::flaws(&looked.checked.flaws, looked.lines - looked.skipped.len()))
}

/// The lines of a body of JSON, where the records do not answer.
async fn uncompared(web: &Web, body: Bytes) -> Result<Vec<GoodLine>, Problem> {
    let intake = web.intake.clone();
    let checked = apart(move || intake.check_body(&body)).await;
    let checked = checked.map_err(|trouble| unreadable(StatusCode::UNPROCESSABLE_ENTITY, &trouble))?;
    if checked.flaws.is_empty() {
        return Ok(checked.good);
    }
    Err(Problem::flaws(&checked.flaws, checked.flaws.len() + checked.good.len() + checked.repeated))
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
        (_, FileTrouble::Busy) => return Problem::away(&format!("The body {trouble}.")),
        _ => (status, "unreadable"),
    };
    Problem::new(status, code, format!("The body {trouble}."))
}
