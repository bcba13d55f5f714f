//! `/import`: what a file comes to, looked at anew each time it is shown.

use app::pages::import::view::{ImportPage, ImportQuery, Understood, UploadState, UploadView};
use model::time::Millis;

use crate::ingest::Error;
use crate::intake::{GoodLine, Intake, Looked};
use crate::live::clock;
use crate::web::import::query as import_query;
use base::business_time::BusinessTime;
use records::Upload;

/// So many flaws are listed; all are counted.
const MAX_FLAWS: usize = 500;
/// So many good lines show how the file was understood.
const FIRST: usize = 8;

/// Makes the page. Cheap to clone.
#[derive(Clone)]
pub struct ImportReader {
    /// Looks at files.
    pub intake: Intake,
    /// The zone of clocks on pages.
    pub zone: BusinessTime,
}

impl ImportReader {
    /// Answers the URL of the page, of which this is the part after `?`.
    pub async fn page(&self, query: &str) -> Result<ImportPage, Error> {
        let query = import_query::read(query);
        if query.upload.is_empty() {
            return Ok(ImportPage { query, upload: None });
        }
        let found = self.intake.records.upload(&query.upload).await?;
        let Some((upload, bytes)) = found else { return Ok(ImportPage { query, upload: None }) };
        let view = self.view(&upload, bytes, &query).await?;
        Ok(ImportPage { query, upload: Some(view) })
    }

    async fn view(&self, upload: &Upload, bytes: Vec<u8>, query: &ImportQuery) -> Result<UploadView, Error> {
        let mut view = UploadView {
            name: upload.name.clone(),
            state: state(upload),
            changed_at: self.clock(upload.changed_at),
            trouble: None,
            columns: Vec::new(),
            mapping: query.mapping.clone().unwrap_or_default(),
            lines: 0,
            good: 0,
            repeated: 0,
            recorded: 0,
            bad: 0,
            flaws: Vec::new(),
            first: Vec::new(),
        };
        if let UploadState::Sent { accepted, left_out } = view.state {
            let number = |it: i64| usize::try_from(it).unwrap_or_default();
            (view.good, view.bad, view.lines) = (number(accepted), number(left_out), number(accepted + left_out));
            return Ok(view);
        }
        match self.intake.look(&upload.name, bytes, query.mapping.clone()).await? {
            Ok(looked) => self.fill(&mut view, looked),
            Err(trouble) => view.trouble = Some(trouble),
        }
        Ok(view)
    }

    fn fill(&self, view: &mut UploadView, looked: Looked) {
        let Looked { columns, mapping, lines, checked, recorded } = looked;
        view.first = checked.good.iter().take(FIRST).map(|it| self.understood(it)).collect();
        (view.good, view.bad) = (checked.good.len(), checked.flaws.len());
        (view.columns, view.mapping, view.lines, view.recorded) = (columns, mapping, lines, recorded);
        view.repeated = checked.repeated;
        view.flaws = checked.flaws;
        view.flaws.truncate(MAX_FLAWS);
    }

    fn understood(&self, it: &GoodLine) -> Understood {
        let entry = &it.entry;
        Understood {
            line: it.line,
            time: clock(self.zone, entry.create_time, "%Y-%m-%d %H:%M:%S"),
            bill_id: entry.bill_id.to_string(),
            line_no: entry.line_no,
            product_id: entry.product_id.to_string(),
            warehouse_id: entry.warehouse_id.to_string(),
            company_id: entry.company_id.to_string(),
            direction: entry.direction,
            quantity: entry.quantity.get(),
            kind: entry.kind,
            description: entry.description.clone(),
        }
    }

    fn clock(&self, at: Millis) -> String {
        clock(self.zone, at, "%Y-%m-%d %H:%M:%S")
    }
}

fn state(upload: &Upload) -> UploadState {
    match upload.state {
        records::UploadState::LookedAt => UploadState::LookedAt,
        records::UploadState::Sending => UploadState::Sending,
        records::UploadState::Sent { accepted, left_out } => UploadState::Sent { accepted, left_out },
    }
}
