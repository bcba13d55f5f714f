//! A part of a page that is made on the server, and asked for again while the page is open (frontend/js/refresh.js). Without
//! script it stands as it is.

use leptos::prelude::*;

use super::notice::Notice;
use crate::assets::module_script;
use crate::i18n::texts;

/// What is inside is kept up to date. A page has one of them.
#[component]
pub fn Refreshed(
    /// How often it is asked for.
    every_ms: u32,
    /// What is kept up to date.
    children: Children,
) -> impl IntoView {
    view! {
        <div class="old" hidden>
            <Notice tone="warn" words=texts().stale_notice />
        </div>
        <div class="stack" data-refresh=every_ms>
            {children()}
        </div>
        {module_script("refresh.js")}
    }
}
