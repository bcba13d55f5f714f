//! Preview of duplicates and conflicts: is it recorded already? Asked of entries that somebody is about to send, without a lock: only the ingest decides.

use crate::batch::Line;
use crate::ingest::bill_lines;
use crate::ingest::bill_lines::Look;
use crate::ingest::classify::{Content, identity};
use crate::sql::error::with_timeout;
use crate::{Error, Records};

/// So many lines are looked for at once.
const AT_ONCE: usize = 4000;

/// What the records hold under the identity of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recorded {
    /// Absence: the line would be recorded as a new one.
    No,
    /// The same: it would count as a duplicate.
    Duplicate,
    /// Something else: it would be rejected. The fields that differ.
    Conflict(String),
}

impl Records {
    /// What the records hold under the identity of each line.
    pub async fn known(&self, lines: &[Line]) -> Result<Vec<Recorded>, Error> {
        let mut known = Vec::with_capacity(lines.len());
        for lines in lines.chunks(AT_ONCE) {
            let existing = with_timeout("looking for entries", async {
                let unavailable = Error::unavailable("looking for entries");
                let mut connection = self.pool.acquire().await.map_err(unavailable)?;
                bill_lines::find(&mut connection, lines, Look::Passing).await
            })
            .await?;
            known.extend(lines.iter().map(|line| match existing.get(&identity(&line.entry)) {
                None => Recorded::No,
                Some(there) => match there.content.as_ref().map(|it| it.differences(&Content::of(&line.entry))) {
                    Some(differences) if differences.is_empty() => Recorded::Duplicate,
                    Some(differences) => Recorded::Conflict(differences),
                    None => Recorded::Conflict("row, which is missing".to_owned()),
                },
            }));
        }
        Ok(known)
    }
}
