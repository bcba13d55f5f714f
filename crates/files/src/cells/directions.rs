//! Directions as people and ERPs word them: 采购入库, 销售出库, Receipt, Goods Issue. A word that may be both is asked.

use std::collections::HashMap;
use std::sync::LazyLock;

use model::files::choices::Way;

use super::simplified;

const IN: [&str; 43] = [
    "1",
    "+1",
    "in",
    "i",
    "入",
    "入库",
    "收",
    "收入",
    "收料",
    "收货",
    "进",
    "进货",
    "借",
    "借方",
    "采购",
    "购入",
    "盘盈",
    "盘盈入库",
    "调入",
    "退料",
    "生产退料",
    "销售退货",
    "销退",
    "客户退货",
    "退货入库",
    "归还",
    "receipt",
    "receive",
    "received",
    "goodsreceipt",
    "purchasereceipt",
    "purchase",
    "incoming",
    "inbound",
    "debit",
    "transferin",
    "salesreturn",
    "customerreturn",
    "gr",
    "restock",
    "materialreceipt",
    "stockin",
    "zugang",
];

const OUT: [&str; 45] = [
    "-1",
    "out",
    "o",
    "出",
    "出库",
    "发",
    "发出",
    "发料",
    "发货",
    "贷",
    "贷方",
    "销售",
    "售出",
    "盘亏",
    "盘亏出库",
    "调出",
    "领料",
    "生产领料",
    "领用",
    "报损",
    "报废",
    "采购退货",
    "采退",
    "退供应商",
    "退货出库",
    "借出",
    "issue",
    "issued",
    "goodsissue",
    "sale",
    "sales",
    "sold",
    "shipment",
    "shipped",
    "delivery",
    "deliverynote",
    "outgoing",
    "outbound",
    "credit",
    "transferout",
    "purchasereturn",
    "gi",
    "materialissue",
    "stockout",
    "abgang",
];

static WORDS: LazyLock<HashMap<&'static str, Way>> =
    LazyLock::new(|| IN.map(|it| (it, Way::In)).into_iter().chain(OUT.map(|it| (it, Way::Out))).collect());

/// A word without case, spaces and punctuation.
fn plain(word: &str) -> String {
    let end = word.find(['(', '（', '[', '【']).filter(|it| *it > 0).unwrap_or(word.len());
    let word = word.get(..end).unwrap_or(word).replace('\u{2212}', "-");
    let keep = |it: &char| !it.is_whitespace() && !matches!(it, '_' | '.' | '/');
    word.to_lowercase()
        .chars()
        .filter(keep)
        .enumerate()
        .filter(|(at, it)| *it != '-' || *at == 0)
        .map(|(_, it)| simplified(it))
        .collect()
}

/// What a word means; `None`: it may be either, or is no direction.
pub fn way(word: &str) -> Option<Way> {
    let word = plain(word);
    if let Some(way) = WORDS.get(word.as_str()) {
        return Some(*way);
    }
    // 采购入库单, 其他出库; what holds both says neither.
    let word = word.trim_end_matches('单');
    let (is_in, is_out) =
        (word.ends_with("入库") || word.ends_with("调入"), word.ends_with("出库") || word.ends_with("调出"));
    let has_both = word.contains('入') && word.contains('出') && !word.contains("调");
    match (is_in, is_out) {
        (true, false) if !has_both => Some(Way::In),
        (false, true) if !has_both => Some(Way::Out),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_erps() {
        for word in [
            "1",
            "IN",
            "入库",
            "采购入库",
            "采购入库单",
            "生产入库",
            "Goods Receipt",
            "销售退货入库",
            "盘盈",
            "Purchase Receipt",
            "调拨入库",
        ] {
            assert_eq!(way(word), Some(Way::In), "{word}");
        }
        for word in [
            "-1",
            "\u{2212}1",
            "out",
            "销售出库",
            "其他出库",
            "Goods Issue",
            "采购退货",
            "领料",
            "Delivery Note",
            "调拨出库单",
        ] {
            assert_eq!(way(word), Some(Way::Out), "{word}");
        }
        for word in ["退货", "调拨", "出入库", "Stock Entry", "x", "Transfer", "先入先出库"] {
            assert_eq!(way(word), None, "{word}");
        }
    }
}
