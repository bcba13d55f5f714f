//! Which rejections, as a URL says. Pure.

use app::pages::rejections::view::{RejectionsQuery, state_word};
use model::flaw::Code;

use crate::web::http::params::Params;

/// Reads the question; what is wrong stays with the parameters.
pub fn question(params: &mut Params) -> RejectionsQuery {
    RejectionsQuery {
        code: params.word("code", &Code::ALL.map(|it| (it.as_str(), it))),
        sent_again: params.word("state", &[true, false].map(|it| (state_word(it), it))),
        before: params.number("cursor", 1, i64::MAX),
    }
}
