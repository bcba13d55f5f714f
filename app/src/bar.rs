//! The only chrome: brand, pages, theme and language. The switches are links, so they work without script.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::components::icon::{Glyph, Icon, Mark};
use crate::i18n::{locale, texts};
use crate::islands::stream_badge::StreamBadge;

/// A page, marked where one is; also where one is on a page below it.
#[component]
fn Link(to: &'static str, name: &'static str) -> impl IntoView {
    let here = use_location().pathname.get_untracked();
    let current = match here.strip_prefix(to) {
        Some("") => Some("page"),
        Some(below) if below.starts_with('/') => Some("true"),
        _ => None,
    };
    view! {
        <a href=to aria-current=current>
            {name}
        </a>
    }
}

/// The bar at the top of every page.
#[component]
pub fn Bar() -> impl IntoView {
    let texts = texts();
    let other = locale().other();
    let is_live = use_location().pathname.get_untracked() == "/";
    view! {
        <header class="bar">
            <a class="brand" href="/">
                <Mark />
                <b>{texts.product_name}</b>
            </a>
            <nav aria-label=texts.navigation>
                <Link to="/" name=texts.live />
                <Link to="/wall" name=texts.wall />
                <Link to="/statistics" name=locale().statistics_texts().title />
                <Link to="/records" name=locale().records_texts().title />
                <Link to="/rejections" name=locale().rejections_texts().title />
                <Link to="/audits" name=locale().audits_texts().title />
                <Link to="/import" name=locale().import_texts().link />
                <Link to="/count" name=locale().count_texts().link />
                <Link to="/system" name=texts.system />
                <Link to="/names" name=locale().names_texts().title />
            </nav>
            <span class="grow"></span>
            {is_live.then(|| view! { <StreamBadge /> })}
            // By POST: a page elsewhere that has its reader follow a link changes nothing here.
            <form class="switches" method="post">
                <button class="btn quiet icon-only to-dark" formaction="/theme/dark" aria-label=texts.dark title=texts.dark>
                    <Glyph icon=Icon::Moon />
                </button>
                <button class="btn quiet icon-only to-light" formaction="/theme/light" aria-label=texts.light title=texts.light>
                    <Glyph icon=Icon::Sun />
                </button>
                <button class="btn quiet lang" formaction=format!("/lang/{}", other.tag()) lang=other.tag()>
                    {texts.switch_language}
                </button>
            </form>
        </header>
    }
}
