//! Titles of columns, as people and programs of the trade write them (Kingdee, Yonyou, SAP, Odoo, ERPNext, Shopify, and our own exports), and the
//! line in which they stand.

use model::files::field::Field;

use super::table::{Cell, Row};
use crate::cells::simplified;

/// So many rows may stand above the titles.
const LOOKED_AT: usize = 30;

/// Titles of each field, the surest first: ids stand before names, for a table that has both means the id. In small letters, without spaces,
/// `_`, `-`, `/`, `.` and what stands in brackets.
const TITLES: [(Field, &[&str]); 13] = [
    (
        Field::CreateTime,
        &[
            "createtime",
            "业务时间",
            "businesstime",
            "过账日期",
            "postingdate",
            "单据日期",
            "业务日期",
            "出入库日期",
            "入库日期",
            "出库日期",
            "制单日期",
            "记账日期",
            "documentdate",
            "entrydate",
            "日期",
            "时间",
            "date",
            "datetime",
            "time",
            "effectivedate",
            "scheduleddate",
            "createdat",
            "day",
            "发生日期",
            "datum",
            "buchungsdatum",
        ],
    ),
    (Field::TimeOfDay, &["timeofday", "时刻", "postingtime", "entrytime", "过账时间", "制单时间", "uhrzeit"]),
    (
        Field::BillId,
        &[
            "billid",
            "billno",
            "billnumber",
            "单据编号",
            "单据号",
            "单号",
            "单据号码",
            "出入库单号",
            "入库单号",
            "出库单号",
            "凭证号",
            "凭证编号",
            "物料凭证",
            "materialdocument",
            "matdoc",
            "docno",
            "documentno",
            "documentnumber",
            "document",
            "voucherno",
            "vouchernumber",
            "reference",
            "orderno",
            "ordernumber",
            "ordername",
            "order",
            "name",
            "流水号",
            "单据",
            "bill",
            "beleg",
            "belegnummer",
        ],
    ),
    (
        Field::LineNo,
        &[
            "lineno",
            "linenumber",
            "行号",
            "行次",
            "分录号",
            "分录行号",
            "materialdocitem",
            "line",
            "行",
            "项次",
            "item#",
        ],
    ),
    (
        Field::ProductId,
        &[
            "productid",
            "产品编号",
            "产品编码",
            "产品代码",
            "商品编号",
            "商品编码",
            "商品代码",
            "物料编码",
            "物料编号",
            "物料代码",
            "物料号",
            "存货编码",
            "存货编号",
            "存货代码",
            "料号",
            "货号",
            "品号",
            "条码",
            "条形码",
            "sku",
            "skucode",
            "skuid",
            "itemcode",
            "itemid",
            "itemno",
            "itemnumber",
            "materialcode",
            "materialnumber",
            "material",
            "materialno",
            "productcode",
            "productsku",
            "variantsku",
            "lineitemsku",
            "internalreference",
            "barcode",
            "ean",
            "gtin",
            "artikelnummer",
            "物料",
            "产品",
            "商品",
            "存货",
            "货品",
            "品名",
            "product",
            "item",
            "article",
            "artikel",
            "产品名称",
            "商品名称",
            "物料名称",
            "存货名称",
            "productname",
            "itemname",
            "lineitemname",
        ],
    ),
    (
        Field::WarehouseId,
        &[
            "warehouseid",
            "仓库编号",
            "仓库编码",
            "仓库代码",
            "库房编码",
            "warehousecode",
            "locationid",
            "locationcode",
            "storagelocation",
            "库存地点",
            "sloc",
            "plant",
            "工厂",
            "仓库",
            "库房",
            "仓位",
            "warehouse",
            "depot",
            "location",
            "store",
            "lager",
            "lagerort",
            "仓库名称",
            "warehousename",
            "locationname",
        ],
    ),
    (
        Field::CompanyId,
        &[
            "companyid",
            "公司编号",
            "公司编码",
            "公司代码",
            "companycode",
            "客户编码",
            "供应商编码",
            "往来单位编码",
            "往来单位编号",
            "单位编码",
            "公司",
            "组织",
            "往来单位",
            "核算组织",
            "库存组织",
            "company",
            "organization",
            "mandant",
            "firma",
            "公司名称",
            "companyname",
        ],
    ),
    (
        Field::Direction,
        &[
            "drcr",
            "方向",
            "direction",
            "出入库",
            "收发",
            "收发方向",
            "出入库方向",
            "inout",
            "inorout",
            "in/out",
            "收发类别",
            "出入库类别",
            "出入库类型",
            "业务类型",
            "事务类型",
            "transactiontype",
            "movementdirection",
            "debit/creditind",
            "收发标志",
        ],
    ),
    (
        Field::Quantity,
        &[
            "quantity",
            "数量",
            "qty",
            "actualquantity",
            "actualqty",
            "实际数量",
            "实收数量",
            "实发数量",
            "基本数量",
            "基本单位数量",
            "主数量",
            "发生数量",
            "qtyinunitofentry",
            "qtyinunofentry",
            "quantitydone",
            "done",
            "pieces",
            "件数",
            "lineitemquantity",
            "menge",
            "amount",
        ],
    ),
    (
        Field::QuantityIn,
        &[
            "quantityin",
            "收入数量",
            "入库数量",
            "收数量",
            "收货数量",
            "进库数量",
            "入数量",
            "借方数量",
            "本期收入",
            "inqty",
            "qtyin",
            "inquantity",
            "received",
            "receivedqty",
            "receipt",
            "receipts",
            "收入",
            "入库",
            "进货数量",
            "zugang",
            "in",
        ],
    ),
    (
        Field::QuantityOut,
        &[
            "quantityout",
            "发出数量",
            "出库数量",
            "发数量",
            "发货数量",
            "出数量",
            "贷方数量",
            "本期发出",
            "outqty",
            "qtyout",
            "outquantity",
            "issued",
            "issuedqty",
            "issue",
            "issues",
            "发出",
            "出库",
            "销货数量",
            "abgang",
            "out",
        ],
    ),
    (Field::Kind, &["kind", "类型", "类别", "单据类型", "type", "vouchertype"]),
    (
        Field::Description,
        &[
            "description",
            "说明",
            "备注",
            "摘要",
            "note",
            "notes",
            "remark",
            "remarks",
            "memo",
            "comment",
            "text",
            "documentheadertext",
            "bemerkung",
        ],
    ),
];

