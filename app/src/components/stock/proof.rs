//! How far the figures can be trusted: when both stores were compared last, and how much came since.

use leptos::prelude::*;

use crate::draw::text;
use crate::i18n::locale;
use crate::live::LiveStore;
use crate::number::grouped;
use model::live::{Verification, Verified, mark_of};

#[component]
pub fn Proof(
    /// What the page shows.
    store: LiveStore,
) -> impl IntoView {
    let verified = Memo::new(move |_| store.totals.with(|it| it.verified.clone()));
    let state = move || verified.with(|it| it.as_ref().map(|it| it.state));
    let sign = move || sign_of(state());
    let words = text(move || verified.with(|it| words_of(it.as_ref())));
    let since = text(move || verified.with(|it| since_of(it.as_ref())));
    let next = text(move || verified.with(|it| next_of(it.as_ref())));
    let age = move || verified.with(|it| format!("--age:{}", it.as_ref().map_or(100, |it| it.age)));
    view! {
        <div class="proof" id="proof" data-state=move || mark_of(state())>
            <div class="verdict-line">
                <span class="sign" data-v=move || sign().0 aria-hidden="true">
                    {text(move || sign().1.to_owned())}
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

/// `data-v` and the sign.
fn sign_of(it: Option<Verification>) -> (&'static str, &'static str) {
    match it {
        Some(Verification::Verified) => ("match", "="),
        Some(Verification::Failed) => ("duplicate", "\u{2260}"),
        Some(Verification::Partly | Verification::Overdue) | None => ("stale", "?"),
    }
}

fn words_of(it: Option<&Verified>) -> String {
    let texts = locale().proof_texts();
    match it {
        None => texts.not_verified.to_owned(),
        Some(it) if it.state == Verification::Failed => texts.verified_failed.to_owned(),
        Some(it) if it.state == Verification::Partly => (texts.unverified_part)(it.part_since),
        Some(it) => (texts.verified_at)(&it.at),
    }
}

fn since_of(it: Option<&Verified>) -> String {
    let texts = locale().proof_texts();
    it.map_or_else(|| texts.not_verified_why.to_owned(), |it| (texts.n_since)(&grouped(it.entries_since)))
}

fn next_of(it: Option<&Verified>) -> String {
    let texts = locale().proof_texts();
    it.map_or_else(String::new, |it| match it.state {
        Verification::Verified => (texts.minutes_ago)(it.minutes),
        Verification::Overdue => texts.audit_overdue.to_owned(),
        Verification::Partly | Verification::Failed => (texts.verified_at)(&it.at),
    })
}
