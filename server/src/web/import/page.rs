//! `/import`: what a file comes to, looked at anew each time it is shown.

use std::collections::HashMap;

use app::pages::import::view::{
    FlawGroup, ImportPage, ImportQuery, ProfileView, RawRow, ReadingView, RowKind, TotalView, Understood, UploadState,
    UploadView,
};
use files::Skipped;
use model::files::field::{Field, Mapping};
use model::flaw::{Flaw, LineFlaw};
use model::time::Millis;

use crate::ingest::Error;
use crate::intake::{GoodLine, Intake, Looked, Reading};
use crate::live::clock;
use crate::web::import::query as import_query;
use base::business_time::BusinessTime;
use records::{Upload, fingerprint};

/// So many causes are listed; all lines are counted.
const MAX_GROUPS: usize = 100;
/// So many lines of a cause are named.
const MAX_LINES: usize = 6;
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
        let zone = self.zone.0.to_string();
        if query.upload.is_empty() {
            return Ok(ImportPage { query, zone, upload: None });
        }
        let found = self.intake.records.upload(&query.upload).await?;
        let Some((upload, bytes)) = found else { return Ok(ImportPage { query, zone, upload: None }) };
        let view = self.view(&upload, bytes, &query).await?;
        Ok(ImportPage { query, zone, upload: Some(view) })
    }

    async fn view(&self, upload: &Upload, bytes: Vec<u8>, query: &ImportQuery) -> Result<UploadView, Error> {
        let mut view = UploadView {
            name: upload.name.clone(),
            state: state(upload),
            changed_at: self.clock(upload.changed_at),
            ..UploadView::default()
        };
        if let UploadState::Sent { accepted, left_out } = view.state {
            let number = |it: i64| usize::try_from(it).unwrap_or_default();
            (view.fresh, view.bad, view.lines) = (number(accepted), number(left_out), number(accepted + left_out));
            return Ok(view);
        }
        let choices = self.intake.with_profile(&query.profile, query.choices.clone()).await?;
        // Of a profile that is gone the page says nothing: its links show those there are.
        let choices = choices.unwrap_or_else(|| query.choices.clone());
        match self.intake.look(&upload.name, bytes, choices).await? {
            Ok(looked) => {
                let titles = looked.reading.as_ref().map(|it| fingerprint(&it.titles));
                let profile = |it: records::ImportProfile| {
                    let fits = Some(&it.titles) == titles.as_ref();
                    ProfileView { name: it.name, used: it.used, fits }
                };
                view.profiles = self.intake.records.profiles().await?.into_iter().map(profile).collect();
                view.profiles.sort_by_key(|it| !it.fits);
                self.fill(&mut view, looked);
            }
            Err(trouble) => view.trouble = Some(trouble),
        }
        Ok(view)
    }

    fn fill(&self, view: &mut UploadView, looked: Looked) {
        view.first = looked.checked.good.iter().take(FIRST).map(|it| understood(it, self.zone)).collect();
        (view.fresh, view.bad) = (looked.checked.good.len(), looked.checked.flaws.len());
        (view.lines, view.set_aside) = (looked.lines, looked.skipped.len());
        (view.recorded, view.repeated) = (looked.recorded, looked.checked.repeated);
        (view.waiting, view.doubtful) = (looked.waiting.len(), looked.doubts.len());
        view.crowd = looked.crowd;
        view.seal = looked.seal();
        view.flaws = groups(&looked.checked.flaws);
        view.questions = looked.questions;
        if let Some(reading) = looked.reading {
            let totals = reading.totals.iter().map(|it| TotalView { line: it.line, sums: it.sums.clone() });
            view.totals = totals.collect();
            view.reading = Some(reading_view(reading, &looked.skipped, &looked.checked.flaws));
        }
    }

    fn clock(&self, at: Millis) -> String {
        clock(self.zone, at, "%Y-%m-%d %H:%M:%S")
    }
}

/// An entry as it was understood, with its time as a clock of this zone.
pub fn understood(it: &GoodLine, zone: BusinessTime) -> Understood {
    let entry = &it.entry;
    Understood {
        line: it.line,
        time: clock(zone, entry.create_time, "%Y-%m-%d %H:%M:%S"),
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

/// How a table was read, as the page shows it.
fn reading_view(reading: Reading, skipped: &[(usize, Skipped)], flaws: &[LineFlaw]) -> ReadingView {
    let skipped: HashMap<usize, Skipped> = skipped.iter().copied().collect();
    let flaws: HashMap<usize, &LineFlaw> = flaws.iter().map(|it| (it.line, it)).collect();
    let row = |line: usize, cells: Vec<String>| RawRow {
        line,
        kind: match skipped.get(&line) {
            None => RowKind::Entry,
            Some(Skipped::Above | Skipped::Beyond | Skipped::Note) => RowKind::Above,
            Some(Skipped::Titles) => RowKind::Titles,
            Some(Skipped::Total) => RowKind::Total,
        },
        cells,
        wrong: flaws.get(&line).map(|it| column_of(it, &reading.mapping)),
    };
    // The titles have a place of their own.
    let rows = reading.rows.iter().filter(|it| it.line != reading.head);
    let rows = rows.map(|it| row(it.line, it.cells.clone())).collect();
    ReadingView {
        rows,
        charset: reading.charset,
        separator: reading.separator,
        sheets: reading.sheets,
        sheet: reading.sheet,
        head: reading.head,
        last: reading.last,
        titles: reading.titles,
        mapping: reading.mapping,
    }
}

/// The column that a flaw is about, where it is about one.
fn column_of(flaw: &LineFlaw, mapping: &Mapping) -> Option<usize> {
    mapping.column(Field::parse(flaw.field.as_deref()?)?)
}

/// Flaws by field and cause, in the order of their first lines. Doubts of two ids are two causes.
pub fn groups(flaws: &[LineFlaw]) -> Vec<FlawGroup> {
    let mut groups: Vec<FlawGroup> = Vec::new();
    let mut places = HashMap::new();
    for it in flaws {
        let cell = if let Flaw::Cells(cell) = &it.flaw { Some(cell) } else { None };
        let key = (
            it.field.as_deref(),
            std::mem::discriminant(&it.flaw),
            cell.map(std::mem::discriminant),
            it.flaw.is_doubt().then(|| it.flaw.to_string()),
        );
        let place = *places.entry(key).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => {
                group.count += 1;
                if group.lines.len() < MAX_LINES {
                    group.lines.push(it.line);
                }
            }
            None => groups.push(FlawGroup {
                field: it.field.clone(),
                flaw: it.flaw.clone(),
                lines: vec![it.line],
                count: 1,
            }),
        }
    }
    groups.truncate(MAX_GROUPS);
    groups
}

pub fn state(upload: &Upload) -> UploadState {
    match upload.state {
        records::UploadState::LookedAt => UploadState::LookedAt,
        records::UploadState::Sending => UploadState::Sending,
        records::UploadState::Sent { accepted, left_out } => UploadState::Sent { accepted, left_out },
    }
}
