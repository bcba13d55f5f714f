//! `/system`: for whoever must know what is stuck, and why. It asks for itself every 2 s.

use leptos::prelude::*;
use leptos_meta::{Body, Title};

use crate::backend::backend;
use crate::components::notice::Failed;
use crate::components::refresh::Refreshed;
use crate::i18n::texts;
use crate::pages::Answer;
use crate::pages::system::{Accounting, Partitions, Rates, Stores, Troubles, Upkeep};
use model::system::SystemView;

#[component]
pub fn SystemPage() -> impl IntoView {
    let texts = texts();
    let backend = backend();
    let answer = async move { backend?.system().await };
    view! {
        <Title text=texts.system />
        <Body attr:class="p-system" />
        <main class="page" id="content" tabindex="-1">
            <h1 class="sr">{texts.system}</h1>
            <Refreshed every_ms=2000>
                <Answer answer show=|view| view! { <Board view /> } />
            </Refreshed>
        </main>
    }
}

#[component]
fn Board(view: SystemView) -> impl IntoView {
    let pipeline = view.pipeline.clone();
    let no_answer = pipeline.is_none().then(|| view! { <Failed /> });
    let parts = pipeline.clone().map(|it| {
        view! {
            <Partitions partitions=it.partitions />
            <Accounting totals=it.totals />
        }
    });
    view! {
        <Troubles pipeline=pipeline.clone() since=view.state_since.clone() />
        <div class="cols system">
            <Stores stores=view.stores.clone() />
            <Rates rates=view.rates pipeline />
            <Upkeep view />
        </div>
        {no_answer}
        {parts}
    }
}
