//! Period statistics: a question, the spans that answer it, and the lines of the statement. Reads totals at one instant; writes
//! nothing. Knows no HTTP and no SQL.

pub mod page;
mod period;
mod rollup;
mod statement;
pub mod summary;

use std::collections::BTreeMap;
use std::ops::Range;

use model::names::NameOf;
use model::statistics::{Figures, Filter, GroupBy, Interval, Question, Row};
use model::time::Millis;
pub use period::spans;
pub use rollup::RollupWorker;
pub use statement::MAX_ROWS;
use statement::{Accounts, Unmade};

use base::business_time::BusinessTime;
use records::{
    Cursor, Error as RecordsError, FIRST_DAY, LAST_DAY, MAX_ROW_TABLES, Records, Span, TotalsError, TotalsSnapshot,
};

/// The most parts that an interval may cut a period into: a year of hours.
pub const MAX_PARTS: usize = 8784;

/// A statement, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its lines, by group and then by time.
    pub rows: Vec<Row>,
    pub total: Figures,
}

/// Why there is no statement.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The records cannot be read.
    #[error(transparent)]
    Records(RecordsError),
    /// The levels of totals are being made anew.
    #[error("the totals are being made from the records; try again later")]
    Rebuilding,
    /// The interval cuts the period into too many parts.
    #[error("is too short for this period: a statement has at most {MAX_PARTS} parts")]
    TooManyParts,
    /// Too many lines.
    #[error("makes a statement of more than {MAX_ROWS} lines; group by less, filter, or take a longer interval")]
    TooManyRows,
    /// A bound within an hour concerns too many tables.
    #[error(
        "is not at a full hour: such a period is read from the entries themselves, for at most {MAX_ROW_TABLES} products; \
         take full hours, or filter by product"
    )]
    TooFine,
    /// The period is beyond what dates can hold.
    #[error("is beyond the years that can be")]
    NoSuchTime,
    /// A figure is not exact everywhere.
    #[error("a sum is beyond +-9007199254740991 and would not be exact; filter by less")]
    OutOfRange,
}

impl From<TotalsError> for Error {
    fn from(error: TotalsError) -> Self {
        match error {
            TotalsError::Records(error) => Self::Records(error),
            TotalsError::Missing | TotalsError::Behind => Self::Rebuilding,
            TotalsError::TooManyCells => Self::TooManyRows,
            TotalsError::TooManyTables(_) => Self::TooFine,
        }
    }
}

impl From<Unmade> for Error {
    fn from(unmade: Unmade) -> Self {
        match unmade {
            Unmade::TooManyRows => Self::TooManyRows,
            Unmade::OutOfRange => Self::OutOfRange,
        }
    }
}

/// Answers a question at one instant.
pub async fn statement(records: &Records, zone: BusinessTime, question: &Question) -> Result<Statement, Error> {
    let mut reader = Reader::open(records, zone).await?;
    let statement = reader.statement(question).await?;
    reader.close().await;
    Ok(statement)
}

/// When the parts begin that an interval cuts a period into, the first at its start.
pub fn parts(zone: BusinessTime, period: &Range<Millis>, interval: Interval) -> Result<Vec<Millis>, Error> {
    period::parts(zone, period, interval, MAX_PARTS).ok_or(Error::TooManyParts)
}

/// Answers questions about one and the same instant.
pub struct Reader {
    snapshot: TotalsSnapshot,
    zone: BusinessTime,
}

impl Reader {
    pub async fn open(records: &Records, zone: BusinessTime) -> Result<Self, Error> {
        Ok(Self { snapshot: records.totals_snapshot().await?, zone })
    }

    /// Gives the connection back.
    pub async fn close(self) {
        self.snapshot.close().await;
    }

    /// The ids of a filter that no entry has.
    pub async fn unknown_ids(&mut self, filter: &Filter) -> Result<Vec<(NameOf, String)>, Error> {
        self.snapshot.unknown_ids(filter).await.map_err(Error::Records)
    }

    /// The stock of what a filter lets through, by all that is recorded.
    pub async fn stock(&mut self, filter: &Filter) -> Result<i64, Error> {
        let ever = Span::Months(FIRST_DAY..LAST_DAY);
        let moved = self.snapshot.moved(&ever, GroupBy::default(), filter, false).await?;
        Ok(moved.iter().fold(0_i64, |sum, (_, _, sums)| sum.saturating_add(sums.net())))
    }

    /// Where each partition stood.
    pub fn cursors(&self) -> &BTreeMap<i32, Cursor> {
        &self.snapshot.cursors
    }

    /// Answers a question.
    pub async fn statement(&mut self, question: &Question) -> Result<Statement, Error> {
        let zone = self.zone;
        let starts = question.interval.map(|interval| parts(zone, &question.period, interval)).transpose()?;
        // Nothing but hours cuts days; weeks are made of days.
        let longest = question.interval.map(|it| if it == Interval::Week { Interval::Day } else { it });
        let before = period::before(zone, question.period.start).ok_or(Error::NoSuchTime)?;
        let within = period::spans(zone, &question.period, longest).ok_or(Error::NoSuchTime)?;
        let mut accounts = Accounts::new(starts);
        let by_part = question.interval.is_some();
        for span in &before {
            accounts.open(self.snapshot.moved(span, question.group_by, &question.filter, false).await?);
        }
        for span in &within {
            accounts.add(self.snapshot.moved(span, question.group_by, &question.filter, by_part).await?);
        }
        let (rows, total) = accounts.into_rows()?;
        Ok(Statement { rows, total })
    }
}
