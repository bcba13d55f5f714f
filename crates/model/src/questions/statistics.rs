//! Period statistics: what came in and went out between two moments, and what was there before and after
//! (docs/domain.md#period-statistics). Pure.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::entry::Entry;
use crate::ids::{CompanyId, IdError, ProductId, WarehouseId};
use crate::names::NameOf;
use crate::quantity::{Direction, MAX_SUM};
use crate::time::Millis;

/// What a group of entries moved. Sums hold at the ends of `i64`; [`Sums::in_range`] tells whether they are exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Sums {
    /// Goods in, in pieces; adjustments are apart.
    pub qty_in: i64,
    /// Goods out, in pieces; adjustments are apart.
    pub qty_out: i64,
    /// Opening stock and adjustments in.
    pub adjust_in: i64,
    /// Opening stock and adjustments out.
    pub adjust_out: i64,
    /// Number of entries, of any kind.
    pub entries: i64,
}

impl Sums {
    /// What one entry moves.
    pub fn of(entry: &Entry) -> Self {
        Self::of_one(entry.direction, entry.kind.is_trade(), entry.quantity.get())
    }

    /// What one entry moves, by what sums tell apart.
    pub fn of_one(direction: Direction, is_trade: bool, quantity: i64) -> Self {
        let mut sums = Self { entries: 1, ..Self::default() };
        *match (is_trade, direction) {
            (true, Direction::In) => &mut sums.qty_in,
            (true, Direction::Out) => &mut sums.qty_out,
            (false, Direction::In) => &mut sums.adjust_in,
            (false, Direction::Out) => &mut sums.adjust_out,
        } = quantity;
        sums
    }

    /// What is left without another.
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        Self {
            qty_in: self.qty_in.saturating_sub(other.qty_in),
            qty_out: self.qty_out.saturating_sub(other.qty_out),
            adjust_in: self.adjust_in.saturating_sub(other.adjust_in),
            adjust_out: self.adjust_out.saturating_sub(other.adjust_out),
            entries: self.entries.saturating_sub(other.entries),
        }
    }

    /// Sum of both, field by field; it holds at the ends of `i64`.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            qty_in: self.qty_in.saturating_add(other.qty_in),
            qty_out: self.qty_out.saturating_add(other.qty_out),
            adjust_in: self.adjust_in.saturating_add(other.adjust_in),
            adjust_out: self.adjust_out.saturating_add(other.adjust_out),
            entries: self.entries.saturating_add(other.entries),
        }
    }

    /// What is added by opening stock and adjustments: in less out.
    pub fn adjust(self) -> i64 {
        self.adjust_in.saturating_sub(self.adjust_out)
    }

    /// By how much stock changed.
    pub fn net(self) -> i64 {
        self.qty_in.saturating_sub(self.qty_out).saturating_add(self.adjust())
    }

    /// Are all of them within what is exact everywhere, +-[`MAX_SUM`]?
    pub fn in_range(self) -> bool {
        [self.qty_in, self.qty_out, self.adjust_in, self.adjust_out, self.net(), self.entries]
            .iter()
            .all(|it| it.abs() <= MAX_SUM)
    }
}

/// How long the parts are that a period is cut into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Interval {
    /// Hours of business time.
    Hour,
    /// Business days; one on which clocks change has 23 or 25 hours.
    Day,
    /// Weeks, from Monday.
    Week,
    /// Calendar months of business time.
    Month,
}

impl Interval {
    /// All, the shortest first.
    pub const ALL: [Self; 4] = [Self::Hour, Self::Day, Self::Week, Self::Month];

    /// Its word in URLs and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The interval that a word names.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.as_str() == word)
    }
}

/// By what a statement is grouped; by nothing: one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
pub struct GroupBy {
    /// A line for each warehouse.
    pub warehouse: bool,
    /// A line for each product.
    pub product: bool,
    /// A line for each company.
    pub company: bool,
}

/// Which entries a statement is about; an empty list: all.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
pub struct Filter {
    /// Only these warehouses.
    pub warehouses: Vec<WarehouseId>,
    /// Only these products.
    pub products: Vec<ProductId>,
    /// Only these companies.
    pub companies: Vec<CompanyId>,
}

impl Filter {
    /// Does it let entries of these through?
    pub fn takes(&self, warehouse: &str, product: &str, company: &str) -> bool {
        (self.warehouses.is_empty() || self.warehouses.iter().any(|it| it.as_str() == warehouse))
            && (self.products.is_empty() || self.products.iter().any(|it| it.as_str() == product))
            && (self.companies.is_empty() || self.companies.iter().any(|it| it.as_str() == company))
    }

    /// The ids of a kind.
    pub fn ids(&self, of: NameOf) -> Vec<&str> {
        match of {
            NameOf::Warehouse => self.warehouses.iter().map(WarehouseId::as_str).collect(),
            NameOf::Product => self.products.iter().map(ProductId::as_str).collect(),
            NameOf::Company => self.companies.iter().map(CompanyId::as_str).collect(),
        }
    }

