//! `/records.csv`, `/records.xlsx`, `/statistics.csv`, `/statistics.xlsx`: what the page of the same URL shows, all of it, as a file; and
//! `/exports/{name}`, which tells how far that is.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use app::i18n::Locale;
use app::model::entry::Millis;
use app::model::faults::FieldFault;
use axum::body::{Body, Bytes};
use axum::extract::{Extension, Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use futures::StreamExt as _;
use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::io::ReaderStream;

use super::Web;
use super::guard::{Principal, Role};
use super::preferences;
use super::problem::Problem;
use super::records_page::RecordsReader;
use super::statistics_page::StatisticsReader;
use crate::export::{Exports, Progress, Rows, State as Ended, XlsxError, csv_head, csv_rows, write_xlsx};
use crate::ingest::explain;
use crate::live::clock;

/// So many exports at once: each holds a snapshot.
const AT_ONCE: usize = 2;
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
}

/// What kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Csv,
    Xlsx,
}

/// A table on its way to a file.
struct Table {
    /// Of the file.
    name: &'static str,
    /// Of its sheet.
    sheet: &'static str,
    titles: Vec<String>,
    rows: Rows,
}

/// The routes. Nothing here may have the limit of an ordinary answer: a file takes as long as it takes.
pub fn routes(web: &Web, records: RecordsReader, statistics: StatisticsReader) -> Router {
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let exporter = Exporter { web: web.clone(), records, statistics, exports: Exports::default(), turns };
    Router::new()
        .route("/records.csv", get(records_csv))
        .route("/records.xlsx", get(records_xlsx))
        .route("/statistics.csv", get(statistics_csv))
        .route("/statistics.xlsx", get(statistics_xlsx))
        .route("/exports/{name}", get(progress))
        .with_state(exporter)
}

async fn records_csv(
    State(it): State<Exporter>,
    Extension(who): Extension<Principal>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    it.records_as(&who, query, &headers, Kind::Csv).await
}

async fn records_xlsx(
    State(it): State<Exporter>,
    Extension(who): Extension<Principal>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    it.records_as(&who, query, &headers, Kind::Xlsx).await
}

async fn statistics_csv(
    State(it): State<Exporter>,
    Extension(who): Extension<Principal>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    it.statistics_as(&who, query, &headers, Kind::Csv).await
}

async fn statistics_xlsx(
    State(it): State<Exporter>,
    Extension(who): Extension<Principal>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    it.statistics_as(&who, query, &headers, Kind::Xlsx).await
}

/// What is asked for, without the name that the page gave it.
struct Asked {
    query: String,
    locale: Locale,
    now: Millis,
    progress: Arc<Progress>,
    turn: OwnedSemaphorePermit,
}

impl Exporter {
    async fn records_as(
        &self,
        who: &Principal,
        query: Option<String>,
        headers: &HeaderMap,
        kind: Kind,
    ) -> Result<Response, Problem> {
        let asked = self.begin(who, query, headers).await?;
        let export = self.records.export(&asked.query, asked.now, asked.locale, &asked.progress).await;
        let export = found(export, &asked.progress)?;
        let rows = export.start(Arc::clone(&asked.progress), self.web.stop.clone(), asked.turn);
        let texts = asked.locale.export_texts();
        let titles = texts.entry_titles.iter().map(|it| (*it).to_owned()).collect();
        self.file(Table { name: "records", sheet: texts.records, titles, rows }, asked.now, kind).await
    }

    async fn statistics_as(
        &self,
        who: &Principal,
        query: Option<String>,
        headers: &HeaderMap,
        kind: Kind,
    ) -> Result<Response, Problem> {
        let asked = self.begin(who, query, headers).await?;
        let sheet = self.statistics.export(&asked.query, asked.now, asked.locale).await;
        let (titles, all) = found(sheet, &asked.progress)?;
        // A statement is in memory as a whole, as it is for its page.
        let (sender, rows) = mpsc::channel(1);
        asked.progress.expect(i64::try_from(all.len()).unwrap_or(i64::MAX));
        asked.progress.add(all.len());
        let whole = sender.send(Ok(all)).await.is_ok();
        asked.progress.end(if whole { Ended::Done } else { Ended::Failed });
        drop((sender, asked.turn));
        let sheet = asked.locale.export_texts().statistics;
        self.file(Table { name: "statistics", sheet, titles, rows }, asked.now, kind).await
    }

