//! The panels of `/system`. Made on the server only; the page asks for itself again (frontend/js/refresh.js).

pub mod health;
pub mod page;
pub mod partitions;

use leptos::prelude::*;

pub use health::{Rates, Stores, Upkeep};
pub use partitions::{Accounting, Partitions};

use crate::components::notice::state_notice;
use crate::i18n::texts;
use model::pipeline::{Pipeline, PipelineState};

/// What is wrong, the worst first, or that nothing is.
#[component]
pub fn Troubles(
    /// Where the stream stands; none: the records do not answer.
    pipeline: Option<Pipeline>,
    /// Since when it is so.
    since: Option<String>,
) -> impl IntoView {
    let (state, reasons) = pipeline.map_or((PipelineState::Degraded, Vec::new()), |it| (it.state, it.reasons));
    let since = since.map(|it| (texts().since)(&it));
    let what_to_do = move || {
        view! {
            <p class="muted what-to-do">
                {what_to_do(state)} " " {since}
            </p>
        }
    };
    let notice = state_notice(state, true, reasons);
    let notice = notice.map(|it| view! { <div class="stack">{it} {what_to_do()}</div> }.into_any());
    notice.unwrap_or_else(|| {
        view! {
            <div class="notice" data-tone="good" role="status">
                <b>{texts().all_well}</b>
            </div>
        }
        .into_any()
    })
}

/// For whoever can do something about it.
fn what_to_do(state: PipelineState) -> &'static str {
    let texts = texts();
    match state {
        PipelineState::Ok => "",
        PipelineState::CatchingUp => texts.do_nothing,
        PipelineState::Degraded => texts.do_start_what_is_away,
        PipelineState::Paused => texts.do_as_the_reason_says,
        PipelineState::RecordsBehind => texts.do_wait_for_lost_bills,
        PipelineState::Rebuilding => texts.do_wait_for_the_rebuild,
    }
}

/// A term and what holds for it.
fn pair(term: &'static str, holds: String) -> AnyView {
    view! {
        <dt>{term}</dt>
        <dd class="num">{holds}</dd>
    }
    .into_any()
}
