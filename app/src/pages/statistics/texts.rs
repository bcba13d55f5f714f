//! Texts of `/statistics`. Only the server makes this page.

use crate::i18n::Locale;
use model::names::NameOf;
use model::period::Preset;
use model::statistics::{Column, Interval};

/// Every text of the page.
#[derive(Debug)]
pub struct StatisticsTexts {
    /// Link and title.
    pub title: &'static str,
    /// The choice of a period.
    pub periods: &'static str,
    /// Periods by name.
    pub preset: fn(Preset) -> &'static str,
    pub filters: &'static str,
    pub from: &'static str,
    /// Field: not included.
    pub to: &'static str,
    /// Field and column.
    pub kind: fn(NameOf) -> &'static str,
    /// In an empty filter.
    pub all: &'static str,
    pub group_by: &'static str,
    /// A way to group.
    pub time: &'static str,
    pub interval: &'static str,
    /// Choice of an interval: as fits.
    pub fitting: &'static str,
    pub interval_of: fn(Interval) -> &'static str,
    pub show: &'static str,
    /// Takes a filter away.
    pub without: fn(&str) -> String,
    pub column: fn(Column) -> &'static str,
    /// At the lead figure: when.
    pub opening_at: fn(&str) -> String,
    /// At the lead figure: when.
    pub closing_at: fn(&str) -> String,
    /// At the lead figure: the period has not ended.
    pub closing_so_far: &'static str,
    /// What an opening is.
    pub opening_is: &'static str,
    pub a_day: fn(&str) -> String,
    /// Under the adjustments.
    pub adjust_is: &'static str,
    /// The closing was compared.
    pub is_live: &'static str,
    /// The closing was compared.
    pub is_not_live: &'static str,
    /// Title of the chart.
    pub movement_by: fn(Interval) -> &'static str,
    /// Title of the bars.
    pub net_movement: &'static str,
    /// How net is made.
    pub net_is: &'static str,
    /// Title of the table: by what.
    pub by: fn(&str) -> String,
    /// Title of the table where it has one line.
    pub all_together: &'static str,
    /// What it rests on: when, entries.
    pub as_of: fn(&str, &str) -> String,
    /// Lines: shown, of all.
    pub lines_of: fn(&str, &str) -> String,
    /// The curve of a line.
    pub trend: &'static str,
    pub total: &'static str,
    /// Under the table.
    pub identity: &'static str,
    /// Under a table with adjustments.
    pub identity_adjusted: &'static str,
    pub next: &'static str,
    pub first: &'static str,
    /// Orders by a column.
    pub sort_by: fn(&str) -> String,
    /// Nothing was there and nothing moved.
    pub nothing: &'static str,
    /// What to do.
    pub nothing_how: &'static str,
    /// The question is wrong.
    pub wrong: &'static str,
    /// A field, for messages.
    pub field: fn(&str) -> Option<&'static str>,
    /// What was typed finds several.
    pub which: fn(&str, &str) -> String,
    /// What was typed finds nothing.
    pub finds_nothing: fn(&str, &str) -> String,
}

const EN: StatisticsTexts = StatisticsTexts {
    title: "Statistics",
    periods: "Period",
    preset: |it| match it {
        Preset::Today => "Today",
        Preset::Yesterday => "Yesterday",
        Preset::SevenDays => "7 days",
        Preset::ThirtyDays => "30 days",
        Preset::ThisMonth => "This month",
        Preset::LastMonth => "Last month",
        Preset::ThisYear => "This year",
    },
    filters: "Filters",
    from: "From, business time",
    to: "To, not included",
    kind: |of| match of {
        NameOf::Warehouse => "Warehouse",
        NameOf::Product => "Product",
        NameOf::Company => "Company",
    },
    all: "All",
    group_by: "Group by",
    time: "Time",
    interval: "Interval",
    fitting: "Auto",
    interval_of: |it| match it {
        Interval::Hour => "Hour",
        Interval::Day => "Day",
        Interval::Week => "Week",
        Interval::Month => "Month",
    },
    show: "Show",
    without: |name| format!("Without the filter {name}"),
    column: |it| match it {
        Column::Group => "Name",
        Column::Start => "Time",
        Column::Opening => "Opening",
        Column::In => "In",
        Column::Out => "Out",
        Column::Adjust => "Adjust",
        Column::Net => "Net",
        Column::Closing => "Closing",
        Column::Entries => "Entries",
    },
    opening_at: |at| format!("Opening {at}"),
    closing_at: |at| format!("Closing {at}"),
    closing_so_far: "Closing so far",
    opening_is: "everything before",
    a_day: |number| format!("{number} a day"),
    adjust_is: "opening stock and adjustments",
    is_live: "equals live stock",
    is_not_live: "differs from live stock",
    movement_by: |it| match it {
        Interval::Hour => "Stock and movement by hour",
        Interval::Day => "Stock and movement by day",
        Interval::Week => "Stock and movement by week",
        Interval::Month => "Stock and movement by month",
    },
    net_movement: "Largest net movements",
    net_is: "closing \u{2212} opening",
    by: |what| format!("By {}", what.to_lowercase()),
    all_together: "All together",
    as_of: |at, entries| format!("as of {at} · {entries} entries"),
    lines_of: |shown, all| format!("{shown} of {all} lines"),
    trend: "Trend",
    total: "Total",
    identity: "Opening + in \u{2212} out = closing holds in every line; the lines add up to the total.",
    identity_adjusted: "Opening + in \u{2212} out + adjust = closing holds in every line; the lines add up to the total.",
    next: "Next page",
    first: "First page",
    sort_by: |column| format!("Sort by {}", column.to_lowercase()),
    nothing: "Nothing was there, and nothing moved",
    nothing_how: "Choose another period, or take a filter away.",
    wrong: "This cannot be answered.",
    field: |name| {
        Some(match name {
            "from" => "From",
            "to" => "To",
            "warehouse_id" | "warehouse" => "Warehouse",
            "product_id" | "product" => "Product",
            "company_id" | "company" => "Company",
            "group_by" => "Group by",
            "interval" => "Interval",
            "period" => "Period",
            "bill_id" => "Bill",
            "text" => "Description",
            "direction" => "Direction",
            "kind" => "Kind",
            _ => return None,
        })
    },
    which: |field, typed| format!("{field}: \u{201c}{typed}\u{201d} finds several. Which one?"),
    finds_nothing: |field, typed| format!("{field}: \u{201c}{typed}\u{201d} finds nothing. The filter is not set."),
};

