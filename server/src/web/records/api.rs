//! `GET /api/v1/records`: entries as they are recorded, newest first.

use axum::Json;
use axum::extract::{RawQuery, State};
use model::entries::{EntriesQuestion, EntryPlace, RecordedEntry};
use model::entry::Kind;
use model::faults::FieldFault;
use model::ids::{BillId, CompanyId, ProductId, WarehouseId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::lookup::Lookup;
use crate::web::Web;
use crate::web::http::cause::is_busy;
use crate::web::http::page::PageSize;
use crate::web::http::params::Params;
use crate::web::http::period::{check_period, filter};
use crate::web::http::problem::Problem;
use crate::web::openapi::Moment;
use crate::web::records::query::{cursor, question, write_cursor};
use base::business_time::{BusinessTime, rfc3339};
use base::status::explain;
use model::time::EVER;
use records::TotalsError;

/// A question, and which of the entries.
struct CallRequest {
    question: EntriesQuestion,
    after: Option<EntryPlace>,
    limit: usize,
}

fn read(query: &str, zone: BusinessTime) -> Result<CallRequest, Vec<FieldFault>> {
    let mut params = Params::new(query);
    let (from, to) = (params.moment("from", zone), params.moment("to", zone));
    let period = from.unwrap_or(EVER.start)..to.unwrap_or(EVER.end);
    if from.is_some() && to.is_some() {
        check_period(&mut params, &period, zone);
    }
    let filter = filter(&mut params);
    let question = question(&mut params, filter, period);
    let after = cursor(&mut params);
    let limit = PageSize::ROWS.limit(&mut params);
    let faults = params.faults();
    if faults.is_empty() {
        Ok(CallRequest { question, after, limit: usize::try_from(limit).unwrap_or_default() })
    } else {
        Err(faults)
    }
}

/// An entry as it is recorded.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordedItem {
    product_id: String,
    quantity: i64,
    /// 1: in; -1: out.
    drcr: i64,
    company_id: String,
    warehouse_id: String,
    bill_id: String,
    line_no: i32,
    kind: Kind,
    /// RFC 3339, in business time.
    create_time: String,
    description: String,
    /// Where its message is.
    partition: i32,
    /// Where its message is.
    offset: i64,
    recorded_at: String,
}

/// A page of entries, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecordsPage {
    items: Vec<RecordedItem>,
    next_cursor: Option<String>,
}

/// Entries, newest first.
///
/// A text is looked for where a product or a bill is given, or over at most a day.
#[utoipa::path(
    get, path = "/records", operation_id = "records", tag = "entries",
    params(
        ("from" = Option<Moment>, Query, description = "Its start; a day, or a time with or without an offset."),
        ("to" = Option<Moment>, Query, description = "Its end, which is not in it."),
        ("warehouse_id" = Option<Vec<WarehouseId>>, Query, description = "Only these; up to 100."),
        ("product_id" = Option<Vec<ProductId>>, Query, description = "Only these; up to 100."),
        ("company_id" = Option<Vec<CompanyId>>, Query, description = "Only these; up to 100."),
        ("bill_id" = Option<BillId>, Query, description = "All lines of this bill."),
        ("direction" = Option<String>, Query, description = "`in` or `out`.", pattern = "^(in|out)$"),
        ("kind" = Option<String>, Query, description = "Any of `bill`, `opening`, `adjust`, with commas.", pattern = "^(bill|opening|adjust)(,(bill|opening|adjust))*$"),
        ("text" = Option<String>, Query, description = "A part of the description.", max_length = 128),
        ("limit" = Option<u32>, Query, description = "The most entries of an answer; 100 where it is not said.", minimum = 1, maximum = 1000),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the answer before.", min_length = 1),
    ),
    responses((status = OK, description = "A page of them.", body = RecordsPage), Problem),
)]
pub async fn get(State(web): State<Web>, RawQuery(query): RawQuery) -> Result<Json<RecordsPage>, Problem> {
    let zone = web.business_time;
    let asked = read(query.as_deref().unwrap_or_default(), zone).map_err(|faults| Problem::faults(&faults))?;
    let mut lookup = Lookup::open(&web.records, zone).await.map_err(|it| problem(&it))?;
    let ids = lookup.unknown_ids(&asked.question.filter).await.map_err(|it| problem(&TotalsError::Records(it)))?;
    let faults = web.finder().unknown(ids);
    if !faults.is_empty() {
        return Err(Problem::faults(&faults));
    }
    let page = lookup.page(&asked.question, asked.after.as_ref(), asked.limit).await.map_err(|it| problem(&it))?;
    lookup.close().await;
    let items = page.entries.into_iter().map(|it| item(it, zone)).collect();
    Ok(Json(RecordsPage { items, next_cursor: page.next.as_ref().map(write_cursor) }))
}

fn item(it: RecordedEntry, zone: BusinessTime) -> RecordedItem {
    RecordedItem {
        product_id: it.product_id.to_string(),
        quantity: it.quantity,
        drcr: it.direction.sign(),
        company_id: it.company_id.to_string(),
        warehouse_id: it.warehouse_id.to_string(),
        bill_id: it.bill_id.to_string(),
        line_no: it.line_no,
        kind: it.kind,
        create_time: zone.rfc3339(it.create_time),
        description: it.description,
        partition: it.partition,
        offset: it.offset,
        recorded_at: rfc3339(it.recorded_at),
    }
}

fn problem(error: &TotalsError) -> Problem {
    if is_busy(error) {
        return Problem::busy();
    }
    tracing::warn!("records: {}", explain(error));
    match error {
        TotalsError::Missing | TotalsError::Behind => {
            Problem::away("The totals are being made from the records. Try again later.")
        }
        _ => Problem::away("The records do not answer."),
    }
}
