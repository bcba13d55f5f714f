//! `GET /api/v1/stock`: the live stock, page by page.

use axum::Json;
use axum::extract::{RawQuery, State};
use model::faults::Why;
use model::ids::{ProductId, WarehouseId};
use model::stock::StockPage;

use crate::live::StockFilter;
use crate::web::Web;
use crate::web::http::page::PageSize;
use crate::web::http::params::Params;
use crate::web::http::problem::Problem;
use realtime::parse_member;

/// Two ids, each of whose characters may be four bytes of three signs.
const MAX_CURSOR: usize = 2000;

/// The live stock, by warehouse and product.
///
/// A stock that is `null` cannot be read; what is known of it stands on `/system`.
#[utoipa::path(
    get, path = "/stock", operation_id = "stock", tag = "stock",
    params(
        ("warehouse_id" = Option<WarehouseId>, Query, description = "Only this one."),
        ("product_id" = Option<ProductId>, Query, description = "Only this one."),
        ("limit" = Option<u32>, Query, description = "The most items of an answer; 100 where it is not said.", minimum = 1, maximum = 1000),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the answer before.", min_length = 1),
    ),
    responses((status = OK, description = "A page of them.", body = StockPage), Problem),
)]
pub async fn get(State(web): State<Web>, RawQuery(query): RawQuery) -> Result<Json<StockPage>, Problem> {
    let mut params = Params::new(query.as_deref().unwrap_or_default());
    let warehouse: Option<WarehouseId> = params.id("warehouse_id");
    let product: Option<ProductId> = params.id("product_id");
    let limit = PageSize::ROWS.limit(&mut params);
    let after = params.text("cursor", MAX_CURSOR).map(|it| parse_member(&it));
    if after == Some(None) {
        params.fault("cursor", Why::BrokenCursor);
    }
    Problem::check(&params.faults())?;
    let filter = StockFilter { warehouse: warehouse.map(Into::into), product: product.map(Into::into) };
    web.hub
        .stock(&filter, after.flatten().as_ref(), usize::try_from(limit).unwrap_or_default())
        .map(Json)
        .ok_or_else(|| Problem::away("The live stock is not known yet."))
}