/// A title without what does not matter: case, spaces, punctuation, and what stands in brackets, as a unit does.
fn plain(title: &str) -> String {
    let end = title.find(['(', '（', '[', '【', '［']).filter(|it| *it > 0).unwrap_or(title.len());
    let title = title.get(..end).unwrap_or(title);
    let keep =
        |it: &char| !it.is_whitespace() && !matches!(it, '_' | '-' | '.' | '*' | ':' | '：' | '\u{feff}' | '\'' | '"');
    title.to_lowercase().chars().filter(keep).map(simplified).collect()
}

/// Fields that a title may mean, each with how sure it is: 0 is the surest.
pub fn meanings(title: &str) -> Vec<(Field, usize)> {
    let title = plain(title);
    if title.is_empty() {
        return Vec::new();
    }
    let place =
        |(field, names): &(Field, &[&str])| names.iter().position(|it| *it == title).map(|place| (*field, place));
    TITLES.iter().filter_map(place).collect()
}

/// How many of the cells are titles that are known, those of one field counted once.
pub fn known<'a>(cells: impl Iterator<Item = &'a str>) -> usize {
    let mut fields: Vec<Field> = cells.flat_map(|it| meanings(it).first().map(|(field, _)| *field)).collect();
    fields.sort_unstable();
    fields.dedup();
    fields.len()
}

