//! The document and the route table, on one screen.

use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};

use crate::components::bar::Bar;
use crate::i18n::{locale, texts};
use crate::live::StreamState;
use crate::pages::live::LivePage;
use crate::pages::not_found::NotFound;

/// A theme that somebody chose; without one the system's preference holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// As `<html data-theme>` has it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme that a word names.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Light, Self::Dark].into_iter().find(|it| it.word() == word)
    }
}

/// The document around every page. Rendered on the server only.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let theme = use_context::<Theme>().map(Theme::word);
    let stylesheet = use_context::<StylesheetPath>().map(|it| it.0);
    view! {
        <!DOCTYPE html>
        <html lang=locale().tag() data-theme=theme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 20 20'%3E%3Cpath d='M3 5h14v3.4H3zM3 11.6h14V15H3z'/%3E%3C/svg%3E" />
                {stylesheet.map(|href| view! { <link rel="stylesheet" href=href /> })}
                <HydrationScripts options />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// The application.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    // The bar says whether the page below it is live.
    provide_context(RwSignal::new(StreamState::Connecting));
    let texts = texts();
    view! {
        <Title formatter=move |title: String| format!("{title} · {}", texts.product_name) />
        <Router>
            <a class="skip" href="#content">
                {texts.skip_to_content}
            </a>
            <Bar />
            <Routes fallback=NotFound>
                <Route path=path!("/") view=LivePage ssr=SsrMode::Async />
            </Routes>
        </Router>
    }
}

/// Where the stylesheet is; its name carries a hash that only the server knows.
#[derive(Debug, Clone)]
pub struct StylesheetPath(pub String);
