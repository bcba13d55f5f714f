//! `/records`: from the URL to what the page shows.

use app::i18n::Locale;
use app::number::grouped;
use app::pages::records::view::{EntryLine, EntryList, RecordsPage};
use model::entries::RecordedEntry;
use model::faults::FieldFault;
use model::names::NameOf;
use model::time::Millis;

use crate::export::{EntriesExport, Progress};
use crate::live::clock;
use crate::lookup::Lookup;
use crate::web::http::params::Others;
use crate::web::names::find::{Finder, named, not_clear};
use crate::web::records::query::{RecordsRequest, wanted, write_cursor};
use base::business_time::BusinessTime;
use records::{Names, Records, TotalsError};

/// The most entries of a page.
const LINES: usize = 100;

/// Makes the page. Cheap to clone.
#[derive(Clone)]
pub struct RecordsReader {
    pub records: Records,
    /// Finds ids and their names.
    pub finder: Finder,
    /// The zone of business days.
    pub zone: BusinessTime,
}

impl RecordsReader {
    /// Answers the URL of the page, of which this is the part after `?`.
    pub async fn page(&self, query: &str, now: Millis) -> Result<RecordsPage, TotalsError> {
        let (mut wanted, faults) = wanted(query, self.zone, now, Others::AreLetBe);
        let typed = std::mem::take(&mut wanted.typed);
        let about = &mut wanted.query.about;
        let form = self.finder.form(about, typed, wanted.period.as_ref(), self.zone, faults).await?;
        wanted.question.filter = about.filter.clone();
        let mut page = RecordsPage { form, ..RecordsPage::default() };
        if page.form.faults.is_empty() {
            match self.answer(&wanted, &self.finder.names(), now).await? {
                Ok(list) => page.list = Some(list),
                Err(faults) => page.form.faults = faults,
            }
        }
        page.query = wanted.query;
        Ok(page)
    }

    async fn answer(
        &self,
        wanted: &RecordsRequest,
        names: &Names,
        now: Millis,
    ) -> Result<Result<EntryList, Vec<FieldFault>>, TotalsError> {
        let mut lookup = Lookup::open(&self.records, self.zone).await?;
        let ids = lookup.unknown_ids(&wanted.question.filter).await?;
        let faults = self.finder.unknown(ids);
        if !faults.is_empty() {
            return Ok(Err(faults));
        }
        let found = lookup.page(&wanted.question, wanted.after.as_ref(), LINES).await?;
        let is_all = wanted.after.is_none() && found.next.is_none();
        let sums = lookup.sums(&wanted.question, is_all.then_some(&found.entries)).await?;
        lookup.close().await;
        let was_full = found.entries.len() == LINES;
        let looked_back_to = found.next.as_ref().filter(|_| !was_full);
        Ok(Ok(EntryList {
            lines: found.entries.into_iter().map(|it| self.line(&it, names)).collect(),
            sums,
            looked_back_to: looked_back_to.map(|it| clock(self.zone, it.at, "%Y-%m-%d %H:%M")),
            next: found.next.as_ref().map(write_cursor),
            as_of: clock(self.zone, now, "%Y-%m-%d %H:%M:%S"),
        }))
    }

    /// All that the page of this URL shows, from its first entry, to be read to the end.
    pub async fn export(
        &self,
        query: &str,
        now: Millis,
        locale: Locale,
        progress: &Progress,
    ) -> Result<Result<EntriesExport, Vec<FieldFault>>, TotalsError> {
        let (mut wanted, faults) = wanted(query, self.zone, now, Others::AreRefused);
        let typed = std::mem::take(&mut wanted.typed);
        let about = &mut wanted.query.about;
        let form = self.finder.form(about, typed, wanted.period.as_ref(), self.zone, faults).await?;
        wanted.question.filter = about.filter.clone();
        let mut faults = form.faults;
        faults.extend(form.unclear.iter().map(not_clear));
        if !faults.is_empty() {
            return Ok(Err(faults));
        }
        let mut lookup = Lookup::open(&self.records, self.zone).await?;
        let ids = lookup.unknown_ids(&wanted.question.filter).await?;
        let faults = self.finder.unknown(ids);
        if !faults.is_empty() {
            return Ok(Err(faults));
        }
        if let Some(all) = lookup.sums(&wanted.question, None).await?.and_then(|it| it.entries) {
            progress.expect(all);
        }
        let (question, names) = (wanted.question, self.finder.names());
        Ok(Ok(EntriesExport { lookup, question, names, zone: self.zone, locale }))
    }

    fn line(&self, it: &RecordedEntry, names: &Names) -> EntryLine {
        let time = if it.create_time.0.rem_euclid(1000) == 0 { "%H:%M:%S" } else { "%H:%M:%S%.3f" };
        EntryLine {
            date: clock(self.zone, it.create_time, "%Y-%m-%d"),
            time: clock(self.zone, it.create_time, time),
            bill_id: it.bill_id.to_string(),
            line_no: it.line_no,
            warehouse: named(names, NameOf::Warehouse, it.warehouse_id.as_str()),
            product: named(names, NameOf::Product, it.product_id.as_str()),
            company: named(names, NameOf::Company, it.company_id.as_str()),
            direction: it.direction,
            kind: it.kind,
            quantity: it.quantity,
            description: it.description.clone(),
            origin: format!("{} \u{b7} {}", it.partition, grouped(it.offset)),
            recorded_at: clock(self.zone, it.recorded_at, "%Y-%m-%d %H:%M:%S"),
        }
    }
}
