//! The one way to say loading, empty, failed, stale or degraded. One notice per page, the worst first.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};
use crate::i18n::texts;
use crate::live::LiveStore;
use crate::model::pipeline::PipelineState;

/// While the first answer is on its way.
#[component]
pub fn Loading() -> impl IntoView {
    view! {
        <section class="panel" aria-busy="true">
            <div class="blank">
                <span class="bone" style="width: 12rem"></span>
                <p>{texts().loading}</p>
            </div>
        </section>
    }
}

/// When there is nothing to list.
#[component]
pub fn NothingYet() -> impl IntoView {
    let texts = texts();
    view! {
        <div class="blank">
            <b>{texts.nothing_yet}</b>
            <p>{texts.nothing_yet_how}</p>
        </div>
    }
    .into_any()
}

/// When there is no answer.
#[component]
pub fn Failed() -> impl IntoView {
    let texts = texts();
    view! {
        <section class="panel" role="alert">
            <div class="blank" data-tone="bad">
                <Glyph icon=Icon::Alert />
                <b>{texts.failed}</b>
                <p>{texts.failed_how}</p>
                <a class="btn" rel="external" href="">
                    {texts.try_again}
                </a>
            </div>
        </section>
    }
}

/// What is wrong with what the page shows, if anything is.
#[component]
pub fn LiveNotice(
    /// What the page shows.
    store: LiveStore,
) -> impl IntoView {
    let texts = texts();
    let notice = move || {
        if store.is_stale() {
            return Some(("warn", texts.stale_notice.to_owned(), Vec::new()));
        }
        let (state, reasons) = store.totals.with(|it| (it.state, it.reasons.clone()));
        let (tone, text) = match state {
            PipelineState::Ok => return None,
            PipelineState::CatchingUp => ("busy", texts.catching_up),
            PipelineState::Degraded => ("warn", texts.degraded),
            PipelineState::Paused => ("bad", texts.paused),
            PipelineState::RecordsBehind => ("bad", texts.records_behind),
            PipelineState::Rebuilding => ("busy", texts.rebuilding),
        };
        Some((tone, text.to_owned(), reasons))
    };
    move || {
        notice().map(|(tone, text, reasons)| {
            let icon = if tone == "bad" { Icon::Alert } else { Icon::Clock };
            view! {
                <div class="notice" data-tone=tone role="status">
                    <Glyph icon />
                    <span>
                        <b>{text}</b>
                        {reasons
                            .into_iter()
                            .map(|reason| view! { <small lang="en">" " {reason} "."</small> })
                            .collect_view()}
                    </span>
                </div>
            }
        })
    }
}
