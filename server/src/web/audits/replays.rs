//! `POST /api/v1/audits/{id}/replay`, `GET /api/v1/replays/{id}`, `POST /api/v1/replays/{id}/confirm`.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Extension, Path, RawQuery, State};
use axum::http::StatusCode;
use model::audit::AuditState;
use model::audit::replay::{Bill, BillKind, ReplayState};
use serde::Serialize;
use utoipa::ToSchema;

use crate::web::Web;

use crate::audit::Confirmed;
use crate::web::http::guard::{Principal, Role};
use crate::web::http::page::{PageSize, cut_to_page};
use crate::web::http::params::Params;
use crate::web::http::problem::Problem;
use base::business_time::rfc3339;
use base::status::explain;
use records::{ReplayClaim, StoredReplay};

/// It is under way.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReplayStarted {
    id: i64,
}

/// A bill line that differs, and what a correction does to RRS.
#[derive(Debug, Serialize, ToSchema)]
pub struct BillItem {
    number: i32,
    #[serde(flatten)]
    bill: Bill,
    effect: i64,
}

/// What the queue says of the keys that an audit found.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReplayAnswer {
    id: i64,
    audit: i64,
    state: ReplayState,
    messages_read: i64,
    messages_all: i64,
    /// Keys that were looked at.
    keys: i64,
    started_by: String,
    started_at: String,
    took_ms: i64,
    message: Option<String>,
    confirmed_by: Option<String>,
    confirmed_at: Option<String>,
    /// Where each partition began: what was before cannot be decided.
    begins: Option<BTreeMap<String, i64>>,
    /// Bills by kind.
    #[schema(value_type = BTreeMap<String, i64>)]
    counts: BTreeMap<&'static str, i64>,
    bills: Vec<BillItem>,
    next_cursor: Option<String>,
}

/// The records are corrected; an audit follows by itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReplayConfirmed {
    state: ReplayState,
}

/// Work that is made to its end though nobody may wait for the answer any more.
pub async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, crate::audit::Error>> + Send + 'static,
) -> Result<T, crate::audit::Error> {
    tokio::spawn(work).await.unwrap_or(Err(crate::audit::Error::Lost("it broke off")))
}

fn only_auditor(who: &Principal) -> Result<(), Problem> {
    who.must_be(Role::Auditor, "Only an auditor replays and corrects.")
}

/// Reads the queue again for the keys that an audit found. Nothing is changed.
#[utoipa::path(
    post, path = "/audits/{id}/replay", operation_id = "replay_audit", tag = "audits",
    params(("id" = i64, Path, description = "Of the audit.")),
    responses(
        (status = ACCEPTED, description = "It is under way.", body = ReplayStarted),
        (status = CONFLICT, description = "One is under way; `running` says which.", body = Problem,
         content_type = "application/problem+json"),
        Problem,
    ),
)]
pub async fn start(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<ReplayStarted>), Problem> {
    only_auditor(&who)?;
    let audit: i64 = id.parse().map_err(|_| Problem::no_such("audit"))?;
    match begin(&web, audit, &who.name).await.map_err(Problem::unavailable("audits"))? {
        None => Err(Problem::no_such("audit")),
        Some(Ok(id)) => Ok((StatusCode::ACCEPTED, Json(ReplayStarted { id }))),
        Some(Err(why)) => Err(why.into()),
    }
}

/// Why no replay was begun.
pub enum NotBegun {
    /// Another one of the audit is under way: its number.
    Running(i64),
    /// Many were begun a short while ago.
    TooMany,
}

impl From<NotBegun> for Problem {
    fn from(why: NotBegun) -> Self {
        match why {
            NotBegun::Running(number) => Self::running(number),
            NotBegun::TooMany => Self::busy(),
        }
    }
}

/// Starts a replay in this process. `None`: there is no such audit that is over.
pub async fn begin(web: &Web, audit: i64, who: &str) -> Result<Option<Result<i64, NotBegun>>, crate::audit::Error> {
    let stored = web.records.audit(audit).await?;
    if stored.is_none_or(|it| it.state == AuditState::Running) {
        return Ok(None);
    }
    let replayer = web.replayer.clone();
    match replayer.claim(audit, who).await? {
        ReplayClaim::Running(id) => Ok(Some(Err(NotBegun::Running(id)))),
        ReplayClaim::TooMany => Ok(Some(Err(NotBegun::TooMany))),
        ReplayClaim::Ours(id) => {
            tokio::spawn(async move {
                if let Err(error) = replayer.to_end(id, audit).await {
                    tracing::warn!(id, "a replay: {}", explain(&error));
                }
            });
            Ok(Some(Ok(id)))
        }
    }
}

