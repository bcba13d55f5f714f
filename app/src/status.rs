//! The HTTP status of a page. The server puts a way to set it into the context; the browser has none.

use std::sync::Arc;

use leptos::prelude::use_context;

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

    /// What is asked for is not as it must be.
    pub fn bad_question(&self) {
        (self.0)(422);
    }

    /// Others are asking.
    pub fn busy(&self) {
        (self.0)(429);
    }

    /// There is no answer now.
    pub fn away(&self) {
        (self.0)(503);
    }
}
