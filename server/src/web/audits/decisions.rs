//! `POST /api/v1/audits/{id}/findings/{number}/resolve`: what persons decide about findings.

use axum::body::Bytes;
use axum::extract::{Extension, Path, State};
use axum::http::StatusCode;
use model::audit::ResolveAs;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::web::Web;

use crate::audit::Confirmed;
use crate::web::audits::only_auditor;
use crate::web::audits::replays::to_its_end;
use crate::web::http::body::object;
use crate::web::http::guard::Principal;
use crate::web::http::problem::{FieldError, Problem};
use records::Resolved;

/// The most characters of a note.
const MAX_NOTE: usize = 1000;

/// What a person decides about a finding.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResolutionRequest {
    r#as: ResolveAs,
    #[schema(min_length = 1, max_length = 1000)]
    note: String,
}

/// Puts on record what a person decides: that a repair was seen, or that the records are right.
///
/// Where the records are accepted, the audit that follows by itself settles the key, as long as it still differs by the same.
#[utoipa::path(
    post, path = "/audits/{id}/findings/{number}/resolve", operation_id = "resolve", tag = "audits",
    params(("id" = i64, Path, description = "Of the audit."), ("number" = i32, Path, description = "Of the finding.")),
    request_body(description = "What, and why.", content = ResolutionRequest),
    responses(
        (status = NO_CONTENT, description = "It is on record."),
        (status = CONFLICT, description = "Somebody has dealt with it already.", body = Problem,
         content_type = "application/problem+json"),
        Problem,
    ),
)]
pub async fn resolve(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    Path((id, number)): Path<(String, String)>,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    only_auditor(&who)?;
    let wanted: ResolutionRequest = object(&body)?;
    let id: i64 = id.parse().map_err(|_| Problem::no_such("audit"))?;
    let number: i32 = number.parse().map_err(|_| Problem::no_such("finding"))?;
    let note = note_of(&wanted.note)?;
    match decide(&web, (id, number), wanted.r#as, &note, &who.name).await.map_err(Problem::unavailable("audits"))? {
        Decided::Running(number) => Err(Problem::running(number)),
        Decided::As(it) => resolved(it),
    }
}

/// What became of a decision.
pub enum Decided {
    /// It is on record, or why not.
    As(Resolved),
    /// It needs a correction, and another run is under way.
    Running(i64),
}

/// Puts a decision on record; where records that do not prove themselves are accepted, their totals are made from their rows.
pub async fn decide(
    web: &Web,
    (audit, number): (i64, i32),
    way: ResolveAs,
    note: &str,
    who: &str,
) -> Result<Decided, crate::audit::Error> {
    let done = web.records.resolve_finding(audit, number, way, note, who).await?;
    if done != Resolved::ByCorrection {
        web.decided.wake();
        return Ok(Decided::As(done));
    }
    let (replayer, note, who) = (web.replayer.clone(), note.to_owned(), who.to_owned());
    let confirmed = to_its_end(async move { replayer.accept((audit, number), way, &note, &who).await }).await?;
    web.decided.wake();
    Ok(match confirmed {
        Confirmed::Done => Decided::As(Resolved::Done),
        Confirmed::NotReady => Decided::As(Resolved::Already),
        Confirmed::Changed => Decided::As(Resolved::Changed),
        Confirmed::Running(number) => Decided::Running(number),
    })
}

fn resolved(it: Resolved) -> Result<StatusCode, Problem> {
    match it {
        Resolved::Done => Ok(StatusCode::NO_CONTENT),
        Resolved::NoSuch => Err(Problem::no_such("finding")),
        Resolved::Already => Err(Problem::new(
            StatusCode::CONFLICT,
            "dealt_with_already",
            "Somebody has dealt with this finding already.",
        )),
        Resolved::Changed => Err(Problem::new(
            StatusCode::CONFLICT,
            "changed",
            "The journal is not as this audit saw it. Look at a newer audit.",
        )),
        Resolved::NotThisWay | Resolved::ByCorrection => {
            let message = "does not fit this finding: a repair is acknowledged; the records are accepted, or adjusted by what the live \
                           stock held, for a key that was left alone; a hole in the journal is only accepted";
            let error =
                FieldError { line: None, field: "as".to_owned(), code: "does_not_fit", message: message.to_owned() };
            Err(Problem::invalid(vec![error]))
        }
    }
}

/// A note that says something.
pub fn note_of(text: &str) -> Result<String, Problem> {
    let note = text.trim();
    if !note.is_empty() && note.chars().count() <= MAX_NOTE {
        return Ok(note.to_owned());
    }
    let message = format!("has 1 to {MAX_NOTE} characters");
    Err(Problem::invalid(vec![FieldError { line: None, field: "note".to_owned(), code: "invalid", message }]))
}
