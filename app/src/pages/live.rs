//! `/`: the live stock, complete before any script, then moving with the event stream.

use leptos::prelude::*;
use leptos_meta::{Body, Title};

use crate::api::live::live_view;
use crate::components::feed::Feed;
use crate::components::figures::Figures;
use crate::components::hour::HourPanel;
use crate::components::notice::{Failed, LiveNotice, Loading};
use crate::components::rank::RankPanel;
use crate::i18n::texts;
use crate::live::{LiveStore, StreamState};
use crate::model::live::LiveView;

/// The page.
#[component]
pub fn LivePage() -> impl IntoView {
    let view = Resource::new(|| (), |()| live_view());
    let texts = texts();
    view! {
        <Title text=texts.live_title />
        <Body attr:class="p-live" />
        <main class="page" id="content" tabindex="-1">
            <h1 class="sr">{texts.live_title}</h1>
            <Suspense fallback=Loading>
                {move || Suspend::new(async move {
                    match view.await {
                        Ok(view) => view! { <Board view /> }.into_any(),
                        Err(_) => view! { <Failed /> }.into_any(),
                    }
                })}
            </Suspense>
        </main>
    }
}

/// The page once there is something to show.
#[component]
fn Board(view: LiveView) -> impl IntoView {
    let stream = use_context().unwrap_or_else(|| RwSignal::new(StreamState::Connecting));
    let store = LiveStore::new(view, stream);
    Effect::new(move || store.follow());
    let texts = texts();
    let stale = Signal::derive(move || store.is_stale());
    view! {
        <LiveNotice store />
        <section class="panel" data-stale=move || stale.get().then_some("")>
            <Figures totals=store.totals />
        </section>
        <div class="cols main">
            <div class="stack">
                <div class="cols lists">
                    <RankPanel title=texts.by_warehouse head=texts.warehouse store=store.warehouses stale />
                    <RankPanel title=texts.by_product head=texts.product store=store.products stale />
                </div>
            </div>
            <div class="stack">
                <HourPanel hour=store.hour newest=store.newest stale />
                <Feed newest=store.newest stale />
            </div>
        </div>
    }
}
