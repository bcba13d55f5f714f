//! The rules of the catalogue's fields, for files and for the page alike. Pure.

use app::pages::names::view::{Column, Fault, MAX_NAME, MAX_UNIT, RowValues};
use model::ids::{ProductId, WarehouseId, is_invisible};
use model::names::{Name, NameOf};
use model::quantity::MAX_SUM;
use model::stock::StockKey;

use records::{LevelRow, NameRow};

/// A name, or all that is wrong with it.
pub fn name(of: NameOf, id: &str, values: &RowValues) -> Result<NameRow, Vec<Fault>> {
    let mut faults = Vec::new();
    // One rule holds for every kind of id.
    if let Err(why) = ProductId::try_from(id) {
        faults.push(Fault::Id(Column::Id, why));
    }
    if id.chars().any(is_invisible) {
        faults.push(Fault::Invisible(Column::Id));
    }
    if of != NameOf::Product && !values.unit.trim().is_empty() {
        faults.push(Fault::UnitOf(of));
    }
    let mut short = |column, text: &str, limit| match text.trim() {
        "" => None,
        text if text.chars().count() > limit => {
            faults.push(Fault::TooLong(column, limit));
            None
        }
        text if text.chars().any(char::is_control) => {
            faults.push(Fault::Control(column));
            None
        }
        text => Some(text.to_owned()),
    };
    let zh = short(Column::Zh, &values.zh, MAX_NAME);
    let en = short(Column::En, &values.en, MAX_NAME);
    let unit = short(Column::Unit, &values.unit, MAX_UNIT);
    if faults.is_empty() { Ok(NameRow { of, id: id.to_owned(), name: Name { zh, en }, unit }) } else { Err(faults) }
}

/// A level, or all that is wrong with it. An empty text takes the level away.
pub fn level(product: &str, warehouse: &str, text: &str) -> Result<LevelRow, Vec<Fault>> {
    let mut faults = Vec::new();
    let product_id = ProductId::try_from(product).map_err(|why| faults.push(Fault::Id(Column::Id, why))).ok();
    let warehouse_id =
        WarehouseId::try_from(warehouse).map_err(|why| faults.push(Fault::Id(Column::Warehouse, why))).ok();
    let level = match text.trim() {
        "" => None,
        text => {
            let number = text.parse::<i64>().ok().filter(|it| (1..=MAX_SUM).contains(it));
            if number.is_none() {
                faults.push(Fault::Level(warehouse.to_owned(), text.chars().take(40).collect(), MAX_SUM));
            }
            number
        }
    };
    match (product_id, warehouse_id) {
        (Some(product_id), Some(warehouse_id)) if faults.is_empty() => {
            Ok(LevelRow { key: StockKey { warehouse_id, product_id }, level })
        }
        _ => Err(faults),
    }
}
