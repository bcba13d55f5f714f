//! `/records`: the entries themselves, newest first, by any filter. Its state is its URL.

use leptos::prelude::*;
use leptos_meta::{Body, Title};
use leptos_router::location::RequestUrl;

use super::Answer;
use crate::backend::backend;
use crate::components::filters::faults;
use crate::components::records::{form, list, periods};
use crate::i18n::locale;
use crate::model::records_page::RecordsPage as Page;

/// The page.
#[component]
pub fn RecordsPage() -> impl IntoView {
    let texts = locale().records_texts();
    let url = use_context::<RequestUrl>().unwrap_or_default();
    let query = url.as_ref().split_once('?').map_or_else(String::new, |(_, query)| query.to_owned());
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
    let wrong = faults(&page.faults, &page.unclear, |of, id| query.but(|it| it.ids(of).push(id.to_owned())).url());
    view! {
        <div class="head-line">
            <h1>{locale().records_texts().title}</h1>
            {periods(query)}
        </div>
        {wrong}
        <section class="panel statement">{form(page)}</section>
        {page.list.as_ref().map(|it| list(it, query))}
    }
    .into_any()
}
