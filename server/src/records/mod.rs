//! The records: MySQL or MariaDB. The only home of SQL. Uses nobody but `app::model`, settings and the clock.

#[macro_use]
mod from_row;

mod adjustments;
mod audit_state;
mod audits;
mod batch;
mod bench;
mod bench_year;
mod bill_lines;
mod classify;
mod correct;
mod correct_levels;
mod correct_rows;
mod correct_totals;
mod day_nets;
mod day_tables;
mod decisions;
mod duplicate_preview;
mod effects;
mod entries;
mod error;
mod findings;
mod flows;
mod fold;
mod installation;
mod journal;
mod journal_holes;
mod key_rows;
mod levels;
mod migrations;
mod minutes;
mod multi_statement;
mod names;
mod offsets;
mod prove_journal;
mod prove_levels;
mod prove_tables;
mod prune_journal;
mod rebuild_levels;
mod recall;
mod record;
mod recount;
mod register;
mod rejections;
mod replays;
mod resubmissions;
mod rows;
mod runs;
mod server;
mod set_cursor;
mod snapshot;
mod statement_pipeline;
mod stock_snapshot;
mod summary;
mod tables;
mod totals;
mod totals_snapshot;
mod trail;
mod uploads;
mod value;

use std::sync::Arc;
use std::time::Duration;

use sqlx::mysql::{MySqlConnectOptions, MySqlPool, MySqlPoolOptions};
use sqlx::{ConnectOptions, Connection, MySqlConnection};

pub use adjustments::Adjustment;
pub use audit_state::AuditClock;
pub use audits::{AuditEnd, LogRecord, StoredAudit};
pub use batch::{LastMessage, Line, NewBatch, RejectedMessage};
pub use bench::{ConnectorRows, PlainRows};
pub use bench_year::YearSize;
pub use correct::{Corrected, Correction, CorrectionReason};
pub use day_nets::DayNets;
pub use decisions::{Decision, Resolved};
pub use duplicate_preview::Recorded;
pub use entries::{EntriesWanted, Placed};
pub use error::Error;
use error::limited;
pub use findings::FindingsWanted;
pub use fold::Folded;
pub use installation::{Frozen, Installation};
pub use journal::Following;
pub use journal_holes::Hole;
pub use key_rows::{KeyRow, Strays};
pub use levels::Span;
use migrations::MIGRATIONS;
pub use multi_statement::{MultiStatement, Row};
pub use names::{Catalogue, CatalogueWrites, LevelRow, NameRow, Names};
pub use offsets::Cursor;
pub use prove_journal::{AfterCut, ProvedPlace, ProvedPlaces};
pub use prove_levels::{LevelFaults, RunningSums};
pub use prove_tables::{CountedTables, ProvedTable, RegisteredTable, RowFault};
pub use prune_journal::JournalSize;
pub use record::{Outcome, Writer};
pub use recount::Recount;
pub use rejections::{MAX_COUNTED, RejectionCount, RejectionsWanted, StoredRejection};
pub use replays::{Named, ReplayClaim, ReplayEnds, ReplayedKey, StoredReplay};
pub use resubmissions::{Begun, StoredResubmission};
pub use runs::{Claim, KeepAlive, LastRun, Lease, RunKind};
pub use set_cursor::{CursorMove, Loss};
pub use stock_snapshot::StockSnapshot;
pub use summary::{StreamSnapshot, Today};
pub use tables::DayTable;
pub use totals_snapshot::{FIRST_DAY, LAST_DAY, MAX_ROW_TABLES, Moved, TotalsError, TotalsSnapshot};
pub use trail::TrailEvent;
pub use uploads::Upload;
pub use value::Value;

use base::business_time::BusinessTime;
use base::clock::Clock;
use base::config::{Layout, RecordsConfig};

/// How long a caller waits for a free connection.
const ACQUIRE_LIMIT: Duration = Duration::from_secs(5);

/// Connections that the pages, the hub and health checks share. Partition writers have connections of their own.
const SHARED_CONNECTIONS: u32 = 8;

/// Connections that read snapshots of totals: so many statements are worked out at once, others wait.
const SNAPSHOT_CONNECTIONS: u32 = 4;

/// Prepared statements that a connection keeps.
const STATEMENTS: usize = 512;

/// A handle on the records. Cheap to clone.
#[derive(Clone)]
pub struct Records {
    pool: MySqlPool,
    snapshots: MySqlPool,
    options: MySqlConnectOptions,
    tables: Arc<day_tables::TableCache>,
    /// Held by whoever makes day tables.
    making: Arc<tokio::sync::Mutex<()>>,
    topic: Arc<str>,
    layout: Layout,
    max_tables: u32,
    business_time: BusinessTime,
    clock: Clock,
}

impl std::fmt::Debug for Records {
    /// By hand: the client's own options would print the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Records").field("topic", &self.topic).field("layout", &self.layout).finish_non_exhaustive()
    }
}

