//! The catalogue: names of products, warehouses and companies, units and low-stock levels; edited, imported, exported.
//! Whatever is changed is on the trail: who, when, what, before and after.

mod check;
mod csv_file;
mod diff;
mod edit;
mod find;
mod list;

use app::pages::names::view::{CataloguePage, CatalogueQuery, Fault, FileFaults, ImportPreview};
use model::names::NameOf;

use crate::file_reading::apart;
use csv_file::CatalogueFile;
use diff::Diff;
use records::{Error, LevelRow, Records, TrailEvent};

pub use edit::Edit;
pub use find::finds;

/// The largest file that is taken, in bytes.
pub const MAX_FILE: usize = 8 * 1024 * 1024;
/// As many changes does a preview show.
const SHOWN: usize = 200;
/// The most characters of a file's name that are remembered.
const FILE_NAME: usize = 200;

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imported {
    /// Names and levels in the file.
    pub rows: usize,
    /// Of them new or changed.
    pub changed: usize,
}

/// One page of it.
pub async fn page(records: &Records, query: &CatalogueQuery) -> Result<CataloguePage, Error> {
    let (now, in_entries) = tokio::try_join!(records.catalogue(), records.ids_in_entries())?;
    Ok(list::page(&now, &in_entries, query))
}

/// Saves what was typed: how many things changed; or all of it with its faults, and then nothing is saved.
pub async fn save(records: &Records, who: &str, of: NameOf, edits: &[Edit]) -> Result<Result<usize, Vec<Edit>>, Error> {
    let mut changed = 0;
    let decide = |now: &_| {
        let diff = edit::decide(of, edits, now)?;
        changed = diff.changes.len();
        Ok(diff.by(who))
    };
    let saved = records.change_catalogue(decide).await?;
    Ok(saved.map(|()| changed))
}

async fn read(bytes: &[u8]) -> Result<CatalogueFile, FileFaults> {
    let bytes = bytes.to_vec();
    let read = apart(move || Ok(csv_file::read(&bytes))).await;
    read.unwrap_or_else(|trouble| Err(FileFaults::one(None, Fault::File(trouble))))
}

/// What a file would do.
pub async fn preview(records: &Records, file: &str, bytes: &[u8]) -> Result<ImportPreview, Error> {
    let found = match read(bytes).await {
        Ok(found) => found,
        Err(faults) => return Ok(shown(file, String::new(), Diff::default(), faults)),
    };
    let text = text(&found)?;
    let diff = Diff::of(&records.catalogue().await?, found.names, found.levels);
    Ok(shown(file, text, diff, FileFaults::default()))
}

/// What a file holds as CSV in UTF-8, whatever it was: the page sends it once more.
fn text(found: &CatalogueFile) -> Result<String, Error> {
    String::from_utf8(csv_file::write(&found.names, &found.levels))
        .map_err(|cause| Error::Inconsistent(cause.to_string()))
}

fn shown(file: &str, text: String, diff: Diff, faults: FileFaults) -> ImportPreview {
    let added = diff.added();
    ImportPreview {
        file: file.chars().take(FILE_NAME).collect(),
        text,
        added,
        changed: diff.changes.len() - added,
        same: diff.same,
        seal: diff.seal(),
        is_another: false,
        changes: diff.changes.into_iter().take(SHOWN).collect(),
        faults,
    }
}

/// Adds or replaces what a file holds. Refused, and then nothing is changed: where anything is wrong with it, and where it
/// would not do what the preview of this `seal` showed; without one, whatever it would do.
pub async fn import(
    records: &Records,
    who: &str,
    file: &str,
    bytes: &[u8],
    seal: Option<&str>,
) -> Result<Result<Imported, Box<ImportPreview>>, Error> {
    let found = match read(bytes).await {
        Ok(found) => found,
        Err(faults) => return Ok(Err(Box::new(shown(file, String::new(), Diff::default(), faults)))),
    };
    let text = text(&found)?;
    let CatalogueFile { names, levels } = found;
    let mut done = Imported { rows: names.len() + levels.len(), changed: 0 };
    let decide = |now: &_| {
        let diff = Diff::of(now, names, levels);
        if seal.is_some_and(|seal| seal != diff.seal()) {
            let shown = shown(file, text, diff, FileFaults::default());
            return Err(Box::new(ImportPreview { is_another: true, ..shown }));
        }
        done.changed = diff.changes.len();
        let mut writes = diff.by(who);
        writes.deeds.push(TrailEvent {
            who: who.to_owned(),
            action: "catalogue.import".to_owned(),
            subject: file.chars().take(FILE_NAME).collect(),
            before: None,
            after: Some(format!("{} rows, {} new or changed", done.rows, done.changed)),
        });
        Ok(writes)
    };
    let imported = records.change_catalogue(decide).await?;
    Ok(imported.map(|()| done))
}

/// All of it, as a file that can be imported again.
pub async fn export(records: &Records) -> Result<Vec<u8>, Error> {
    let now = records.catalogue().await?;
    let names: Vec<_> = now.names.into_values().collect();
    let levels: Vec<_> = now.levels.into_iter().map(|(key, level)| LevelRow { key, level: Some(level) }).collect();
    Ok(csv_file::write(&names, &levels))
}