    /// With one id more, once; what is no id is left out.
    pub fn add(&mut self, of: NameOf, id: &str) {
        fn push<T: PartialEq + for<'a> TryFrom<&'a str, Error = IdError>>(list: &mut Vec<T>, id: &str) {
            if let Some(id) = T::try_from(id).ok().filter(|it| !list.contains(it)) {
                list.push(id);
            }
        }
        match of {
            NameOf::Warehouse => push(&mut self.warehouses, id),
            NameOf::Product => push(&mut self.products, id),
            NameOf::Company => push(&mut self.companies, id),
        }
    }

    /// Without an id.
    pub fn remove(&mut self, of: NameOf, id: &str) {
        match of {
            NameOf::Warehouse => self.warehouses.retain(|it| it.as_str() != id),
            NameOf::Product => self.products.retain(|it| it.as_str() != id),
            NameOf::Company => self.companies.retain(|it| it.as_str() != id),
        }
    }

    /// With this id alone of its kind.
    pub fn only(&mut self, of: NameOf, id: &str) {
        match of {
            NameOf::Warehouse => self.warehouses.clear(),
            NameOf::Product => self.products.clear(),
            NameOf::Company => self.companies.clear(),
        }
        self.add(of, id);
    }
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// From its start to before its end.
    pub period: Range<Millis>,
    /// Dimensions whose ids have a line each.
    pub group_by: GroupBy,
    /// In parts of which length; none: in one.
    pub interval: Option<Interval>,
    /// Warehouses, products and companies whose entries count; an empty list: all.
    pub filter: Filter,
}

/// The ids of a line; those that a statement is not grouped by are none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Hash, Serialize, Deserialize, ToSchema)]
pub struct Group {
    /// Warehouse of the line; absent where the statement is not grouped by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warehouse_id: Option<WarehouseId>,
    /// Product of the line; absent where the statement is not grouped by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_id: Option<ProductId>,
    /// Company of the line; absent where the statement is not grouped by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_id: Option<CompanyId>,
}

/// The figures of a line: `opening + in - out + adjust = closing`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize, ToSchema)]
pub struct Figures {
    /// The stock before the period.
    pub opening: i64,
    /// Goods in, in pieces; adjustments are apart.
    #[serde(rename = "in")]
    pub qty_in: i64,
    /// Goods out, in pieces; adjustments are apart.
    #[serde(rename = "out")]
    pub qty_out: i64,
    /// Opening stock and adjustments: in less out.
    pub adjust: i64,
    /// The stock after it.
    pub closing: i64,
    /// How many entries.
    pub entries: i64,
}

impl Figures {
    /// From what was there and what moved.
    pub fn new(opening: i64, moved: Sums) -> Self {
        Self {
            opening,
            qty_in: moved.qty_in,
            qty_out: moved.qty_out,
            adjust: moved.adjust(),
            closing: opening.saturating_add(moved.net()),
            entries: moved.entries,
        }
    }

    /// By how much stock changed.
    pub fn net(&self) -> i64 {
        self.closing.saturating_sub(self.opening)
    }

    /// Nothing there before, nothing moved?
    pub fn is_blank(&self) -> bool {
        self.opening == 0 && self.entries == 0
    }
}

/// A line of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Ids that the line is about.
    #[serde(flatten)]
    pub group: Group,
    /// When its part of the period begins; none: it is not cut.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<Millis>,
    /// Figures of the line, over its part of the period.
    #[serde(flatten)]
    pub figures: Figures,
}

/// A column that lines can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Column {
    /// Ids of the line: by warehouse, then product, then company.
    Group,
    /// Start of the line's part of the period.
    Start,
    /// The stock before.
    Opening,
    /// Goods in, without adjustments.
    In,
    /// Goods out, without adjustments.
    Out,
    /// Opening stock and adjustments: in less out.
    Adjust,
    /// By how much stock changed.
    Net,
    /// The stock after.
    Closing,
    /// How many entries.
    Entries,
}

impl Column {
    /// Columns in the order of a page's table.
    pub const ALL: [Self; 9] = [
        Self::Group,
        Self::Start,
        Self::Opening,
        Self::In,
        Self::Out,
        Self::Adjust,
        Self::Net,
        Self::Closing,
        Self::Entries,
    ];

    /// Its word in URLs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Start => "start",
            Self::Opening => "opening",
            Self::In => "in",
            Self::Out => "out",
            Self::Adjust => "adjust",
            Self::Net => "net",
            Self::Closing => "closing",
            Self::Entries => "entries",
        }
    }
}

/// How lines follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Order {
    /// By which column.
    pub column: Column,
    /// The largest first?
    pub descending: bool,
}

impl Order {
    /// In URLs: `closing`, or `-closing` for the largest first.
    pub fn word(self) -> String {
        format!("{}{}", if self.descending { "-" } else { "" }, self.column.as_str())
    }

    /// The order that a word names.
    pub fn parse(word: &str) -> Option<Self> {
        let (descending, name) = word.strip_prefix('-').map_or((false, word), |name| (true, name));
        Column::ALL.into_iter().find(|it| it.as_str() == name).map(|column| Self { column, descending })
    }
}
