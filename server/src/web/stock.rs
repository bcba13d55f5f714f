//! `GET /api/v1/stock`: the live stock, page by page.

use app::model::ids::{ProductId, WarehouseId};
use app::model::stock::StockPage;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use serde::Deserialize;

use super::Web;
use super::problem::{FieldError, Problem};
use crate::live::StockFilter;
use crate::realtime::parse_member;

/// The most and the usual number of items on a page.
const LIMITS: (usize, usize) = (1000, 100);

/// The question.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    warehouse_id: Option<String>,
    product_id: Option<String>,
    limit: Option<String>,
    cursor: Option<String>,
}

/// The call.
pub async fn get(
    State(web): State<Web>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<StockPage>, Problem> {
    let Query(wanted) = wanted.map_err(|_| {
        Problem::invalid(vec![FieldError {
            line: None,
            field: "query".to_owned(),
            code: "malformed",
            message: "cannot be read".to_owned(),
        }])
    })?;
    let mut errors = Vec::new();
    let mut wrong = |field: &str, message: String| {
        errors.push(FieldError { line: None, field: field.to_owned(), code: "invalid", message });
    };
    if let Some(Err(why)) = wanted.warehouse_id.as_deref().map(WarehouseId::try_from) {
        wrong("warehouse_id", why.to_string());
    }
    if let Some(Err(why)) = wanted.product_id.as_deref().map(ProductId::try_from) {
        wrong("product_id", why.to_string());
    }
    let limit =
        wanted.limit.as_deref().map_or(Some(LIMITS.1), |it| it.parse().ok().filter(|it| (1..=LIMITS.0).contains(it)));
    if limit.is_none() {
        wrong("limit", format!("is not between 1 and {}", LIMITS.0));
    }
    let after = wanted.cursor.as_deref().map(parse_member);
    if after == Some(None) {
        wrong("cursor", "is none that this call gave out".to_owned());
    }
    let (Some(limit), true) = (limit, errors.is_empty()) else { return Err(Problem::invalid(errors)) };
    let filter = StockFilter { warehouse: wanted.warehouse_id, product: wanted.product_id };
    web.hub
        .stock(&filter, after.flatten().as_ref(), limit)
        .map(Json)
        .ok_or_else(|| Problem::away("The live stock is not known yet."))
}
