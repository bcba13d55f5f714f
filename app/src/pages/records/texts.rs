//! Texts of `/records`. Only the server makes this page. What it shares with `/statistics` is there.

use crate::i18n::Locale;
use model::entry::Kind;
use model::quantity::Direction;

/// Every text of the page.
#[derive(Debug)]
pub struct RecordsTexts {
    /// Link and title.
    pub title: &'static str,
    /// A period: all.
    pub any_time: &'static str,
    pub direction: &'static str,
    pub both: &'static str,
    pub direction_of: fn(Direction) -> &'static str,
    pub kinds: &'static str,
    pub kind_of: fn(Kind) -> &'static str,
    /// Field and column.
    pub bill: &'static str,
    pub text: &'static str,
    /// What a text needs.
    pub text_how: &'static str,
    pub time: &'static str,
    pub quantity: &'static str,
    pub description: &'static str,
    pub origin: &'static str,
    /// Beside an origin: when it was recorded.
    pub recorded: fn(&str) -> String,
    /// Beside a bill: line.
    pub line: fn(&str) -> String,
    /// Over all pages.
    pub n_entries: fn(&str) -> String,
    /// Beside the title of the list.
    pub newest_first: &'static str,
    pub nothing: &'static str,
    /// What to do.
    pub nothing_how: &'static str,
    /// The search was given up for this page.
    pub looked_back_to: fn(&str) -> String,
    pub look_on: &'static str,
    pub bill_of: fn(&str) -> String,
}

const EN: RecordsTexts = RecordsTexts {
    title: "Records",
    any_time: "Any time",
    direction: "Direction",
    both: "Both",
    direction_of: |it| match it {
        Direction::In => "In",
        Direction::Out => "Out",
    },
    kinds: "Kind",
    kind_of: |it| match it {
        Kind::Bill => "Bill",
        Kind::Opening => "Opening stock",
        Kind::Adjust => "Adjustment",
    },
    bill: "Bill",
    text: "In the description",
    text_how: "within a product, a bill or a day",
    time: "Business time",
    quantity: "Quantity",
    description: "Description",
    origin: "Partition · offset",
    recorded: |at| format!("recorded {at}"),
    line: |line| format!("line {line}"),
    n_entries: |n| format!("{n} entries"),
    newest_first: "newest first",
    nothing: "No such entries",
    nothing_how: "Choose another period, or take a filter away.",
    looked_back_to: |at| format!("Looked back to {at}."),
    look_on: "Look further back",
    bill_of: |bill| format!("Bill {bill}"),
};

const ZH: RecordsTexts = RecordsTexts {
    title: "明细",
    any_time: "不限",
    direction: "方向",
    both: "全部",
    direction_of: |it| match it {
        Direction::In => "入库",
        Direction::Out => "出库",
    },
    kinds: "类型",
    kind_of: |it| match it {
        Kind::Bill => "单据",
        Kind::Opening => "期初库存",
        Kind::Adjust => "调整",
    },
    bill: "单据",
    text: "说明中包含",
    text_how: "限一种产品、一张单据或一天",
    time: "业务时间",
    quantity: "数量",
    description: "说明",
    origin: "分区 · 偏移",
    recorded: |at| format!("记录于 {at}"),
    line: |line| format!("第 {line} 行"),
    n_entries: |n| format!("{n} 笔"),
    newest_first: "从新到旧",
    nothing: "没有符合的明细",
    nothing_how: "请另选期间，或取消筛选。",
    looked_back_to: |at| format!("已查找至 {at}。"),
    look_on: "继续往前查找",
    bill_of: |bill| format!("单据 {bill}"),
};

impl Locale {
    /// The texts of `/records`.
    pub fn records_texts(self) -> &'static RecordsTexts {
        match self {
            Self::Zh => &ZH,
            Self::En => &EN,
        }
    }
}
