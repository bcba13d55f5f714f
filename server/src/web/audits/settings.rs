//! `GET /api/v1/settings`, `PUT /api/v1/settings/audit`: the settings that may be changed while the system runs.

use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::web::Web;

use crate::web::audits::only_auditor;
use crate::web::http::body::{object, whole_number};
use crate::web::http::guard::Principal;
use crate::web::http::problem::{FieldError, Problem};

/// The shortest and the longest period between audits, in seconds.
const PERIODS: (u64, u64) = (10, 31_536_000);

/// The settings that may be changed while the system runs.
#[derive(Debug, Serialize, ToSchema)]
pub struct SettingsAnswer {
    audit: AuditSettings,
}

/// When audits are made.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditSettings {
    /// An audit is due when the last good one is this old.
    expiration_seconds: u64,
    /// Did a person choose it? Else it is that of the settings file.
    is_chosen: bool,
    retry_after_seconds: u64,
    correct_surplus: bool,
}

/// The period that a person chooses; null: that of the settings file.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PeriodRequest {
    #[schema(minimum = 10, maximum = 31_536_000)]
    #[serde(default, deserialize_with = "whole_number")]
    expiration_seconds: Option<u64>,
}

/// The settings that may be changed while the system runs.
#[utoipa::path(
    get, path = "/settings", operation_id = "settings", tag = "audits",
    responses((status = OK, description = "Which hold.", body = SettingsAnswer), Problem),
)]
pub async fn settings(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
) -> Result<Json<SettingsAnswer>, Problem> {
    only_auditor(&who)?;
    let clock = web.records.audit_clock().await.map_err(Problem::unavailable("audits"))?;
    let rules = web.audit_rules;
    Ok(Json(SettingsAnswer {
        audit: AuditSettings {
            expiration_seconds: clock.period(rules.expiration).as_secs(),
            is_chosen: clock.expiration_seconds.is_some(),
            retry_after_seconds: rules.retry_after.as_secs(),
            correct_surplus: rules.correct_surplus,
        },
    }))
}

/// Sets the period between audits; on record.
#[utoipa::path(
    put, path = "/settings/audit", operation_id = "set_audit_period", tag = "audits",
    request_body(description = "The period.", content = PeriodRequest),
    responses((status = OK, description = "It holds.", body = SettingsAnswer), Problem),
)]
pub async fn set_period(
    State(web): State<Web>,
    who: Extension<Principal>,
    body: Bytes,
) -> Result<Json<SettingsAnswer>, Problem> {
    only_auditor(&who)?;
    let wanted: PeriodRequest = object(&body)?;
    let period = wanted.expiration_seconds.map(check_period).transpose()?;
    let set = web.records.set_audit_expiration(period, &who.name).await;
    set.map_err(Problem::unavailable("audits"))?;
    settings(State(web), who).await
}

/// A period that can be.
pub fn check_period(seconds: u64) -> Result<Duration, Problem> {
    if (PERIODS.0..=PERIODS.1).contains(&seconds) {
        return Ok(Duration::from_secs(seconds));
    }
    let message = format!("is not between {} and {} seconds", PERIODS.0, PERIODS.1);
    let field = "expiration_seconds".to_owned();
    Err(Problem::invalid(vec![FieldError { line: None, field, code: "not_between", message }]))
}
