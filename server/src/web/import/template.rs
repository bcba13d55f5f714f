//! `/import/template.csv` and `.xlsx`: an empty table with the titles of our own export, in the language of the page.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::get;
use model::files::choices::Separator;
use tokio::sync::mpsc;

use crate::web::Web;
use crate::web::http::preferences;
use crate::web::http::problem::Problem;
use crate::web::http::table_file::{FileRequest, Kind, Table};

/// Places of the titles of an export of entries: what an entry needs, then what it may have.
const COLUMNS: [usize; 10] = [0, 1, 3, 5, 7, 9, 10, 2, 11, 12];

pub fn routes(web: Web) -> Router {
    Router::new()
        .route("/import/template.csv", get(template))
        .route("/import/template.xlsx", get(template))
        .with_state(web)
}

async fn template(State(web): State<Web>, headers: HeaderMap, uri: Uri) -> Result<Response, Problem> {
    let kind = Kind::of_path(uri.path(), Separator::Comma);
    let locale = preferences::locale(&headers);
    let texts = locale.export_texts();
    let titles = COLUMNS.iter().filter_map(|it| texts.entry_titles.get(*it)).map(|it| (*it).to_owned()).collect();
    // Nobody sends rows: the table ends below its titles.
    let (_, rows) = mpsc::channel(1);
    let file = FileRequest { kind, locale, now: web.clock.now(), stamp: "template".to_owned() };
    file.of(Table { name: "tallyhouse", sheet: texts.records, titles, rows }).await
}
