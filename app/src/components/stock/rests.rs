//! What a figure rests on: a dashed underline opens it. A native popover, so it works without script.

use leptos::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::draw::{Row, rows, text};
use crate::i18n::texts;
use crate::live::LiveStore;
use crate::number::grouped;

/// The popover that every panel's mark opens.
const ALL: &str = "rests-all";

/// In the head of a panel: opens what all its figures rest on.
#[component]
pub fn RestsMark() -> impl IntoView {
    let words = texts().what_it_rests_on;
    view! {
        <button class="btn quiet icon-only small" type="button" popovertarget=ALL aria-label=words title=words>
            <Glyph icon=Icon::Info />
        </button>
    }
    .into_any()
}

/// What the marks open; once on a page.
#[component]
pub fn RestsOfAll(
    /// What the page shows.
    store: LiveStore,
) -> impl IntoView {
    let texts = texts();
    view! { <Popover id=ALL title=texts.what_it_rests_on counts=texts.counts_all store /> }
}

/// A figure with what it rests on.
#[component]
pub fn Rests(
    /// Names the popover in the page.
    id: &'static str,
    /// What the figure is called.
    title: &'static str,
    /// What it counts, in a sentence.
    counts: &'static str,
    /// What the page shows.
    store: LiveStore,
    children: Children,
) -> impl IntoView {
    view! {
        <button class="rests" type="button" popovertarget=id>
            {children()}
        </button>
        <Popover id title counts store />
    }
    .into_any()
}

#[component]
fn Popover(id: &'static str, title: &'static str, counts: &'static str, store: LiveStore) -> impl IntoView {
    let texts = texts();
    let time = text(move || store.totals.with(|it| format!("{} {}", it.day, it.time)));
    let audited = text(move || {
        store.totals.with(|it| it.verified.as_ref().map_or_else(|| texts.none_yet.to_owned(), |it| it.at.clone()))
    });
    let recorded = text(move || {
        store.totals.with(|it| grouped(it.verified.as_ref().map_or(it.recorded, |verified| verified.entries_since)))
    });
    view! {
        <div class="pop" popover id=id>
            <h3>{title}</h3>
            <p>{counts}</p>
            <dl>
                <dt>{texts.as_of}</dt>
                <dd>{time}</dd>
                <dt>{texts.last_audit}</dt>
                <dd>{audited}</dd>
                <dt>{texts.entries_since}</dt>
                <dd>{recorded}</dd>
            </dl>
            <Offsets store />
        </div>
    }
    .into_any()
}

/// Up to which position of each partition entries are in the figures.
#[component]
fn Offsets(store: LiveStore) -> impl IntoView {
    let all = move || store.offsets.with(|it| it.keys().map(|partition| row(store, *partition)).collect());
    view! {
        <h3 class="sub">{texts().position_of_partitions}</h3>
        <div class="offsets">{rows(all)}</div>
    }
    .into_any()
}

fn row(store: LiveStore, partition: i32) -> Row {
    let draw = move || {
        let offset = text(move || grouped(store.offsets.with(|it| it.get(&partition).copied().unwrap_or(0))));
        view! { <span><b>{partition}</b> {offset}</span> }.into_any()
    };
    Row::new(partition.to_string(), draw)
}