/// Place of the titles: the first of the rows with the most known ones; where none has two, the first row that is as wide as most.
pub fn find(rows: &[Row]) -> usize {
    let looked_at = rows.get(..LOOKED_AT.min(rows.len())).unwrap_or_default();
    let texts = |row: &Row| {
        let words = row.cells.iter().map(|it| if let Cell::Text(text) = it { text.to_string() } else { String::new() });
        words.collect::<Vec<_>>()
    };
    let scores: Vec<usize> = looked_at.iter().map(|row| known(texts(row).iter().map(String::as_str))).collect();
    let most = scores.iter().copied().max().unwrap_or(0);
    if most >= 2 {
        return scores.iter().position(|it| *it == most).unwrap_or(0);
    }
    let widest = looked_at.iter().map(Row::width).max().unwrap_or(0);
    looked_at.iter().position(|it| it.width() == widest).unwrap_or(0)
}

/// Words that begin a line of totals.
const TOTALS: [&str; 18] = [
    "合计",
    "总计",
    "小计",
    "共计",
    "累计",
    "本页合计",
    "本页小计",
    "本月合计",
    "本期合计",
    "total",
    "totals",
    "grandtotal",
    "subtotal",
    "sum",
    "summe",
    "gesamt",
    "totale",
    "итого",
];

/// Is it a line of totals? Its first word says so, and it names no bill: `bill` is the column of those.
pub fn is_total(row: &Row, bill: Option<usize>) -> bool {
    let Some((place, Cell::Text(first))) = row.cells.iter().enumerate().find(|(_, it)| !it.is_empty()) else {
        return false;
    };
    let has_word = TOTALS.contains(&plain(first).as_str());
    has_word && bill.is_none_or(|bill| bill == place || row.cell(bill).is_empty())
}

/// Is it a part of a total only, as of a page or a group?
pub fn is_subtotal(row: &Row) -> bool {
    let first = row.cells.iter().find(|it| !it.is_empty()).map(Cell::text).unwrap_or_default();
    let first = plain(&first);
    first.contains("小计") || first.contains("本页") || first == "subtotal"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(line: usize, cells: &[&str]) -> Row {
        Row { line, cells: cells.iter().map(|it| Cell::from_text(it)).collect(), has_text_outside: false }
    }

    #[test]
    fn titles_below_others_are_found() {
        let rows = [
            row(1, &["某某公司出入库明细", ""]),
            row(2, &["制表日期：2026/3/31"]),
            row(3, &["日期", "单据号", "产品"]),
            row(4, &["2026/3/1", "B", "p"]),
        ];
        assert_eq!(find(&rows), 2);
        assert_eq!(find(&[row(1, &["my export"]), row(2, &["a", "b", "c"]), row(3, &["1", "2", "3"])]), 1);
        assert_eq!(find(&[row(1, &["a"])]), 0);
    }

    #[test]
    fn titles_of_programs_are_known() {
        for (title, field) in [
            ("Posting Date", Field::CreateTime),
            ("存货编码", Field::ProductId),
            ("数量(箱)", Field::Quantity),
            ("Material Document", Field::BillId),
            ("Voucher No.", Field::BillId),
            ("收发类别", Field::Direction),
            ("In Qty", Field::QuantityIn),
            ("Lineitem sku", Field::ProductId),
            ("仓库", Field::WarehouseId),
        ] {
            assert_eq!(meanings(title).first().map(|it| it.0), Some(field), "{title}");
        }
        assert_eq!(meanings("单价"), []);
    }

    #[test]
    fn totals_are_told_by_their_word_and_no_bill() {
        assert!(is_total(&row(9, &["合计：", "", "38,612"]), Some(1)));
        assert!(is_total(&row(9, &["", "Grand Total", "5"]), Some(1)));
        assert!(!is_total(&row(9, &["total", "B-1", "5"]), Some(1)));
        assert!(is_subtotal(&row(9, &["本页小计", "5"])));
    }
}
