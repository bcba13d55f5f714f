//! A file, looked at: read, checked line by line, and compared with what is recorded. One way for the page, `POST /api/v1/entries` and
//! `tallyhouse produce`: the same file gets the same answer.

use std::collections::HashSet;

use files::{KnownIds, Skipped, Table, TotalLine};
use model::files::choices::{Charset, Choices, Separator};
use model::files::field::Mapping;
use model::files::question::Question;
use model::files::trouble::FileTrouble;
use model::flaw::LineFlaw;
use model::time::Millis;
use queue::Rejection;
use records::Recorded;
use sha2::{Digest as _, Sha256};

use super::body::numbered;
use super::check::{Checked, GoodLine, Numbered, check, check_one};
use super::known::known_ids;
use super::{Error, Intake};
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
}

/// So many lines are compared with the records at once.
const AT_ONCE: usize = 4000;
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

impl Intake {
    /// Looks at a file, or says why it cannot be read.
    pub async fn look(
        &self,
        name: &str,
        bytes: Vec<u8>,
        choices: Choices,
    ) -> Result<Result<Looked, FileTrouble>, Error> {
        let (name, rules, now) = (name.to_owned(), self.rules, self.clock.now());
        let known = known_ids(&self.records).await?;
        let looking = tokio::task::spawn_blocking(move || look(&name, &bytes, &choices, &known, &rules, now));
        // A reader that fails has met what it was not made for: the file is damaged, the process goes on.
        let mut looked = match looking.await.unwrap_or(Err(FileTrouble::Binary)) {
            Ok(looked) => looked,
            Err(trouble) => return Ok(Err(trouble)),
        };
        self.compare(&mut looked).await?;
        Ok(Ok(looked))
    }

    /// Sets lines aside that are recorded already: the same ones are counted, others are flaws.
    async fn compare(&self, looked: &mut Looked) -> Result<(), Error> {
        let mut known = Vec::with_capacity(looked.checked.good.len());
        for lines in looked.checked.good.chunks(AT_ONCE) {
            let lines: Vec<_> = lines.iter().map(GoodLine::as_line).collect();
            known.extend(self.records.known(&lines).await?);
        }
        let good = std::mem::take(&mut looked.checked.good);
        for (line, known) in good.into_iter().zip(known) {
            match known {
                Recorded::Conflict(fields) => looked.checked.add(LineFlaw::recorded(line.line, fields)),
                Recorded::Duplicate => looked.recorded += 1,
                Recorded::No => looked.checked.good.push(line),
            }
        }
        // What is recorded under an id is no doubt any more.
        let lines: Vec<_> = looked.doubts.iter().map(|it| it.0.as_line()).collect();
        let known = self.records.known(&lines).await?;
        let is_recorded = known.iter().map(|it| *it == Recorded::Duplicate);
        let count = looked.doubts.len();
        let doubts = std::mem::take(&mut looked.doubts);
        looked.doubts = doubts.into_iter().zip(is_recorded).filter(|it| !it.1).map(|it| it.0).collect();
        looked.recorded += count - looked.doubts.len();
        looked.checked.flaws.extend(looked.doubts.iter().map(|it| it.1.clone()));
        looked.checked.flaws.sort_by_key(|it| it.line);
        Ok(())
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
    let mut questions = read.questions;
    if !table.charsets.is_empty() {
        questions.insert(0, Question::Charset(table.charsets.clone()));
    }
    let reading = Reading {
        rows: shown(&table, &read.skipped, &checked),
        charset: table.charset,
        separator: table.separator,
        sheets: table.sheets.clone(),
        sheet: table.sheet.clone(),
        head: table.head.and_then(|it| table.rows.get(it)).map_or(0, |it| it.line),
        titles: table.titles(),
        mapping: read.mapping,
        totals: read.totals,
    };
    Ok(Looked {
        lines: table.rows.len(),
        reading: Some(reading),
        questions,
        skipped: read.skipped,
        waiting: read.waiting,
        doubts,
        checked,
        recorded: 0,
    })
}

/// The rows that tell a person most: what was set aside, the first lines, and the first that are wrong.
fn shown(table: &Table, skipped: &[(usize, Skipped)], checked: &Checked) -> Vec<RawRow> {
    let skipped: HashSet<usize> = skipped.iter().map(|it| it.0).take(SHOWN).collect();
    let wrong: HashSet<usize> = checked.flaws.iter().map(|it| it.line).take(SHOWN / 2).collect();
    let mut left = SHOWN / 2;
    let is_shown = |line: &usize| {
        let is_first = left > 0 && !skipped.contains(line);
        left -= usize::from(is_first);
        is_first || skipped.contains(line) || wrong.contains(line)
    };
    let lines: HashSet<usize> = table
        .rows
        .iter()
        .map(|it| it.line)
        .filter({
            let mut is_shown = is_shown;
            move |it| is_shown(it)
        })
        .collect();
    let rows = table.rows.iter().filter(|it| lines.contains(&it.line));
    rows.map(|row| RawRow { line: row.line, cells: row.cells.iter().map(|it| short(&it.text())).collect() }).collect()
}

/// So much of a cell as a column can hold.
fn short(text: &str) -> String {
    text.chars().take(60).collect()
}
