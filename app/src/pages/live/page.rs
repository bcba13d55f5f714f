//! `/`: the live stock, complete before any script, then moving with the event stream.

use leptos::prelude::*;
use leptos_meta::{Body, Title};
use leptos_router::hooks::use_query_map;

use crate::backend::{ApiError, Backend, backend};
use crate::components::chart::ChartScript;
use crate::components::stock::rank::Found;
use crate::i18n::texts;
use crate::islands::live_board::LiveBoard;
use crate::pages::Answer;
use model::live::{LiveView, Ranking};
use model::names::NameOf;

#[component]
pub fn LivePage() -> impl IntoView {
    let texts = texts();
    let wanted = use_query_map().with_untracked(|query| (query.get("warehouse"), query.get("product")));
    let answer = ask(wanted);
    view! {
        <Title text=texts.live_title />
        <Body attr:class="p-live" />
        <ChartScript />
        <main class="page" id="content" tabindex="-1">
            <h1 class="sr">{texts.live_title}</h1>
            <Answer answer show=|(view, warehouse, product)| view! { <LiveBoard view warehouse product /> } />
        </main>
    }
}

type Shown = (LiveView, Option<Found>, Option<Found>);

fn ask(wanted: (Option<String>, Option<String>)) -> impl Future<Output = Result<Shown, ApiError>> + Send + 'static {
    // Before the first wait, where the context is at hand.
    let backend = backend();
    async move {
        let backend = backend?;
        let warehouse = find(&*backend, NameOf::Warehouse, wanted.0).await?;
        let product = find(&*backend, NameOf::Product, wanted.1).await?;
        Ok((backend.live_view(&[]).await?, warehouse, product))
    }
}

async fn find(backend: &dyn Backend, of: NameOf, text: Option<String>) -> Result<Option<Found>, ApiError> {
    let Some(text) = text.filter(|it| !it.trim().is_empty()) else { return Ok(None) };
    let rows = match backend.find_holders(of, &text).await {
        // What cannot be a name finds nothing.
        Err(ApiError::BadRequest) => Vec::new(),
        answer => answer?,
    };
    Ok(Some(Found { text, ranking: Ranking { count: rows.len(), rows } }))
}
