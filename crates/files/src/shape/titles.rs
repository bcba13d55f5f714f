//! Titles of columns, as people and programs of the trade write them (Kingdee, Yonyou, SAP, Odoo, `ERPNext`, Shopify, and our own exports), and the
//! line in which they stand.

use std::collections::HashMap;
use std::sync::LazyLock;

use model::files::field::Field;

use super::table::{Cell, Row};
use crate::cells::simplified;

/// So many rows may stand above the titles.
const LOOKED_AT: usize = 30;

/// Titles by the text that [`plain`] makes of them: each field that it may mean, and how sure that is (0 is the surest). From `titles.txt`.
static TITLES: LazyLock<HashMap<&'static str, Vec<(Field, usize)>>> = LazyLock::new(|| {
    let mut titles: HashMap<_, Vec<_>> = HashMap::new();
    let (mut field, mut rank) = (None, 0);
    for line in include_str!("titles.txt").lines().filter(|it| !it.starts_with('#')) {
        let mut words = line;
        if let Some((name, rest)) = line.split_once(':').filter(|_| !line.starts_with(' ')) {
            (field, rank, words) = (Field::parse(name), 0, rest);
        }
        for word in words.split(',').map(str::trim).filter(|it| !it.is_empty()) {
            titles.entry(word).or_default().extend(field.map(|it| (it, rank)));
            rank += 1;
        }
    }
    titles
});

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
    TITLES.get(plain(title).as_str()).cloned().unwrap_or_default()
}

/// Is it the place to which goods are moved, beside one from which they are?
pub fn is_destination(title: &str) -> bool {
    let names = [
        "to",
        "locationdestid",
        "destinationlocation",
        "locationdest",
        "targetwarehouse",
        "towarehouse",
        "目的仓库",
        "目标仓库",
        "调入仓库",
        "转入仓库",
    ];
    names.contains(&plain(title).as_str())
}

/// Are they the titles of an export of ours? No other system knows places in our queue.
pub fn are_ours(titles: &[String]) -> bool {
    let has = |it: &str| titles.iter().any(|title| title == it);
    has("Partition") && has("Offset") && has("Recorded at") || has("分区") && has("偏移") && has("记录时间")
}

/// How many of the cells are titles that are known, those of one field counted once.
pub fn known<'a>(cells: impl Iterator<Item = &'a str>) -> usize {
    let mut fields: Vec<Field> = cells.filter_map(|it| meanings(it).first().map(|(field, _)| *field)).collect();
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
    let Some((place, Cell::Text(first))) = row.first() else { return false };
    let has_word = TOTALS.contains(&plain(first).as_str());
    has_word && bill.is_none_or(|bill| bill == place || row.cell(bill).is_empty())
}

/// Words that begin a line about the file, not about goods.
const NOTES: [&str; 20] = [
    "制表人",
    "制单人",
    "审核人",
    "审核",
    "打印时间",
    "打印日期",
    "打印人",
    "页码",
    "过次页",
    "承前页",
    "本年累计",
    "期初余额",
    "期末余额",
    "期初结存",
    "期末结存",
    "经手人",
    "closingbalance",
    "openingbalance",
    "printedby",
    "printedat",
];

/// Is it a line about the file? Its first word says so, and it names no bill.
pub fn is_note(row: &Row, bill: Option<usize>) -> bool {
    let is_word = |it: &Cell| {
        let Cell::Text(text) = it else { return false };
        NOTES.contains(&plain(text.split([':', '：']).next().unwrap_or_default()).as_str())
    };
    row.first().is_some_and(|it| is_word(it.1))
        && bill.is_none_or(|bill| row.cell(bill).is_empty() || is_word(row.cell(bill)))
}

/// Is it the titles once more, in another order? Then what stands below is of other columns.
pub fn are_other(row: &Row, head: &Row) -> bool {
    let Some((_, Cell::Text(first))) = row.first() else { return false };
    if meanings(first).is_empty() || row.cells == head.cells {
        return false;
    }
    let texts: Vec<String> = row.cells.iter().map(Cell::text).collect();
    known(texts.iter().map(String::as_str)) >= 4
}

/// Is it a part of a total only, as of a page or a group?
pub fn is_subtotal(row: &Row) -> bool {
    let first = row.first().map(|it| plain(&it.1.text())).unwrap_or_default();
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
        assert_eq!(meanings(""), []);
    }

    #[test]
    fn every_field_has_titles_and_none_is_written_as_nobody_can_find_it() {
        for field in Field::OF_ENTRIES.into_iter().chain([Field::Counted]) {
            assert!(TITLES.values().flatten().any(|it| it.0 == field), "{field:?}");
        }
        for title in TITLES.keys() {
            assert_eq!(*title, plain(title), "write it as `plain` makes it");
        }
    }

    #[test]
    fn totals_are_told_by_their_word_and_no_bill() {
        assert!(is_total(&row(9, &["合计：", "", "38,612"]), Some(1)));
        assert!(is_total(&row(9, &["", "Grand Total", "5"]), Some(1)));
        assert!(!is_total(&row(9, &["total", "B-1", "5"]), Some(1)));
        assert!(is_subtotal(&row(9, &["本页小计", "5"])));
    }
}
