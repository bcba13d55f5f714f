//! Leptos: pages and server functions, each request with its language, theme and backend in the context.

use std::sync::Arc;

use app::app::{App, Theme, shell};
use app::assets::Assets;
use app::backend::Backend;
use axum::Router;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::routing::{any, get};
use leptos::config::LeptosOptions;
use leptos::context::provide_context;
use leptos_axum::{
    LeptosRoutes, generate_route_list, handle_server_fns_with_context, render_app_to_stream_with_context,
};

use super::backend::ServerBackend;
use super::preferences;
use super::{Web, assets};

/// The routes of pages and server functions, and of the files they need.
pub fn routes(web: &Web) -> Router {
    let dir = assets::dir(&web.version);
    let options = LeptosOptions::builder().output_name("tallyhouse").site_pkg_dir(dir.clone()).build();
    let backend: Arc<dyn Backend> = Arc::new(ServerBackend { hub: web.hub.clone(), system: web.system.clone() });
    let assets = Assets { folder: format!("/{dir}"), version: web.version.to_string() };

    let for_functions = Arc::clone(&backend);
    let functions = move |headers: HeaderMap, request: Request| {
        let backend = Arc::clone(&for_functions);
        handle_server_fns_with_context(
            move || {
                provide_context(Arc::clone(&backend));
                provide_context(preferences::locale(&headers));
            },
            request,
        )
    };
    let context = move || {
        provide_context(Arc::clone(&backend));
        provide_context(assets.clone());
        let parts = leptos::context::use_context::<axum::http::request::Parts>();
        if let Some(parts) = parts {
            provide_context(preferences::locale(&parts.headers));
            let theme = match parts.uri.path() {
                "/wall" => Some(Theme::Wall),
                _ => preferences::theme(&parts.headers),
            };
            if let Some(theme) = theme {
                provide_context(theme);
            }
        }
    };
    // The list of routes is made by rendering once, outside any request.
    let pages = generate_route_list(|| {
        provide_context(app::i18n::Locale::default());
        App()
    });
    let for_unknown = options.clone();
    let unknown = render_app_to_stream_with_context(context.clone(), move || shell(for_unknown.clone()));
    let for_pages = options.clone();
    Router::new()
        .route("/api/fn/{*name}", any(functions))
        .leptos_routes_with_context(&options, pages, context, move || shell(for_pages.clone()))
        .fallback(get(unknown))
        .with_state(options)
        .merge(assets::routes(&web.pkg, &dir))
}