    async fn begin(&self, who: &Principal, query: Option<String>, headers: &HeaderMap) -> Result<Asked, Problem> {
        who.must_be(Role::Manager, "Only a manager exports.")?;
        let (query, name) = without_name(&query.unwrap_or_default());
        let progress = self.exports.begin(name);
        let turn = tokio::time::timeout(TURN, Arc::clone(&self.turns).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else {
            progress.end(Ended::Failed);
            return Err(Problem::away("Other exports are being made. Try again in a minute."));
        };
        Ok(Asked { query, locale: preferences::locale(headers), now: self.web.clock.now(), progress, turn })
    }

    async fn file(&self, table: Table, now: Millis, kind: Kind) -> Result<Response, Problem> {
        let stamp = clock(self.web.business_time, now, "%Y%m%d-%H%M%S");
        let (ending, media) = match kind {
            Kind::Csv => ("csv", "text/csv; charset=utf-8"),
            Kind::Xlsx => ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        };
        let name = format!("attachment; filename=\"{}-{stamp}.{ending}\"", table.name);
        let body = match kind {
            Kind::Csv => csv(table),
            Kind::Xlsx => xlsx(table).await?,
        };
        Ok(([(header::CONTENT_TYPE, media.to_owned()), (header::CONTENT_DISPOSITION, name)], body).into_response())
    }
}

/// What was found, or what is wrong with the question.
fn found<T, E: std::error::Error>(
    found: Result<Result<T, Vec<FieldFault>>, E>,
    progress: &Progress,
) -> Result<T, Problem> {
    let problem = match found {
        Ok(Ok(found)) => return Ok(found),
        Ok(Err(faults)) => Problem::faults(&faults),
        Err(error) => {
            tracing::warn!("an export cannot be made: {}", explain(&error));
            Problem::away("The records do not answer.")
        }
    };
    progress.end(Ended::Failed);
    Err(problem)
}

/// Row by row. A file that breaks off is no whole file: the connection is broken off too.
fn csv(table: Table) -> Body {
    let titles: Vec<&str> = table.titles.iter().map(String::as_str).collect();
    let head = futures::stream::iter([Ok(Bytes::from(csv_head(&titles)))]);
    let rows = ReceiverStream::new(table.rows).map(|rows| match rows {
        Ok(rows) => Ok(Bytes::from(csv_rows(&rows))),
        Err(error) => {
            tracing::warn!("{error}");
            Err(io::Error::other(error))
        }
    });
    Body::from_stream(head.chain(rows))
}

/// Whole first, in a temporary file: its directory comes last.
async fn xlsx(table: Table) -> Result<Body, Problem> {
    let writing = tokio::task::spawn_blocking(move || {
        let titles: Vec<&str> = table.titles.iter().map(String::as_str).collect();
        let file = write_xlsx(table.sheet, &titles, table.rows)?;
        Ok::<_, XlsxError>((file.reopen()?, file))
    });
    match writing.await {
        Ok(Ok((open, file))) => {
            // The name is let go; what is open can be read to its end.
            drop(file);
            Ok(Body::from_stream(ReaderStream::new(tokio::fs::File::from_std(open))))
        }
        Ok(Err(error)) => {
            tracing::warn!("{}", explain(&error));
            Err(Problem::away("The file could not be made."))
        }
        Err(_) => Err(Problem::away("The file could not be made.")),
    }
}

/// A query without the field that names its export, and that name.
fn without_name(query: &str) -> (String, Option<String>) {
    let mut name = None;
    let mut rest = url::form_urlencoded::Serializer::new(String::new());
    for (field, value) in url::form_urlencoded::parse(query.as_bytes()) {
        if field == "export" {
            name = Some(value.into_owned()).filter(|it| it.len() <= 64);
        } else {
            rest.append_pair(&field, &value);
        }
    }
    (rest.finish(), name)
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

    #[test]
    fn the_name_of_an_export_is_no_part_of_the_question() {
        let (query, name) = without_name("product_id=a%20b&export=x1&to=2025-01-01");
        assert_eq!((query.as_str(), name.as_deref()), ("product_id=a+b&to=2025-01-01", Some("x1")));
    }
}
