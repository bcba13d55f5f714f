//! What pages ask, answered from what this process holds.

use app::backend::{ApiError, Backend, MAX_FOUND};
use app::pages::audits::view::{AuditDetail, AuditsPage};
use app::pages::count::view::{CountPage, SheetPage};
use app::pages::import::view::ImportPage;
use app::pages::names::view::{CataloguePage, CatalogueQuery};
use app::pages::records::view::RecordsPage;
use app::pages::rejections::view::{RejectionDetail, RejectionsPage};
use app::pages::statistics::view::StatisticsPage;
use async_trait::async_trait;
use model::live::{Holder, LiveView};
use model::names::NameOf;
use model::system::SystemView;

use crate::catalogue;
use crate::live::{Hub, NotWatched, Scope};
use crate::pipeline::SystemReader;
use crate::web::audits::page::AuditsReader;
use crate::web::count::page::CountReader;
use crate::web::http::cause::is_busy;
use crate::web::import::page::ImportReader;
use crate::web::records::page::RecordsReader;
use crate::web::rejections::page::RejectionsReader;
use crate::web::statistics::page::StatisticsReader;
use base::clock::Clock;
use base::status::explain;

/// The server's side of the seam.
pub struct ServerBackend {
    /// What live pages show.
    pub hub: Hub,
    /// How the parts are.
    pub system: SystemReader,
    /// What periods brought.
    pub statistics: StatisticsReader,
    /// The entries themselves.
    pub records: RecordsReader,
    /// What was not recorded.
    pub rejections: RejectionsReader,
    /// Comparisons of both stores.
    pub audits: AuditsReader,
    /// Files of entries.
    pub import: ImportReader,
    /// Counts of shelves.
    pub count: CountReader,
    /// For periods by name.
    pub clock: Clock,
}

/// The most characters that a search looks for.
const MAX_TEXT: usize = 64;

#[async_trait]
impl Backend for ServerBackend {
    async fn live_view(&self, warehouses: &[String]) -> Result<LiveView, ApiError> {
        let scope = Scope::of(warehouses).ok_or(ApiError::BadRequest)?;
        let channel = self.hub.channel(&scope).map_err(|why| match why {
            NotWatched::Unknown(_) => ApiError::BadRequest,
            NotWatched::TooMany => ApiError::Away,
        })?;
        Ok(LiveView::clone(&channel.view()))
    }

    async fn find_holders(&self, of: NameOf, text: &str) -> Result<Vec<Holder>, ApiError> {
        if text.trim().is_empty() || text.chars().count() > MAX_TEXT {
            return Err(ApiError::BadRequest);
        }
        Ok(self.hub.find(of, text, MAX_FOUND))
    }

    async fn system(&self) -> Result<SystemView, ApiError> {
        Ok(self.system.read().await)
    }

    async fn statistics(&self, query: &str) -> Result<StatisticsPage, ApiError> {
        self.statistics.page(query, self.clock.now()).await.map_err(unavailable("statistics"))
    }

    async fn records(&self, query: &str) -> Result<RecordsPage, ApiError> {
        self.records.page(query, self.clock.now()).await.map_err(unavailable("records"))
    }

    async fn rejections(&self, query: &str) -> Result<RejectionsPage, ApiError> {
        self.rejections.page(query, self.clock.now()).await.map_err(unavailable("rejections"))
    }

    async fn rejection(&self, id: i64) -> Result<Option<RejectionDetail>, ApiError> {
        self.rejections.one(id).await.map_err(unavailable("a rejection"))
    }

    async fn audits(&self, query: &str) -> Result<AuditsPage, ApiError> {
        self.audits.page(query, self.clock.now()).await.map_err(unavailable("audits"))
    }

    async fn audit(&self, id: i64, query: &str) -> Result<Option<AuditDetail>, ApiError> {
        self.audits.one(id, query).await.map_err(unavailable("an audit"))
    }

    async fn import(&self, query: &str) -> Result<ImportPage, ApiError> {
        self.import.page(query).await.map_err(unavailable("a file"))
    }

    async fn count(&self, query: &str) -> Result<CountPage, ApiError> {
        self.count.page(query).await.map_err(unavailable("a count"))
    }

    async fn count_sheet(&self, query: &str) -> Result<SheetPage, ApiError> {
        let sheet = self.count.sheet(query, self.clock.now()).await.map_err(unavailable("a count sheet"))?;
        sheet.ok_or(ApiError::BadRequest)
    }

    async fn catalogue(&self, query: &CatalogueQuery) -> Result<CataloguePage, ApiError> {
        catalogue::page(&self.system.pipeline.records, query).await.map_err(unavailable("the catalogue"))
    }
}

/// For `map_err`: a page is not shown now; why, is logged.
fn unavailable<E: std::error::Error + 'static>(page: &'static str) -> impl Fn(E) -> ApiError {
    move |error| {
        if is_busy(&error) {
            return ApiError::Busy;
        }
        tracing::warn!("{page} cannot be shown: {}", explain(&error));
        ApiError::Away
    }
}
