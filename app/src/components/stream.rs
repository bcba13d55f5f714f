//! Is this page live? Said once, always in the same place.

use leptos::prelude::*;

use crate::i18n::texts;
use crate::live::StreamState;

/// A dot and a word.
#[component]
pub fn StreamBadge(
    /// Is the page live?
    #[prop(into)]
    state: Signal<StreamState>,
) -> impl IntoView {
    let texts = texts();
    let words = move || match state.get() {
        StreamState::Connecting => texts.stream_connecting.to_owned(),
        StreamState::Live => texts.stream_live.to_owned(),
        StreamState::Reconnecting => texts.stream_reconnecting.to_owned(),
        StreamState::Stale(since) => format!("{} {since}", texts.stream_stale),
    };
    view! {
        <span class="stream" role="status" data-state=move || state.with(StreamState::word)>
            <i></i>
            {words}
        </span>
    }
}
