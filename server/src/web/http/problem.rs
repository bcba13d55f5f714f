//! Errors over HTTP: RFC 9457 problem details with a stable code.

use std::collections::BTreeMap;

use app::i18n::Locale;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::faults::FieldFault;
use model::flaw::LineFlaw;
use serde::Serialize;
use utoipa::openapi::{Content, Ref, RefOr, ResponseBuilder};
use utoipa::{IntoResponses, ToSchema};

use super::cause::{is_busy, is_damage};
use base::status::explain;

/// A problem, as a client sees it (RFC 9457). Never holds internals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`; `code` tells problems apart.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// Stable, for scripts.
    code: &'static str,
    detail: String,
    /// What is wrong with the input, field by field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldError>,
    /// The number of the run that is under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    running: Option<i64>,
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// In which line, or at which place from 1, where there are many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Which; `entry`: the whole.
    pub field: String,
    /// Stable, for scripts.
    pub code: &'static str,
    pub message: String,
}

/// Others have all turns; `retry-after` says when to come again.
const BUSY: &str = "busy";

/// So many errors are listed; the detail counts them all.
const MAX_ERRORS: usize = 1000;

impl Problem {
    /// A problem of a status.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            code,
            detail: detail.into(),
            errors: Vec::new(),
            running: None,
        }
    }

    pub fn invalid(errors: Vec<FieldError>) -> Self {
        Self { errors, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_input", "Some fields are wrong.") }
    }

    /// Fields of a question are wrong.
    pub fn faults(faults: &[FieldFault]) -> Self {
        let error = |it: &FieldFault| FieldError {
            line: None,
            field: it.field.clone(),
            code: it.why.code(),
            message: Locale::En.why(&it.why),
        };
        Self::invalid(faults.iter().map(error).collect())
    }

    /// Lines are wrong; of very many the first are named.
    pub fn flaws(flaws: &[LineFlaw], lines: usize) -> Self {
        let error = |it: &LineFlaw| FieldError {
            line: Some(it.line),
            field: it.field.clone().unwrap_or_else(|| "entry".to_owned()),
            code: it.flaw.code().as_str(),
            message: it.flaw.to_string(),
        };
        let errors = flaws.iter().take(MAX_ERRORS).map(error).collect();
        let detail = format!("{} of {lines} entries are wrong; nothing was sent.", flaws.len());
        Self { detail, ..Self::invalid(errors) }
    }

    /// Another run is under way.
    pub fn running(number: i64) -> Self {
        let detail = format!("Run {number} is under way.");
        Self { running: Some(number), ..Self::new(StatusCode::CONFLICT, "running", detail) }
    }

    /// Bad input, where there is any.
    pub fn check(faults: &[FieldFault]) -> Result<(), Self> {
        if faults.is_empty() { Ok(()) } else { Err(Self::faults(faults)) }
    }

    /// There is none.
    pub fn no_such(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", format!("There is no such {what}."))
    }

    /// A body that is none of the forms of a page.
    pub fn bad_form(page: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad_form", format!("This is no form of the {page}."))
    }

    /// For `map_err`: the records do not answer, or hold what cannot be read; why, is logged.
    pub fn unavailable<E: std::error::Error + 'static>(doing: &'static str) -> impl Fn(E) -> Self {
        move |error| {
            if is_busy(&error) {
                return Self::busy();
            }
            tracing::warn!("{doing}: {}", explain(&error));
            if is_damage(&error) {
                return Self::new(StatusCode::INTERNAL_SERVER_ERROR, "damaged", "What is stored of it cannot be read.");
            }
            Self::away("The records do not answer.")
        }
    }

    /// So many are asking as may at a time.
    pub fn busy() -> Self {
        let detail = "Others ask much at this moment. Try again in a few seconds.";
        Self::new(StatusCode::TOO_MANY_REQUESTS, BUSY, detail)
    }

    /// Whoever asks has had as many turns as one may have at a time.
    pub fn yours_are_busy() -> Self {
        let detail = "Your other questions are not answered yet. Try again in a few seconds.";
        Self::new(StatusCode::TOO_MANY_REQUESTS, BUSY, detail)
    }

    /// A store does not answer.
    pub fn away(detail: &str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
    }
}

/// By its name; what is derived has the whole schema in each answer, and a generated client then has a class for it that is called as some call is.
impl IntoResponses for Problem {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        let content = Content::new(Some(Ref::from_schema_name(Self::name())));
        let response = ResponseBuilder::new()
            .description(
                "A problem: 404 `not_found`, 409, 413 `too_large`, 422 `invalid_input`, 429 `busy`, 503 `unavailable`. `code` is stable.",
            )
            .content("application/problem+json", content)
            .build();
        BTreeMap::from([("default".to_owned(), RefOr::T(response))])
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let is_busy = self.code == BUSY;
        let mut response = (status, Json(self)).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if is_busy {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}
