//! `/statistics`: what came in, what went out, what was there, for any period. Its state is its URL.

use leptos::prelude::*;
use leptos_meta::{Body, Title};

use crate::backend::backend;
use crate::components::filters::{faults, periods};
use crate::i18n::locale;
use crate::pages::statistics::view::{StatementView, StatisticsPage as Page, StatisticsQuery};
use crate::pages::statistics::{Equation, Movement, Movers, filters, lines};
use crate::pages::{Answer, query_string};

#[component]
pub fn StatisticsPage() -> impl IntoView {
    let texts = locale().statistics_texts();
    let query = query_string();
    let answer = async move { backend()?.statistics(&query).await };
    view! {
        <Title text=texts.title />
        <Body attr:class="p-stat" />
        <main class="page" id="content" tabindex="-1">
            <Answer answer show=|page: Page| board(&page) />
        </main>
    }
    .into_any()
}

fn board(page: &Page) -> AnyView {
    let texts = locale().statistics_texts();
    let (query, statement) = (&page.query, page.statement.clone());
    let url = |about| query.but(|it| it.about = about).url();
    let wrong = faults(&query.about, &page.form, url);
    let form = filters(page);
    let equation = statement.clone().map(|view| view! { <Equation view /> });
    view! {
        <div class="head-line">
            <h1>{texts.title}</h1>
            {periods(&query.about, None, url)}
        </div>
        {wrong}
        <section class="panel statement">
            {form}
            {equation}
        </section>
        {statement.map(|view| figures(view, query))}
    }
    .into_any()
}

fn figures(view: StatementView, query: &StatisticsQuery) -> AnyView {
    let texts = locale().statistics_texts();
    if view.all_lines == 0 {
        return view! {
            <section class="panel">
                <div class="blank">
                    <b>{texts.nothing}</b>
                    <p>{texts.nothing_how}</p>
                </div>
            </section>
        }
        .into_any();
    }
    let lines = lines(&view, query);
    let alone = (view.movers.len() < 2).then_some("");
    let movers = (view.movers.len() > 1).then(|| view! { <Movers movers=view.movers.clone() /> });
    view! {
        <div class="cols charts" data-alone=alone>
            <Movement view />
            {movers}
        </div>
        {lines}
    }
    .into_any()
}
