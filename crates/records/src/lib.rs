//! The records: MySQL or MariaDB. The only home of SQL. Uses nobody but the vocabulary (`model`) and the ground
//! floor (`base`). A room per subject; whoever is outside sees the names below.

#[macro_use]
mod sql;

mod audits;
mod batch;
mod bench;
mod catalogue;
mod cursors;
mod day_tables;
mod ingest;
mod installation;
mod intake;
mod journal;
mod recount;
mod replays;
mod summary;
mod totals;
mod trail;

use std::sync::Arc;

use sqlx::mysql::{MySqlConnectOptions, MySqlPool};
use sqlx::{Connection, MySqlConnection};

pub use audits::adjustments::Adjustment;
pub use audits::decisions::{Decision, Resolved};
pub use audits::findings::FindingsFilter;
pub use audits::history::{AuditEnd, LogRecord};
pub use audits::last_check::AuditClock;
pub use audits::lease::{Claim, KeepAlive, LastRun, Lease, RunKind, RunState};
pub use audits::prove_tables::{CountedTables, ProvedTable, RegisteredTable, RowFault};
pub use audits::stock_snapshot::StockSnapshot;
pub use audits::stored::{StoredAudit, StoredLog};
pub use batch::{LastMessage, Line, NewBatch, RejectedMessage};
pub use bench::plain_loop::{ConnectorRows, PlainRows};
pub use bench::year::YearSize;
pub use catalogue::{Catalogue, CatalogueWrites, LevelRow, NameRow, Names};
pub use cursors::Cursor;
pub use day_tables::entries::{EntriesFilter, Placed};
pub use day_tables::names::DayTable;
pub use day_tables::statements::create_table;
pub use ingest::duplicate_preview::Recorded;
pub use ingest::rejections::{MAX_COUNTED, RejectionCount, RejectionsFilter, StoredRejection};
pub use ingest::set_aside::SetAside;
pub use ingest::set_cursor::{CursorMove, Loss};
pub use ingest::writer::{Outcome, Writer};
pub use installation::identity::{Frozen, Installation};
use installation::migrations::MIGRATIONS;
pub use intake::counts::{Count, CountLine, CountLock, PostedCount};
pub use intake::profiles::{ImportProfile, fingerprint};
pub use intake::resubmissions::{Begun, StoredResubmission};
pub use intake::uploads::{Upload, UploadState};
pub use journal::holes::Hole;
pub use journal::lines::Following;
pub use journal::prove::{AfterCut, ProvedPlace, ProvedPlaces};
pub use journal::prune::JournalSize;
pub use recount::Recount;
pub use replays::correction::{Corrected, Correction, CorrectionReason};
pub use replays::key_rows::{KeyRow, MisplacedRows};
pub use replays::stored::{Named, ReplayClaim, ReplayEnds, ReplayedKey, StoredReplay};
pub use sql::error::Error;
use sql::error::with_timeout;
pub use sql::multi_statement::{MultiStatement, Row};
pub use sql::session::SILENT_SESSION_LIMIT;
use sql::session::{connect, connect_options, shared_pool, snapshot_pool, upload_pool};
use sql::turn_pool::TurnPool;
pub use sql::value::Value;
pub use summary::{StreamSnapshot, Today};
pub use totals::day_nets::DayNets;
pub use totals::fold::Folded;
pub use totals::levels::Span;
pub use totals::part_of_hour::MAX_ROW_TABLES;
pub use totals::prove::{LevelFaults, RunningSums};
pub use totals::question::Moved;
pub use totals::snapshot::{FIRST_DAY, LAST_DAY, TotalsError, TotalsSnapshot};
pub use trail::TrailEvent;

use base::business_time::BusinessTime;
use base::clock::Clock;
use base::config::{Layout, RecordsConfig};

/// A handle on the records. Cheap to clone. Its methods stand in many files, each in that of the table it is about: one place per table.
#[derive(Clone)]
pub struct Records {
    pool: MySqlPool,
    snapshots: TurnPool,
    /// For bytes of files alone: whoever brings many waits for others of the kind, and for nothing else.
    uploads: TurnPool,
    options: MySqlConnectOptions,
    tables: Arc<day_tables::create::TableCache>,
    making: Arc<day_tables::create::Turns>,
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
        Ok(Self {
            pool: shared_pool(&options),
            snapshots: snapshot_pool(&options),
            uploads: upload_pool(&options),
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
        with_timeout("asking whether MySQL answers", async {
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
        let create = day_tables::statements::create_database(name)
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
