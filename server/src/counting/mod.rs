//! Counts of shelves (physical inventory, 盘点): a sheet of what was counted against what the books said at that moment, and the difference as adjusting
//! entries. Goods may move while people count: each line is compared with the stock of its own moment, and what moved since stays as it is.
//! Knows no HTTP and no SQL.

mod book;
mod lag;

use std::collections::BTreeMap;

use files::{CountRead, CountedLine};
use model::files::choices::Choices;
use model::files::field::Mapping;
use model::files::question::Question;
use model::files::trouble::FileTrouble;
use model::flaw::LineFlaw;
use model::time::Millis;
use queue::{Rejection, Topic};
use records::{Count, CountLine, Upload};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::file_reading::apart;
use crate::intake::{Delivery, GoodLine, Intake, check_one, known_ids};
use crate::statistics;
use base::business_time::BusinessTime;
use base::hex::hex;

use book::Book;
pub use book::MAX_MOMENTS;

/// Counts shelves against the books. Cheap to clone.
#[derive(Clone)]
pub struct Counter {
    /// Sends the adjusting entries.
    pub intake: Intake,
    /// The zone of the moments of a sheet.
    pub zone: BusinessTime,
    /// What is in the queue, and must be in the books before a count is posted.
    pub topic: Topic,
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
    /// The queue does not answer.
    #[error(transparent)]
    Queue(#[from] queue::Error),
    /// The books do not hold yet what is in the queue, another count perhaps.
    #[error("the books are behind the queue")]
    Behind,
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
    /// Lines of totals.
    pub set_aside: usize,
    pub flaws: Vec<LineFlaw>,
    pub waiting: Vec<usize>,
    /// Bill of the adjusting entries.
    pub bill_id: String,
    /// Where the stream stood when the books were read.
    pub positions: BTreeMap<i32, i64>,
}

impl Compared {
    /// Fingerprint of what posting would write: every line with its books.
    pub fn seal(&self) -> String {
        let mut hash = Sha256::new();
        for it in &self.lines {
            let fields = (&it.warehouse_id, &it.product_id, &it.company_id, it.counted_at.0, it.book, it.counted);
            hash.update(format!("{fields:?}\n"));
        }
        hex(&hash.finalize())
    }
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
        let reading = apart(move || {
            let table = files::open(&name, &bytes, &said)?.ok_or(FileTrouble::Empty)?;
            let titles = table.titles();
            Ok((titles, files::read_counts(&table, &said, &known)))
        });
        let (titles, read) = match reading.await {
            Ok(read) => read,
            Err(trouble) => return Ok(Err(trouble)),
        };
        let CountRead { mapping, questions, lines, uncounted, flaws, waiting, set_aside } = read;
        let mut compared =
            Compared { titles, mapping, questions, uncounted, set_aside, flaws, waiting, ..Compared::default() };
        let mut timed = Vec::new();
        for line in lines {
            match self.judge(&line, upload.at) {
                Ok(at) => timed.push((line, at)),
                Err(flaw) => compared.flaws.push(flaw),
            }
        }
        compared.bill_id = self.bill_id(timed.iter().map(|it| it.1).min().unwrap_or(upload.at), &upload.id);
        let book = Book::read(&self.intake.records, self.zone, &timed).await?;
        compared.positions = book.positions.clone();
        for (line, counted_at) in timed {
            let CountedLine { line, warehouse_id, product_id, company_id, counted, .. } = line;
            let (at, now) = book.stock(&warehouse_id, &product_id, counted_at);
            let (book, since) = (at, now.saturating_sub(at));
            let it = ComparedLine { line, warehouse_id, product_id, company_id, counted_at, book, counted, since };
            compared.lines.push(it);
        }
        compared.flaws.sort_by_key(|it| it.line);
        Ok(Ok(compared))
    }

    /// Puts a count on record and sends its adjusting entries, if the sheet still comes to what the person has seen. One count at a time, and after the
    /// books have caught up with the queue: another count that was posted a moment ago is in them.
    pub async fn post(
        &self,
        upload: &Upload,
        bytes: Vec<u8>,
        choices: &Choices,
        (seen, note, who): (&str, &str, &str),
    ) -> Result<Result<Posted, FileTrouble>, Error> {
        let _one_at_a_time = self.intake.records.count_lock().await?;
        self.books_have_caught_up().await?;
        let compared = match self.compare(upload, bytes, choices).await? {
            Ok(compared) => compared,
            Err(trouble) => return Ok(Err(trouble)),
        };
        if compared.seal() != seen || !compared.questions.is_empty() {
            return Ok(Ok(Posted::Changed));
        }
        let differing = compared.lines.iter().filter(|it| it.difference() != 0);
        let entry = |it| self.entry(it, &self.zone.rfc3339(it.counted_at), &compared.bill_id, note);
        let entries = differing.map(entry).collect::<Result<Vec<_>, _>>();
        let Ok(entries) = entries else { return Ok(Ok(Posted::Changed)) };
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
        Ok(Ok(match self.intake.send(&entries).await {
            Delivery::All(sent) => Posted::All(sent),
            Delivery::Some(sent, error) => {
                tracing::warn!("a count was not posted: {}", base::status::explain(&error));
                Posted::Some(sent)
            }
        }))
    }

    /// When a line was counted, if it could be adjusted at all: what an entry would be refused for is said of the line.
    fn judge(&self, line: &CountedLine, otherwise: Millis) -> Result<Millis, LineFlaw> {
        let CountedLine { line, warehouse_id, product_id, company_id, counted_at, counted } = line.clone();
        let time = counted_at.unwrap_or_else(|| self.zone.rfc3339(otherwise));
        // As if one were missing.
        let (counted_at, book) = (otherwise, counted + 1);
        let it = ComparedLine { line, warehouse_id, product_id, company_id, counted_at, book, counted, since: 0 };
        let entry = self.entry(&it, &time, "PD", "");
        entry.map(|it| it.entry.create_time).map_err(|it| LineFlaw { line, field: it.field, flaw: it.flaw })
    }

    /// The adjusting entry of a line, with the time at which it was counted as an entry has it. Its identity is the bill and the product: the same
    /// sheet in another order is the same count.
    fn entry(&self, it: &ComparedLine, time: &str, bill_id: &str, note: &str) -> Result<GoodLine, Rejection> {
        let json = json!({
            "bill_id": bill_id,
            "product_id": it.product_id,
            "warehouse_id": it.warehouse_id,
            "company_id": it.company_id,
            "quantity": it.difference().abs(),
            "drcr": it.difference().signum(),
            "create_time": time,
            "kind": "adjust",
            "description": note,
        });
        check_one(json.to_string().into_bytes(), &self.intake.rules, self.intake.clock.now())
    }

    /// `PD-20261126-0912-1F3A5C`: the first moment at which something was counted, and the end of the file's id, so that a correction of it is another count.
    fn bill_id(&self, first: Millis, upload: &str) -> String {
        let local = self.zone.local(first).unwrap_or_default();
        let end = upload.get(upload.len().saturating_sub(6)..).unwrap_or_default().to_uppercase();
        format!("PD-{}-{end}", local.format("%Y%m%d-%H%M"))
    }
}
