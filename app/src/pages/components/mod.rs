//! `/components`: every component in every state, for whoever builds pages. Development builds only.
//! `?state=ready|stale|rebuilding|empty|loading|failed`, `?theme=light|dark|wall`.

mod pieces;
mod sample;

use leptos::prelude::*;
use leptos_meta::{Body, Title};
use leptos_router::hooks::use_query_map;

use super::not_found::NotFound;
use crate::components::chart::ChartScript;
use crate::components::notice::{Failed, Loading};
use crate::live::{LiveStore, StreamState};
use crate::pages::live::board::Board;
use crate::theme::Theme;
use model::live::LiveView;
use pieces::Pieces;

/// The states that a page can be in.
const STATES: [&str; 6] = ["ready", "stale", "rebuilding", "empty", "loading", "failed"];

/// The page; in a released build there is none.
#[component]
pub fn ComponentsPage() -> impl IntoView {
    if cfg!(debug_assertions) { view! { <Gallery /> }.into_any() } else { view! { <NotFound /> }.into_any() }
}

#[component]
fn Gallery() -> impl IntoView {
    let (state, theme) = use_query_map().with_untracked(|it| {
        let known = |word: &str| STATES.into_iter().find(|state| *state == word);
        let theme = it.get_str("theme").and_then(Theme::named);
        (it.get_str("state").and_then(known).unwrap_or(STATES[0]), theme)
    });
    let shown = match state {
        "loading" => view! { <Loading /> }.into_any(),
        "failed" => view! { <Failed /> }.into_any(),
        // A hall has boards of its own: `/wall`.
        _ if theme == Some(Theme::Wall) => ().into_any(),
        "empty" => board(sample::nothing(), false),
        "rebuilding" => board(sample::rebuilding(), false),
        state => board(sample::view(), state == "stale"),
    };
    view! {
        <Title text="Components" />
        <Body attr:class="p-live p-components" />
        <ChartScript />
        <main class="page" id="content" tabindex="-1">
            <div class="head-line">
                <h1>"Components"</h1>
                <Choice name="state" of=STATES.to_vec() chosen=state other=("theme", theme.map(Theme::word)) />
                <Choice
                    name="theme"
                    of=Theme::ALL.map(Theme::word).to_vec()
                    chosen=theme.map(Theme::word).unwrap_or_default()
                    other=("state", Some(state))
                />
            </div>
            {shown}
            <Pieces />
        </main>
    }
    .into_any()
}

/// Links to the other states, or themes.
#[component]
fn Choice(
    name: &'static str,
    of: Vec<&'static str>,
    chosen: &'static str,
    other: (&'static str, Option<&'static str>),
) -> impl IntoView {
    let link = |word: &'static str| {
        let rest = other.1.map(|value| format!("&{}={value}", other.0)).unwrap_or_default();
        view! {
            <a href=format!("/components?{name}={word}{rest}") rel="external" aria-current=(word == chosen).then_some("page")>
                {word}
            </a>
        }
    };
    view! {
        <nav class="seg scroll" aria-label=name>
            {of.into_iter().map(link).collect_view()}
        </nav>
    }
    .into_any()
}

/// What `/` shows, standing still.
fn board(view: LiveView, is_stale: bool) -> AnyView {
    let mut store = LiveStore::new(view, Vec::new());
    let state = if is_stale { StreamState::Stale("09:41:07".to_owned()) } else { StreamState::Live };
    store.stream = RwSignal::new(state);
    view! { <Board store warehouse=None product=None /> }.into_any()
}
