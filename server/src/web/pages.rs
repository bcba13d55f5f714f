//! Leptos: pages and server functions, each request with its language, theme and backend in the context.

use std::sync::Arc;

use app::app::{App, StylesheetPath, shell};
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
use super::{Error, Web, assets};

/// The routes of pages and server functions, and of the files they need.
pub fn routes(web: &Web) -> Result<Router, Error> {
    let dir = assets::hashed_dir(&web.pkg).map_err(|cause| Error::Assets { path: web.pkg.clone(), cause })?;
    let options = LeptosOptions::builder().output_name("tallyhouse").site_pkg_dir(dir.clone()).build();
    let backend: Arc<dyn Backend> = Arc::new(ServerBackend { hub: web.hub.clone() });
    let stylesheet = StylesheetPath(format!("/{dir}/tallyhouse.css"));

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
        provide_context(stylesheet.clone());
        let parts = leptos::context::use_context::<axum::http::request::Parts>();
        if let Some(parts) = parts {
            provide_context(preferences::locale(&parts.headers));
            if let Some(theme) = preferences::theme(&parts.headers) {
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
    Ok(Router::new()
        .route("/api/fn/{*name}", any(functions))
        .leptos_routes_with_context(&options, pages, context, move || shell(for_pages.clone()))
        .fallback(get(unknown))
        .with_state(options)
        .merge(assets::routes(&web.pkg, &dir)))
}
