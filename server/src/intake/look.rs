//! A file, looked at: read, checked line by line, and compared with what is recorded. One way for the page, `POST /api/v1/entries` and
//! `tallyhouse produce`: the same file gets the same answer.

use std::collections::HashSet;

use files::{KnownIds, Skipped, Table, TotalLine};
use model::files::choices::{Charset, Choices, Separator};
use model::files::field::Mapping;
use model::files::question::Question;
use model::files::trouble::FileTrouble;
use model::flaw::LineFlaw;
use model::system::TableRoom;
use model::time::Millis;
use queue::Rejection;
use records::Recorded;
use sha2::{Digest as _, Sha256};

use super::body::numbered;
use super::check::{Checked, GoodLine, Numbered, check, check_one};
use super::known::known_ids;
use super::{Error, Intake};
use crate::file_reading::apart;
use base::config::EntryRules;
use base::hex::hex;

/// How a table was read.
#[derive(Debug, Default)]
pub struct Reading {
    pub charset: Option<Charset>,
    pub separator: Option<Separator>,
    pub sheets: Vec<String>,
    /// Name of the sheet that was read.
    pub sheet: Option<String>,
    /// Line of the titles.
    pub head: usize,
    /// The last line of the table, where a person has said it.
    pub last: Option<usize>,
    pub titles: Vec<String>,
    pub mapping: Mapping,
    pub totals: Vec<TotalLine>,
    /// Lines as they stand in the file: those around the titles, the first of the others, and the first of those that are wrong.
    pub rows: Vec<RawRow>,
}

/// A line as it stands in the file.
#[derive(Debug)]
pub struct RawRow {
    pub line: usize,
    pub cells: Vec<String>,
}

/// What a file holds, looked at line by line.
#[derive(Debug, Default)]
pub struct Looked {
    /// How it was read, where it is a table.
    pub reading: Option<Reading>,
    /// What nothing in it settles. Nothing is sent before it is answered.
    pub questions: Vec<Question>,
    /// How many lines it has, blank ones not counted.
    pub lines: usize,
    /// Lines that hold no entry: titles and totals.
    pub skipped: Vec<(usize, Skipped)>,
    /// Lines that wait for an answer.
    pub waiting: Vec<usize>,
    /// Lines that could be sent but for a doubt. Those that are not recorded already are flaws too.
    pub doubts: Vec<(GoodLine, LineFlaw)>,
    /// What can be sent, and everything that is wrong.
    pub checked: Checked,
    /// How many lines are recorded already, the same.
    pub recorded: usize,
    /// More new day tables than one file may need. Nothing is sent then.
    pub crowd: Option<TableRoom>,
}

impl Looked {
    /// Fingerprint of what would be sent, line by line, and of how many are left out.
    pub fn seal(&self) -> String {
        let mut hash = Sha256::new();
        for line in &self.checked.good {
            hash.update(&line.payload);
            hash.update(b"\n");
        }
        hash.update(self.checked.flaws.len().to_string());
        hex(&hash.finalize())
    }
}

/// The most lines that are shown as they stand.
const SHOWN: usize = 12;
/// So many bytes of JSON are read where they are: it takes less than a turn is worth.
const SMALL: usize = 64 << 10;
/// So many lines are compared with the records at once.
const AT_ONCE: usize = 4000;

impl Intake {
    /// Looks at a file, or says why it cannot be read.
    pub async fn look(
        &self,
        name: &str,
        bytes: impl AsRef<[u8]> + Send + 'static,
        choices: Choices,
    ) -> Result<Result<Looked, FileTrouble>, Error> {
        let (name, rules, now) = (name.to_owned(), self.rules, self.clock.now());
        // JSON has no doubts, and is brought by programs that may send one entry at a time.
        let is_json = files::is_json(&name, bytes.as_ref());
        let known = if is_json { KnownIds::default() } else { known_ids(&self.records).await? };
        let is_small = is_json && bytes.as_ref().len() <= SMALL;
        let looking = move || look(&name, bytes.as_ref(), &choices, &known, &rules, now);
        let mut looked = match if is_small { looking() } else { apart(looking).await } {
            Ok(looked) => looked,
            Err(trouble) => return Ok(Err(trouble)),
        };
        self.compare(&mut looked).await?;
        let entries = looked.checked.good.iter().map(|it| (&it.entry.product_id, it.day));
        looked.crowd = self.records.table_room(entries).await?.filter(|it| it.is_too_small());
        Ok(Ok(looked))
    }

