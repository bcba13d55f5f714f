//! Leptos: pages and server functions, each request with its language, theme and backend in the context.

use std::pin::Pin;
use std::sync::Arc;

use app::app::{App, shell};
use app::assets::Assets;
use app::backend::Backend;
use app::status::SetStatus;
use app::theme::Theme;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, get};
use futures::{Stream, StreamExt as _, stream};
use leptos::context::{provide_context, use_context};
use leptos::prelude::IntoView;
use leptos_axum::{ResponseOptions, generate_route_list, handle_response_inner, handle_server_fns_with_context};
use tokio::runtime::Handle;
use tokio::task::spawn_blocking;

use crate::web::Web;
use crate::web::backend::ServerBackend;
use crate::web::http::assets;
use crate::web::http::preferences;
use crate::web::import::page::ImportReader;
use crate::web::rejections::page::RejectionsReader;

/// That of the wall, that of the URL where one may look at each, else the one somebody chose.
fn theme(parts: &Parts) -> Option<Theme> {
    let chosen = || preferences::theme(&parts.headers);
    match parts.uri.path() {
        "/wall" => Some(Theme::Wall),
        "/components" => {
            let query = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
            let named = query.filter(|(name, _)| name == "theme").map(|(_, word)| word.into_owned()).next();
            named.and_then(|word| Theme::named(&word)).or_else(chosen)
        }
        _ => chosen(),
    }
}

/// Makes pages. Cheap to clone.
#[derive(Clone)]
pub struct Pages {
    backend: Arc<dyn Backend>,
    assets: Assets,
}

impl Pages {
    /// Pages of this server.
    pub fn new(web: &Web) -> Self {
        let dir = assets::dir(&web.version);
        Self {
            backend: Arc::new(ServerBackend {
                hub: web.hub.clone(),
                system: web.system.clone(),
                statistics: web.statistics(),
                records: web.records(),
                rejections: RejectionsReader { intake: web.intake.clone(), zone: web.business_time },
                audits: web.audits(),
                import: ImportReader { intake: web.intake.clone(), zone: web.business_time },
                count: web.count(),
                clock: web.clock.clone(),
            }),
            assets: Assets { folder: format!("/{dir}"), version: web.version.to_string() },
        }
    }

    /// What a page finds in its context, from the request that leptos put there.
    fn provide(&self) {
        provide_context(Arc::clone(&self.backend));
        provide_context(self.assets.clone());
        if let Some(parts) = use_context::<Parts>() {
            provide_context(preferences::locale(&parts.headers));
            if let Some(theme) = theme(&parts) {
                provide_context(theme);
            }
        }
        if let Some(answer) = use_context::<ResponseOptions>() {
            provide_context(SetStatus(Arc::new(move |status| {
                if let Ok(status) = StatusCode::from_u16(status) {
                    answer.set_status(status);
                }
            })));
        }
    }

    /// The page of a request that has sent something, with what came of it in the context.
    pub async fn show<T>(&self, mut asked: Parts, found: T, status: StatusCode) -> Response
    where
        T: Clone + Send + Sync + 'static,
    {
        asked.method = Method::GET;
        let pages = self.clone();
        let context = move || {
            pages.provide();
            provide_context(found.clone());
        };
        let mut page = rendered(context, Request::from_parts(asked, Body::empty())).await;
        *page.status_mut() = status;
        page
    }

    /// The routes of pages and server functions.
    pub fn routes(&self) -> Router {
        let backend = Arc::clone(&self.backend);
        let functions = move |headers: HeaderMap, request: Request| {
            let backend = Arc::clone(&backend);
            handle_server_fns_with_context(
                move || {
                    provide_context(Arc::clone(&backend));
                    provide_context(preferences::locale(&headers));
                },
                request,
            )
        };
        // The list of routes is made by rendering once, outside any request.
        let list = generate_route_list(|| {
            provide_context(app::i18n::Locale::default());
            App()
        });
        let pages = self.clone();
        let page = move |request: Request| {
            let pages = pages.clone();
            rendered(move || pages.provide(), request)
        };
        let routes = Router::new().route("/api/fn/{*name}", any(functions)).fallback(get(page.clone()));
        list.iter().fold(routes, |routes, it| routes.route(it.path(), get(page.clone())))
    }
}

/// Makes a page, on one thread from begin to end: what Leptos makes for it belongs to the thread that made it, and is let go there. Pages cost cores, and
/// these threads are not those of the ingest.
async fn rendered(context: impl Fn() + Clone + Send + 'static, request: Request) -> Response {
    let runtime = Handle::current();
    let making = spawn_blocking(move || {
        runtime.block_on(async move {
            let (parts, body) = handle_response_inner(context, shell, request, whole).await.into_parts();
            to_bytes(body, usize::MAX).await.map(|it| Response::from_parts(parts, Body::from(it)))
        })
    });
    match making.await {
        Ok(Ok(page)) => page,
        // A panic: it is in the log.
        _ => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

type Html = Pin<Box<dyn Stream<Item = String> + Send>>;

/// A page, whole. What Leptos would write behind it as inline scripts, the data of resources, is left out: our pages have none, and their policy lets no
/// inline script run.
fn whole<V: IntoView + 'static>(
    page: V,
    _resources: Box<dyn FnOnce() -> Html + Send>,
    _out_of_order: bool,
) -> Pin<Box<dyn Future<Output = Html> + Send>> {
    Box::pin(async move {
        let html: String = page.to_html_stream_in_order().collect().await;
        let whole: Html = Box::pin(stream::iter([html]));
        whole
    })
}
