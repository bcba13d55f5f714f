//! The document and the route table, on one screen. Made on the server; the browser gets the islands in it.

use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::hooks::use_location;
use leptos_router::location::RequestUrl;
use leptos_router::{SsrMode, path};

use crate::assets::{Assets, module_script};
use crate::bar::Bar;
use crate::i18n::{locale, texts};
use crate::pages::audits::list::AuditsPage;
use crate::pages::audits::one::AuditPage;
use crate::pages::components::ComponentsPage;
use crate::pages::count::page::CountPage;
use crate::pages::count::sheet::CountSheetPage;
use crate::pages::import::events::page::EventsPage;
use crate::pages::import::page::ImportPage;
use crate::pages::live::page::LivePage;
use crate::pages::names::import::NamesImportPage;
use crate::pages::names::page::NamesPage;
use crate::pages::not_found::NotFound;
use crate::pages::records::page::RecordsPage;
use crate::pages::rejections::list::RejectionsPage;
use crate::pages::rejections::one::RejectionPage;
use crate::pages::statistics::page::StatisticsPage;
use crate::pages::system::page::SystemPage;
use crate::pages::wall::page::WallPage;
use crate::theme::Theme;

/// The document around every page. Rendered on the server only.
pub fn shell() -> impl IntoView {
    // Only what is inside of an island is taken over.
    if let Some(context) = Owner::current_shared_context() {
        context.set_is_hydrating(false);
    }
    let theme = use_context::<Theme>().map(Theme::word);
    let assets = use_context::<Assets>();
    let stylesheet = assets.as_ref().map(|it| it.script("tallyhouse.css"));
    let version = assets.as_ref().map(|it| it.version.clone());
    view! {
        <!DOCTYPE html>
        <html lang=locale().tag() data-theme=theme data-version=version>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 20 20'%3E%3Cpath d='M3 5h14v3.4H3zM3 11.6h14V15H3z'/%3E%3C/svg%3E" />
                {stylesheet.map(|href| view! { <link rel="stylesheet" href=href /> })}
                {assets.filter(|_| has_islands()).map(|it| island_scripts(&it))}
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// What takes the islands over (frontend/js/hydrate.js), and what it will ask for: fetched beside the page, not after it.
fn island_scripts(assets: &Assets) -> AnyView {
    view! {
        <link rel="modulepreload" href=assets.script("tallyhouse.js") />
        <link rel="preload" href=assets.script("tallyhouse_bg.wasm") r#as="fetch" type="application/wasm" crossorigin="" />
        {module_script("stream.js")}
        {module_script("hydrate.js")}
    }
    .into_any()
}

/// The pages with something that moves by itself; the browser is not sent the WASM for the others.
const WITH_ISLANDS: [&str; 2] = ["/", "/wall"];

fn has_islands() -> bool {
    let url = use_context::<RequestUrl>().and_then(|it| it.parse().ok());
    url.is_some_and(|it| WITH_ISLANDS.contains(&it.path()))
}

#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let texts = texts();
    view! {
        <Title formatter=move |title: String| format!("{title} · {}", texts.product_name) />
        <Router>
            <Chrome />
            <Routes fallback=NotFound>
                <Route path=path!("/") view=LivePage ssr=SsrMode::Async />
                <Route path=path!("/wall") view=WallPage ssr=SsrMode::Async />
                <Route path=path!("/statistics") view=StatisticsPage ssr=SsrMode::Async />
                <Route path=path!("/records") view=RecordsPage ssr=SsrMode::Async />
                <Route path=path!("/rejections") view=RejectionsPage ssr=SsrMode::Async />
                <Route path=path!("/rejections/:id") view=RejectionPage ssr=SsrMode::Async />
                <Route path=path!("/audits") view=AuditsPage ssr=SsrMode::Async />
                <Route path=path!("/audits/:id") view=AuditPage ssr=SsrMode::Async />
                <Route path=path!("/import") view=ImportPage ssr=SsrMode::Async />
                <Route path=path!("/import/events") view=EventsPage ssr=SsrMode::Async />
                <Route path=path!("/count") view=CountPage ssr=SsrMode::Async />
                <Route path=path!("/count/sheet") view=CountSheetPage ssr=SsrMode::Async />
                <Route path=path!("/system") view=SystemPage ssr=SsrMode::Async />
                <Route path=path!("/components") view=ComponentsPage ssr=SsrMode::Async />
                <Route path=path!("/names") view=NamesPage ssr=SsrMode::Async />
                <Route path=path!("/names/import") view=NamesImportPage ssr=SsrMode::Async />
            </Routes>
        </Router>
    }
}

/// What stands above every page, but not in a hall.
#[component]
fn Chrome() -> impl IntoView {
    let in_a_hall = use_location().pathname.get_untracked() == "/wall";
    (!in_a_hall).then(|| {
        view! {
            <a class="skip" href="#content">
                {texts().skip_to_content}
            </a>
            <Bar />
        }
    })
}
