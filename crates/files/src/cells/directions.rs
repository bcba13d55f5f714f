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

/// A word without case, spaces and punctuation. What stands in brackets stays: 入库单(红字) is no 入库单.
fn plain(word: &str) -> String {
    let word = word.replace('\u{2212}', "-");
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
    // 采购入库单, 其他出库: what stands before says why, and none of these words turns it round as 取消 and 红字 do.
    let word = word.trim_end_matches('单');
    let (reason, way) = match (word.strip_suffix("入库"), word.strip_suffix("出库")) {
        (Some(reason), _) => (reason, Way::In),
        (_, Some(reason)) => (reason, Way::Out),
        _ => return None,
    };
    REASONS.contains(&reason).then_some(way)
}

/// Reasons for which goods come in or go out.
const REASONS: [&str; 40] = [
    "采购",
    "销售",
    "生产",
    "其他",
    "其它",
    "完工",
    "产成品",
    "产品",
    "成品",
    "半成品",
    "材料",
    "原料",
    "原材料",
    "委外",
    "委外加工",
    "委托",
    "外协",
    "调拨",
    "盘盈",
    "盘亏",
    "领料",
    "领用",
    "借出",
    "归还",
    "借用归还",
    "报废",
    "报损",
    "样品",
    "赠品",
    "手工",
    "零售",
    "批发",
    "直接",
    "普通",
    "正常",
    "销售退货",
    "采购退货",
    "客户退货",
    "供应商退货",
    "生产退料",
];

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
        for word in [
            "退货",
            "调拨",
            "出入库",
            "Stock Entry",
            "x",
            "Transfer",
            "先入先出库",
            "取消入库",
            "未入库",
            "红字销售出库",
            "冲销入库",
            "入库单(红字)",
            "-入库",
            "Receipt (return)",
            "入库取消",
        ] {
            assert_eq!(way(word), None, "{word}");
        }
    }
}
