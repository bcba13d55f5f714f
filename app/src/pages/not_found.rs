//! Any other URL.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::i18n::texts;
use crate::status::status;

/// There is no such page.
#[component]
pub fn NotFound() -> impl IntoView {
    let texts = texts();
    status().not_found();
    view! {
        <Title text=texts.not_found />
        <main class="page" id="content">
            <section class="panel">
                <div class="blank">
                    <b>{texts.not_found}</b>
                    <p>{texts.not_found_how}</p>
                    <a class="btn" href="/">
                        {texts.live}
                    </a>
                </div>
            </section>
        </main>
    }
}
