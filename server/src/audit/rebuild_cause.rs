//! Must the live stock be rebuilt, and why? (docs/consistency.md#the-live-stock, the table of stored positions.)

use std::collections::BTreeMap;

use super::Error;
use realtime::{Meta, Realtime};
use records::{Cursor, Following, Records};

/// Why a live stock is rebuilt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RebuildCause {
    /// Redis holds no mark while the records hold entries.
    Emptied,
    /// A rebuild was begun and not ended.
    Unfinished,
    /// What the live stock misses was let go from the journal.
    JournalTooShort,
    /// Somebody edited what Redis says of where it stands.
    Unreadable,
    /// The live stock follows a history that the records do not know: they were restored from a backup.
    RecordsRestored,
}

impl RebuildCause {
    /// The word that is stored and counted.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Emptied => "emptied",
            Self::Unfinished => "unfinished",
            Self::JournalTooShort => "journal_too_short",
            Self::Unreadable => "unreadable",
            Self::RecordsRestored => "records_restored",
        }
    }

    pub fn explain(self) -> &'static str {
        match self {
            Self::Emptied => "Redis was emptied",
            Self::Unfinished => "an earlier rebuild was not ended",
            Self::JournalTooShort => "the journal no longer holds what it misses",
            Self::Unreadable => "somebody edited what Redis says of where it stands",
            Self::RecordsRestored => "the records were restored from a backup",
        }
    }
}

/// Looks. `None`: nothing is to be done, or not yet: while a cursor is behind the live stock, its lost bills are read first.
pub async fn rebuild_cause(records: &Records, realtime: &Realtime) -> Result<Option<RebuildCause>, Error> {
    // Places before cursors: a batch is recorded before it is added.
    let meta = realtime.meta().await?;
    match meta.mark.as_deref() {
        Some("ready") if meta.unreadable.is_some() => return Ok(Some(RebuildCause::Unreadable)),
        Some("ready") => {}
        Some(_) => return Ok(Some(RebuildCause::Unfinished)),
        None => return Ok(if records.nothing_recorded().await? { None } else { Some(RebuildCause::Emptied) }),
    }
    let cursors = records.cursors().await?;
    let behind = is_behind(&meta, &cursors);
    let mut cause = None;
    for (&partition, cursor) in &cursors {
        let place = meta.place(partition);
        if cursor.is_at(place.position, place.batch.as_ref()) {
            continue;
        }
        match records.journal_after(partition, place.position, place.batch.as_ref()).await? {
            Following::Lines(_) => {}
            Following::TooShort => cause = cause.or(Some(RebuildCause::JournalTooShort)),
            Following::Misplaced => return Ok(Some(RebuildCause::Unreadable)),
            // First the lost bills are read again.
            Following::Diverged if behind => {}
            Following::Diverged => return Ok(Some(RebuildCause::RecordsRestored)),
        }
    }
    Ok(cause)
}

/// Is a cursor behind the live stock, as after the records were restored? Not where the topic was made again: there offsets say nothing about what was read.
pub fn is_behind(meta: &Meta, cursors: &BTreeMap<i32, Cursor>) -> bool {
    meta.positions.iter().any(|(partition, position)| {
        let (cursor, generation) = cursors.get(partition).map_or((0, 0), |it| (it.next_offset, it.generation));
        generation == 0 && cursor < *position
    })
}
