//! The HTTP status of a page. The server puts a way to set it into the context; the browser has none.

use std::sync::Arc;

use leptos::prelude::use_context;

use crate::backend::ApiError;

/// Sets the status of the page that is being made.
#[derive(Clone)]
pub struct SetStatus(pub Arc<dyn Fn(u16) + Send + Sync>);

/// The page at hand; take it before the first wait, where the context is at hand too.
pub fn status() -> SetStatus {
    use_context().unwrap_or_else(|| SetStatus(Arc::new(|_| {})))
}

impl SetStatus {
    /// There is no such page.
    pub fn not_found(&self) {
        (self.0)(404);
    }

    /// There is no answer, for this reason.
    pub fn unanswered(&self, why: ApiError) {
        (self.0)(match why {
            ApiError::BadRequest => 422,
            ApiError::Busy => 429,
            ApiError::Away | ApiError::Forbidden => 503,
        });
    }
}
