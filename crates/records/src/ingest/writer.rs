//! One batch, one transaction: cursor, bill lines, rows, totals, rejections, journal
//! (docs/consistency.md#one-batch-of-one-partition). Safe to repeat: the same batch id is recorded once, whatever
//! became of the answer.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use model::batch::JournalLine;
use model::pipeline::Counts;
use sqlx::MySqlConnection;
use tokio::time::Instant;

use crate::batch::{Line, NewBatch, RejectedMessage};
use crate::cursors;
use crate::cursors::Cursor;
use crate::day_tables::create::TableIds;
use crate::day_tables::names::DayTable;
use crate::ingest::bill_lines::Look;
use crate::ingest::classify::{Classified, Existing, IdentityRef, classify};
use crate::ingest::recall::{RecallError, recall};
use crate::ingest::{bill_lines, effects, rejections};
use crate::journal::lines;
use crate::sql::error::with_timeout;
use crate::sql::error::{SqlFailure, sql_failure};
use crate::sql::multi_statement::Row;
use crate::sql::pipeline::StatementPipeline;
use crate::sql::session::LIMIT_SILENCE;
use crate::sql::value::Value;
use crate::totals::{minutes, staged, sums};
use crate::{Error, Records};
use base::business_time::utc_text;
use base::kill_point;

/// A transaction that takes longer is given up; its connection is dropped with it.
const LIMIT: Duration = Duration::from_mins(1);

/// So long for a rollback.
const ROLLBACK_LIMIT: Duration = Duration::from_secs(5);

/// A connection idle for this long is replaced before it is used.
const IDLE_LIMIT: Duration = Duration::from_secs(10);

/// How often a batch is tried again at once over deadlocks and twins before its trouble is passed on.
const TRIES: u32 = 8;

/// Records the batches of one partition, over a connection of its own.
#[derive(Debug)]
pub struct Writer {
    records: Records,
    connection: Option<(MySqlConnection, Instant)>,
    /// After a batch with duplicates, look before inserting: resends come in runs.
    check: DuplicateCheck,
}

/// How much is looked up before inserting. Each level is entered when the one before met a 1062.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum DuplicateCheck {
    /// Insert, and see.
    Optimistic,
    /// Look in the register of bill lines.
    Register,
    /// Look in the day tables too: somebody added rows by hand.
    DayTables,
}

/// How a batch ended.
#[derive(Debug)]
pub enum Outcome {
    /// It is committed: now, or by an earlier try whose answer was lost.
    Recorded(JournalLine),
    /// Not ours: the cursor stands elsewhere (another daemon has the partition, or the cursor was set).
    Fenced(Cursor),
}

/// What a single try can end with, beside an outcome.
enum Failed {
    DuplicateKey,
    Retryable(sqlx::Error),
    Error(Error),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        match error {
            // A look takes locks too, and may be the one that is chosen to give way.
            Error::Unavailable { cause, .. } if sql_failure(&cause) == SqlFailure::Retryable => Self::Retryable(cause),
            other => Self::Error(other),
        }
    }
}

impl From<RecallError> for Failed {
    fn from(error: RecallError) -> Self {
        match error {
            RecallError::Sql(cause) => cause.into(),
            RecallError::Records(error) => error.into(),
        }
    }
}

impl From<sqlx::Error> for Failed {
    fn from(cause: sqlx::Error) -> Self {
        match sql_failure(&cause) {
            SqlFailure::DuplicateKey => Self::DuplicateKey,
            SqlFailure::Retryable => Self::Retryable(cause),
            SqlFailure::Data => Self::Error(Error::Data { reason: cause.to_string(), is_range: false }),
            SqlFailure::Range => Self::Error(Error::Data { reason: cause.to_string(), is_range: true }),
            SqlFailure::TooLarge => Self::Error(Error::TooLarge),
            SqlFailure::Unavailable => Self::Error(Error::Unavailable { doing: "recording a batch", cause }),
        }
    }
}

impl Writer {
    /// A writer; connects when first used.
    pub fn new(records: Records) -> Self {
        Self { records, connection: None, check: DuplicateCheck::Optimistic }
    }

    /// The records it writes to.
    pub fn records(&self) -> &Records {
        &self.records
    }

    /// Makes the day tables that a batch needs, and tells how many of how many are made. Answers which of its lines have none, by
    /// their index, since the cap does not let theirs be made.
    pub async fn prepare(&self, batch: &NewBatch, tell: impl FnMut(usize, usize) + Send) -> Result<Vec<usize>, Error> {
        self.records.ensure_tables_of(&batch.lines, tell).await
    }