    /// Sets lines aside that are recorded already: the same ones are counted, others are flaws.
    async fn compare(&self, looked: &mut Looked) -> Result<(), Error> {
        let good = std::mem::take(&mut looked.checked.good);
        let known = self.recorded(good.iter()).await?;
        for (line, known) in good.into_iter().zip(known) {
            match known {
                Recorded::Conflict(fields) => looked.checked.add(LineFlaw::recorded(line.line, fields)),
                Recorded::Duplicate => looked.recorded += 1,
                Recorded::No => looked.checked.good.push(line),
            }
        }
        // What is recorded under an id is no doubt any more.
        let doubts = std::mem::take(&mut looked.doubts);
        let known = self.recorded(doubts.iter().map(|it| &it.0)).await?;
        for (doubt, known) in doubts.into_iter().zip(known) {
            if known == Recorded::Duplicate {
                looked.recorded += 1;
            } else {
                looked.checked.add(doubt.1.clone());
                looked.doubts.push(doubt);
            }
        }
        looked.checked.flaws.sort_by_key(|it| it.line);
        Ok(())
    }

    /// What the records have of each line, asked of so many at once that their copies stay small.
    async fn recorded<'a>(&self, lines: impl Iterator<Item = &'a GoodLine> + Send) -> Result<Vec<Recorded>, Error> {
        let (mut lines, mut known) = (lines.map(GoodLine::as_line), Vec::new());
        loop {
            let some: Vec<_> = lines.by_ref().take(AT_ONCE).collect();
            if some.is_empty() {
                return Ok(known);
            }
            known.extend(self.records.known(&some).await?);
        }
    }
}

fn look(
    name: &str,
    bytes: &[u8],
    choices: &Choices,
    known: &KnownIds,
    rules: &EntryRules,
    now: Millis,
) -> Result<Looked, FileTrouble> {
    let Some(table) = files::open(name, bytes, choices)? else {
        let lines = numbered(bytes)?;
        return Ok(Looked { lines: lines.len(), checked: check(lines, rules, now), ..Looked::default() });
    };
    let read = files::read_entries(&table, choices, known);
    let entries = read.entries.into_iter().map(|it| Numbered { line: it.line, text: it.json.into_bytes() });
    let mut checked = check(entries.collect(), rules, now);
    checked.flaws.extend(read.flaws);
    let mut doubts = Vec::new();
    for (entry, flaw) in read.doubts {
        match check_one(entry.json.into_bytes(), rules, now) {
            Ok(good) => doubts.push((GoodLine { line: entry.line, ..good }, flaw)),
            Err(Rejection { field, flaw, .. }) => checked.add(LineFlaw { line: entry.line, field, flaw }),
        }
    }
    checked.flaws.sort_by_key(|it| it.line);
    let reading = Reading {
        rows: shown(&table, &read.skipped, &checked),
        charset: table.charset,
        separator: table.separator,
        sheets: table.sheets.clone(),
        sheet: table.sheet.clone(),
        head: table.head.and_then(|it| table.rows.get(it)).map_or(0, |it| it.line),
        last: table.last,
        titles: table.titles(),
        mapping: read.mapping,
        totals: read.totals,
    };
    Ok(Looked {
        lines: table.rows.len(),
        reading: Some(reading),
        questions: read.questions,
        skipped: read.skipped,
        waiting: read.waiting,
        doubts,
        checked,
        recorded: 0,
        crowd: None,
    })
}

/// The rows that tell a person most: what was set aside, the first lines, and the first that are wrong.
fn shown(table: &Table, skipped: &[(usize, Skipped)], checked: &Checked) -> Vec<RawRow> {
    let skipped: HashSet<usize> = skipped.iter().map(|it| it.0).take(SHOWN).collect();
    let wrong: HashSet<usize> = checked.flaws.iter().map(|it| it.line).take(SHOWN / 2).collect();
    let others = table.rows.iter().map(|it| it.line).filter(|it| !skipped.contains(it));
    let first: HashSet<usize> = others.take(SHOWN / 2).collect();
    let rows = table.rows.iter().filter(|it| [&skipped, &wrong, &first].iter().any(|all| all.contains(&it.line)));
    rows.map(|row| RawRow { line: row.line, cells: row.cells.iter().map(|it| short(&it.text())).collect() }).collect()
}

/// So much of a cell as a column can hold.
fn short(text: &str) -> String {
    text.chars().take(60).collect()
}
