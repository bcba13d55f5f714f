//! The wall's last line: the hour, what needs a person, what just came.

use leptos::prelude::*;

use crate::components::stock::feed::when;
use crate::components::stock::hour::{HourChart, Legend, Quiet, has_moved};
use crate::draw::{Row, either, flag, rows, text};
use crate::i18n::{locale, texts};
use crate::live::LiveStore;
use crate::number::{count_or_none, grouped, signed};
use crate::pages::wall::{Turn, Turns};
use model::live::{Alert, FreshEntry};
use model::quantity::Direction;

/// As many alerts, and newest entries, as the sheet holds.
const ALERTS: usize = 3;
const NEWEST: usize = 4;

#[component]
pub fn Bottom(
    /// What the page shows.
    store: LiveStore,
    turn: Turn,
) -> impl IntoView {
    view! {
        <div class="bottom">
            <Hour store />
            <Alerts store turn />
            <Newest store />
        </div>
    }
    .into_any()
}

#[component]
fn Hour(store: LiveStore) -> impl IntoView {
    let texts = texts();
    let chart = move || view! { <HourChart hour=store.hour height="5.1rem" /> }.into_any();
    let body = either(has_moved(store.hour), chart, move || view! { <Quiet newest=store.newest /> }.into_any());
    view! {
        <section aria-label=texts.last_hour>
            <h2>
                <span>{texts.last_hour}</span>
                <span class="grow"></span>
                <Legend />
            </h2>
            {body}
        </section>
    }
    .into_any()
}

#[component]
fn Alerts(store: LiveStore, turn: Turn) -> impl IntoView {
    let texts = texts();
    let length = Signal::derive(move || store.alerts.with(Vec::len));
    let negative = move || store.totals.with(|it| it.negative);
    let all = move || store.alerts.with(|all| turn.rows(all, ALERTS).into_iter().map(alert).collect());
    view! {
        <section aria-label=texts.alerts>
            <h2>
                <span class:neg=flag(move || negative().is_some_and(|it| it > 0))>{text(move || (texts.n_negative)(&count_or_none(negative())))}</span>
                <span>{text(move || (texts.n_low)(&count_or_none(store.totals.with(|it| it.low))))}</span>
                <Turns turn rows=length a_page=ALERTS />
            </h2>
            <ul class="minus">{rows(all)}</ul>
        </section>
    }
    .into_any()
}

fn alert(it: Alert) -> Row {
    Row::new(format!("{it:?}"), move || view! { <AlertRow it=it.clone() /> }.into_any())
}

#[component]
fn AlertRow(it: Alert) -> impl IntoView {
    let locale = locale();
    let what = locale.key(&it.warehouse, &it.product);
    let level = it.level.map(|level| view! { <small>" / " {grouped(level)}</small> });
    view! {
        <li>
            <span class="what">{what}</span>
            <span class="num" class:neg=it.level.is_none() class:low=it.level.is_some()>
                {grouped(it.stock)}
                {level}
            </span>
        </li>
    }
    .into_any()
}

#[component]
fn Newest(store: LiveStore) -> impl IntoView {
    let texts = texts();
    let today = text(move || (texts.entries_today)(&grouped(store.totals.with(|it| it.today.entries))));
    let all = move || store.newest.with(|all| all.iter().take(NEWEST).map(|it| entry(it, store)).collect());
    view! {
        <section aria-label=texts.newest>
            <h2>
                <span>{texts.newest}</span>
                <span class="num muted">{today}</span>
            </h2>
            <ol class="ticker" aria-live="off">
                {rows(all)}
            </ol>
        </section>
    }
    .into_any()
}

fn entry(it: &FreshEntry, store: LiveStore) -> Row {
    let it = it.clone();
    Row::new(it.origin.clone(), move || view! { <EntryRow it=it.clone() store /> }.into_any())
}

#[component]
fn EntryRow(it: FreshEntry, store: LiveStore) -> impl IntoView {
    let (locale, texts) = (locale(), texts());
    let (class, word) = match it.direction {
        Direction::In => ("in", texts.flow_in_short),
        Direction::Out => ("out", texts.flow_out_short),
    };
    let what = locale.key(&it.warehouse, &it.product);
    view! {
        <li>
            <time>{when(&it, store)}</time>
            <span class=class>{word}</span>
            <span class="what">{what}</span>
            <span class=format!("num {class}")>{signed(it.direction.sign() * it.quantity)}</span>
        </li>
    }
    .into_any()
}
