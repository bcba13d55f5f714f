//! What a figure rests on: a dashed underline opens it. A native popover, so it works without script.

use leptos::prelude::*;

use crate::draw::{Row, rows, text};
use crate::i18n::texts;
use crate::live::LiveStore;
use crate::number::grouped;

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
    /// The figure.
    children: Children,
) -> impl IntoView {
    let texts = texts();
    let time = text(move || store.totals.with(|it| format!("{} {}", it.day, it.time)));
    let recorded = text(move || grouped(store.totals.with(|it| it.recorded)));
    view! {
        <button class="rests" type="button" popovertarget=id>
            {children()}
        </button>
        <div class="pop" popover id=id>
            <h3>{title}</h3>
            <p>{counts}</p>
            <dl>
                <dt>{texts.as_of}</dt>
                <dd>{time}</dd>
                <dt>{texts.last_audit}</dt>
                <dd>{texts.none_yet}</dd>
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
