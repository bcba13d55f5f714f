//! `/count/sheet`: the products of a warehouse to count, blind or with figures, to print or as XLSX.

use std::sync::Arc;

use app::i18n::Locale;
use app::pages::count::view::{SheetLine, SheetPage};
use axum::Router;
use axum::extract::{Extension, RawQuery, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use axum::routing::get;
use model::faults::FieldFault;
use model::files::choices::Separator;
use model::ids::WarehouseId;
use model::names::NameOf;
use model::statistics::{Filter, GroupBy, Question};
use model::time::{EVER, Millis};

use crate::counting::Error;
use crate::export::{Cell, Progress, Row, whole};
use crate::live::clock;
use crate::statistics;
use crate::web::Web;
use crate::web::count::page::CountReader;
use crate::web::http::guard::{Principal, Role};
use crate::web::http::params::Params;
use crate::web::http::preferences;
use crate::web::http::problem::Problem;
use crate::web::http::table_file::{FileRequest, Kind, Table};
use crate::web::names::find::named;

/// Which sheet is wanted.
struct SheetRequest {
    warehouse: WarehouseId,
    has_figures: bool,
}

/// Reads the URL of a sheet.
fn wanted(query: &str) -> Result<SheetRequest, Vec<FieldFault>> {
    let mut params = Params::of_form(query);
    let warehouse: Option<WarehouseId> = params.id("warehouse_id");
    let has_figures = params.word("figures", &[("1", true), ("0", false)]).unwrap_or(false);
    if warehouse.is_none() {
        params.fault("warehouse_id", model::faults::Why::Missing);
    }
    let faults = params.faults();
    warehouse.filter(|_| faults.is_empty()).map(|warehouse| SheetRequest { warehouse, has_figures }).ok_or(faults)
}

impl CountReader {
    /// Answers the URL of a sheet. `None`: it names no warehouse.
    pub async fn sheet(&self, query: &str, now: Millis) -> Result<Option<SheetPage>, Error> {
        let Ok(asked) = wanted(query) else { return Ok(None) };
        let records = &self.counter.intake.records;
        let names = self.hub.names();
        let filter = Filter { warehouses: vec![asked.warehouse.clone()], ..Filter::default() };
        let group_by = GroupBy { product: true, ..GroupBy::default() };
        let question = Question { period: EVER, group_by, interval: None, filter };
        let statement = statistics::statement(records, self.counter.zone, &question).await?;
        let catalogue = records.catalogue().await?;
        let line = |row: model::statistics::Row| {
            let id = row.group.product_id?.to_string();
            let unit = catalogue.names.get(&(NameOf::Product, id.clone())).and_then(|it| it.unit.clone());
            Some(SheetLine {
                product: named(&names, NameOf::Product, &id),
                unit: unit.unwrap_or_default(),
                book: asked.has_figures.then_some(row.figures.closing),
            })
        };
        Ok(Some(SheetPage {
            warehouse: named(&names, NameOf::Warehouse, asked.warehouse.as_str()),
            at: clock(self.counter.zone, now, "%Y-%m-%d %H:%M"),
            has_figures: asked.has_figures,
            lines: statement.rows.into_iter().filter_map(line).collect(),
        }))
    }
}

/// What the handler works with.
#[derive(Clone)]
struct SheetFiles {
    web: Web,
    reader: CountReader,
}

/// Routes of sheets as files.
pub fn routes(web: Web, reader: CountReader) -> Router {
    let files = SheetFiles { web, reader };
    Router::new().route("/count/sheet.csv", get(file)).route("/count/sheet.xlsx", get(file)).with_state(files)
}

async fn file(
    State(it): State<SheetFiles>,
    Extension(who): Extension<Principal>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    uri: Uri,
) -> Result<Response, Problem> {
    who.must_be(Role::Manager, "Only a manager makes count sheets.")?;
    let query = query.unwrap_or_default();
    wanted(&query).map_err(|it| Problem::faults(&it))?;
    let now = it.web.clock.now();
    let away = Problem::unavailable("a count sheet");
    let sheet = it.reader.sheet(&query, now).await.map_err(away)?;
    let sheet = sheet.ok_or_else(|| Problem::no_such("warehouse"))?;
    let locale = preferences::locale(&headers);
    let kind = Kind::of_path(uri.path(), Separator::Comma);
    let stamp = clock(it.web.business_time, now, "%Y%m%d-%H%M%S");
    let (titles, rows) = table(&sheet, locale);
    let rows = whole(rows, &Arc::new(Progress::default()));
    let file = FileRequest { kind, locale, now, stamp };
    file.of(Table { name: "count", sheet: locale.count_texts().sheet_title, titles, rows }).await
}

/// A sheet as rows, with the titles that the reader of counts knows.
fn table(sheet: &SheetPage, locale: Locale) -> (Vec<String>, Vec<Row>) {
    let (count, export) = (locale.count_texts(), locale.export_texts());
    let id_of = |name: &str| (export.id_of)(name);
    let mut titles = vec![
        id_of(count.warehouse),
        count.warehouse.to_owned(),
        id_of(count.product),
        count.product.to_owned(),
        count.unit.to_owned(),
    ];
    titles.extend(sheet.has_figures.then(|| count.book.to_owned()));
    titles.extend([count.counted.to_owned(), locale.entry_field("create_time").unwrap_or_default().to_owned()]);
    let text = |it: &str| if it.is_empty() { Cell::Empty } else { Cell::from(it) };
    let rows = sheet.lines.iter().map(|it| {
        let mut row = vec![
            text(&sheet.warehouse.id),
            text(&locale.name(&sheet.warehouse.name, &sheet.warehouse.id)),
            text(&it.product.id),
            text(&locale.name(&it.product.name, &it.product.id)),
            text(&it.unit),
        ];
        row.extend(it.book.map(Cell::Number));
        row.extend([Cell::Empty, Cell::Empty]);
        row
    });
    (titles, rows.collect())
}
