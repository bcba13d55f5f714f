//! Counts of shelves (physical inventory, 盘点): a sheet of what was counted against what the books said at that moment, and the difference as adjusting
//! entries. Goods may move while people count: each line is compared with the stock of its own moment, and what moved since stays as it is.
//! Knows no HTTP and no SQL.

mod book;

use std::collections::BTreeMap;

use chrono::NaiveDateTime;
use files::{CountRead, CountedLine};
use model::files::choices::Choices;
use model::files::field::Mapping;
use model::files::question::Question;
use model::files::trouble::FileTrouble;
use model::flaw::{Flaw, LineFlaw};
use model::time::Millis;
use records::{Count, CountLine, Upload};
use serde_json::json;

use crate::intake::{Delivery, Intake, known_ids};
use crate::statistics;
use base::business_time::BusinessTime;
use base::config::EntryRules;

use book::Book;

/// Counts shelves against the books. Cheap to clone.
#[derive(Clone)]
pub struct Counter {
    /// Sends the adjusting entries.
    pub intake: Intake,
    /// The zone of the moments of a sheet.
    pub zone: BusinessTime,
}

/// Why there is no preview.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The records cannot be read.
    #[error(transparent)]
    Records(#[from] records::Error),
    /// The books of a moment cannot be read.
    #[error(transparent)]
    Book(#[from] statistics::Error),
    /// The sheet has too many moments: each is a question to the books.
    #[error("a sheet has at most {0} moments at which something was counted")]
    TooManyMoments(usize),
}

/// A line of a sheet beside the books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparedLine {
    /// Line of the file.
    pub line: usize,
    pub warehouse_id: String,
    pub product_id: String,
    pub company_id: String,
    pub counted_at: Millis,
    /// Pieces by the books at that moment, what stands at it included.
    pub book: i64,
    pub counted: i64,
    /// What has moved since, so that one sees why the stock of now is another.
    pub since: i64,
}

impl ComparedLine {
    /// What is on the shelves beyond the books.
    pub fn difference(&self) -> i64 {
        self.counted - self.book
    }
}

/// A sheet beside the books.
#[derive(Debug, Default)]
pub struct Compared {
    pub titles: Vec<String>,
    pub mapping: Mapping,
    /// What nothing in the sheet settles.
    pub questions: Vec<Question>,
    pub lines: Vec<ComparedLine>,
    /// Lines that were not counted.
    pub uncounted: Vec<usize>,
    pub flaws: Vec<LineFlaw>,
    pub waiting: Vec<usize>,
    /// Bill of the adjusting entries.
    pub bill_id: String,
    /// Where the stream stood when the books were read.
    pub positions: BTreeMap<i32, i64>,
}

/// What posting came to.
#[derive(Debug)]
pub enum Posted {
    /// Kafka has the adjusting entries: so many.
    All(usize),
    /// The sheet comes to something else than was seen, or a question is open: nothing was sent.
    Changed,
    /// Kafka has only so many. Posting again is safe.
    Some(usize),
}

impl Counter {
    /// Compares a sheet with the books. Lines without a moment were counted when the file came.
    pub async fn compare(
        &self,
        upload: &Upload,
        bytes: Vec<u8>,
        choices: &Choices,
    ) -> Result<Result<Compared, FileTrouble>, Error> {
        let known = known_ids(&self.intake.records).await?;
        let (name, said) = (upload.name.clone(), choices.clone());
        let reading = tokio::task::spawn_blocking(move || {
            let table = files::open(&name, &bytes, &said)?.ok_or(FileTrouble::Empty)?;
            let titles = table.titles();
            let mut read = files::read_counts(&table, &said, &known);
            if !table.charsets.is_empty() {
                read.questions.insert(0, Question::Charset(table.charsets));
            }
            Ok((titles, read))
        });
        let (titles, read) = match reading.await.unwrap_or(Err(FileTrouble::Binary)) {
            Ok(read) => read,
            Err(trouble) => return Ok(Err(trouble)),
        };
        let CountRead { mapping, questions, lines, uncounted, flaws, waiting } = read;
        let mut compared = Compared { titles, mapping, questions, uncounted, flaws, waiting, ..Compared::default() };
        let mut timed = Vec::new();
        for line in lines {
            match self.moment(&line, upload.at) {
                Some(at) => timed.push((line, at)),
                None => {
                    let field = Some("create_time".to_owned());
                    compared.flaws.push(LineFlaw { line: line.line, field, flaw: Flaw::SkippedTime });
                }
            }
        }
        let moments = timed.iter().map(|it| it.1);
        compared.bill_id = self.bill_id(moments.clone().min().unwrap_or(upload.at));
        let book = Book::read(&self.intake.records, self.zone, &timed).await?;
        compared.positions = book.positions.clone();
        for (line, counted_at) in timed {
            let CountedLine { line, warehouse_id, product_id, company_id, counted, .. } = line;
            let (at, now) = book.stock(&warehouse_id, &product_id, counted_at);
            let (book, since) = (at, now - at);
            let it = ComparedLine { line, warehouse_id, product_id, company_id, counted_at, book, counted, since };
            compared.lines.push(it);
        }
        compared.flaws.sort_by_key(|it| it.line);
        Ok(Ok(compared))
    }