const ZH: StatisticsTexts = StatisticsTexts {
    title: "统计",
    periods: "期间",
    preset: |it| match it {
        Preset::Today => "今日",
        Preset::Yesterday => "昨日",
        Preset::SevenDays => "近 7 天",
        Preset::ThirtyDays => "近 30 天",
        Preset::ThisMonth => "本月",
        Preset::LastMonth => "上月",
        Preset::ThisYear => "本年",
    },
    filters: "筛选",
    from: "起（业务时间）",
    to: "止（不含）",
    kind: |of| match of {
        NameOf::Warehouse => "仓库",
        NameOf::Product => "产品",
        NameOf::Company => "公司",
    },
    all: "全部",
    group_by: "分组",
    time: "时间",
    interval: "粒度",
    fitting: "自动",
    interval_of: |it| match it {
        Interval::Hour => "时",
        Interval::Day => "日",
        Interval::Week => "周",
        Interval::Month => "月",
    },
    show: "查询",
    without: |name| format!("取消筛选 {name}"),
    column: |it| match it {
        Column::Group => "名称",
        Column::Start => "时间",
        Column::Opening => "期初",
        Column::In => "入库",
        Column::Out => "出库",
        Column::Adjust => "调整",
        Column::Net => "净变动",
        Column::Closing => "期末",
        Column::Entries => "笔数",
    },
    opening_at: |at| format!("期初 {at}"),
    closing_at: |at| format!("期末 {at}"),
    closing_so_far: "期末（截至目前）",
    opening_is: "此前全部明细",
    a_day: |number| format!("日均 {number}"),
    adjust_is: "期初库存与调整",
    is_live: "与实时库存相等",
    is_not_live: "与实时库存不等",
    movement_by: |it| match it {
        Interval::Hour => "每小时库存与出入",
        Interval::Day => "每日库存与出入",
        Interval::Week => "每周库存与出入",
        Interval::Month => "每月库存与出入",
    },
    net_movement: "净变动最大",
    net_is: "期末 \u{2212} 期初",
    by: |what| format!("按{what}"),
    all_together: "合计",
    as_of: |at, entries| format!("截至 {at} · {entries} 笔"),
    lines_of: |shown, all| format!("{shown} / {all} 行"),
    trend: "走势",
    total: "合计",
    identity: "期初 + 入库 \u{2212} 出库 = 期末，逐行成立；各行之和等于合计。",
    identity_adjusted: "期初 + 入库 \u{2212} 出库 + 调整 = 期末，逐行成立；各行之和等于合计。",
    next: "下一页",
    first: "第一页",
    sort_by: |column| format!("按{column}排序"),
    nothing: "此期间既无库存也无出入",
    nothing_how: "请另选期间，或取消筛选。",
    wrong: "无法查询。",
    field: |name| {
        Some(match name {
            "from" => "起",
            "to" => "止",
            "warehouse_id" | "warehouse" => "仓库",
            "product_id" | "product" => "产品",
            "company_id" | "company" => "公司",
            "group_by" => "分组",
            "interval" => "粒度",
            "period" => "期间",
            "bill_id" => "单据",
            "text" => "说明",
            "direction" => "方向",
            "kind" => "类型",
            _ => return None,
        })
    },
    which: |field, typed| format!("{field}：“{typed}”有多个结果，请选择"),
    finds_nothing: |field, typed| format!("{field}：“{typed}”没有结果，未设筛选"),
};

impl Locale {
    /// The texts of `/statistics`.
    pub fn statistics_texts(self) -> &'static StatisticsTexts {
        match self {
            Self::Zh => &ZH,
            Self::En => &EN,
        }
    }
}
