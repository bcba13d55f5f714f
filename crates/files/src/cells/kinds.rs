//! Kinds of an entry as people word them.

use model::entry::Kind;

/// What a word means.
pub fn kind(word: &str) -> Option<Kind> {
    match word.trim().to_lowercase().as_str() {
        "bill" | "单据" | "正常" => Some(Kind::Bill),
        "opening" | "期初" | "期初库存" | "期初结存" | "opening stock" | "opening balance" => {
            Some(Kind::Opening)
        }
        "adjust" | "adjustment" | "调整" | "盘点调整" | "盘点" => Some(Kind::Adjust),
        _ => None,
    }
}
