//! What says that records do not prove themselves, in words.

use crate::i18n::Locale;
use crate::number::grouped;
use model::audit::{Book, Evidence};

impl Locale {
    /// What says so.
    pub fn evidence(self, it: &Evidence) -> String {
        let sums = |it: &Book| self.sums(*it);
        match (self, it) {
            (Self::En, Evidence::Rows { table, rows, totals }) => {
                format!("{table}: rows make {}; the day's totals say {}", sums(rows), sums(totals))
            }
            (Self::Zh, Evidence::Rows { table, rows, totals }) => {
                format!("{table}：明细为{}；当日汇总为{}", sums(rows), sums(totals))
            }
            (Self::En, Evidence::TableTotal { table, rows, total }) => {
                format!("{table}: rows make {}; the total of the table says {}", sums(rows), sums(total))
            }
            (Self::Zh, Evidence::TableTotal { table, rows, total }) => {
                format!("{table}：明细为{}；本表合计为{}", sums(rows), sums(total))
            }
            (Self::En, Evidence::RunningTotal { running, level, makes }) => {
                format!("stock_totals says {}; {level} makes {}", sums(running), sums(makes))
            }
            (Self::Zh, Evidence::RunningTotal { running, level, makes }) => {
                format!("stock_totals 为{}；{level} 合计为{}", sums(running), sums(makes))
            }
            (Self::En, Evidence::Level) => "a level of totals does not make the running totals of its keys".to_owned(),
            (Self::Zh, Evidence::Level) => "某级汇总与其各键的累计不符".to_owned(),
            (_, Evidence::Words { words }) => words.clone(),
        }
    }

    fn sums(self, it: Book) -> String {
        let (gross_in, gross_out) = (grouped(it.gross_in), grouped(it.gross_out()));
        let entries = grouped(it.entries);
        match self {
            Self::En => format!("in {gross_in}, out {gross_out}, entries {entries}"),
            Self::Zh => format!("入 {gross_in}、出 {gross_out}，共 {entries} 笔"),
        }
    }
}
