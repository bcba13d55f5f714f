//! `/records`: the entries themselves, newest first, by any filter. Its state is its URL.

use leptos::prelude::*;
use leptos_meta::{Body, Title};

use crate::backend::backend;
use crate::components::filters::{faults, periods};
use crate::i18n::locale;
use crate::pages::records::view::RecordsPage as Page;
use crate::pages::records::{form, list};
use crate::pages::{Answer, query_string};

#[component]
pub fn RecordsPage() -> impl IntoView {
    let texts = locale().records_texts();
    let query = query_string();
    let answer = async move { backend()?.records(&query).await };
    view! {
        <Title text=texts.title />
        <Body attr:class="p-stat p-records" />
        <main class="page" id="content" tabindex="-1">
            <Answer answer show=|page: Page| board(&page) />
        </main>
    }
    .into_any()
}

fn board(page: &Page) -> AnyView {
    let query = &page.query;
    let url = |about| query.but(|it| it.about = about).url();
    let wrong = faults(&query.about, &page.form, url);
    view! {
        <div class="head-line">
            <h1>{locale().records_texts().title}</h1>
            {periods(&query.about, Some(locale().records_texts().any_time), url)}
        </div>
        {wrong}
        <section class="panel statement">{form(page)}</section>
        {page.list.as_ref().map(|it| list(it, query))}
    }
    .into_any()
}
