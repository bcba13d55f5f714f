//! `/audits`: when both stores were compared, what came of it, and when they are compared next.

use leptos::prelude::*;
use leptos_meta::{Body, Title};

use crate::backend::backend;
use crate::components::chart::ChartScript;
use crate::components::refresh::Refreshed;
use crate::i18n::locale;
use crate::pages::audits::view::{AuditsPage as Page, BadPeriod};
use crate::pages::audits::{chart, history, last_check, run_now, settings};
use crate::pages::{Answer, query_string};
use model::audit::Scope;

/// The history and the settings.
#[component]
pub fn AuditsPage() -> impl IntoView {
    let texts = locale().audits_texts();
    let bad = use_context::<BadPeriod>();
    let query = query_string();
    let answer = async move { backend()?.audits(&query).await };
    let show = move |page: Page| board(&page, bad.as_ref());
    view! {
        <Title text=texts.title />
        <Body attr:class="p-records p-audits" />
        <main class="page" id="content" tabindex="-1">
            <div class="head-line">
                <h1>{texts.heading}</h1>
                <p class="muted">{texts.what}</p>
                <span class="grow"></span>
                <div class="line">{run_now(Scope::Full, false)} {run_now(Scope::Quick, true)}</div>
            </div>
            <Answer answer show=show />
        </main>
    }
    .into_any()
}

fn board(page: &Page, bad: Option<&BadPeriod>) -> AnyView {
    // A form that somebody types in is not asked for again.
    let (top, list) = (last_check(page), history(page));
    view! {
        <div class="cols top">
            <Refreshed every_ms=2000>{top}</Refreshed>
            {settings(page, bad)}
        </div>
        {chart(page)}
        {list}
        <ChartScript />
    }
    .into_any()
}
