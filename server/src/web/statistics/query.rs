//! How a question about statistics is read from a URL, for the page and for scripts. Pure.

use std::ops::Range;

use app::pages::statistics::view::StatisticsQuery;
use model::faults::{FieldFault, Why};
use model::names::NameOf;
use model::period::Preset;
use model::statistics::{Column, GroupBy, Interval, Order};
use model::time::Millis;

use crate::statistics::page::Place;
use crate::statistics::{Error, MAX_PARTS, MAX_ROWS};
use crate::web::http::params::{Others, Params};
use crate::web::http::period::{about, typed};
use base::business_time::BusinessTime;
use records::MAX_ROW_TABLES;

/// By what lines are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// A line for each warehouse.
    Warehouse,
    /// A line for each product.
    Product,
    /// A line for each company.
    Company,
    /// A line for each part of the period: of the page, where scripts give an interval.
    Time,
    Nothing,
}

/// As URLs name them; the first three are those of scripts.
pub const BY: [(&str, By); 5] = [
    ("warehouse", By::Warehouse),
    ("product", By::Product),
    ("company", By::Company),
    ("time", By::Time),
    ("none", By::Nothing),
];

/// What the page is asked for.
#[derive(Debug, Clone)]
pub struct StatisticsRequest {
    /// The state of the page.
    pub query: StatisticsQuery,
    /// From when to when; none: it is not clear.
    pub period: Option<Range<Millis>>,
    /// After which line.
    pub after: Option<Place>,
    /// What was typed into filters.
    pub typed: Vec<(NameOf, String)>,
}

/// Reads the URL of the page, or of its file.
pub fn wanted(query: &str, zone: BusinessTime, now: Millis, others: Others) -> (StatisticsRequest, Vec<FieldFault>) {
    let mut params = Params::of_form(query);
    let (about, period) = about(&mut params, zone, now, Some(Preset::ThisMonth));
    let by = params.words("group_by", &BY);
    let mut query = StatisticsQuery {
        about,
        group_by: if by.is_empty() { GroupBy { warehouse: true, ..GroupBy::default() } } else { group_by(&by) },
        by_time: by.contains(&By::Time),
        interval: interval(&mut params),
        order: order(&mut params),
        cursor: String::new(),
    };
    let after = cursor(&mut params, query.order_or_usual());
    query.cursor = after.as_ref().map(Place::write).unwrap_or_default();
    let typed = typed(&mut params);
    (StatisticsRequest { query, period, after, typed }, params.faults_with(others))
}

/// Parts that make a chart of some twenty to sixty.
pub fn fitting(period: &Range<Millis>) -> Interval {
    const DAY: i64 = 24 * 3_600_000;
    match period.end.0 - period.start.0 {
        length if length <= 3 * DAY => Interval::Hour,
        length if length <= 93 * DAY => Interval::Day,
        length if length <= 500 * DAY => Interval::Week,
        _ => Interval::Month,
    }
}

/// What they are grouped by.
pub fn group_by(by: &[By]) -> GroupBy {
    let has = |it| by.contains(&it);
    GroupBy { warehouse: has(By::Warehouse), product: has(By::Product), company: has(By::Company) }
}

/// The length of parts.
pub fn interval(params: &mut Params) -> Option<Interval> {
    params.word("interval", &Interval::ALL.map(|it| (it.as_str(), it)))
}

/// How lines follow each other.
pub fn order(params: &mut Params) -> Option<Order> {
    let order = params.text("sort", 1000).as_deref().map(Order::parse)?;
    if order.is_none() {
        params.fault("sort", Why::NotOneOf(Column::ALL.map(Column::as_str).to_vec()));
    }
    order
}

/// The place that a cursor stands for.
pub fn cursor(params: &mut Params, order: Order) -> Option<Place> {
    let place = params.text("cursor", 10_000).map(|it| Place::read(&it, order))?;
    if place.is_none() {
        params.fault("cursor", Why::BrokenCursor);
    }
    place
}

