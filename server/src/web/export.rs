//! `/records.csv`, `/statistics.csv`, `/audits/{id}/findings.csv`, and the same as `.xlsx`: what the page shows, all of it, as a file; and
//! `/exports/{name}`, which tells how far that is.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Extension, FromRequestParts, Path, State};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use model::audit::Finding;
use model::faults::{FieldFault, Why};
use model::files::choices::Separator;
use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::web::Web;

use crate::export::{Exports, Progress, State as Ended, finding_rows, finding_titles, whole};
use crate::live::clock;
use crate::web::audits::only_auditor;
use crate::web::http::guard::client::Client;
use crate::web::http::guard::fair_share::{FairShare, Turn};
use crate::web::http::guard::gate::is_led_to_from_elsewhere;
use crate::web::http::guard::{Principal, Role};
use crate::web::http::held::held_until_sent;
use crate::web::http::preferences;
use crate::web::http::problem::Problem;
use crate::web::http::table_file::{FileRequest, Kind, Table};
use crate::web::records::page::RecordsReader;
use crate::web::statistics::page::StatisticsReader;
use records::FindingsFilter;

/// So many exports at once: each holds a snapshot.
const AT_ONCE: usize = 2;
/// So many of them of one client.
const OF_ONE: usize = 1;
/// So many files that are made of rows in memory may be on their way: each holds them until its reader has taken all.
const IN_MEMORY: usize = 8;
/// So long one waits for its turn.
const TURN: Duration = Duration::from_secs(20);

/// What the handlers work with.
#[derive(Clone)]
struct Exporter {
    web: Web,
    records: RecordsReader,
    statistics: StatisticsReader,
    exports: Exports,
    turns: Arc<Semaphore>,
    shares: FairShare,
    in_memory: Arc<Semaphore>,
}

/// The routes. Nothing here may have the limit of an ordinary answer: a file takes as long as it takes.
pub fn routes(web: &Web, records: RecordsReader, statistics: StatisticsReader) -> Router {
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let in_memory = Arc::new(Semaphore::new(IN_MEMORY));
    let shares = FairShare::new(OF_ONE, TURN);
    let exports = Exports::default();
    let exporter = Exporter { web: web.clone(), records, statistics, exports, turns, shares, in_memory };
    Router::new()
        .route("/records.csv", get(entries))
        .route("/records.xlsx", get(entries))
        .route("/statistics.csv", get(statement))
        .route("/statistics.xlsx", get(statement))
        .route("/audits/{id}/findings.csv", get(findings))
        .route("/audits/{id}/findings.xlsx", get(findings))
        .route("/exports/{name}", get(progress))
        .with_state(exporter)
}

/// What is asked for, without the name that the page gave it; and a turn to have it.
struct ExportRequest {
    query: String,
    file: FileRequest,
    progress: Arc<Progress>,
    turn: ExportTurn,
}

/// A turn of all, and one of the client's own.
type ExportTurn = (OwnedSemaphorePermit, Turn);

impl FromRequestParts<Exporter> for ExportRequest {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, it: &Exporter) -> Result<Self, Problem> {
        let who = parts.extensions.get::<Principal>().ok_or_else(|| Problem::away("Nobody is known."))?;
        who.must_be(Role::Manager, "Only a manager exports.")?;
        if is_led_to_from_elsewhere(&parts.headers) {
            let detail = "An export is begun on a page of ours, not by a page elsewhere.";
            return Err(Problem::new(StatusCode::FORBIDDEN, "foreign_origin", detail));
        }
        let fields = FileFields::of(parts.uri.query().unwrap_or_default()).map_err(|it| Problem::faults(&[it]))?;
        let FileFields { question: query, name, separator } = fields;
        let kind = Kind::of_path(parts.uri.path(), separator);
        let progress = it.exports.begin(name);
        let client = *parts.extensions.get::<Client>().ok_or_else(|| Problem::away("Nobody is known."))?;
        let share = it.shares.turn(client).await.inspect_err(|_| progress.end(Ended::Failed))?;
        let turn = (turn_of(&it.turns, &progress).await?, share);
        let now = it.web.clock.now();
        let stamp = clock(it.web.business_time, now, "%Y%m%d-%H%M%S");
        let file = FileRequest { kind, locale: preferences::locale(&parts.headers), now, stamp };
        Ok(Self { query, file, progress, turn })
    }
}

/// A turn, within a limit.
async fn turn_of(turns: &Arc<Semaphore>, progress: &Progress) -> Result<OwnedSemaphorePermit, Problem> {
    if let Ok(Ok(turn)) = tokio::time::timeout(TURN, Arc::clone(turns).acquire_owned()).await {
        return Ok(turn);
    }
    progress.end(Ended::Failed);
    Err(Problem::away("Other exports are being made. Try again in a minute."))
}

async fn entries(State(it): State<Exporter>, asked: ExportRequest) -> Result<Response, Problem> {
    let ExportRequest { query, file, progress, turn } = asked;
    let export = it.records.export(&query, file.now, file.locale, &progress).await;
    let export = found(export, &progress)?;
    let rows = export.start(progress, it.web.stop.clone(), turn);
    let texts = file.locale.export_texts();
    let titles = texts.entry_titles.iter().map(|it| (*it).to_owned()).collect();
    file.of(Table { name: "records", sheet: texts.records, titles, rows }).await
}

