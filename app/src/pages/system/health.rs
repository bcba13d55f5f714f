//! How the stores are, how fast it goes, and what must be kept up.
#![expect(clippy::needless_pass_by_value, reason = "a component owns its props")]

use leptos::prelude::*;

use crate::components::panel::Panel;
use crate::i18n::texts;
use crate::number::{NONE, grouped, tenths};
use crate::pages::system::pair;
use model::pipeline::{PartitionStatus, Pipeline};
use model::system::{Rates as Speeds, Store, StoreHealth, SystemView};

/// MySQL, Redis, Kafka.
#[component]
pub fn Stores(
    /// How they are.
    stores: Vec<StoreHealth>,
) -> impl IntoView {
    let lines = stores.into_iter().map(|it| view! { <StoreLine it /> }).collect_view();
    let body = view! { <ul class="body facts">{lines}</ul> };
    view! { <Panel class="stores" title=texts().stores tools=().into_any() body=body.into_any() /> }
}

#[component]
fn StoreLine(it: StoreHealth) -> impl IntoView {
    let texts = texts();
    let name = match it.store {
        Store::Records => texts.store_records,
        Store::LiveStock => texts.store_live_stock,
        Store::Topic => texts.store_topic,
    };
    let (tone, word) = if it.answers { ("good", texts.answers) } else { ("bad", texts.silent) };
    let took = it.took_us.map_or_else(String::new, |it| (texts.in_ms)(&tenths(it / 100)));
    view! {
        <li>
            <b>{name}</b>
            <span class="badge" data-tone=tone>
                {word}
            </span>
            <span class="num">{took}</span>
            <small class="muted">{(texts.since)(&it.since)}</small>
            {it.trouble.map(|it| view! { <small lang="en" class="why">{it}</small> })}
        </li>
    }
    .into_any()
}

/// How fast it goes.
#[component]
pub fn Rates(
    /// Of the last seconds.
    rates: Option<Speeds>,
    /// Where the stream stands.
    pipeline: Option<Pipeline>,
) -> impl IntoView {
    let texts = texts();
    let none = || NONE.to_owned();
    let rate = |of: fn(&Speeds) -> u64| rates.as_ref().map_or_else(none, |it| tenths(of(it)));
    let lag = pipeline.as_ref().and_then(lag_of).map_or_else(none, grouped);
    let tools = view! { <span class="sub">{texts.over_ten_seconds}</span> };
    let body = view! {
        <dl class="body pairs">
            {pair(texts.rate_produced, rate(|it| it.produced))}
            {pair(texts.rate_consumed, rate(|it| it.consumed))}
            {pair(texts.rate_applied, rate(|it| it.applied))}
            {pair(texts.lag, lag)}
        </dl>
    };
    view! { <Panel class="rates" title=texts.rates tools=tools.into_any() body=body.into_any() /> }
}

fn lag_of(pipeline: &Pipeline) -> Option<i64> {
    pipeline.partitions.iter().map(PartitionStatus::waiting).sum()
}

/// Tables, journal, rebuilds, version.
#[component]
pub fn Upkeep(
    /// How the parts are.
    view: SystemView,
) -> impl IntoView {
    let texts = texts();
    let many = view.tables.is_some_and(|it| it.are_many());
    let tables =
        view.tables.map_or_else(|| NONE.to_owned(), |it| format!("{} / {}", grouped(it.count), grouped(it.most)));
    let left = view.tables.map(|it| match it.days_left {
        Some(days) => (texts.days_left)(&grouped(days), &tenths(u64::try_from(it.new_a_day).unwrap_or(0))),
        None => texts.no_new_tables.to_owned(),
    });
    let of_pipeline = |of: fn(&Pipeline) -> Option<String>| {
        view.pipeline.as_ref().and_then(of).unwrap_or_else(|| texts.none_yet.to_owned())
    };
    let version = format!("{} · {}", view.version, (texts.up_for)(&span(view.up_seconds)));
    let body = view! {
        <dl class="body pairs">
            <dt>{texts.day_tables}</dt>
            <dd class="num" class:neg=many>
                {tables}
            </dd>
            <dd class="note">{left} {many.then(|| view! { <b class="why">" " {texts.tables_how}</b> })}</dd>
            {pair(texts.journal, of_pipeline(|it| Some(journal(it))))}
            {pair(texts.last_rebuild, of_pipeline(rebuild))}
            {pair(texts.version, version)}
        </dl>
    };
    view! { <Panel class="upkeep" title=texts.upkeep tools=().into_any() body=body.into_any() /> }
}

fn journal(it: &Pipeline) -> String {
    let tenths_of_mb = u64::try_from(it.journal.bytes / 100_000).unwrap_or(0);
    format!("{} · {} MB", grouped(it.journal.lines), tenths(tenths_of_mb))
}

fn rebuild(it: &Pipeline) -> Option<String> {
    let it = it.last_rebuild.as_ref()?;
    let took = u64::try_from(it.took_ms / 100).unwrap_or(0);
    Some(format!("{} · {} · {} s", it.cause.replace('_', " "), it.state, tenths(took)))
}

/// `3 d 4 h`, `5 h 6 min`, `7 min`: the same in both languages' units.
fn span(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60 % 60, seconds / 3600 % 24, seconds / 86_400);
    match (days, hours) {
        (0, 0) => format!("{minutes} min"),
        (0, _) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_two_parts_at_most() {
        assert_eq!([span(59), span(3_660), span(100_000)], ["0 min", "1 h 1 min", "1 d 3 h"]);
    }
}
