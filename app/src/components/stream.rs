//! Is this page live? Said once, always in the same place.

use leptos::prelude::*;

use crate::draw::{text, word};
use crate::i18n::texts;
use crate::live::StreamState as State;
use model::pipeline::PipelineState;

/// A dot and a word.
#[component]
pub fn StreamState(
    /// Is the page live?
    #[prop(into)]
    state: Signal<State>,
) -> impl IntoView {
    let texts = texts();
    let words = text(move || match state.get() {
        State::Connecting => texts.stream_connecting.to_owned(),
        State::Live => texts.stream_live.to_owned(),
        State::Troubled(PipelineState::CatchingUp) => texts.stream_catching_up.to_owned(),
        State::Troubled(PipelineState::Rebuilding) => texts.stream_rebuilding.to_owned(),
        State::Troubled(_) => texts.stream_behind.to_owned(),
        State::Reconnecting => texts.stream_reconnecting.to_owned(),
        State::Stale(since) => format!("{} {since}", texts.stream_stale),
    });
    view! {
        <span class="stream" role="status" data-state=word(move || Some(state.with(State::word)))>
            <i></i>
            {words}
        </span>
    }
}