async fn statement(State(it): State<Exporter>, asked: ExportRequest) -> Result<Response, Problem> {
    let ExportRequest { query, file, progress, turn } = asked;
    let place = turn_of(&it.in_memory, &progress).await?;
    let sheet = it.statistics.export(&query, file.now, file.locale).await;
    let (titles, all) = found(sheet, &progress)?;
    let rows = whole(all, &progress);
    let (turn_to_read, share) = turn;
    drop(turn_to_read);
    let sheet = file.locale.export_texts().statistics;
    file.of(Table { name: "statistics", sheet, titles, rows }).await.map(|it| held_until_sent(it, (place, share)))
}

/// All findings of an audit.
async fn findings(
    State(it): State<Exporter>,
    Extension(who): Extension<Principal>,
    Path(id): Path<String>,
    asked: ExportRequest,
) -> Result<Response, Problem> {
    let ExportRequest { file, progress, turn, .. } = asked;
    let place = turn_of(&it.in_memory, &progress).await?;
    let read = read_findings(&it.web, &who, &id).await.inspect_err(|_| progress.end(Ended::Failed))?;
    let rows = whole(finding_rows(&read, (it.web.business_time, file.locale, &it.web.hub.names())), &progress);
    let (turn_to_read, share) = turn;
    drop(turn_to_read);
    let texts = file.locale.findings_texts();
    let table = Table { name: "findings", sheet: texts.findings, titles: finding_titles(file.locale), rows };
    file.of(table).await.map(|it| held_until_sent(it, (place, share)))
}

async fn read_findings(web: &Web, who: &Principal, id: &str) -> Result<Vec<Finding>, Problem> {
    only_auditor(who)?;
    let id = id.parse().map_err(|_| Problem::no_such("audit"))?;
    let records = &web.records;
    records.audit(id).await.map_err(Problem::unavailable("audits"))?.ok_or_else(|| Problem::no_such("audit"))?;
    records.findings(id, FindingsFilter::default()).await.map_err(Problem::unavailable("audits"))
}

/// What was found, or what is wrong with the question.
fn found<T, E: std::error::Error + 'static>(
    found: Result<Result<T, Vec<FieldFault>>, E>,
    progress: &Progress,
) -> Result<T, Problem> {
    let problem = match found {
        Ok(Ok(found)) => return Ok(found),
        Ok(Err(faults)) => Problem::faults(&faults),
        Err(error) => Problem::unavailable("an export cannot be made")(error),
    };
    progress.end(Ended::Failed);
    Err(problem)
}

/// What a URL of a file says beside the question: the name that the page gave the export, and what stands between cells.
#[derive(Debug, PartialEq, Eq)]
struct FileFields {
    question: String,
    name: Option<String>,
    separator: Separator,
}

impl FileFields {
    /// Takes a query apart; a separator that there is not is a fault.
    fn of(query: &str) -> Result<Self, FieldFault> {
        let (mut name, mut separator) = (None, Separator::Comma);
        let mut rest = url::form_urlencoded::Serializer::new(String::new());
        for (field, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match field.as_ref() {
                "export" => name = Some(value.into_owned()).filter(|it| it.len() <= 64),
                "separator" => {
                    let words = Separator::ALL.iter().map(|it| it.as_str()).collect();
                    let fault = FieldFault { field: "separator".to_owned(), why: Why::NotOneOf(words) };
                    separator = Separator::parse(&value).ok_or(fault)?;
                }
                _ => drop(rest.append_pair(&field, &value)),
            }
        }
        Ok(Self { question: rest.finish(), name, separator })
    }
}

/// How far an export is.
async fn progress(State(it): State<Exporter>, Path(name): Path<String>) -> Result<Response, Problem> {
    let progress = it.exports.find(&name);
    let (rows, all, state) =
        progress.ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "not_found", "There is no such export."))?.read();
    let state = match state {
        Ended::Running => "running",
        Ended::Done => "done",
        Ended::Failed => "failed",
    };
    Ok(Json(json!({ "rows": rows, "all": all, "state": state })).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_turn_is_over_when_the_file_is_taken_or_given_up() {
        let turns = Arc::new(Semaphore::new(2));
        let turn = || Arc::clone(&turns).try_acquire_owned().unwrap();
        let (taken, given_up) =
            (held_until_sent("a file".into_response(), turn()), held_until_sent("another".into_response(), turn()));
        assert_eq!(turns.available_permits(), 0, "they are on their way");
        assert_eq!(axum::body::to_bytes(taken.into_body(), 100).await.unwrap(), "a file");
        assert_eq!(turns.available_permits(), 1);
        drop(given_up);
        assert_eq!(turns.available_permits(), 2);
    }

    #[test]
    fn the_name_of_an_export_is_no_part_of_the_question() {
        let fields = FileFields::of("product_id=a%20b&export=x1&to=2025-01-01&separator=semicolon").unwrap();
        assert_eq!((fields.question.as_str(), fields.name.as_deref()), ("product_id=a+b&to=2025-01-01", Some("x1")));
        assert_eq!(fields.separator, Separator::Semicolon);
        assert!(FileFields::of("separator=;").is_err());
    }
}
