//! `GET, POST /api/v1/audits`, `GET /api/v1/audits/{id}`, and its findings.

use app::i18n::audits::{description_of, state_of};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, Path, RawQuery, State};
use axum::http::StatusCode;
use chrono::NaiveDateTime;
use model::audit::{
    AuditState, Book, Check, CutPlaces, Evidence, Finding, FindingCause, Nrs, ResolveAs, Scope, Step, Verdict,
    VerdictCounts,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::audit::{Claimed, due_in};
use crate::web::Web;
use crate::web::audits::only_auditor;
use crate::web::http::body::object;
use crate::web::http::guard::Principal;
use crate::web::http::page::{PageSize, cut_to_page};
use crate::web::http::params::Params;
use crate::web::http::problem::Problem;
use base::business_time::{rfc3339, utc_moment};
use base::status::explain;
use records::StoredAudit;

/// The run's own log record, as docs/domain.md#verdicts-of-an-audit-per-key words it.
#[derive(Debug, Serialize, ToSchema)]
pub struct LogItem {
    state: String,
    flag: String,
    description: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct AuditItem {
    id: i64,
    scope: Scope,
    state: AuditState,
    /// Where it is, or was when it ended.
    step: Step,
    /// How much of the step is done, and of how much: tables, then keys.
    done: i64,
    total: i64,
    /// Why it was made: `due`, `first`, `retry`, `rebuilt`, `decided`, `hand`.
    cause: String,
    started_by: String,
    started_at: String,
    ended_at: Option<String>,
    took_ms: i64,
    /// Why it could not be made.
    message: Option<String>,
    #[schema(value_type = Option<std::collections::BTreeMap<String, model::audit::CutPlace>>)]
    cut: Option<CutPlaces>,
    /// What the records were asked to prove.
    checks: Vec<Check>,
    /// Keys that were compared.
    keys: i64,
    /// Keys by verdict.
    counts: VerdictCounts,
    /// Keys that were put right.
    repaired: i64,
    /// Findings that are stored one by one.
    findings: i64,
    /// Findings that nobody has dealt with.
    open: i64,
    log: Option<LogItem>,
}

/// Audits, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditsAnswer {
    /// When the last one passed.
    last_check: Option<String>,
    /// In so many seconds the next one is due; 0: now.
    due_in_seconds: i64,
    items: Vec<AuditItem>,
    next_cursor: Option<String>,
}

/// What is wanted.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScopeRequest {
    /// `quick` where it is not said.
    #[serde(default)]
    scope: Scope,
}

/// It is under way.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditStarted {
    id: i64,
}

/// A key that deviates.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingItem {
    number: i32,
    warehouse_id: String,
    product_id: String,
    /// By the records, at the cut.
    rrs: Book,
    /// By the live stock, at the cut. Absent: see `nrs_state`.
    #[serde(skip_serializing_if = "Option::is_none")]
    nrs: Option<Book>,
    /// `sums`, `missing` or `unreadable`.
    nrs_state: &'static str,
    verdict: Verdict,
    state: &'static str,
    flag: &'static str,
    cause: FindingCause,
    /// What says so.
    evidence: Option<Evidence>,
    description: &'static str,
    /// The stock that the live side showed at the cut.
    before: Option<i64>,
    /// What it was put right to; null: it was left alone.
    after: Option<i64>,
    /// What a person decided.
    resolution: Option<ResolveAs>,
    note: Option<String>,
    resolved_by: Option<String>,
    resolved_at: Option<String>,
}

/// Findings of an audit, by number.
#[derive(Debug, Serialize, ToSchema)]
pub struct FindingsAnswer {
    items: Vec<FindingItem>,
    next_cursor: Option<String>,
}

/// Audits, newest first; LASTCHECK, and when the next one is due.
#[utoipa::path(
    get, path = "/audits", operation_id = "audits", tag = "audits",
    params(
        ("limit" = Option<u32>, Query, description = "The most audits of an answer; 100 where it is not said.", minimum = 1, maximum = 1000),
        ("cursor" = Option<i64>, Query, description = "`next_cursor` of the answer before.", minimum = 1),
    ),
    responses((status = OK, description = "A page of them.", body = AuditsAnswer), Problem),
)]
pub async fn list(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    RawQuery(query): RawQuery,
) -> Result<Json<AuditsAnswer>, Problem> {
    only_auditor(&who)?;
    let mut params = Params::new(query.as_deref().unwrap_or_default());
    let before = params.number("cursor", 1, i64::MAX);
    let limit = PageSize::ROWS.limit(&mut params);
    Problem::check(&params.faults())?;
    let records = &web.records;
    let clock = records.audit_clock().await.map_err(Problem::unavailable("audits"))?;
    let mut found = records.audits(before, limit + 1).await.map_err(Problem::unavailable("audits"))?;
    let next_cursor = cut_to_page(&mut found, limit, |it| it.id.to_string());
    let rules = &web.audit_rules;
    let (due_in, _) = due_in(&clock, rules);
    Ok(Json(AuditsAnswer {
        last_check: clock.last_check.map(time),
        due_in_seconds: i64::try_from(due_in.as_secs()).unwrap_or(i64::MAX),
        items: found.into_iter().map(item).collect(),
        next_cursor,
    }))
}

