//! `/wall`: the same for a hall, 1920 by 1080, with nobody to touch it. `?warehouse=` (repeatable) limits it.

use leptos::prelude::*;
use leptos_meta::{Body, Title};
use leptos_router::hooks::use_query_map;

use crate::backend::{ApiError, backend};
use crate::components::chart::ChartScript;
use crate::i18n::texts;
use crate::islands::wall_board::WallBoard;
use crate::pages::Answer;
use model::live::LiveView;

#[component]
pub fn WallPage() -> impl IntoView {
    let texts = texts();
    let scope: Vec<String> = use_query_map().with_untracked(|query| query.get_all("warehouse").unwrap_or_default());
    let answer = ask(scope);
    view! {
        <Title text=texts.wall_title />
        <Body attr:class="p-wall" attr:data-unattended="" />
        <ChartScript />
        <Answer answer show=|(view, scope)| view! { <WallBoard view scope /> } />
    }
}

fn ask(scope: Vec<String>) -> impl Future<Output = Result<(LiveView, Vec<String>), ApiError>> + Send + 'static {
    let backend = backend();
    async move { Ok((backend?.live_view(&scope).await?, scope)) }
}
