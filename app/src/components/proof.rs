//! How far the figures can be trusted: when both stores were compared last, and how much came since.

use leptos::prelude::*;

use crate::draw::text;
use crate::i18n::texts;
use crate::live::LiveStore;
use crate::model::live::{Verification, Verified};
use crate::number::grouped;

/// Says so.
#[component]
pub fn Proof(
    /// What the page shows.
    store: LiveStore,
) -> impl IntoView {
    let verified = Memo::new(move |_| store.totals.with(|it| it.verified.clone()));
    let state = move || verified.with(|it| state_of(it.as_ref()));
    let words = text(move || verified.with(|it| words_of(it.as_ref())));
    let since = text(move || verified.with(|it| since_of(it.as_ref())));
    let next = text(move || verified.with(|it| next_of(it.as_ref())));
    let age = move || verified.with(|it| format!("--age:{}", it.as_ref().map_or(100, |it| it.age)));
    view! {
        <div class="proof" id="proof" data-state=move || state().0>
            <div class="verdict-line">
                <span class="sign" data-v=move || state().1 aria-hidden="true">
                    {text(move || state().2.to_owned())}
                </span>
                {words}
            </div>
            <div class="ruler" aria-hidden="true">
                <i style=age></i>
            </div>
            <div class="ticks">
                <span>{since}</span>
                <span>{next}</span>
            </div>
        </div>
    }
    .into_any()
}

/// `data-state`, `data-v` and the sign.
fn state_of(it: Option<&Verified>) -> (&'static str, &'static str, &'static str) {
    match it.map(|it| it.state) {
        Some(Verification::Verified) => ("verified", "match", "="),
        Some(Verification::Failed) => ("failed", "duplicate", "\u{2260}"),
        Some(Verification::Overdue) | None => ("unverified", "stale", "?"),
    }
}

fn words_of(it: Option<&Verified>) -> String {
    let texts = texts();
    match it {
        None => texts.not_verified.to_owned(),
        Some(it) if it.state == Verification::Failed => texts.verified_failed.to_owned(),
        Some(it) => (texts.verified_at)(&it.at),
    }
}

fn since_of(it: Option<&Verified>) -> String {
    let texts = texts();
    it.map_or_else(|| texts.not_verified_why.to_owned(), |it| (texts.n_since)(&grouped(it.entries_since)))
}

fn next_of(it: Option<&Verified>) -> String {
    let texts = texts();
    match it.map(|it| it.state) {
        Some(Verification::Overdue) => texts.audit_overdue.to_owned(),
        Some(Verification::Failed) => it.map(|it| (texts.verified_at)(&it.at)).unwrap_or_default(),
        _ => String::new(),
    }
}
