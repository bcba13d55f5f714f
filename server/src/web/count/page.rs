//! `/count`: what a sheet comes to beside the books, looked at anew each time it is shown.

use app::pages::count::view::{CountPage, CountView, CountedLine, NoBook, PostedView};
use app::pages::import::view::{ImportQuery, UploadState};
use model::files::field::Field;
use model::live::Named;
use model::names::NameOf;
use model::time::Millis;
use records::Upload;

use crate::counting::{Compared, ComparedLine, Counter, Error};
use crate::live::{Hub, clock};
use crate::web::import::page::{groups, state};
use crate::web::import::query as import_query;
use crate::web::names::find::named;

/// So many posted counts are listed.
const LATEST: i64 = 20;

/// Makes the page. Cheap to clone.
#[derive(Clone)]
pub struct CountReader {
    pub counter: Counter,
    pub hub: Hub,
}

impl CountReader {
    /// Answers the URL of the page, of which this is the part after `?`.
    pub async fn page(&self, query: &str) -> Result<CountPage, Error> {
        let query = ImportQuery { is_count: true, ..import_query::read(query) };
        let records = &self.counter.intake.records;
        let mut page = CountPage { query, ..CountPage::default() };
        if !page.query.upload.is_empty() {
            if let Some((upload, bytes)) = records.upload(&page.query.upload).await? {
                page.sheet = Some(self.view(&upload, bytes, &page.query).await?);
            }
            return Ok(page);
        }
        page.warehouses = self.warehouses().await?;
        let posted = |it: records::PostedCount| PostedView {
            bill_id: it.bill_id,
            who: it.who,
            at: self.clock(it.at),
            lines: it.lines,
            adjusted: it.adjusted,
        };
        page.latest = records.newest_counts(LATEST).await?.into_iter().map(posted).collect();
        Ok(page)
    }

    /// Warehouses that ever had anything.
    async fn warehouses(&self) -> Result<Vec<Named>, Error> {
        let ids = self.counter.intake.records.ids_in_entries().await?;
        let names = self.hub.names();
        let warehouses = ids.into_iter().filter(|(of, _)| *of == NameOf::Warehouse);
        Ok(warehouses.map(|(of, id)| named(&names, of, &id)).collect())
    }

    async fn view(&self, upload: &Upload, bytes: Vec<u8>, query: &ImportQuery) -> Result<CountView, Error> {
        let counted_at = query.choices.values.get(&Field::CreateTime).cloned();
        let mut view = CountView {
            name: upload.name.clone(),
            state: state(upload),
            bill_id: upload.name.clone(),
            counted_at: counted_at.unwrap_or_else(|| self.clock(upload.at)),
            ..CountView::default()
        };
        if view.state != UploadState::LookedAt {
            return Ok(view);
        }
        match self.counter.compare(upload, bytes, &query.choices).await {
            Ok(Ok(compared)) => self.fill(&mut view, compared),
            Ok(Err(trouble)) => view.trouble = Some(trouble),
            Err(Error::Records(error)) => return Err(error.into()),
            Err(Error::TooManyMoments(most)) => view.no_book = Some(NoBook::TooManyMoments(most)),
            Err(_) => view.no_book = Some(NoBook::NotNow),
        }
        Ok(view)
    }

    fn fill(&self, view: &mut CountView, compared: Compared) {
        view.seal = compared.seal();
        view.bill_id = compared.bill_id;
        (view.titles, view.mapping, view.set_aside) = (compared.titles, compared.mapping, compared.set_aside);
        view.questions = compared.questions;
        (view.uncounted, view.waiting) = (compared.uncounted.len(), compared.waiting.len());
        view.bad = compared.flaws.len();
        view.doubtful = compared.flaws.iter().filter(|it| it.flaw.is_doubt()).count();
        view.flaws = groups(&compared.flaws);
        view.positions = compared.positions.into_iter().collect();
        let (differing, agreeing): (Vec<_>, Vec<_>) = compared.lines.iter().partition(|it| it.difference() != 0);
        view.agreeing = agreeing.len();
        view.differing = differing.into_iter().map(|it| self.line(it)).collect();
        view.differing.sort_by_key(|it| std::cmp::Reverse(it.difference.abs()));
    }

    fn line(&self, it: &ComparedLine) -> CountedLine {
        CountedLine {
            line: it.line,
            warehouse: named(&self.hub.names(), NameOf::Warehouse, &it.warehouse_id),
            product: named(&self.hub.names(), NameOf::Product, &it.product_id),
            counted_at: self.clock(it.counted_at),
            book: it.book,
            counted: it.counted,
            difference: it.difference(),
            since: it.since,
            becomes: it.counted.saturating_add(it.since),
        }
    }

    fn clock(&self, at: Millis) -> String {
        clock(self.counter.zone, at, "%Y-%m-%d %H:%M:%S")
    }
}
