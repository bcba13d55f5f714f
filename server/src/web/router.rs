//! Every route there is, behind the one guard.

use axum::Router;
use axum::middleware;
use axum::routing::post;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use super::audits::forms::AuditForms;
use super::count::forms::CountForms;
use super::http::guard::budget::{self, Budget};
use super::http::guard::fair_share;
use super::http::guard::gate::Gate;
use super::http::headers::with_headers;
use super::http::{assets, guard, preferences, time_limits};
use super::import::events::EventsForm;
use super::import::forms::ImportForms;
use super::names::forms::NamesForms;
use super::pages::Pages;
use super::rejections::form::RejectionForm;
use base::config::WebConfig;

use super::{Web, audits, count, export, import, names, openapi, rejections};

/// All routes; with those of health where they have no address of their own.
pub fn routes(web: Web, settings: &WebConfig, health: Option<Router>) -> Router {
    let pages = Pages::new(&web);
    let forms = NamesForms { records: web.records.clone(), hub: web.hub.clone(), pages: pages.clone() };
    let calls = openapi::calls();
    let answers = calls
        .answers
        .route("/lang/{tag}", post(preferences::choose_language))
        .route("/theme/{word}", post(preferences::choose_theme))
        .with_state(web.clone())
        .merge(pages.routes())
        .merge(names::forms::routes(forms))
        .merge(import::template::routes(web.clone()))
        .merge(count::sheet::routes(web.clone(), web.count()))
        .merge(count::forms::routes(CountForms { counter: web.count().counter, pages: pages.clone() }))
        .merge(import::events::routes(EventsForm::new(
            web.intake.clone(),
            web.pipeline.topic.clone(),
            web.business_time,
            pages.clone(),
        )))
        .merge(import::forms::routes(ImportForms { intake: web.intake.clone(), pages: pages.clone() }))
        .merge(audits::forms::routes(AuditForms { web: web.clone(), pages: pages.clone() }))
        .merge(rejections::form::routes(RejectionForm { intake: web.intake.clone(), pages }))
        .merge(assets::routes(&web.pkg, &assets::dir(&web.version)))
        // The innermost: it counts from when a body is read, not while it waits for its turn, and hides how long the body is.
        .layer(middleware::from_fn(time_limits::limited))
        .layer(middleware::from_fn_with_state(Budget::new(), budget::within_budget))
        .layer(middleware::from_fn_with_state(fair_share::of_answers(), fair_share::in_turn))
        .layer(CompressionLayer::new());
    let files = export::routes(&web, web.records(), web.statistics());
    let streams = calls.streams.with_state(web).merge(files);
    // On an address of their own they have no guard: health checks come from machines that know no host name of ours.
    let health = health.unwrap_or_default();
    let app = answers
        .merge(streams)
        .merge(health)
        .layer(middleware::from_fn_with_state(Gate::of(settings), guard::guard))
        .layer(CatchPanicLayer::new());
    with_headers(app, settings.public_url.as_ref())
}
