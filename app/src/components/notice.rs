//! The one way to say loading, empty, failed, stale or degraded. One notice per page, the worst first.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};
use crate::assets::module_script;
use crate::backend::ApiError;
use crate::draw::part;
use crate::i18n::texts;
use crate::live::LiveStore;
use model::pipeline::PipelineState;

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

/// When there is no answer. A wall asks again by itself, also for a warehouse that has no entry yet.
#[component]
pub fn Failed(
    /// What kept it away.
    #[prop(default = ApiError::Away)]
    why: ApiError,
) -> impl IntoView {
    let texts = texts();
    let (what, how) = match why {
        ApiError::Busy => (texts.busy, texts.busy_how),
        ApiError::BadRequest => (texts.bad_question, texts.bad_question_how),
        ApiError::Away | ApiError::Forbidden => (texts.failed, texts.failed_how),
    };
    view! {
        {module_script("retry.js")}
        <section class="panel" role="alert">
            <div class="blank" data-tone="bad">
                <Glyph icon=Icon::Alert />
                <b>{what}</b>
                <p>{how}</p>
                <a class="btn" rel="external" href="">
                    {texts.try_again}
                </a>
            </div>
        </section>
    }
}

/// What a form says that found no turn: what is the case, and what to do.
pub fn busy_words() -> String {
    let texts = texts();
    format!("{}. {}", texts.busy, texts.busy_how)
}

/// What a state means for who looks; none: all is well.
/// `has_figures`: are there any on the page?
fn words_of(state: PipelineState, has_figures: bool) -> Option<(&'static str, &'static str)> {
    let texts = texts();
    match state {
        PipelineState::Ok => None,
        PipelineState::CatchingUp if has_figures => Some(("busy", texts.behind)),
        PipelineState::CatchingUp => Some(("busy", texts.catching_up)),
        PipelineState::Degraded => Some(("warn", texts.degraded)),
        PipelineState::Paused => Some(("bad", texts.paused)),
        PipelineState::RecordsBehind => Some(("bad", texts.records_behind)),
        PipelineState::Rebuilding => Some(("busy", texts.rebuilding)),
    }
}

/// The notice of a state; none: all is well.
pub fn state_notice(state: PipelineState, has_figures: bool, reasons: Vec<String>) -> Option<AnyView> {
    words_of(state, has_figures).map(|(tone, words)| view! { <Notice tone words reasons /> }.into_any())
}

/// What is wrong, in one line: for a wall.
pub fn state_words(store: LiveStore) -> Option<String> {
    if store.is_stale() {
        return Some(texts().stale_short.to_owned());
    }
    words_of(store.totals.with(|it| it.state), store.totals.with(|it| it.stock.is_some()))
        .map(|(_, words)| words.to_owned())
}

/// What is wrong with what the page shows, if anything is.
#[component]
pub fn LiveNotice(
    /// What the page shows.
    store: LiveStore,
) -> impl IntoView {
    part(move || {
        if store.is_stale() {
            return view! { <Notice tone="warn" words=texts().stale_notice /> }.into_any();
        }
        let (state, has_figures, reasons) = store.totals.with(|it| (it.state, it.stock.is_some(), it.reasons.clone()));
        state_notice(state, has_figures, reasons).unwrap_or_else(|| ().into_any())
    })
}

/// What is wrong, and why.
#[component]
pub fn Notice(
    /// `busy`, `warn`, `bad` or `good`.
    tone: &'static str,
    #[prop(into)] words: String,
    /// What to do.
    #[prop(optional)]
    how: &'static str,
    /// For operators, in English.
    #[prop(optional)]
    reasons: Vec<String>,
    /// Another one than the tone's own.
    #[prop(optional)]
    icon: Option<Icon>,
    /// `alert`: it answers what somebody just did.
    #[prop(default = "status")]
    role: &'static str,
) -> impl IntoView {
    let icon = icon.unwrap_or(match tone {
        "bad" => Icon::Alert,
        "good" => Icon::Check,
        _ => Icon::Clock,
    });
    let reasons = reasons.into_iter().map(|reason| view! { <small lang="en">" " {reason} "."</small> }).collect_view();
    view! {
        <div class="notice" data-tone=tone role=role>
            <Glyph icon />
            <span>
                <b>{words}</b>
                {(!how.is_empty()).then(|| format!(" {how}"))}
                {reasons}
            </span>
        </div>
    }
    .into_any()
}
