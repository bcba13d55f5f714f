//! What pages that ask about a period have in common. Only the server makes and reads them.

use crate::faults::FieldFault;
use crate::live::Named;
use crate::names::NameOf;
use crate::statistics::Filter;
use crate::url::Url;

/// A period by name; it moves with the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// The business day.
    Today,
    /// The one before.
    Yesterday,
    /// Seven days, with today.
    SevenDays,
    /// Thirty days, with today.
    ThirtyDays,
    /// From the first to today.
    ThisMonth,
    /// The whole month before.
    LastMonth,
    /// From 1 January to today.
    ThisYear,
}

impl Preset {
    /// All, in the order of the page.
    pub const ALL: [Self; 7] = [
        Self::Today,
        Self::Yesterday,
        Self::SevenDays,
        Self::ThirtyDays,
        Self::ThisMonth,
        Self::LastMonth,
        Self::ThisYear,
    ];

    /// Its word in URLs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::Yesterday => "yesterday",
            Self::SevenDays => "7d",
            Self::ThirtyDays => "30d",
            Self::ThisMonth => "month",
            Self::LastMonth => "last_month",
            Self::ThisYear => "year",
        }
    }
}

/// A text that was typed into a filter, and what it may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unclear {
    /// Kind of id that the filter takes: product, warehouse or company.
    pub of: NameOf,
    /// What was typed.
    pub typed: String,
    /// What it finds, the first of them; none: nothing.
    pub found: Vec<Named>,
}

/// What such a page is about: the part of its state that both pages have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
    /// A period by name.
    pub preset: Option<Preset>,
    /// Or its bounds, as they were typed.
    pub from: String,
    /// Not in the period any more.
    pub to: String,
    /// Warehouses, products and companies that the page is about; an empty list: all.
    pub filter: Filter,
}

impl About {
    /// A URL with this in it.
    pub fn onto(&self, url: Url) -> Url {
        let bound = |typed| if self.preset.is_none() { typed } else { "" };
        let url = url.with("period", self.preset.map_or("", Preset::as_str));
        let url = url.with("from", bound(&self.from)).with("to", bound(&self.to));
        url.with_all("warehouse_id", self.filter.ids(NameOf::Warehouse))
            .with_all("product_id", self.filter.ids(NameOf::Product))
            .with_all("company_id", self.filter.ids(NameOf::Company))
    }
}

/// A question as its form shows it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Form {
    /// From when, as a field takes it; empty: it is not known.
    pub from: String,
    /// End of the period, which is not in it any more, as a field takes it; empty: it is not known.
    pub to: String,
    /// What the filters let through, by name.
    pub chosen: Vec<(NameOf, Named)>,
    /// What is wrong with the question.
    pub faults: Vec<FieldFault>,
    /// What is not clear in it.
    pub unclear: Vec<Unclear>,
}
