//! What `/names` sends: what was typed into its table, a file to be looked at and imported; and the catalogue as a file.

use app::pages::names::view::{CatalogueQuery, Fault, FileFaults, ImportPreview, RowValues, Typed, TypedRow};
use axum::Router;
use axum::extract::multipart::MultipartError;
use axum::extract::{DefaultBodyLimit, Extension, Multipart, OriginalUri, RawForm, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};

use crate::catalogue::{self, Edit, Imported, MAX_FILE};
use crate::live::Hub;
use crate::web::http::body::fields;
use crate::web::http::guard::{Principal, Role};
use crate::web::http::problem::Problem;
use crate::web::pages::Pages;
use base::status::explain;
use records::Records;

/// The most bytes that a page of the table sends.
const MAX_FORM: usize = 8 * 1024 * 1024;
/// The most fields of a page of the table: each is written back where one is wrong.
const MAX_FIELDS: usize = 20_000;
/// A file as a form sends it, which doubles the line ends of a text.
const MAX_UPLOAD: usize = 2 * MAX_FILE + 64 * 1024;

/// What the handlers work with.
#[derive(Clone)]
pub struct NamesForms {
    pub records: Records,
    /// Whose screens show the names.
    pub hub: Hub,
    /// Shows a page again.
    pub pages: Pages,
}

pub fn routes(forms: NamesForms) -> Router {
    Router::new()
        .route("/names", post(save).layer(DefaultBodyLimit::max(MAX_FORM)))
        .route("/names/import", post(import).layer(DefaultBodyLimit::max(MAX_UPLOAD)))
        .route("/names.csv", get(export))
        .with_state(forms)
}

fn only_admin(who: &Principal) -> Result<(), Problem> {
    who.must_be(Role::Admin, "Only an administrator changes names.")
}

fn log(error: &records::Error) {
    tracing::warn!("the catalogue cannot be changed: {}", explain(error));
}

/// `POST /names`: what was typed. Nothing is saved while anything is wrong, and then the page shows all of it again.
async fn save(
    State(forms): State<NamesForms>,
    Extension(who): Extension<Principal>,
    OriginalUri(uri): OriginalUri,
    parts: Parts,
    RawForm(body): RawForm,
) -> Result<Response, Problem> {
    only_admin(&who)?;
    let asked = fields(uri.query().unwrap_or_default().as_bytes());
    let query = CatalogueQuery::of(|name| asked.get(name).map(String::as_str));
    let edits = edits(&body).ok_or_else(|| Problem::bad_form("names page"))?;
    let (typed, status) = match catalogue::save(&forms.records, &who.name, query.of, &edits).await {
        Ok(Ok(changed)) => {
            forms.hub.read_catalogue_again();
            let url = app::pages::names::url(&query);
            return Ok(Redirect::to(&format!("{url}&saved={changed}")).into_response());
        }
        Ok(Err(refused)) => (typed(refused), StatusCode::UNPROCESSABLE_ENTITY),
        Err(error) => {
            log(&error);
            let typed = typed(edits.into_iter().filter(Edit::is_one).collect());
            (Typed { is_away: true, ..typed }, StatusCode::SERVICE_UNAVAILABLE)
        }
    };
    Ok(forms.pages.show(parts, typed, status).await)
}

/// Rows to be shown again.
fn typed(edits: Vec<Edit>) -> Typed {
    let mut typed = Typed::default();
    for Edit { mut row, was } in edits {
        match was {
            Some(was) => {
                row.stored = was;
                typed.rows.push(row);
            }
            None => typed.new = Some(row),
        }
    }
    typed
}

/// The rows of the table's form, in its order; none: it is no such form. What its fields are called: `app/src/pages/names/table.rs`.
fn edits(body: &[u8]) -> Option<Vec<Edit>> {
    let mut rows: Vec<(String, Edit)> = Vec::new();
    for (index, (name, value)) in url::form_urlencoded::parse(body).enumerate() {
        if index >= MAX_FIELDS {
            return None;
        }
        let (row, field) = name.split_once('.')?;
        if rows.last().is_none_or(|(last, _)| last != row) {
            rows.push((row.to_owned(), Edit { row: TypedRow::default(), was: None }));
        }
        let (_, edit) = rows.last_mut()?;
        match (field, field.strip_prefix("level.")) {
            ("id", _) => edit.row.id = value.into_owned(),
            ("was", _) => edit.was = Some(serde_json::from_str::<RowValues>(&value).ok()?),
            ("zh", _) => edit.row.values.zh = value.into_owned(),
            ("en", _) => edit.row.values.en = value.into_owned(),
            ("unit", _) => edit.row.values.unit = value.into_owned(),
            ("add.warehouse", _) => edit.row.add.0 = value.into_owned(),
            ("add.level", _) => edit.row.add.1 = value.into_owned(),
            (_, Some(warehouse)) => {
                edit.row.values.levels.insert(warehouse.to_owned(), value.into_owned());
            }
            _ => return None,
        }
    }
    Some(rows.into_iter().map(|(_, edit)| edit).collect())
}