    /// Records a batch, or finds out that it is recorded already.
    ///
    /// # Errors
    /// [`Error::Data`] when the database refuses some entry of it: narrow it down. Everything else is to be waited out
    /// and tried again with the same batch id.
    pub async fn record(&mut self, batch: &NewBatch) -> Result<Outcome, Error> {
        let tables = self.records.tables_of(&batch.lines);
        let ids = self.records.ensure_tables(tables.iter().cloned().collect()).await?;
        let mut last = None;
        for _ in 0..TRIES {
            let mut connection = self.take_connection().await?;
            let tried =
                tokio::time::timeout(LIMIT, attempt(&self.records, &mut connection, batch, &tables, &ids, self.check))
                    .await;
            match tried {
                Ok(Ok(outcome)) => {
                    self.connection = Some((connection, Instant::now()));
                    self.check = next_check(&outcome, self.check);
                    return Ok(outcome);
                }
                Ok(Err(Failed::DuplicateKey)) => {
                    self.check = if self.check == DuplicateCheck::Optimistic {
                        DuplicateCheck::Register
                    } else {
                        DuplicateCheck::DayTables
                    };
                    self.keep_after_rollback(connection).await;
                }
                Ok(Err(Failed::Retryable(cause))) => {
                    last = Some(cause);
                    self.keep_after_rollback(connection).await;
                }
                Ok(Err(Failed::Error(error))) => {
                    // A dropped connection rolls back; known tables may be gone with a restored database.
                    self.records.tables.clear();
                    return Err(error);
                }
                Err(_) => return Err(Error::TimedOut { doing: "recording a batch", seconds: LIMIT.as_secs() }),
            }
        }
        Err(match last {
            Some(cause) => Error::Unavailable { doing: "recording a batch over deadlocks", cause },
            None => Error::Contended { partition: batch.partition },
        })
    }

    async fn take_connection(&mut self) -> Result<MySqlConnection, Error> {
        match self.connection.take() {
            Some((connection, used)) if used.elapsed() < IDLE_LIMIT => Ok(connection),
            _ => self.records.writer_session().await,
        }
    }

    /// 1205 alone undoes only its statement: the ROLLBACK is ours to send.
    async fn keep_after_rollback(&mut self, mut connection: MySqlConnection) {
        // A connection that does not answer is dropped, which rolls back as well.
        let rolled_back = tokio::time::timeout(ROLLBACK_LIMIT, sqlx::query("ROLLBACK").execute(&mut connection)).await;
        if matches!(rolled_back, Ok(Ok(_))) {
            self.connection = Some((connection, Instant::now()));
        }
    }
}

fn next_check(outcome: &Outcome, check: DuplicateCheck) -> DuplicateCheck {
    match outcome {
        Outcome::Recorded(line) if line.counts.consumed == line.counts.recorded && line.counts.read_again == 0 => {
            DuplicateCheck::Optimistic
        }
        Outcome::Recorded(_) => check.min(DuplicateCheck::Register),
        Outcome::Fenced(_) => check,
    }
}

async fn attempt(
    records: &Records,
    connection: &mut MySqlConnection,
    batch: &NewBatch,
    tables: &[DayTable],
    ids: &TableIds,
    check: DuplicateCheck,
) -> Result<Outcome, Failed> {
    let mut trip = StatementPipeline::over(connection);
    trip.add("BEGIN", &[]).await?;
    let existing = look_up(&mut trip, batch, tables, check).await?;
    let recalled = recall(&mut trip, records, batch).await?;
    let sorted = classify(batch.lines.iter().filter(|it| recalled.is_new_line(it)), &existing);
    let rejected: Vec<&RejectedMessage> =
        batch.rejected.iter().chain(&sorted.conflicts).filter(|it| recalled.is_new_rejection(it)).collect();
    let counts = count(batch, &sorted, rejected.len())?;
    if !cursors::advance(&mut trip, &records.topic, batch, counts).await? {
        return already(records, trip.connection().await?, batch).await;
    }
    kill_point("mid-transaction");
    let line = JournalLine {
        partition: batch.partition,
        batch_id: batch.batch_id.clone(),
        previous: batch.previous.clone(),
        from: batch.from,
        to: batch.to,
        counts,
        deltas: effects::deltas(&sorted.fresh),
        note: effects::note(&sorted.fresh, counts, records.clock.now(), records.business_time),
    };
    insert_fresh(records, &mut trip, batch, &with_tables(batch, tables, &sorted), ids, &line).await?;
    rejections::insert(&mut trip, &records.topic, batch, &rejected).await?;
    let unwritable = |cause| Error::Inconsistent(format!("a journal line cannot be written: {cause}"));
    let deltas = serde_json::to_string(&line.deltas).map_err(unwritable)?;
    let note = serde_json::to_string(&line.note).map_err(unwritable)?;
    lines::insert(&mut trip, &line, &deltas, &note).await?;
    // Only now: whether all rows arrived must be known before it.
    trip.send().await?;
    kill_point("before-commit");
    trip.change("COMMIT", &[]).await?;
    kill_point("after-commit");
    Ok(Outcome::Recorded(line))
}

async fn look_up<'a>(
    trip: &mut StatementPipeline<'_>,
    batch: &'a NewBatch,
    tables: &[DayTable],
    check: DuplicateCheck,
) -> Result<HashMap<IdentityRef<'a>, Existing>, Failed> {
    if check == DuplicateCheck::Optimistic {
        return Ok(HashMap::new());
    }
    let connection = trip.connection().await?;
    let mut existing = bill_lines::find(connection, &batch.lines, Look::Locking).await?;
    if check == DuplicateCheck::DayTables {
        let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (place, table) in tables.iter().enumerate() {
            places.entry(table.name().to_owned()).or_default().push(place);
        }
        bill_lines::find_rows(connection, &batch.lines, &places, &mut existing).await?;
    }
    Ok(existing)
}

