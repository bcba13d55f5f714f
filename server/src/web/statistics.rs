//! `GET /api/v1/statistics`, and how a question about a period is read from a URL.

use std::collections::BTreeMap;

use app::model::entry::Millis;
use app::model::faults::{FieldFault, Why};
use app::model::names::NameOf;
use app::model::statistics::{Column, Figures, Filter, Group, GroupBy, Interval, Order, Question, Row};
use axum::Json;
use axum::extract::{RawQuery, State};
use chrono::Months;
use serde::Serialize;

use super::Web;
use super::params::Params;
use super::problem::Problem;
use crate::business_time::{BusinessTime, rfc3339};
use crate::ingest::explain;
use crate::records::MOST_ROW_TABLES;
use crate::statistics::page::{Place, page};
use crate::statistics::{Error, MOST_PARTS, MOST_ROWS, Reader};

/// The longest period.
pub const MOST_YEARS: i32 = 100;
/// The most lines on a page, and the usual number.
const LIMITS: (i64, i64) = (1000, 100);

/// A question, and which of the lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// What is asked.
    pub question: Question,
    /// How lines follow each other.
    pub order: Order,
    /// After which line.
    pub after: Option<Place>,
    /// How many lines.
    pub limit: usize,
}

/// The dimensions of a statement, as URLs name them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Warehouse,
    Product,
    Company,
}

/// Reads the part of a question that is not about time.
pub fn filter_and_groups(params: &mut Params) -> (Filter, GroupBy) {
    let filter = Filter {
        warehouses: params.ids("warehouse_id"),
        products: params.ids("product_id"),
        companies: params.ids("company_id"),
    };
    let words = [("warehouse", By::Warehouse), ("product", By::Product), ("company", By::Company)];
    let by = params.words("group_by", &words);
    let group_by = GroupBy {
        warehouse: by.contains(&By::Warehouse),
        product: by.contains(&By::Product),
        company: by.contains(&By::Company),
    };
    (filter, group_by)
}

/// Notes what is wrong with a period.
pub fn check_period(params: &mut Params, from: Millis, to: Millis, zone: BusinessTime) {
    let latest = zone.local(from).and_then(|it| it.checked_add_months(Months::new(MOST_YEARS.unsigned_abs() * 12)));
    if to <= from {
        params.fault("to", Why::NotAfter("from"));
    } else if latest.is_none_or(|latest| zone.local(to).is_none_or(|to| to > latest)) {
        params.fault("to", Why::PeriodTooLong(MOST_YEARS));
    }
}

/// The interval.
pub fn interval(params: &mut Params) -> Option<Interval> {
    params.word("interval", &Interval::ALL.map(|it| (it.as_str(), it)))
}

/// The order, by group where none is given.
pub fn order(params: &mut Params) -> Order {
    let word = params.text("sort", 1000);
    let order = word.as_deref().map(Order::parse);
    if order == Some(None) {
        params.fault("sort", Why::NotOneOf(Column::ALL.map(Column::as_str).to_vec()));
    }
    order.flatten().unwrap_or(Order { column: Column::Group, descending: false })
}

/// The place that a cursor stands for.
pub fn cursor(params: &mut Params, order: Order) -> Option<Place> {
    let place = params.text("cursor", 10_000).map(|it| Place::read(&it, order));
    if place == Some(None) {
        params.fault("cursor", Why::BrokenCursor);
    }
    place.flatten()
}

fn read(query: &str, zone: BusinessTime) -> Result<Asked, Vec<FieldFault>> {
    let mut params = Params::new(query);
    let mut needed = |field| {
        let (before, at) = (params.count(), params.moment(field, zone));
        if at.is_none() && params.count() == before {
            params.fault(field, Why::Missing);
        }
        at
    };
    let (from, to) = (needed("from"), needed("to"));
    if let (Some(from), Some(to)) = (from, to) {
        check_period(&mut params, from, to, zone);
    }
    let (filter, group_by) = filter_and_groups(&mut params);
    let interval = interval(&mut params);
    let order = order(&mut params);
    let after = cursor(&mut params, order);
    let limit = params.number("limit", 1, LIMITS.0).unwrap_or(LIMITS.1);
    let faults = params.faults();
    match (from, to) {
        (Some(from), Some(to)) if faults.is_empty() => Ok(Asked {
            question: Question { period: from..to, group_by, interval, filter },
            order,
            after,
            limit: usize::try_from(limit).unwrap_or_default(),
        }),
        _ => Err(faults),
    }
}

