//! From columns to fields: as they are named, or as a person says. Pure.

use std::collections::BTreeMap;

use app::pages::import::view::{FIELDS, Mapping, Source};
use serde_json::{Map, Value};

use super::cells::value;
use super::check::Numbered;
use super::table::Table;

/// What columns are called that hold a field, in small letters without spaces, `_` and `-`.
const NAMES: [(&str, &[&str]); 10] = [
    (
        "create_time",
        &["createtime", "time", "date", "datetime", "businesstime", "业务时间", "时间", "日期", "业务日期", "单据日期"],
    ),
    ("bill_id", &["billid", "bill", "billno", "docno", "单据", "单据号", "单据编号", "单号"]),
    ("line_no", &["lineno", "line", "行号", "行"]),
    (
        "product_id",
        &[
            "productid",
            "product",
            "sku",
            "item",
            "itemcode",
            "产品",
            "产品编号",
            "商品",
            "商品编号",
            "物料",
            "物料编码",
        ],
    ),
    ("warehouse_id", &["warehouseid", "warehouse", "depot", "location", "仓库", "仓库编号"]),
    ("company_id", &["companyid", "company", "公司", "公司编号", "单位"]),
    ("drcr", &["drcr", "direction", "inout", "方向", "出入库", "收发"]),
    ("quantity", &["quantity", "qty", "amount", "数量"]),
    ("kind", &["kind", "type", "类型", "单据类型"]),
    ("description", &["description", "note", "remark", "memo", "说明", "备注", "摘要"]),
];

/// Where the fields of a file are, as far as its columns are named after them. Without a direction, the sign of the quantity tells.
pub fn guess(head: &[String]) -> Mapping {
    let plain = |it: &String| it.to_lowercase().replace([' ', '_', '-'], "");
    let head: Vec<String> = head.iter().map(plain).collect();
    let place = |names: &[&str]| names.iter().find_map(|name| head.iter().position(|it| it == name));
    let found = NAMES.iter().filter_map(|(field, names)| Some((*field, Source::Column(place(names)?))));
    let mut mapping = Mapping(found.collect::<BTreeMap<_, _>>());
    mapping.0.entry("drcr").or_insert(Source::Sign);
    mapping
}

/// The rows of a table as entries.
pub fn mapped(table: &Table, mapping: &Mapping) -> Vec<Numbered> {
    table.rows.iter().map(|(line, cells)| Numbered { line: *line, text: entry(cells, mapping).into_bytes() }).collect()
}

/// Cells as an entry.
pub fn entry(cells: &[String], mapping: &Mapping) -> String {
    let mut entry = Map::new();
    for field in FIELDS {
        let text = match mapping.source(field) {
            Source::None | Source::Sign => continue,
            Source::Column(place) => cells.get(*place).map(String::as_str).unwrap_or_default(),
            Source::Fixed(text) => text,
        };
        if !text.is_empty() {
            entry.insert(field.to_owned(), value(field, text));
        }
    }
    if *mapping.source("drcr") == Source::Sign
        && let Some(quantity) = entry.get("quantity").and_then(Value::as_i64)
    {
        entry.insert("drcr".to_owned(), if quantity < 0 { -1 } else { 1 }.into());
        entry.insert("quantity".to_owned(), quantity.saturating_abs().into());
    }
    Value::Object(entry).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(head: &[&str], row: &[&str]) -> Table {
        let texts = |all: &[&str]| all.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        Table { head: texts(head), rows: vec![(2, texts(row))] }
    }

    fn json(table: &Table, mapping: &Mapping) -> Value {
        serde_json::from_slice(&mapped(table, mapping)[0].text).unwrap()
    }

    #[test]
    fn columns_are_found_by_their_names_in_both_languages() {
        let it = table(&["单据号", "日期", "Product ID", "数量", "other"], &["B-1", "2025-03-10", "p", "-5", "x"]);
        let mapping = guess(&it.head);
        assert_eq!(mapping.source("drcr"), &Source::Sign);
        let wanted = serde_json::json!({
            "bill_id": "B-1", "create_time": "2025-03-10 00:00:00", "product_id": "p", "quantity": 5, "drcr": -1,
        });
        assert_eq!(json(&it, &mapping), wanted);
    }

    #[test]
    fn a_person_may_say_otherwise() {
        let it = table(&["a", "b"], &["7", "out"]);
        let mapping = Mapping(BTreeMap::from([
            ("quantity", Source::Column(0)),
            ("drcr", Source::Column(1)),
            ("company_id", Source::Fixed("c".to_owned())),
            ("kind", Source::Column(9)),
        ]));
        assert_eq!(json(&it, &mapping), serde_json::json!({ "quantity": 7, "drcr": -1, "company_id": "c" }));
    }
}
