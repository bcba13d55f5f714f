//! `/rejections`: what was not recorded, and why. Its state is its URL.

use leptos::prelude::*;
use leptos_meta::{Body, Title};

use crate::backend::backend;
use crate::components::filters::wrong_fields;
use crate::i18n::locale;
use crate::pages::rejections::view::RejectionsPage as Page;
use crate::pages::rejections::{choices, table};
use crate::pages::system::Accounting;
use crate::pages::{Answer, query_string};

#[component]
pub fn RejectionsPage() -> impl IntoView {
    let texts = locale().rejections_texts();
    let query = query_string();
    let answer = async move { backend()?.rejections(&query).await };
    view! {
        <Title text=texts.title />
        <Body attr:class="p-stat p-records p-rejections" />
        <main class="page" id="content" tabindex="-1">
            <div class="head-line">
                <h1>{texts.title}</h1>
                <p class="muted">{texts.what}</p>
            </div>
            <Answer answer show=|page: Page| board(&page) />
        </main>
    }
    .into_any()
}

fn board(page: &Page) -> AnyView {
    view! {
        <Accounting totals=page.totals />
        {wrong_fields(&page.faults)}
        {choices(page)}
        {page.faults.is_empty().then(|| table(page))}
    }
    .into_any()
}