/// The field that an error is about. `None`: it is about no field.
pub fn fault_of(error: &Error, period: &Range<Millis>, zone: BusinessTime) -> Option<FieldFault> {
    let is_full = |at| zone.hour_start(at) == Some(at);
    let (field, why) = match error {
        Error::TooManyParts => ("interval", Why::TooManyParts(MAX_PARTS)),
        Error::TooManyRows => ("group_by", Why::TooManyRows(MAX_ROWS)),
        Error::TooFine => (if is_full(period.start) { "to" } else { "from" }, Why::TooFine(MAX_ROW_TABLES)),
        Error::NoSuchTime => ("from", Why::NotATime),
        Error::OutOfRange => ("from", Why::OutOfRange),
        Error::Records(_) | Error::Rebuilding => return None,
    };
    Some(FieldFault { field: field.to_owned(), why })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: BusinessTime = BusinessTime(chrono_tz::Asia::Shanghai);
    /// 2026-11-20 14:32 there.
    const NOW: Millis = Millis(1_795_156_320_000);

    fn days(query: &str) -> (String, String) {
        let (wanted, faults) = wanted(query, ZONE, NOW, Others::AreLetBe);
        assert_eq!(faults, []);
        let period = wanted.period.unwrap();
        let text = |at| ZONE.local(at).unwrap().format("%F %H:%M").to_string();
        (text(period.start), text(period.end))
    }

    #[test]
    fn periods_by_name_and_by_bounds() {
        for (query, from, to) in [
            ("", "2026-11-01 00:00", "2026-11-21 00:00"),
            ("period=today", "2026-11-20 00:00", "2026-11-21 00:00"),
            ("period=yesterday", "2026-11-19 00:00", "2026-11-20 00:00"),
            ("period=7d", "2026-11-14 00:00", "2026-11-21 00:00"),
            ("period=30d", "2026-10-22 00:00", "2026-11-21 00:00"),
            ("period=last_month", "2026-10-01 00:00", "2026-11-01 00:00"),
            ("period=year", "2026-01-01 00:00", "2026-11-21 00:00"),
            ("period=year&from=2026-02-03T04:05&to=", "2026-02-03 04:05", "2026-11-21 00:00"),
            ("period=7d&from=2026-11-14T00:00&to=2026-11-21T00:00", "2026-11-14 00:00", "2026-11-21 00:00"),
            ("to=2026-03-31", "2026-02-28 00:00", "2026-03-31 00:00"),
        ] {
            assert_eq!(days(query), (from.to_owned(), to.to_owned()), "{query}");
        }
    }

    #[test]
    fn the_bound_within_an_hour_is_named() {
        let at = |minutes: i64| Millis(NOW.0 - NOW.0 % 3_600_000 + minutes * 60_000);
        for (from, to, field) in [(7, 120, "from"), (0, 61, "to"), (1, 61, "from")] {
            let fault = fault_of(&Error::TooFine, &(at(from)..at(to)), ZONE).unwrap();
            assert_eq!(fault.field, field);
        }
    }

    #[test]
    fn a_url_brings_back_its_state() {
        let url = "/statistics?period=30d&warehouse_id=a%20b&product_id=x&product_id=y&group_by=product,time&interval=week&sort=-in";
        let (wanted, faults) = wanted(url.split_once('?').unwrap().1, ZONE, NOW, Others::AreLetBe);
        assert_eq!((wanted.query.url().as_str(), faults.len()), (url, 0));
        let (as_shown, _) = crate::web::statistics::query::wanted(
            "period=7d&from=2026-11-14T00:00&to=2026-11-21T00:00",
            ZONE,
            NOW,
            Others::AreLetBe,
        );
        assert_eq!(as_shown.query.about.preset, Some(Preset::SevenDays));
        assert!(wanted.query.by_time && wanted.query.group_by.product && !wanted.query.group_by.warehouse);
    }

    #[test]
    fn what_is_wrong_is_named_and_the_rest_is_kept() {
        let (wanted, faults) =
            wanted("from=never&to=2026-01-01&interval=day&utm=1&sort=x", ZONE, NOW, Others::AreLetBe);
        assert_eq!(faults.iter().map(|it| it.field.as_str()).collect::<Vec<_>>(), ["from", "sort"]);
        assert_eq!((wanted.period, wanted.query.interval), (None, Some(Interval::Day)));
        assert_eq!(wanted.query.about.from, "never");
    }
}