    /// Puts a count on record and sends its adjusting entries, if the sheet still comes to what the person has seen: how many lines differ, and by how
    /// much together.
    pub async fn post(
        &self,
        upload: &Upload,
        compared: &Compared,
        seen: (usize, i64),
        note: &str,
        who: &str,
    ) -> Result<Posted, Error> {
        let differing = compared.lines.iter().filter(|it| it.difference() != 0);
        let is_seen = (differing.clone().count(), differing.clone().map(ComparedLine::difference).sum()) == seen;
        if !is_seen || !compared.questions.is_empty() {
            return Ok(Posted::Changed);
        }
        let rules = self.intake.rules;
        let entries = differing.map(|it| self.entry(it, &compared.bill_id, note, &rules)).collect::<Option<Vec<_>>>();
        let Some(entries) = entries else { return Ok(Posted::Changed) };
        let line = |it: &ComparedLine| CountLine {
            warehouse_id: it.warehouse_id.clone(),
            product_id: it.product_id.clone(),
            counted_at: it.counted_at,
            book: it.book,
            counted: it.counted,
        };
        let count = Count {
            id: upload.id.clone(),
            bill_id: compared.bill_id.clone(),
            file: upload.name.clone(),
            who: who.to_owned(),
            note: note.to_owned(),
            lines: compared.lines.iter().map(line).collect(),
            positions: compared.positions.clone(),
        };
        // On record first: an adjusting entry without the count that it comes from could not be explained.
        self.intake.records.keep_count(&count).await?;
        Ok(match self.intake.send(&entries).await {
            Delivery::All(sent) => Posted::All(sent),
            Delivery::Some(sent, error) => {
                tracing::warn!("a count was not posted: {}", base::status::explain(&error));
                Posted::Some(sent)
            }
        })
    }

    /// The adjusting entry of a line. Its identity is the bill and the product: the same sheet in another order is the same count.
    fn entry(
        &self,
        it: &ComparedLine,
        bill_id: &str,
        note: &str,
        rules: &EntryRules,
    ) -> Option<crate::intake::GoodLine> {
        let json = json!({
            "bill_id": bill_id,
            "product_id": it.product_id,
            "warehouse_id": it.warehouse_id,
            "company_id": it.company_id,
            "quantity": it.difference().abs(),
            "drcr": it.difference().signum(),
            "create_time": self.zone.rfc3339(it.counted_at),
            "kind": "adjust",
            "description": note,
        });
        crate::intake::check_one(json.to_string().into_bytes(), rules, self.intake.clock.now()).ok()
    }

    /// When a line was counted. `None`: at a time that never was.
    fn moment(&self, line: &CountedLine, otherwise: Millis) -> Option<Millis> {
        let Some(text) = &line.counted_at else { return Some(otherwise) };
        if let Ok(at) = chrono::DateTime::parse_from_rfc3339(text) {
            return Some(Millis(at.timestamp_millis()));
        }
        self.zone.moment(NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.3f").ok()?)
    }

    /// `PD-20261126-0912`: the first moment at which something was counted.
    fn bill_id(&self, first: Millis) -> String {
        let local = self.zone.local(first).unwrap_or_default();
        format!("PD-{}", local.format("%Y%m%d-%H%M"))
    }
}
