//! What the live page asks.

use leptos::prelude::server;

use crate::backend::ApiError;
use crate::model::live::LiveView;

/// What the live page shows now.
#[server(name = AskLiveView, prefix = "/api/fn", endpoint = "live_view")]
pub async fn live_view() -> Result<LiveView, ApiError> {
    crate::backend::backend()?.live_view().await
}