impl Records {
    /// A handle; connects when first used.
    pub fn new(config: &RecordsConfig, topic: &str, business_time: BusinessTime, clock: Clock) -> Result<Self, Error> {
        let options = connect_options(config)?;
        let pool = MySqlPoolOptions::new()
            .max_connections(SHARED_CONNECTIONS)
            .acquire_timeout(ACQUIRE_LIMIT)
            .after_connect(|connection, _| Box::pin(prepare_session(connection)))
            .connect_lazy_with(options.clone());
        let snapshots = MySqlPoolOptions::new()
            .max_connections(SNAPSHOT_CONNECTIONS)
            .acquire_timeout(ACQUIRE_LIMIT)
            .after_connect(|connection, _| Box::pin(prepare_for_snapshots(connection)))
            .after_release(|connection, _| Box::pin(make_room(connection)))
            .connect_lazy_with(options.clone());
        Ok(Self {
            pool,
            snapshots,
            options,
            tables: Arc::default(),
            making: Arc::default(),
            topic: topic.into(),
            layout: config.layout,
            max_tables: config.max_tables,
            business_time,
            clock,
        })
    }

    /// How day tables are laid out.
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// Does MySQL answer?
    pub async fn ping(&self) -> Result<(), Error> {
        limited("asking whether MySQL answers", async {
            sqlx::query("SELECT 1")
                .execute(&self.pool)
                .await
                .map(drop)
                .map_err(Error::unavailable("asking whether MySQL answers"))
        })
        .await
    }

    /// Makes the database if it is missing, then the schema. Safe to repeat.
    pub async fn migrate(config: &RecordsConfig) -> Result<(), Error> {
        let options = connect_options(config)?;
        let mut server = connect(&options.clone().database("")).await?;
        let name = config.url.path();
        let create = tables::create_database(name)
            .ok_or_else(|| Error::Misconfigured(format!("{name:?} is no name for a database; use A-Z a-z 0-9 _")))?;
        sqlx::query(create).execute(&mut server).await.map_err(Error::unavailable("making the database"))?;
        let mut connection = connect(&options).await?;
        MIGRATIONS
            .run(&mut connection)
            .await
            .map_err(|cause| Error::Misconfigured(format!("migration failed: {cause}")))?;
        connection.close().await.map_err(Error::unavailable("closing after the migration"))
    }

    /// A connection of one's own, for a partition's writer.
    async fn connect(&self) -> Result<MySqlConnection, Error> {
        connect(&self.options).await
    }
}

fn connect_options(config: &RecordsConfig) -> Result<MySqlConnectOptions, Error> {
    let options: MySqlConnectOptions =
        config.url.reveal().parse().map_err(|_| Error::Misconfigured(format!("cannot read the URL {}", config.url)))?;
    Ok(options
        .charset("utf8mb4")
        .collation("utf8mb4_bin")
        .statement_cache_capacity(STATEMENTS)
        .disable_statement_logging())
}

/// Forgets prepared statements before the cache is full, between two uses. In the middle of one, each that has to go makes the
/// next wait, see [`MultiStatement`].
async fn make_room(connection: &mut MySqlConnection) -> Result<bool, sqlx::Error> {
    if connection.cached_statements_size() > STATEMENTS / 2 {
        connection.clear_cached_statements().await?;
    }
    Ok(true)
}

async fn connect(options: &MySqlConnectOptions) -> Result<MySqlConnection, Error> {
    let connecting = async {
        let mut connection = options.connect().await?;
        prepare_session(&mut connection).await?;
        Ok(connection)
    };
    match tokio::time::timeout(ACQUIRE_LIMIT, connecting).await {
        Ok(result) => result.map_err(Error::unavailable("connecting")),
        Err(_) => Err(Error::TimedOut { doing: "connecting", seconds: ACQUIRE_LIMIT.as_secs() }),
    }
}

/// As [`prepare_session`], but what a transaction reads stays as it was when it began.
async fn prepare_for_snapshots(connection: &mut MySqlConnection) -> Result<(), sqlx::Error> {
    prepare_session(connection).await?;
    sqlx::query("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ").execute(&mut *connection).await?;
    limit_statements(connection).await
}

/// Has the server give up a statement that nobody waits for any more. MariaDB counts seconds, MySQL milliseconds under another name.
async fn limit_statements(connection: &mut MySqlConnection) -> Result<(), sqlx::Error> {
    let version: String = sqlx::query_scalar("SELECT VERSION()").fetch_one(&mut *connection).await?;
    let statement = if version.contains("MariaDB") {
        "SET SESSION max_statement_time = 20"
    } else {
        "SET SESSION max_execution_time = 20000"
    };
    sqlx::query(statement).execute(connection).await.map(drop)
}

/// Strict, READ COMMITTED, and no wait without a limit.
async fn prepare_session(connection: &mut MySqlConnection) -> Result<(), sqlx::Error> {
    for statement in [
        "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'",
        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
        "SET SESSION innodb_lock_wait_timeout = 10, lock_wait_timeout = 10",
    ] {
        sqlx::query(statement).execute(&mut *connection).await?;
    }
    Ok(())
}
