//! The panels of `/system`. Made on the server only; the page asks for itself again (frontend/js/refresh.js).

mod health;
mod partitions;

use leptos::prelude::*;

pub use health::{Rates, Stores, Upkeep};
pub use partitions::{Accounting, Partitions};

use super::notice::state_notice;
use crate::i18n::texts;
use crate::model::pipeline::{Pipeline, PipelineState};

/// What is wrong, the worst first, or that nothing is.
#[component]
pub fn Troubles(
    /// Where the stream stands; none: the records do not answer.
    pipeline: Option<Pipeline>,
) -> impl IntoView {
    let (state, reasons) = pipeline.map_or((PipelineState::Degraded, Vec::new()), |it| (it.state, it.reasons));
    state_notice(state, reasons).unwrap_or_else(|| {
        view! {
            <div class="notice" data-tone="good" role="status">
                <b>{texts().all_well}</b>
            </div>
        }
        .into_any()
    })
}

/// A term and what holds for it.
fn pair(term: &'static str, holds: String) -> AnyView {
    view! {
        <dt>{term}</dt>
        <dd class="num">{holds}</dd>
    }
    .into_any()
}