/// What a partition has read before brings nothing new unless it is recorded or rejected now: that is counted apart.
fn count(batch: &NewBatch, sorted: &Classified<'_>, rejected: usize) -> Result<Counts, Error> {
    let number =
        |it: usize| i64::try_from(it).map_err(|_| Error::Inconsistent("a batch is too large to count".to_owned()));
    let (all, recorded, rejected) = (number(batch.consumed())?, number(sorted.fresh.len())?, number(rejected)?);
    let met_again = sorted.duplicates.iter().filter(|offset| **offset < batch.highest).count();
    let duplicates = number(sorted.duplicates.len() - met_again)?;
    let consumed = recorded + duplicates + rejected;
    Ok(Counts { consumed, recorded, duplicates, rejected, read_again: all - consumed })
}

/// The cursor is not where the batch begins: was it us, with an answer that got lost?
async fn already(records: &Records, connection: &mut MySqlConnection, batch: &NewBatch) -> Result<Outcome, Failed> {
    let line = lines::find(connection, &batch.batch_id).await?;
    let cursor = cursors::cursors_in(connection, &records.topic).await?.remove(&batch.partition);
    sqlx::query("ROLLBACK").execute(connection).await?;
    match (line, cursor) {
        (Some(line), _) => Ok(Outcome::Recorded(line)),
        (None, Some(cursor)) => Ok(Outcome::Fenced(cursor)),
        (None, None) => {
            Err(Error::Inconsistent(format!("partition {} has no cursor any more", batch.partition)).into())
        }
    }
}

/// The fresh lines with their tables, sorted by table and key: one global lock order.
fn with_tables<'a>(
    batch: &'a NewBatch,
    tables: &'a [DayTable],
    sorted: &Classified<'a>,
) -> Vec<(&'a Line, &'a DayTable)> {
    let mut fresh = sorted.fresh.iter().peekable();
    let mut lines: Vec<_> = batch
        .lines
        .iter()
        .zip(tables)
        .filter(|(line, _)| fresh.next_if(|it| it.offset == line.offset).is_some())
        .collect();
    lines.sort_by(|(a, in_a), (b, in_b)| {
        in_a.name()
            .cmp(in_b.name())
            .then_with(|| crate::ingest::classify::identity(&a.entry).cmp(&crate::ingest::classify::identity(&b.entry)))
    });
    lines
}

async fn insert_fresh(
    records: &Records,
    trip: &mut StatementPipeline<'_>,
    batch: &NewBatch,
    lines: &[(&Line, &DayTable)],
    ids: &TableIds,
    journal: &JournalLine,
) -> Result<(), sqlx::Error> {
    if lines.is_empty() {
        return Ok(());
    }
    bill_lines::insert(trip, lines, ids).await?;
    insert_rows(trip, batch.partition, lines).await?;
    sums::add(trip, batch.partition, lines, ids).await?;
    minutes::add(trip, batch.partition, &journal.note.minutes).await?;
    staged::stage(trip, &staged::of_lines(lines.iter().map(|(line, _)| *line), records.business_time)).await
}

/// The rows, sorted by table.
async fn insert_rows(
    trip: &mut StatementPipeline<'_>,
    partition: i32,
    lines: &[(&Line, &DayTable)],
) -> Result<(), sqlx::Error> {
    for of_table in lines.chunk_by(|(_, a), (_, b)| a == b) {
        let Some((_, table)) = of_table.first() else { continue };
        trip.insert(table, of_table.iter().map(|(line, _)| row(line, partition))).await?;
    }
    Ok(())
}

fn row(line: &Line, partition: i32) -> Row<'_> {
    let it = &line.entry;
    [
        it.product_id.as_str().into(),
        it.quantity.get().into(),
        it.direction.sign().into(),
        it.company_id.as_str().into(),
        it.warehouse_id.as_str().into(),
        it.bill_id.as_str().into(),
        it.line_no.into(),
        it.kind.as_str().into(),
        utc_text(it.create_time).into(),
        it.description.as_str().into(),
        line.offset.into(),
        partition.into(),
        Value::Now,
        // Not back-dated.
        0.into(),
    ]
}

impl Records {
    /// A connection as writers use it: strict, READ COMMITTED, ended by the server after 15 s of silence.
    pub async fn writer_session(&self) -> Result<MySqlConnection, Error> {
        with_timeout("preparing a writer's session", async {
            let mut connection = self.connect().await?;
            sqlx::query(LIMIT_SILENCE)
                .execute(&mut connection)
                .await
                .map_err(Error::unavailable("preparing a writer's session"))?;
            Ok(connection)
        })
        .await
    }

    /// Closes the shared connections; those that do not answer are left to the end of the process.
    pub async fn close(&self) {
        let all = async { tokio::join!(self.pool.close(), self.snapshots.close(), self.uploads.close()) };
        let _in_time = tokio::time::timeout(Duration::from_secs(3), all).await;
    }
}
