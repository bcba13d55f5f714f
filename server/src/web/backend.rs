//! What pages ask, answered from what this process holds.

use app::backend::{ApiError, Backend};
use app::model::live::LiveView;
use async_trait::async_trait;

use crate::live::Hub;

/// The server's side of the seam.
pub struct ServerBackend {
    /// What live pages show.
    pub hub: Hub,
}

#[async_trait]
impl Backend for ServerBackend {
    async fn live_view(&self) -> Result<LiveView, ApiError> {
        Ok(LiveView::clone(&self.hub.view()))
    }
}
