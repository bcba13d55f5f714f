//! Ids that are known, gathered from the records for the reader of files.

use files::KnownIds;
use model::files::field::Field;
use model::names::NameOf;
use records::{Error, Records};

/// Ids of the catalogue with their names, and those of all entries.
pub async fn known_ids(records: &Records) -> Result<KnownIds, Error> {
    let (catalogue, in_entries) = tokio::try_join!(records.catalogue(), records.ids_in_entries())?;
    let mut known = KnownIds::default();
    for ((of, id), row) in &catalogue.names {
        known.add(field(*of), id, row.name.zh.as_deref().into_iter().chain(row.name.en.as_deref()));
    }
    for (of, id) in &in_entries {
        known.add(field(*of), id, []);
    }
    Ok(known)
}

fn field(of: NameOf) -> Field {
    match of {
        NameOf::Product => Field::ProductId,
        NameOf::Warehouse => Field::WarehouseId,
        NameOf::Company => Field::CompanyId,
    }
}
