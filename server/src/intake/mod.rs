//! Entries that people and programs bring by HTTP: checked whole, line by line, then sent to Kafka like anybody else's. The ingest
//! decides again; here everything wrong is said at once, before anything is sent. Knows no HTTP and no SQL.

mod body;
mod cells;
mod check;
mod columns;
mod resubmit;
mod table;

use std::time::Duration;

use app::pages::import::view::Mapping;
use model::flaw::LineFlaw;
use tokio::time::{Instant, timeout_at};

use crate::ingest::Error;
use base::clock::Clock;
use base::config::EntryRules;
use queue::{EntryProducer, Sent};
use records::{Recorded, Records};

pub use body::numbered;
pub use check::{Checked, GoodLine, Numbered, check, check_one};
pub use columns::{guess, mapped};
pub use resubmit::{Resubmitted, typed_entry};
pub use table::{Format, Table, TableError, read};

/// The most bytes of a body or a file.
pub const MAX_BODY: usize = 32 * 1024 * 1024;
/// The most lines of one.
pub const MAX_LINES: usize = 100_000;

/// Takes entries in. Cheap to clone.
#[derive(Clone)]
pub struct Intake {
    /// Where they go.
    pub producer: EntryProducer,
    /// What a valid entry is.
    pub rules: EntryRules,
    /// What is recorded already.
    pub records: Records,
    pub clock: Clock,
}

/// What a file holds, looked at line by line.
#[derive(Debug, Default)]
pub struct Looked {
    /// The names of its columns, each with its first value; none: it has none.
    pub columns: Vec<(String, String)>,
    /// Where the fields come from.
    pub mapping: Mapping,
    /// How many lines it has.
    pub lines: usize,
    /// What can be sent, and everything that is wrong.
    pub checked: Checked,
    /// So many of the good lines are recorded already, the same.
    pub recorded: usize,
}

/// So long somebody waits for Kafka's word.
const WAIT: Duration = Duration::from_secs(25);

/// How sending went.
#[derive(Debug)]
pub enum Delivery {
    /// Kafka has them all.
    All(usize),
    /// Kafka has only so many, for this reason. Sending all of them again is safe: an entry that comes twice counts once.
    Some(usize, queue::Error),
}

impl Intake {
    /// Checks a body of NDJSON or a JSON array.
    pub fn check_body(&self, bytes: &[u8]) -> Result<Checked, TableError> {
        Ok(check(numbered(bytes)?, &self.rules, self.clock.now()))
    }

    /// Looks at a file. `asked`: where its fields come from; none: as its columns are named.
    pub async fn look(
        &self,
        name: &str,
        bytes: Vec<u8>,
        asked: Option<Mapping>,
    ) -> Result<Result<Looked, TableError>, Error> {
        let (name, rules, now) = (name.to_owned(), self.rules, self.clock.now());
        let looking = tokio::task::spawn_blocking(move || {
            let look = || match read(&name, &bytes)? {
                Format::Lines => {
                    let lines = numbered(&bytes)?;
                    Ok(Looked { lines: lines.len(), checked: check(lines, &rules, now), ..Looked::default() })
                }
                Format::Table(table) => {
                    let mapping = asked.unwrap_or_else(|| guess(&table.head));
                    let lines = mapped(&table, &mapping);
                    Ok(Looked {
                        lines: lines.len(),
                        checked: check(lines, &rules, now),
                        columns: with_first(&table),
                        mapping,
                        ..Looked::default()
                    })
                }
            };
            look()
        });
        let mut looked = match looking.await {
            Ok(Ok(looked)) => looked,
            Ok(Err(error)) => return Ok(Err(error)),
            Err(_) => return Ok(Err(TableError::Unreadable("reading it failed".to_owned()))),
        };
        self.compare(&mut looked).await?;
        Ok(Ok(looked))
    }

    /// Looks for lines that are recorded already: the same ones are counted, others are flaws.
    async fn compare(&self, looked: &mut Looked) -> Result<(), Error> {
        let lines: Vec<_> = looked.checked.good.iter().map(GoodLine::as_line).collect();
        let known = self.records.known(&lines).await?;
        looked.recorded = known.iter().filter(|it| **it == Recorded::Duplicate).count();
        let good = std::mem::take(&mut looked.checked.good);
        for (line, known) in good.into_iter().zip(known) {
            match known {
                Recorded::Conflict(fields) => looked.checked.add(LineFlaw::recorded(line.line, fields)),
                Recorded::No | Recorded::Duplicate => looked.checked.good.push(line),
            }
        }
        looked.checked.flaws.sort_by_key(|it| it.line);
        Ok(())
    }

    /// Sends lines and waits for Kafka's word on each, together for [`WAIT`] at the most.
    pub async fn send(&self, lines: &[GoodLine]) -> Delivery {
        let end = Instant::now() + WAIT;
        let late = |_| queue::Error::NotYet("Kafka has not confirmed every entry in time".to_owned());
        let mut waiting: Vec<Sent> = Vec::with_capacity(lines.len());
        let mut trouble = None;
        for line in lines {
            let sending = self.producer.send(line.entry.product_id.as_str(), line.payload.as_bytes());
            match timeout_at(end, sending).await.map_err(late).and_then(|it| it) {
                Ok(sent) => waiting.push(sent),
                Err(error) => {
                    trouble = Some(error);
                    break;
                }
            }
        }
        let mut accepted = 0;
        for sent in waiting {
            match timeout_at(end, sent.acknowledged()).await.map_err(late).and_then(|it| it) {
                Ok(()) => accepted += 1,
                Err(error) => trouble = Some(error),
            }
        }
        match trouble {
            None => Delivery::All(accepted),
            Some(error) => Delivery::Some(accepted, error),
        }
    }
}

fn with_first(table: &Table) -> Vec<(String, String)> {
    let first = table.rows.first().map(|(_, cells)| cells.as_slice()).unwrap_or_default();
    let value = |place: usize| first.get(place).cloned().unwrap_or_default();
    table.head.iter().enumerate().map(|(place, name)| (name.clone(), value(place))).collect()
}
