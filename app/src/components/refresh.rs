//! A part of a page that is made on the server, and asked for again while the page is open (frontend/js/refresh.js). Without
//! script it stands as it is.

use leptos::prelude::*;

use super::notice::Notice;
use crate::assets::Assets;
use crate::i18n::texts;

/// What is inside is kept up to date. A page has one of them.
#[component]
pub fn Refreshed(
    /// How often it is asked for.
    every_ms: u32,
    /// What is kept up to date.
    children: Children,
) -> impl IntoView {
    let script = use_context::<Assets>().map(|it| it.script("refresh.js"));
    view! {
        <div class="old" hidden>
            <Notice tone="warn" words=texts().stale_notice />
        </div>
        <div class="stack" data-refresh=every_ms>
            {children()}
        </div>
        {script.map(|src| view! { <script type="module" src=src></script> })}
    }
}
