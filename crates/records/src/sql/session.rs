//! Sessions and pools: strict, READ COMMITTED, and no wait without a limit.

use std::time::Duration;

use base::config::RecordsConfig;
use sqlx::mysql::{MySqlConnectOptions, MySqlPool, MySqlPoolOptions};
use sqlx::{ConnectOptions, Connection, MySqlConnection};

use super::error::Error;
use super::turn_pool::TurnPool;

/// How long a caller waits for a free connection.
const ACQUIRE_LIMIT: Duration = Duration::from_secs(5);

/// Connections that the pages, the hub and health checks share. Partition writers have connections of their own.
const SHARED_CONNECTIONS: u32 = 8;

/// Connections that read snapshots of totals: so many statements are worked out at once, others wait.
const SNAPSHOT_CONNECTIONS: u32 = 4;

/// Connections that carry bytes of files: so many files come and go at once.
const UPLOAD_CONNECTIONS: u32 = 2;
/// Limit of silence: the server ends a writer's session that says nothing for so long, so that a frozen daemon's locks do not outlive it.
pub const SILENT_SESSION_LIMIT: Duration = Duration::from_secs(15);
/// The same, in seconds, as a statement.
pub const LIMIT_SILENCE: &str = "SET SESSION wait_timeout = 15";

/// How long others wait for a turn, at a snapshot or with a file.
const TURN_LIMIT: Duration = Duration::from_secs(12);

/// Prepared statements that a connection keeps.
const STATEMENTS: usize = 512;

/// Connections for short statements: pages, the hub, health checks.
pub fn shared_pool(options: &MySqlConnectOptions) -> MySqlPool {
    MySqlPoolOptions::new()
        .max_connections(SHARED_CONNECTIONS)
        .acquire_timeout(ACQUIRE_LIMIT)
        .after_connect(|connection, _| Box::pin(prepare_session(connection)))
        .connect_lazy_with(options.clone())
}

/// Connections for files that are brought and looked at.
pub fn upload_pool(options: &MySqlConnectOptions) -> TurnPool {
    let connections = MySqlPoolOptions::new()
        .max_connections(UPLOAD_CONNECTIONS)
        .acquire_timeout(ACQUIRE_LIMIT)
        .after_connect(|connection, _| Box::pin(prepare_session(connection)))
        .connect_lazy_with(options.clone());
    TurnPool::new(connections, TURN_LIMIT)
}

/// Connections for snapshots: REPEATABLE READ, and a statement that nobody waits for ends.
pub fn snapshot_pool(options: &MySqlConnectOptions) -> TurnPool {
    let connections = MySqlPoolOptions::new()
        .max_connections(SNAPSHOT_CONNECTIONS)
        .acquire_timeout(ACQUIRE_LIMIT)
        .after_connect(|connection, _| Box::pin(prepare_for_snapshots(connection)))
        .after_release(|connection, _| Box::pin(make_room(connection)))
        .connect_lazy_with(options.clone());
    TurnPool::new(connections, TURN_LIMIT)
}

/// Connect options of the settings; a URL that cannot be read is an error that hides its password.
pub fn connect_options(config: &RecordsConfig) -> Result<MySqlConnectOptions, Error> {
    let options: MySqlConnectOptions =
        config.url.reveal().parse().map_err(|_| Error::Misconfigured(format!("cannot read the URL {}", config.url)))?;
    Ok(options
        .charset("utf8mb4")
        .collation("utf8mb4_bin")
        .statement_cache_capacity(STATEMENTS)
        .disable_statement_logging())
}

/// Forgets prepared statements before the cache is full, between two uses. In the middle of one, each that has to go makes the
/// next wait, see [`super::multi_statement::MultiStatement`].
async fn make_room(connection: &mut MySqlConnection) -> Result<bool, sqlx::Error> {
    if connection.cached_statements_size() > STATEMENTS / 2 {
        connection.clear_cached_statements().await?;
    }
    Ok(true)
}

/// A connection of its own, ready as a session of ours is; `Unavailable` or `TimedOut` where the server does not answer.
pub async fn connect(options: &MySqlConnectOptions) -> Result<MySqlConnection, Error> {
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
