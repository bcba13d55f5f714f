//! How far the figures can be trusted. Nothing is audited yet.

use leptos::prelude::*;

use crate::i18n::texts;

/// Says so; what stands below is the page's.
#[component]
pub fn NotAudited(
    /// Below.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="proof" data-state="unverified">
            <div class="verdict-line">
                <span class="sign" data-v="stale" aria-hidden="true">
                    "?"
                </span>
                {texts().not_verified}
            </div>
            {children()}
        </div>
    }
    .into_any()
}
