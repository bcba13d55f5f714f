//! Everything a page may ask of the server. The only seam: the server implements it, tests may too.

use std::sync::Arc;

use async_trait::async_trait;
use leptos::prelude::use_context;
use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

use crate::pages::audits::view::{AuditDetail, AuditsPage};
use crate::pages::count::view::{CountPage, SheetPage};
use crate::pages::import::view::ImportPage;
use crate::pages::names::view::{CataloguePage, CatalogueQuery};
use crate::pages::records::view::RecordsPage;
use crate::pages::rejections::view::{RejectionDetail, RejectionsPage};
use crate::pages::statistics::view::StatisticsPage;
use model::live::{Holder, LiveView};
use model::names::NameOf;
use model::system::SystemView;

/// What pages ask.
#[async_trait]
pub trait Backend: Send + Sync {
    /// What a live page about these warehouses shows now; none: all.
    async fn live_view(&self, warehouses: &[String]) -> Result<LiveView, ApiError>;
    /// The warehouses or products that a text finds by name, initials or id; the largest first, at most [`MAX_FOUND`].
    async fn find_holders(&self, of: NameOf, text: &str) -> Result<Vec<Holder>, ApiError>;
    /// How the parts are.
    async fn system(&self) -> Result<SystemView, ApiError>;
    /// Period statistics, as the part of the URL after `?` asks for them.
    async fn statistics(&self, query: &str) -> Result<StatisticsPage, ApiError>;
    /// Entries, as the part of the URL after `?` asks for them.
    async fn records(&self, query: &str) -> Result<RecordsPage, ApiError>;
    /// Rejections, as the part of the URL after `?` asks for them.
    async fn rejections(&self, query: &str) -> Result<RejectionsPage, ApiError>;
    /// One rejection; none: there is no such one.
    async fn rejection(&self, id: i64) -> Result<Option<RejectionDetail>, ApiError>;
    /// Audits: the history, as the URL asks.
    async fn audits(&self, query: &str) -> Result<AuditsPage, ApiError>;

    /// One audit; none: there is none of this number.
    async fn audit(&self, id: i64, query: &str) -> Result<Option<AuditDetail>, ApiError>;

    /// A file of entries, as the part of the URL after `?` names it.
    async fn import(&self, query: &str) -> Result<ImportPage, ApiError>;
    /// Counts of shelves, and the sheet that the part of the URL after `?` names.
    async fn count(&self, query: &str) -> Result<CountPage, ApiError>;
    /// A sheet to count with.
    async fn count_sheet(&self, query: &str) -> Result<SheetPage, ApiError>;
    /// A page of the catalogue.
    async fn catalogue(&self, query: &CatalogueQuery) -> Result<CataloguePage, ApiError>;
}

/// The most that one search brings.
pub const MAX_FOUND: usize = 50;

/// What the browser is told of an error: few kinds, no internals. The server has logged the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum ApiError {
    /// A store or the server does not answer.
    #[error("the server cannot answer now")]
    Away,
    /// So many are asking as may at a time.
    #[error("others are asking")]
    Busy,
    /// Who asks may not.
    #[error("not allowed")]
    Forbidden,
    /// The question itself is wrong.
    #[error("bad request")]
    BadRequest,
}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Deserialization(_) => {
                Self::BadRequest
            }
            _ => Self::Away,
        }
    }
}

/// The server's backend, from context. Only called in bodies of server functions.
pub fn backend() -> Result<Arc<dyn Backend>, ApiError> {
    use_context::<Arc<dyn Backend>>().ok_or(ApiError::Away)
}
