//! `/statistics` as a person asks for it and sees it. Only the server makes and reads these pages.

use model::live::Named;
use model::period::{About, Form};
use model::statistics::{Column, Figures, GroupBy, Interval, Order};
use model::url::Url;

/// The state of the page, which is its URL.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatisticsQuery {
    /// The period and the filters.
    pub about: About,
    pub group_by: GroupBy,
    /// A line for each part of the period?
    pub by_time: bool,
    /// Parts of this length; none: as fits the period.
    pub interval: Option<Interval>,
    /// The order; none: the usual one.
    pub order: Option<Order>,
    /// After which line.
    pub cursor: String,
}

impl StatisticsQuery {
    pub fn url(&self) -> String {
        let it = self.group_by;
        let by =
            [("warehouse", it.warehouse), ("product", it.product), ("company", it.company), ("time", self.by_time)];
        let by: Vec<&str> = by.into_iter().filter(|(_, wanted)| *wanted).map(|(word, _)| word).collect();
        let url = self.about.onto(Url::new("/statistics"));
        url.with("group_by", if by.is_empty() { "none".to_owned() } else { by.join(",") }.as_str())
            .with("interval", self.interval.map_or("", Interval::as_str))
            .with("sort", &self.order.map(Order::word).unwrap_or_default())
            .with("cursor", &self.cursor)
            .into_text()
    }

    /// Another state that is near this one, from its first line.
    #[must_use]
    pub fn but(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut other = Self { cursor: String::new(), ..self.clone() };
        change(&mut other);
        other
    }

    /// The order that lines have, chosen or usual: the largest stock first, parts of time in their order.
    pub fn order_or_usual(&self) -> Order {
        let usual = if self.by_time { (Column::Start, false) } else { (Column::Closing, true) };
        self.order.unwrap_or(Order { column: usual.0, descending: usual.1 })
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StatisticsPage {
    /// What was asked, as far as it was understood.
    pub query: StatisticsQuery,
    /// The question as its form shows it.
    pub form: Form,
    /// The answer; none: the question is wrong.
    pub statement: Option<StatementView>,
}

/// A part of the period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// `11-20`, `14:00`, `2026-11`.
    pub label: String,
    pub figures: Figures,
}

/// A line of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What it is grouped by, in the order warehouse, product, company.
    pub names: Vec<Named>,
    /// When its part begins.
    pub start: Option<String>,
    /// From when to when its part is, as fields of a form take it.
    pub part: Option<(String, String)>,
    pub figures: Figures,
    /// The shape of its stock over the period; empty: none is known.
    pub trend: String,
}

/// One of those whose stock changed most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mover {
    /// Whose, as a line has it.
    pub names: Vec<Named>,
    /// By how much.
    pub net: i64,
}

/// A statement, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementView {
    pub from: String,
    /// `2026-11-21 00:00`; none: it has not come yet.
    pub to: Option<String>,
    pub total: Figures,
    /// Thousandths of days in the period so far: an average counts no days to come.
    pub days: i64,
    /// How long the parts are.
    pub interval: Interval,
    /// The period in parts.
    pub parts: Vec<Part>,
    /// Who moved most, with by how much stock changed.
    pub movers: Vec<Mover>,
    /// This page of lines.
    pub lines: Vec<Line>,
    /// Lines on all pages.
    pub all_lines: usize,
    /// Where the next page begins after.
    pub next: Option<String>,
    pub as_of: String,
    /// Is its end the live stock, at one point of the stream? None: it is not known.
    pub is_live: Option<bool>,
}
