//! `/` in the browser: the figures of the first paint, moving with the event stream.
#![expect(missing_docs, reason = "the macro makes a struct that cannot have a docstring")]

use leptos::prelude::*;

use crate::components::alerts::AlertPanel;
use crate::components::feed::Feed;
use crate::components::figures::Figures;
use crate::components::heat::HeatPanel;
use crate::components::hour::HourPanel;
use crate::components::notice::LiveNotice;
use crate::components::rank::{Found, RankPanel};
use crate::components::rests::RestsOfAll;
use crate::draw::{flag, there};
use crate::i18n::texts;
use crate::live::LiveStore;
use crate::model::live::LiveView;
use crate::model::names::NameOf;

/// Everything below the bar.
#[island]
pub fn LiveBoard(
    /// Of the first paint.
    view: LiveView,
    /// What the URL looks for among warehouses.
    warehouse: Option<Found>,
    /// What it looks for among products.
    product: Option<Found>,
) -> impl IntoView {
    let store = LiveStore::new(view, Vec::new());
    Effect::new(move || store.follow());
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
}
