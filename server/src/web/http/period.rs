//! How a period and filters are read from a URL, for every page and call that asks about a period. Pure.

use std::ops::Range;

use chrono::{Datelike as _, Days, Months, NaiveDate};
use model::faults::Why;
use model::names::NameOf;
use model::period::{About, Preset};
use model::statistics::Filter;
use model::time::Millis;

use crate::web::http::params::Params;
use base::business_time::{BusinessTime, month_of};

/// The longest period.
const MAX_YEARS: u32 = 100;
/// The most characters of a text that is typed into a field.
const MAX_TYPED: usize = 64;

/// What a page is about, and the bounds of its period, where there are any; `usual`: the one that is meant where none is asked for.
pub fn about(
    params: &mut Params,
    zone: BusinessTime,
    now: Millis,
    usual: Option<Preset>,
) -> (About, Option<Range<Millis>>) {
    let preset = params.word("period", &Preset::ALL.map(|it| (it.as_str(), it)));
    let (from, to) = (params.text("from", MAX_TYPED), params.text("to", MAX_TYPED));
    let typed = typed_period(params, zone, now);
    let preset = match preset {
        _ if from.is_none() && to.is_none() => preset.or(usual),
        // A form sends the bounds that it shows: where nobody touched them, the period keeps its name.
        Some(preset) if typed.is_some() && typed == bounds(preset, zone, now) => Some(preset),
        _ => None,
    };
    let period = preset.map_or(typed, |it| bounds(it, zone, now));
    if let Some(period) = &period {
        check_period(params, period, zone);
    }
    let (from, to) = (from.unwrap_or_default(), to.unwrap_or_default());
    (About { preset, from, to, filter: filter(params) }, period)
}

/// What was typed into filters.
pub fn typed(params: &mut Params) -> Vec<(NameOf, String)> {
    let fields = [(NameOf::Warehouse, "warehouse"), (NameOf::Product, "product"), (NameOf::Company, "company")];
    fields.into_iter().filter_map(|(of, field)| Some((of, params.text(field, MAX_TYPED)?))).collect()
}

/// One bound alone: a month before the end, or until today ends.
fn typed_period(params: &mut Params, zone: BusinessTime, now: Millis) -> Option<Range<Millis>> {
    let (has_from, has_to) = (params.is_given("from"), params.is_given("to"));
    let (from, to) = (params.moment("from", zone), params.moment("to", zone));
    // Where the clock was put forward a month before, that day's start.
    let month_before = |to: Millis| {
        let local = zone.local(to)?.checked_sub_months(Months::new(1))?;
        zone.moment(local).or_else(|| zone.start_from(local.date()))
    };
    match (from, to) {
        (Some(from), Some(to)) => Some(from..to),
        (Some(from), None) if !has_to => Some(from..bounds(Preset::Today, zone, now)?.end),
        (None, Some(to)) if !has_from => Some(month_before(to)?..to),
        _ => None,
    }
}

/// From when to when a period by name is.
pub fn bounds(preset: Preset, zone: BusinessTime, now: Millis) -> Option<Range<Millis>> {
    let today = zone.day(now)?;
    let tomorrow = today.succ_opt()?;
    let month = month_of(today);
    let days_back = |days| today.checked_sub_days(Days::new(days));
    let (from, to) = match preset {
        Preset::Today => (today, tomorrow),
        Preset::Yesterday => (days_back(1)?, today),
        Preset::SevenDays => (days_back(6)?, tomorrow),
        Preset::ThirtyDays => (days_back(29)?, tomorrow),
        Preset::ThisMonth => (month, tomorrow),
        Preset::LastMonth => (month.checked_sub_months(Months::new(1))?, month),
        Preset::ThisYear => (NaiveDate::from_ymd_opt(today.year(), 1, 1)?, tomorrow),
    };
    Some(zone.start_from(from)?..zone.start_from(to)?)
}

pub fn filter(params: &mut Params) -> Filter {
    Filter {
        warehouses: params.ids("warehouse_id"),
        products: params.ids("product_id"),
        companies: params.ids("company_id"),
    }
}

/// Notes what is wrong with a period.
pub fn check_period(params: &mut Params, period: &Range<Millis>, zone: BusinessTime) {
    let latest = zone.local(period.start).and_then(|it| it.checked_add_months(Months::new(MAX_YEARS * 12)));
    if period.is_empty() {
        params.fault("to", Why::NotAfter("from"));
    } else if latest.is_none_or(|latest| zone.local(period.end).is_none_or(|to| to > latest)) {
        params.fault("to", Why::PeriodTooLong(MAX_YEARS));
    }
}
