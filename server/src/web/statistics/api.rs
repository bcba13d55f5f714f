//! `GET /api/v1/statistics`.

use std::ops::Range;

use axum::Json;
use axum::extract::{RawQuery, State};
use model::faults::FieldFault;
use model::ids::{CompanyId, ProductId, WarehouseId};
use model::statistics::{Column, Figures, Group, Interval, Order, Question, Row};
use model::stock::AsOf;
use model::time::Millis;
use serde::Serialize;
use utoipa::ToSchema;

use crate::statistics::page::{Place, page};
use crate::statistics::{Error, Reader};
use crate::web::Web;
use crate::web::http::cause::is_busy;
use crate::web::http::page::PageSize;
use crate::web::http::params::Params;
use crate::web::http::period::{check_period, filter};
use crate::web::http::problem::Problem;
use crate::web::openapi::Moment;
use crate::web::statistics::query::{BY, cursor, fault_of, group_by, interval, order};
use base::business_time::{BusinessTime, rfc3339};
use base::status::explain;

/// A question, and which of the lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRequest {
    /// What is asked.
    pub question: Question,
    /// How lines follow each other.
    pub order: Order,
    /// After which line.
    pub after: Option<Place>,
    /// How many lines.
    pub limit: usize,
}

fn read(query: &str, zone: BusinessTime) -> Result<CallRequest, Vec<FieldFault>> {
    let mut params = Params::new(query);
    let (from, to) = (params.needed_moment("from", zone), params.needed_moment("to", zone));
    if let (Some(from), Some(to)) = (from, to) {
        check_period(&mut params, &(from..to), zone);
    }
    let filter = filter(&mut params);
    let group_by = group_by(&params.words("group_by", &BY[..3]));
    let interval = interval(&mut params);
    let order = order(&mut params).unwrap_or(Order { column: Column::Group, descending: false });
    let after = cursor(&mut params, order);
    let limit = PageSize::ROWS.limit(&mut params);
    let faults = params.faults();
    match (from, to) {
        (Some(from), Some(to)) if faults.is_empty() => Ok(CallRequest {
            question: Question { period: from..to, group_by, interval, filter },
            order,
            after,
            limit: usize::try_from(limit).unwrap_or_default(),
        }),
        _ => Err(faults),
    }
}

/// What a row is about, and its figures.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatisticsRow {
    #[serde(flatten)]
    group: Group,
    #[serde(skip_serializing_if = "Option::is_none")]
    /// Of the interval, in business time; RFC 3339.
    start: Option<String>,
    #[serde(flatten)]
    figures: Figures,
}

/// A page of rows, and the total of all of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatisticsPage {
    as_of: AsOf,
    rows: Vec<StatisticsRow>,
    /// Of all rows, not of this page alone.
    total: Figures,
    next_cursor: Option<String>,
}

/// Opening, in, out, adjustments and closing of a period; opening + in - out + adjust == closing on every row.
///
/// Fields that are not grouped by are absent.
#[utoipa::path(
    get, path = "/statistics", operation_id = "statistics", tag = "statistics",
    params(
        ("from" = Moment, Query, description = "Its start; a day, or a time with or without an offset."),
        ("to" = Moment, Query, description = "Its end, which is not in it."),
        ("group_by" = Option<String>, Query, description = "Any of `warehouse`, `product`, `company`, with commas.", pattern = "^(warehouse|product|company)(,(warehouse|product|company))*$"),
        ("interval" = Option<Interval>, Query, description = "A row for each of these."),
        ("warehouse_id" = Option<Vec<WarehouseId>>, Query, description = "Only these; up to 100."),
        ("product_id" = Option<Vec<ProductId>>, Query, description = "Only these; up to 100."),
        ("company_id" = Option<Vec<CompanyId>>, Query, description = "Only these; up to 100."),
        ("sort" = Option<String>, Query, description = "A column, with `-` before it for the largest first."),
        ("limit" = Option<u32>, Query, description = "The most rows of an answer; 100 where it is not said.", minimum = 1, maximum = 1000),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the answer before.", min_length = 1),
    ),
    responses((status = OK, description = "A page of rows.", body = StatisticsPage), Problem),
)]
pub async fn get(State(web): State<Web>, RawQuery(query): RawQuery) -> Result<Json<StatisticsPage>, Problem> {
    let zone = web.business_time;
    let asked = read(query.as_deref().unwrap_or_default(), zone).map_err(|faults| Problem::faults(&faults))?;
    answer(&web, &asked).await.map(Json)
}

async fn answer(web: &Web, asked: &CallRequest) -> Result<StatisticsPage, Problem> {
    let zone = web.business_time;
    let problem_of = |it: Error| problem(&it, &asked.question.period, zone);
    let mut reader = Reader::open(&web.records, zone).await.map_err(problem_of)?;
    let ids = reader.unknown_ids(&asked.question.filter).await.map_err(problem_of)?;
    let faults = web.finder().unknown(ids);
    if !faults.is_empty() {
        return Err(Problem::faults(&faults));
    }
    let statement = reader.statement(&asked.question).await.map_err(problem_of)?;
    let offsets = reader.cursors().iter().map(|(partition, it)| (*partition, it.next_offset)).collect();
    reader.close().await;
    let (rows, next) = page(statement.rows, asked.order, asked.after.as_ref(), asked.limit);
    Ok(StatisticsPage {
        as_of: AsOf { offsets, time: rfc3339(web.clock.now()) },
        rows: rows.into_iter().map(|row| line(row, zone)).collect(),
        total: statement.total,
        next_cursor: next.map(|it| it.write()),
    })
}

fn line(row: Row, zone: BusinessTime) -> StatisticsRow {
    StatisticsRow { group: row.group, start: row.start.map(|it| zone.rfc3339(it)), figures: row.figures }
}

fn problem(error: &Error, period: &Range<Millis>, zone: BusinessTime) -> Problem {
    if let Some(fault) = fault_of(error, period, zone) {
        return Problem::faults(&[fault]);
    }
    if is_busy(error) {
        return Problem::busy();
    }
    tracing::warn!("statistics: {}", explain(error));
    match error {
        Error::Rebuilding => Problem::away("The totals are being made from the records. Try again later."),
        _ => Problem::away("The records do not answer."),
    }
}
