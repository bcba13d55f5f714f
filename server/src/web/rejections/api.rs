//! `GET /api/v1/rejections`, `POST /api/v1/rejections/{id}/resubmit`.

use app::i18n::Locale;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, Path, RawQuery, State};
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::entry::Entry;
use model::flaw::{Code as RejectionCode, LineFlaw};
use serde::Serialize;
use utoipa::ToSchema;

use crate::intake::Resubmitted;
use crate::web::Web;
use crate::web::http::guard::{Principal, Role};
use crate::web::http::page::{PageSize, cut_to_page};
use crate::web::http::params::Params;
use crate::web::http::problem::Problem;
use crate::web::rejections::query::question;
use base::business_time::{rfc3339, utc_moment};
use records::{RejectionsFilter, StoredRejection};

/// A message that was not recorded.
#[derive(Debug, Serialize, ToSchema)]
pub struct RejectedItem {
    id: i64,
    partition: i32,
    offset: i64,
    code: String,
    field: Option<String>,
    reason: String,
    /// The first 500 bytes of the message, as text where they are text.
    raw: String,
    /// The same bytes, exactly, in base64.
    raw_base64: String,
    /// How many bytes the message has.
    size: i64,
    rejected_at: String,
    /// How often something was sent again for it.
    sent_again: i64,
}

/// A page of rejections, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct RejectionsPage {
    items: Vec<RejectedItem>,
    next_cursor: Option<String>,
}

/// Where the corrected message is.
#[derive(Debug, Serialize, ToSchema)]
pub struct SentAgain {
    partition: i32,
    offset: i64,
}

fn only_auditor(who: &Principal) -> Result<(), Problem> {
    who.must_be(Role::Auditor, "Only an auditor sees what was rejected.")
}

/// Messages that were not recorded, and why; newest first.
#[utoipa::path(
    get, path = "/rejections", operation_id = "rejections", tag = "rejections",
    params(
        ("code" = Option<RejectionCode>, Query, description = "Only for this reason."),
        ("state" = Option<String>, Query, description = "`open`, or `sent_again`.", pattern = "^(open|sent_again)$"),
        ("limit" = Option<u32>, Query, description = "The most rejections of an answer; 100 where it is not said.", minimum = 1, maximum = 1000),
        ("cursor" = Option<i64>, Query, description = "`next_cursor` of the answer before.", minimum = 1),
    ),
    responses((status = OK, description = "A page of them.", body = RejectionsPage), Problem),
)]
pub async fn get(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    RawQuery(query): RawQuery,
) -> Result<Json<RejectionsPage>, Problem> {
    only_auditor(&who)?;
    let mut params = Params::new(query.as_deref().unwrap_or_default());
    let asked = question(&mut params);
    let limit = PageSize::ROWS.limit(&mut params);
    Problem::check(&params.faults())?;
    let wanted =
        RejectionsFilter { code: asked.code, sent_again: asked.sent_again, before: asked.before, limit: limit + 1 };
    let mut found = web.records.rejections(wanted).await.map_err(Problem::unavailable("rejections"))?;
    let next_cursor = cut_to_page(&mut found, limit, |it| it.id.to_string());
    Ok(Json(RejectionsPage { items: found.into_iter().map(item).collect(), next_cursor }))
}

fn item(it: StoredRejection) -> RejectedItem {
    RejectedItem {
        id: it.id,
        partition: it.partition_id,
        offset: it.kafka_offset,
        code: it.code,
        field: it.field,
        reason: it.reason,
        raw: String::from_utf8_lossy(&it.raw).into_owned(),
        raw_base64: STANDARD.encode(&it.raw),
        size: it.size,
        rejected_at: rfc3339(utc_moment(it.rejected_at)),
        sent_again: it.sent_again,
    }
}

/// Sends the corrected entry; the original stays on record, and both are linked.
#[utoipa::path(
    post, path = "/rejections/{id}/resubmit", operation_id = "resubmit", tag = "rejections",
    params(
        ("id" = i64, Path, description = "Of the rejection."),
        ("seen" = Option<i64>, Query, description = "How many you know to have been sent for it already; none where it is not said.", minimum = 0),
    ),
    request_body(description = "The corrected entry.", content = Entry),
    responses(
        (status = ACCEPTED, description = "Kafka has confirmed it.", body = SentAgain),
        (status = CONFLICT, description = "Somebody has sent one meanwhile.", body = Problem, content_type = "application/problem+json"),
        Problem,
    ),
)]
pub async fn resubmit(
    State(web): State<Web>,
    Extension(who): Extension<Principal>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Result<(StatusCode, Json<SentAgain>), Problem> {
    only_auditor(&who)?;
    let mut params = Params::new(query.as_deref().unwrap_or_default());
    let seen = params.number("seen", 0, i64::MAX).unwrap_or_default();
    Problem::check(&params.faults())?;
    let id: i64 = id.parse().map_err(|_| Problem::no_such("rejection"))?;
    match web.intake.resubmit(id, seen, &body, &who.name).await.map_err(Problem::unavailable("rejections"))? {
        Resubmitted::At(partition, offset) => Ok((StatusCode::ACCEPTED, Json(SentAgain { partition, offset }))),
        Resubmitted::Flawed(it) => Err(Problem::flaws(&[LineFlaw { line: 1, field: it.field, flaw: it.flaw }], 1)),
        Resubmitted::Meanwhile => Err(Problem::new(
            StatusCode::CONFLICT,
            "sent_again_already",
            "Something was sent again for it already; ?seen= says how often you know of.",
        )),
        Resubmitted::NoSuch => Err(Problem::no_such("rejection")),
        Resubmitted::Unconfirmed => {
            let texts = Locale::En.rejections_texts();
            Err(Problem::away(&format!("{}. {}", texts.unconfirmed, texts.unconfirmed_how)))
        }
    }
}
