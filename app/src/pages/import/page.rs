//! `/import`: entries from a file, looked at before they are sent. Its state is its URL.

use leptos::prelude::*;
use leptos_meta::{Body, Title};

use crate::backend::backend;
use crate::i18n::locale;
use crate::pages::import::flaws::flaws;
use crate::pages::import::questions::questions;
use crate::pages::import::reading::reading;
use crate::pages::import::sheet::sheet;
use crate::pages::import::totals::totals;
use crate::pages::import::understood::understood;
use crate::pages::import::view::{ImportPage as Page, NotSent, UploadState};
use crate::pages::import::{choose, verdict, why_not};
use crate::pages::{Answer, query_string};

/// The page. Where a file was not taken or not sent, the server put why into the context.
#[component]
pub fn ImportPage() -> impl IntoView {
    let texts = locale().import_texts();
    let query = query_string();
    let not_sent = use_context::<NotSent>();
    let answer = async move { backend()?.import(&query).await };
    view! {
        <Title text=texts.title />
        <Body attr:class="p-names p-import" />
        <main class="page" id="content" tabindex="-1">
            <div class="head-line">
                <h1>{texts.title}</h1>
            </div>
            <Answer answer show=move |page: Page| board(&page, not_sent) />
        </main>
    }
    .into_any()
}

fn board(page: &Page, not_sent: Option<NotSent>) -> AnyView {
    let Some(upload) = &page.upload else {
        let is_gone = !page.query.upload.is_empty();
        let why = not_sent.or(is_gone.then_some(NotSent::Gone));
        return view! {
            {why.as_ref().map(why_not)}
            {choose()}
        }
        .into_any();
    };
    let details = (upload.state == UploadState::LookedAt).then(|| {
        view! {
            {questions(&upload.questions, &page.query)}
            {upload.reading.as_ref().map(|it| reading(it, upload, page))}
            {upload.reading.as_ref().map(|it| sheet(it, &page.query))}
            {flaws(&upload.flaws, upload.bad, upload.doubtful, &page.query)}
            {totals(upload)}
            {understood(upload)}
        }
    });
    view! {
        {verdict(upload, &page.query, not_sent.as_ref())}
        {details}
    }
    .into_any()
}
