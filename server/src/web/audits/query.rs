//! Which findings, as a URL says. Pure.

use model::audit::{FindingCause, Verdict};

use crate::web::http::params::Params;
use records::FindingsFilter;

/// The filters of findings and where to go on. What is wrong is with the fields.
pub fn findings(params: &mut Params) -> FindingsFilter {
    FindingsFilter {
        verdict: params.word("verdict", &Verdict::ALL.map(|it| (it.as_str(), it))),
        cause: params.word("cause", &FindingCause::ALL.map(|it| (it.as_str(), it))),
        is_resolved: params.word("flag", &[("F", false), ("T", true)]),
        after: params.number("cursor", 1, i64::from(i32::MAX)).and_then(|it| i32::try_from(it).ok()).unwrap_or(0),
        limit: 0,
    }
}