/// What the import page sends: a file to be looked at, or its text once more to be imported.
#[derive(Default)]
struct Sent {
    name: String,
    file: Option<Vec<u8>>,
    confirmed: Option<Vec<u8>>,
    seal: Option<String>,
}

async fn import(
    State(forms): State<NamesForms>,
    Extension(who): Extension<Principal>,
    parts: Parts,
    form: Multipart,
) -> Result<Response, Problem> {
    only_admin(&who)?;
    let (preview, status) = match sent(form).await {
        Ok(sent) => look_or_import(&forms, &who, &sent).await?,
        Err(cause) if cause.status() == StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        Err(_) => return Err(Problem::bad_form("names page")),
    };
    Ok(match preview {
        Outcome::Imported(done) => {
            forms.hub.read_catalogue_again();
            Redirect::to(&format!("/names?imported={}", done.changed)).into_response()
        }
        Outcome::Show(preview) => forms.pages.show(parts, *preview, status).await,
    })
}

enum Outcome {
    Imported(Imported),
    Show(Box<ImportPreview>),
}

fn too_large() -> (Outcome, StatusCode) {
    let preview =
        ImportPreview { faults: FileFaults::one(None, Fault::TooLarge(MAX_FILE)), ..ImportPreview::default() };
    (Outcome::Show(Box::new(preview)), StatusCode::PAYLOAD_TOO_LARGE)
}

async fn look_or_import(forms: &NamesForms, who: &Principal, sent: &Sent) -> Result<(Outcome, StatusCode), Problem> {
    let bytes = sent.confirmed.as_ref().or(sent.file.as_ref()).ok_or_else(|| Problem::bad_form("names page"))?;
    if bytes.len() > MAX_FILE {
        return Ok(too_large());
    }
    let done = if sent.confirmed.is_some() {
        catalogue::import(&forms.records, &who.name, &sent.name, bytes, sent.seal.as_deref()).await
    } else {
        catalogue::preview(&forms.records, &sent.name, bytes).await.map(|it| Err(Box::new(it)))
    };
    Ok(match done {
        Ok(Ok(done)) => (Outcome::Imported(done), StatusCode::SEE_OTHER),
        Ok(Err(preview)) => {
            let status = match (preview.faults.count, preview.is_another) {
                (0, false) => StatusCode::OK,
                (0, true) => StatusCode::CONFLICT,
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            };
            (Outcome::Show(preview), status)
        }
        Err(error) => {
            log(&error);
            let (file, faults) = (sent.name.clone(), FileFaults::one(None, Fault::Away));
            let preview = ImportPreview { file, faults, ..ImportPreview::default() };
            (Outcome::Show(Box::new(preview)), StatusCode::SERVICE_UNAVAILABLE)
        }
    })
}

async fn sent(mut form: Multipart) -> Result<Sent, MultipartError> {
    let mut sent = Sent::default();
    while let Some(field) = form.next_field().await? {
        match field.name() {
            Some("name") => sent.name = field.text().await?,
            Some("seal") => sent.seal = Some(field.text().await?),
            Some("confirmed") => sent.confirmed = Some(unix_lines(&field.bytes().await?)),
            Some("file") => {
                sent.name = field.file_name().unwrap_or_default().to_owned();
                sent.file = Some(field.bytes().await?.into());
            }
            _ => {}
        }
    }
    Ok(sent)
}

/// A text field is sent with the line ends of a form, whatever those of the file were.
fn unix_lines(bytes: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(bytes).replace("\r\n", "\n").into_bytes()
}

async fn export(State(forms): State<NamesForms>) -> Result<Response, Problem> {
    let bytes = catalogue::export(&forms.records).await.map_err(|error| {
        log(&error);
        Problem::away("The records do not answer now.")
    })?;
    let kind = (header::CONTENT_TYPE, "text/csv; charset=utf-8");
    let name = (header::CONTENT_DISPOSITION, "attachment; filename=\"names.csv\"");
    Ok(([kind, name], bytes).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_row_by_row() {
        let body = "0.id=a%20b&0.was=%7B%22zh%22%3A%22x%22%2C%22en%22%3A%22%22%2C%22unit%22%3A%22%22%7D&0.zh=y&0.en=&0.unit=kg\
                    &0.level.north=30&0.add.warehouse=south&0.add.level=7&new.id=c&new.zh=z&new.en=";
        let edits = edits(body.as_bytes()).unwrap_or_default();
        assert_eq!(edits.len(), 2);
        assert_eq!(edits[0].was.as_ref().map(|it| it.zh.as_str()), Some("x"));
        assert_eq!(edits[0].row.values.levels.get("north").map(String::as_str), Some("30"));
        assert_eq!((edits[0].row.add.0.as_str(), edits[0].row.id.as_str()), ("south", "a b"));
        assert!(edits[1].was.is_none() && edits[1].row.id == "c");
    }

    #[test]
    fn what_is_no_such_form_is_refused() {
        let many = "0.level.north=30&".repeat(MAX_FIELDS + 1);
        for body in [many.trim_end_matches('&'), "zh=1", "0.colour=red", "0.id=a&0.was=nonsense"] {
            assert!(edits(body.as_bytes()).is_none(), "{body:.99}");
        }
    }
}