/// How far a replay is, and the bills that differ.
#[utoipa::path(
    get, path = "/replays/{id}", operation_id = "replay", tag = "audits",
    params(
        ("id" = i64, Path, description = "Its number."),
        ("limit" = Option<u32>, Query, description = "The most bills of an answer; 100 where it is not said.", minimum = 1, maximum = 1000),
        ("cursor" = Option<i32>, Query, description = "`next_cursor` of the answer before.", minimum = 1),
    ),
    responses((status = OK, description = "It, with a page of bills.", body = ReplayAnswer), Problem),
)]
pub async fn one(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<ReplayAnswer>, Problem> {
    only_auditor(&who)?;
    let mut params = Params::new(query.as_deref().unwrap_or_default());
    let after = params.number("cursor", 1, i64::from(i32::MAX)).and_then(|it| i32::try_from(it).ok()).unwrap_or(0);
    let limit = PageSize::ROWS.limit(&mut params);
    Problem::check(&params.faults())?;
    let records = &web.records;
    let id: i64 = id.parse().map_err(|_| Problem::no_such("replay"))?;
    let stored =
        records.replay(id).await.map_err(Problem::unavailable("audits"))?.ok_or_else(|| Problem::no_such("replay"))?;
    let counts = records.replay_counts(id).await.map_err(Problem::unavailable("audits"))?;
    let mut bills = records.replay_bills(id, after, limit + 1).await.map_err(Problem::unavailable("audits"))?;
    let next_cursor = cut_to_page(&mut bills, limit, |(number, _)| number.to_string());
    Ok(Json(answer(stored, counts, bills, next_cursor)))
}

fn answer(
    it: StoredReplay,
    counts: Vec<(BillKind, i64)>,
    bills: Vec<(i32, Bill)>,
    next_cursor: Option<String>,
) -> ReplayAnswer {
    let (confirmed_by, confirmed_at) = it.confirmed.unzip();
    ReplayAnswer {
        id: it.id,
        audit: it.audit_id,
        state: it.state,
        messages_read: it.messages_read,
        messages_all: it.messages_all,
        keys: it.finding_keys,
        started_by: it.started_by,
        started_at: rfc3339(it.started_at),
        took_ms: it.took_ms,
        message: it.message,
        confirmed_by,
        confirmed_at: confirmed_at.map(rfc3339),
        begins: (!it.begins.is_empty()).then(|| it.begins.into_iter().map(|(it, at)| (it.to_string(), at)).collect()),
        counts: counts.into_iter().map(|(kind, count)| (kind.as_str(), count)).collect(),
        next_cursor,
        bills: bills.into_iter().map(|(number, bill)| BillItem { number, effect: bill.effect(), bill }).collect(),
    }
}

/// Corrects the records as a replay says. All of it or nothing; the audit that follows by itself settles exactly these keys.
#[utoipa::path(
    post, path = "/replays/{id}/confirm", operation_id = "confirm_replay", tag = "audits",
    params(("id" = i64, Path, description = "Of the replay.")),
    responses(
        (status = OK, description = "The records are corrected.", body = ReplayConfirmed),
        (status = CONFLICT, description = "It is not ready, or was confirmed before; its rows have changed since; or another run is under way.", body = Problem,
         content_type = "application/problem+json"),
        Problem,
    ),
)]
pub async fn confirm(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    Path(id): Path<String>,
) -> Result<Json<ReplayConfirmed>, Problem> {
    only_auditor(&who)?;
    let id: i64 = id.parse().map_err(|_| Problem::no_such("replay"))?;
    if web.records.replay(id).await.map_err(Problem::unavailable("audits"))?.is_none() {
        return Err(Problem::no_such("replay"));
    }
    let (replayer, name) = (web.replayer.clone(), who.name.clone());
    match to_its_end(async move { replayer.confirm(id, &name).await }).await.map_err(Problem::unavailable("audits"))? {
        Confirmed::Done => Ok(Json(ReplayConfirmed { state: ReplayState::Corrected })),
        Confirmed::Running(number) => Err(Problem::running(number)),
        Confirmed::NotReady => {
            Err(Problem::new(StatusCode::CONFLICT, "not_ready", "It is not ready, or it was confirmed before."))
        }
        Confirmed::Changed => {
            Err(Problem::new(StatusCode::CONFLICT, "changed", "The rows of its keys have changed since. Replay again."))
        }
    }
}
