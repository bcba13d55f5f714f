//! `/audits`: the calls, the pages, their forms; decisions about findings, replays, the period between audits.

pub mod api;
pub mod decisions;
pub mod forms;
pub mod page;
pub mod query;
pub mod replays;
pub mod settings;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Web;
use super::http::guard::{Principal, Role};
use super::http::problem::Problem;

pub fn calls() -> OpenApiRouter<Web> {
    OpenApiRouter::new()
        .routes(routes!(api::list, api::start))
        .routes(routes!(api::one))
        .routes(routes!(api::findings))
        .routes(routes!(decisions::resolve))
        .routes(routes!(replays::start))
        .routes(routes!(replays::one))
        .routes(routes!(replays::confirm))
        .routes(routes!(settings::settings))
        .routes(routes!(settings::set_period))
}

/// Refuses who may not.
pub fn only_auditor(who: &Principal) -> Result<(), Problem> {
    who.must_be(Role::Auditor, "Only an auditor sees and makes audits.")
}