/// The field that an error is about. `None`: it is about no field.
pub fn fault_of(error: &Error) -> Option<FieldFault> {
    let (field, why) = match error {
        Error::TooManyParts => ("interval", Why::TooManyParts(MOST_PARTS)),
        Error::TooManyRows => ("group_by", Why::TooManyRows(MOST_ROWS)),
        Error::TooFine => ("from", Why::TooFine(MOST_ROW_TABLES)),
        Error::NoSuchTime => ("from", Why::NotATime),
        Error::OutOfRange => ("from", Why::OutOfRange),
        Error::Records(_) | Error::Rebuilding => return None,
    };
    Some(FieldFault { field: field.to_owned(), why })
}

/// The field that an unknown id stands in.
pub fn unknown(ids: Vec<(NameOf, String)>) -> Vec<FieldFault> {
    let fault = |(of, id): (NameOf, String)| FieldFault { field: format!("{}_id", of.as_str()), why: Why::UnknownId(id) };
    ids.into_iter().map(fault).collect()
}

/// What an answer rests on.
#[derive(Debug, Serialize)]
pub struct AsOf {
    /// By partition, the next offset to be recorded.
    offsets: BTreeMap<i32, i64>,
    /// When it was read.
    time: String,
}

/// A line, as JSON.
#[derive(Debug, Serialize)]
pub struct Line {
    #[serde(flatten)]
    group: Group,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<String>,
    #[serde(flatten)]
    figures: Figures,
}

/// The answer.
#[derive(Debug, Serialize)]
pub struct Answer {
    as_of: AsOf,
    rows: Vec<Line>,
    total: Figures,
    next_cursor: Option<String>,
}

/// The call.
pub async fn get(State(web): State<Web>, RawQuery(query): RawQuery) -> Result<Json<Answer>, Problem> {
    let zone = web.business_time;
    let asked = read(query.as_deref().unwrap_or_default(), zone).map_err(|faults| Problem::faults(&faults))?;
    answer(&web, &asked).await.map(Json)
}

async fn answer(web: &Web, asked: &Asked) -> Result<Answer, Problem> {
    let zone = web.business_time;
    let mut reader = Reader::open(&web.pipeline.records, zone).await.map_err(|it| problem(&it))?;
    let ids = reader.unknown_ids(&asked.question.filter).await.map_err(|it| problem(&it))?;
    let ids = named_ones_aside(web, ids).await?;
    if !ids.is_empty() {
        return Err(Problem::faults(&unknown(ids)));
    }
    let statement = reader.statement(&asked.question).await.map_err(|it| problem(&it))?;
    let offsets = reader.cursors().iter().map(|(partition, it)| (*partition, it.next_offset)).collect();
    reader.close().await;
    let (rows, next) = page(statement.rows, asked.order, asked.after.as_ref(), asked.limit);
    Ok(Answer {
        as_of: AsOf { offsets, time: rfc3339(web.clock.now()) },
        rows: rows.into_iter().map(|row| line(row, zone)).collect(),
        total: statement.total,
        next_cursor: next.map(|it| it.write()),
    })
}

/// An id that has a name is known, though no entry has it yet.
async fn named_ones_aside(web: &Web, ids: Vec<(NameOf, String)>) -> Result<Vec<(NameOf, String)>, Problem> {
    if ids.is_empty() {
        return Ok(ids);
    }
    let catalogue = web.pipeline.records.catalogue().await.map_err(|it| problem(&Error::Records(it)))?;
    Ok(ids.into_iter().filter(|it| !catalogue.names.contains_key(it)).collect())
}

fn line(row: Row, zone: BusinessTime) -> Line {
    Line { group: row.group, start: row.start.map(|it| zone.rfc3339(it)), figures: row.figures }
}

fn problem(error: &Error) -> Problem {
    if let Some(fault) = fault_of(error) {
        return Problem::faults(&[fault]);
    }
    tracing::warn!("statistics: {}", explain(error));
    match error {
        Error::Rebuilding => Problem::away("The totals are being made anew from the records. Try again later."),
        _ => Problem::away("The records do not answer."),
    }
}
