//! What can go wrong with the records, by what to do about it.

use std::time::Duration;

use sqlx::mysql::MySqlDatabaseError;

/// An error of the records. None of these is about one entry: that would be a rejection.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// MySQL does not answer or cannot serve now; wait and try again.
    #[error("records: {doing}")]
    Unavailable {
        /// What was being done.
        doing: &'static str,
        /// What the client says.
        #[source]
        cause: sqlx::Error,
    },
    /// MySQL did not answer within the limit; wait and try again.
    #[error("records: {doing} took longer than {seconds} s")]
    TimedOut {
        /// What was being done.
        doing: &'static str,
        /// Limit that passed, in seconds.
        seconds: u64,
    },
    /// So many work at it as may at a time, and went on for as long as somebody waits for a turn.
    #[error("records: {doing}: others have all turns")]
    Busy {
        /// What was to be done.
        doing: &'static str,
    },
    /// The data of a batch is refused by the database; narrow it down to the entry.
    #[error("records: the database refuses the data: {reason}")]
    Data {
        /// What the server says.
        reason: String,
        /// Was it a CHECK of a sum?
        is_range: bool,
    },
    /// So many day tables exist as the setting allows.
    #[error(
        "records: {existing} day tables exist and {wanted} more are needed, and TALLYHOUSE_RECORDS_MAX_TABLES is {limit}: raise it and restart \
         (each costs 80 KB of disk; raise the server's table_open_cache and table_definition_cache with it). An installation that needs \
         fewer tables a day is set up with TALLYHOUSE_RECORDS_LAYOUT=bucket-day and few TALLYHOUSE_RECORDS_BUCKETS"
    )]
    TableCap {
        /// Tables that exist.
        existing: u32,
        /// Tables that are needed.
        wanted: usize,
        /// Tables that may exist, by `TALLYHOUSE_RECORDS_MAX_TABLES`.
        limit: u32,
    },
    /// The server takes no statement this large; says what to do.
    #[error("records: a batch is larger than the server's max_allowed_packet; raise it")]
    TooLarge,
    /// Bill lines are there at the INSERT and not there at the look before it, again and again.
    #[error(
        "records: partition {partition} meets bill lines that others are recording at this moment; should this stay, the \
         register and the day tables contradict each other: audit the records"
    )]
    Contended {
        /// Partition whose batch cannot be recorded.
        partition: i32,
    },
    /// What is stored contradicts itself; a person must look.
    #[error("records: {0}")]
    Inconsistent(String),
    /// The set-up does not fit; says what to do.
    #[error("records: {0}")]
    Misconfigured(String),
}

impl Error {
    /// Is it an answer that waiting does not change: no such database or table, no access?
    pub fn is_misconfigured(&self) -> bool {
        match self {
            Self::Unavailable { cause, .. } => matches!(number(cause), Some(1044 | 1045 | 1049 | 1146 | 1698)),
            other => matches!(other, Self::Misconfigured(_)),
        }
    }

    /// For `map_err`: names what was being done.
    pub fn unavailable(doing: &'static str) -> impl Fn(sqlx::Error) -> Self {
        move |cause| Self::Unavailable { doing, cause }
    }
}

/// No read takes longer: a server that vanished without a word must not hold anybody up.
const READ_LIMIT: Duration = Duration::from_secs(15);

/// Gives a read its limit.
pub fn with_timeout<T>(
    doing: &'static str,
    work: impl Future<Output = Result<T, Error>>,
) -> impl Future<Output = Result<T, Error>> {
    // Not a future around a future: each would hold the work.
    with_timeout_of(READ_LIMIT, doing, work)
}

/// Gives work a limit of its own.
pub async fn with_timeout_of<T>(
    limit: Duration,
    doing: &'static str,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    match tokio::time::timeout(limit, work).await {
        Ok(done) => done,
        Err(_) => Err(Error::TimedOut { doing, seconds: limit.as_secs() }),
    }
}

/// What an error of a statement inside the batch's transaction means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SqlFailure {
    /// 1062: the row is there already.
    DuplicateKey,
    /// Deadlock, lock wait, auto-increment: the whole batch again.
    Retryable,
    /// The data itself.
    Data,
    /// A CHECK on a sum.
    Range,
    /// The statement is larger than the server takes.
    TooLarge,
    /// Everything else is waited out.
    Unavailable,
}

fn number(error: &sqlx::Error) -> Option<u16> {
    error.as_database_error().and_then(|it| it.try_downcast_ref::<MySqlDatabaseError>()).map(MySqlDatabaseError::number)
}

/// Is it that there is no such table?
pub fn is_missing_table(error: &sqlx::Error) -> bool {
    number(error) == Some(1146)
}

/// Sorts a client error (docs/consistency.md#one-batch-of-one-partition).
pub fn sql_failure(error: &sqlx::Error) -> SqlFailure {
    let Some(server) = error.as_database_error().and_then(|it| it.try_downcast_ref::<MySqlDatabaseError>()) else {
        return SqlFailure::Unavailable;
    };
    match (server.number(), server.code().unwrap_or_default()) {
        (1062, _) => SqlFailure::DuplicateKey,
        (1213 | 1205 | 1467, _) => SqlFailure::Retryable,
        (1153, _) => SqlFailure::TooLarge,
        (4025 | 3819, _) => SqlFailure::Range,
        // 22xxx and 23xxx are the data's own; MariaDB reports some of them under HY000: wrong value for column, out of
        // range, truncated, incorrect string.
        (1264 | 1265 | 1292 | 1366 | 1406 | 1690 | 3140 | 3141, _) => SqlFailure::Data,
        (_, state) if state.starts_with("22") || state.starts_with("23") => SqlFailure::Data,
        _ => SqlFailure::Unavailable,
    }
}
