//! What `/` shows: the figures, who holds it, what moved, what needs a person.

use leptos::prelude::*;

use crate::components::notice::LiveNotice;
use crate::components::stock::feed::Feed;
use crate::components::stock::heat::HeatPanel;
use crate::components::stock::hour::HourPanel;
use crate::components::stock::rank::{Found, RankPanel};
use crate::components::stock::rests::RestsOfAll;
use crate::draw::{flag, there};
use crate::i18n::texts;
use crate::live::LiveStore;
use crate::pages::live::alerts::AlertPanel;
use crate::pages::live::figures::Figures;
use model::names::NameOf;

/// All of it.
#[component]
pub fn Board(
    /// What the page shows.
    store: LiveStore,
    /// What the URL looks for among warehouses.
    warehouse: Option<Found>,
    /// What it looks for among products.
    product: Option<Found>,
) -> impl IntoView {
    let texts = texts();
    let stale = flag(move || store.is_old());
    view! {
        <LiveNotice store />
        <RestsOfAll store />
        <section class="panel" data-stale=there(stale)>
            <Figures store />
        </section>
        <div class="cols main">
            <div class="stack">
                <div class="cols lists">
                    <RankPanel of=NameOf::Warehouse title=texts.by_warehouse store=store.warehouses found=warehouse stale />
                    <RankPanel of=NameOf::Product title=texts.by_product store=store.products found=product stale />
                </div>
                <HeatPanel store stale />
            </div>
            <div class="stack">
                <HourPanel hour=store.hour newest=store.newest stale />
                <AlertPanel store stale />
                <Feed store stale />
            </div>
        </div>
    }
    .into_any()
}