/// Makes an audit, at once.
#[utoipa::path(
    post, path = "/audits", operation_id = "start_audit", tag = "audits",
    request_body(description = "How much is recounted; the whole where it is not said.", content = Option<ScopeRequest>),
    responses(
        (status = ACCEPTED, description = "It is under way.", body = AuditStarted),
        (status = CONFLICT, description = "Another run is under way; `running` says which.", body = Problem,
         content_type = "application/problem+json"),
        Problem,
    ),
)]
pub async fn start(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    body: Bytes,
) -> Result<(StatusCode, Json<AuditStarted>), Problem> {
    only_auditor(&who)?;
    // A generated client that is given no body sends `null`.
    let is_nothing = matches!(body.trim_ascii(), b"" | b"null");
    let wanted: ScopeRequest = if is_nothing { ScopeRequest::default() } else { object(&body)? };
    match begin(&web, wanted.scope, &who.name).await.map_err(Problem::unavailable("audits"))? {
        Ok(id) => Ok((StatusCode::ACCEPTED, Json(AuditStarted { id }))),
        Err(number) => Err(Problem::running(number)),
    }
}

/// Starts an audit by hand, in this process. The inner error: the number of the run that is under way.
pub async fn begin(web: &Web, scope: Scope, who: &str) -> Result<Result<i64, i64>, crate::audit::Error> {
    match web.auditor.claim(scope, "hand", who).await? {
        Claimed::Running { number, .. } => Ok(Err(number)),
        Claimed::Ours(run) => {
            let number = run.number();
            tokio::spawn(async move {
                if let Err(error) = run.to_end().await {
                    tracing::warn!(number, "an audit: {}", explain(&error));
                }
            });
            Ok(Ok(number))
        }
    }
}

/// One of them.
#[utoipa::path(
    get, path = "/audits/{id}", operation_id = "audit", tag = "audits",
    params(("id" = i64, Path, description = "Its number.")),
    responses((status = OK, description = "It, or how far it is.", body = AuditItem), Problem),
)]
pub async fn one(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    Path(id): Path<String>,
) -> Result<Json<AuditItem>, Problem> {
    only_auditor(&who)?;
    let id: i64 = id.parse().map_err(|_| Problem::no_such("audit"))?;
    let found = web.records.audit(id).await.map_err(Problem::unavailable("audits"))?;
    Ok(Json(item(found.ok_or_else(|| Problem::no_such("audit"))?)))
}

/// Keys that deviate, by number.
#[utoipa::path(
    get, path = "/audits/{id}/findings", operation_id = "findings", tag = "audits",
    params(
        ("id" = i64, Path, description = "Of the audit."),
        ("verdict" = Option<Verdict>, Query, description = "Only of this one."),
        ("cause" = Option<FindingCause>, Query, description = "Only of this one."),
        ("flag" = Option<String>, Query, description = "`F`: those that nobody has dealt with; `T`: the others.", pattern = "^[FT]$"),
        ("limit" = Option<u32>, Query, description = "The most findings of an answer; 100 where it is not said.", minimum = 1, maximum = 1000),
        ("cursor" = Option<i32>, Query, description = "`next_cursor` of the answer before.", minimum = 1),
    ),
    responses((status = OK, description = "A page of them.", body = FindingsAnswer), Problem),
)]
pub async fn findings(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<FindingsAnswer>, Problem> {
    only_auditor(&who)?;
    let mut params = Params::new(query.as_deref().unwrap_or_default());
    let mut wanted = crate::web::audits::query::findings(&mut params);
    let limit = PageSize::ROWS.limit(&mut params);
    Problem::check(&params.faults())?;
    let records = &web.records;
    let id: i64 = id.parse().map_err(|_| Problem::no_such("audit"))?;
    if records.audit(id).await.map_err(Problem::unavailable("audits"))?.is_none() {
        return Err(Problem::no_such("audit"));
    }
    wanted.limit = limit + 1;
    let mut found = records.findings(id, wanted).await.map_err(Problem::unavailable("audits"))?;
    let next_cursor = cut_to_page(&mut found, limit, |it| it.number.to_string());
    Ok(Json(FindingsAnswer { items: found.into_iter().map(finding).collect(), next_cursor }))
}

fn time(at: NaiveDateTime) -> String {
    rfc3339(utc_moment(at))
}

fn item(it: StoredAudit) -> AuditItem {
    AuditItem {
        id: it.id,
        scope: it.scope,
        state: it.state,
        step: it.step,
        done: it.keys_done,
        total: it.keys_total,
        cause: it.cause,
        started_by: it.started_by,
        started_at: rfc3339(it.started_at),
        ended_at: it.ended_at.map(rfc3339),
        took_ms: it.took_ms,
        message: it.message,
        cut: it.cut,
        checks: it.checks,
        keys: it.keys_compared,
        counts: it.counts,
        repaired: it.repaired,
        findings: it.findings,
        open: it.open,
        log: it.log.map(|it| LogItem { state: it.state, flag: it.flag, description: it.description }),
    }
}

fn finding(it: Finding) -> FindingItem {
    let (nrs, nrs_state) = match it.nrs {
        Nrs::Book(book) => (Some(book), "sums"),
        Nrs::Missing => (None, "missing"),
        Nrs::Unreadable => (None, "unreadable"),
    };
    let resolution = it.resolution;
    FindingItem {
        number: it.number,
        warehouse_id: it.key.warehouse_id.to_string(),
        product_id: it.key.product_id.to_string(),
        rrs: it.rrs,
        nrs,
        nrs_state,
        verdict: it.verdict,
        state: state_of(it.verdict),
        flag: if it.is_resolved { "T" } else { "F" },
        cause: it.cause,
        evidence: it.evidence,
        description: description_of(it.verdict, it.repaired),
        before: nrs.map(|it| it.stock),
        after: it.repaired.then_some(it.rrs.stock),
        resolution: resolution.as_ref().map(|it| it.way),
        note: resolution.as_ref().map(|it| it.note.clone()),
        resolved_by: resolution.as_ref().map(|it| it.who.clone()),
        resolved_at: resolution.map(|it| rfc3339(it.at)),
    }
}
