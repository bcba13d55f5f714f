//! `runs`: audits, rebuilds and corrections, one at a time, each with a lease and a token that every write checks
//! (docs/consistency.md#an-audit-run, Claim).

use tokio::time::{Duration, Instant};
use uuid::Uuid;

use crate::sql::error::with_timeout;
use crate::sql::stored::word;
use crate::{Error, Records};

/// A lease lasts this long, by the database's clock.
const LEASE_SECONDS: i64 = 15;
/// It is renewed when it is this old.
const RENEW_AFTER: Duration = Duration::from_secs(5);

/// What a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunKind {
    /// Compares both stores.
    Audit,
    /// Makes the records what the queue says.
    Correction,
    /// Makes the live stock anew.
    Rebuild,
}

impl RunKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Audit => "audit",
            Self::Correction => "correction",
            Self::Rebuild => "rebuild",
        }
    }
}

/// A run that is ours.
#[derive(Debug)]
pub struct Lease {
    records: Records,
    number: i64,
    run_id: String,
    token: String,
    renewed: Instant,
}

/// Keeps a lease until it is dropped.
pub struct KeepAlive(tokio::task::JoinHandle<()>);

impl Drop for KeepAlive {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The answer to a claim.
#[derive(Debug)]
pub enum Claim {
    /// It is ours.
    Ours(Box<Lease>),
    /// Another one is under way.
    Running {
        /// Number of the run under way; 0 where it ended just now.
        number: i64,
        /// Is it an audit?
        is_audit: bool,
    },
}

/// The state of a rebuild.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunState {
    /// Somebody holds its lease.
    Running,
    /// It came to its end.
    Done,
    /// A run that could not be made to its end.
    Error,
}

impl RunState {
    fn parse(word: &str) -> Option<Self> {
        match word {
            "running" => Some(Self::Running),
            "done" => Some(Self::Done),
            "error" => Some(Self::Error),
            _ => None,
        }
    }

    /// The word for scripts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Error => "error",
        }
    }
}

/// The last rebuild, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastRun {
    /// Name of the run, unique for ever.
    pub run_id: String,
    /// Reason why it was made.
    pub cause: String,
    /// State of the run.
    pub state: RunState,
    /// Number of keys that are done.
    pub keys_done: i64,
    /// Duration, until now where it is under way, in milliseconds.
    pub took_ms: i64,
    /// Reason why it could not be made, in words.
    pub message: Option<String>,
}

from_row! {
    /// The last rebuild as its columns are.
    struct LastRunRow {
        run_id: String,
        cause: String,
        state: String,
        keys_done: i64,
        took_ms: i64,
        message: Option<String>,
    }
}

impl Records {
    /// Claims a run. One whose lease ran out is over, and so is an audit where the mark it needs is gone: a rebuild goes first.
    pub async fn claim_run(&self, kind: RunKind, cause: &str, who: &str) -> Result<Claim, Error> {
        with_timeout("claiming a run", async {
            let unavailable = Error::unavailable("claiming a run");
            let over = sqlx::query(
                "UPDATE runs SET running = NULL, state = 'error', ended_at = UTC_TIMESTAMP(3),
                   message = IF(lease_until < UTC_TIMESTAMP(3), 'its process fell silent', 'the live stock must be rebuilt')
                 WHERE running = 1 AND (lease_until < UTC_TIMESTAMP(3) OR (kind = 'audit' AND ? = 'rebuild'))",
            )
            .bind(kind.as_str())
            .execute(&self.pool)
            .await
            .map_err(&unavailable)?;
            if over.rows_affected() > 0 {
                tracing::warn!("a run that was under way is over: its lease ran out, or a rebuild goes first");
            }
            let (run_id, token) = (Uuid::now_v7().simple().to_string(), Uuid::new_v4().simple().to_string());
            let claimed = sqlx::query(
                "INSERT INTO runs (run_id, kind, cause, state, running, token, lease_until, started_at, started_by)
                 SELECT ?, ?, ?, 'running', 1, ?, UTC_TIMESTAMP(3) + INTERVAL ? SECOND, UTC_TIMESTAMP(3), ? FROM DUAL
                 WHERE NOT EXISTS (SELECT 1 FROM runs AS other WHERE other.running = 1)",
            )
            .bind(&run_id)
            .bind(kind.as_str())
            .bind(cause)
            .bind(&token)
            .bind(LEASE_SECONDS)
            .bind(who)
            .execute(&self.pool)
            .await;
            match claimed {
                Ok(done) if done.rows_affected() == 1 => {
                    let (records, renewed) = (self.clone(), Instant::now());
                    let number = i64::try_from(done.last_insert_id()).unwrap_or(i64::MAX);
                    return Ok(Claim::Ours(Box::new(Lease { records, number, run_id, token, renewed })));
                }
                // Another was quicker between the look and the row.
                Ok(_) => {}
                Err(cause) if crate::sql::error::sql_failure(&cause) == crate::sql::error::SqlFailure::DuplicateKey => {}
                Err(cause) => return Err(unavailable(cause)),
            }
            let running: Option<(i64, bool)> =
                sqlx::query_as("SELECT id, kind = 'audit' FROM runs WHERE running = 1")
                    .fetch_optional(&self.pool)
                    .await
                    .map_err(&unavailable)?;
            let (number, is_audit) = running.unwrap_or_default();
            Ok(Claim::Running { number, is_audit })
        })
        .await
    }

    /// The newest rebuild.
    pub async fn last_rebuild(&self) -> Result<Option<LastRun>, Error> {
        with_timeout("reading the last rebuild", async {
            let found: Option<LastRunRow> = sqlx::query_as(
                "SELECT run_id, cause, state, keys_done, message,
                   TIMESTAMPDIFF(MICROSECOND, started_at, COALESCE(ended_at, UTC_TIMESTAMP(3))) DIV 1000 AS took_ms
                 FROM runs WHERE kind = 'rebuild' ORDER BY id DESC LIMIT 1",
            )
            .fetch_optional(&self.pool)
            .await
            .map_err(Error::unavailable("reading the last rebuild"))?;
            let typed = |it: LastRunRow| {
                Ok(LastRun {
                    state: word("the state of the last rebuild", &it.state, RunState::parse)?,
                    run_id: it.run_id,
                    cause: it.cause,
                    keys_done: it.keys_done,
                    took_ms: it.took_ms,
                    message: it.message,
                })
            };
            found.map(typed).transpose()
        })
        .await
    }
}

impl Lease {
    /// The run's name, unique for ever.
    pub fn run_id(&self) -> &str {
        &self.run_id
    }

    /// Its number, for people.
    pub fn number(&self) -> i64 {
        self.number
    }

    /// What every write has to know.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// Where it is written.
    pub(crate) fn records(&self) -> &Records {
        &self.records
    }

    /// Says how far the run is, and renews the lease where it is due. `false`: it is not ours any more.
    pub async fn progress(&mut self, done: u64, total: u64) -> Result<bool, Error> {
        if self.renewed.elapsed() < RENEW_AFTER { Ok(true) } else { self.renew(done, total).await }
    }

    /// Renews the lease at once. `false`: it is not ours any more.
    pub async fn renew(&mut self, done: u64, total: u64) -> Result<bool, Error> {
        let ours = with_timeout("renewing a lease", async {
            let renewed = sqlx::query(
                "UPDATE runs SET lease_until = UTC_TIMESTAMP(3) + INTERVAL ? SECOND, keys_done = ?, keys_total = ?
                 WHERE run_id = ? AND token = ? AND running = 1",
            )
            .bind(LEASE_SECONDS)
            .bind(i64::try_from(done).unwrap_or(i64::MAX))
            .bind(i64::try_from(total).unwrap_or(i64::MAX))
            .bind(&self.run_id)
            .bind(&self.token)
            .execute(&self.records.pool)
            .await
            .map_err(Error::unavailable("renewing a lease"))?;
            Ok(renewed.rows_affected() == 1)
        })
        .await?;
        self.renewed = Instant::now();
        Ok(ours)
    }

    /// Says how far the run is; the lease is renewed by [`Lease::keep_alive`].
    pub async fn tell(&self, done: u64, total: u64) -> Result<(), Error> {
        let number = |it| i64::try_from(it).unwrap_or(i64::MAX);
        with_timeout("saying how far a run is", async {
            sqlx::query("UPDATE runs SET keys_done = ?, keys_total = ? WHERE run_id = ? AND token = ? AND running = 1")
                .bind(number(done))
                .bind(number(total))
                .bind(&self.run_id)
                .bind(&self.token)
                .execute(&self.records.pool)
                .await
                .map(drop)
                .map_err(Error::unavailable("saying how far a run is"))
        })
        .await
    }

    /// Renews the lease for as long as the answer lives, whatever the run waits for meanwhile.
    pub fn keep_alive(&self) -> KeepAlive {
        let (pool, run_id, token) = (self.records.pool.clone(), self.run_id.clone(), self.token.clone());
        KeepAlive(tokio::spawn(async move {
            loop {
                tokio::time::sleep(RENEW_AFTER).await;
                let renewed = sqlx::query(
                    "UPDATE runs SET lease_until = UTC_TIMESTAMP(3) + INTERVAL ? SECOND
                     WHERE run_id = ? AND token = ? AND running = 1",
                )
                .bind(LEASE_SECONDS)
                .bind(&run_id)
                .bind(&token)
                .execute(&pool)
                .await;
                if let Err(cause) = renewed {
                    tracing::warn!("a lease could not be renewed: {cause}");
                }
            }
        }))
    }

    /// Ends the run: `done`, or `error` with a message. `false`: it was not ours any more.
    pub async fn end(self, keys: u64, error: Option<&str>) -> Result<bool, Error> {
        with_timeout("ending a run", async {
            let count = i64::try_from(keys).unwrap_or(i64::MAX);
            let ended = sqlx::query(
                "UPDATE runs SET running = NULL, state = ?, ended_at = UTC_TIMESTAMP(3), keys_done = ?, keys_total = ?,
                   message = ?
                 WHERE run_id = ? AND token = ? AND running = 1",
            )
            .bind(if error.is_some() { "error" } else { "done" })
            .bind(count)
            .bind(count)
            .bind(error.map(|it| it.chars().take(1000).collect::<String>()))
            .bind(&self.run_id)
            .bind(&self.token)
            .execute(&self.records.pool)
            .await
            .map_err(Error::unavailable("ending a run"))?;
            Ok(ended.rows_affected() == 1)
        })
        .await
    }

    /// Takes the claim back, where there was nothing to do after all.
    pub async fn abandon(self) -> Result<(), Error> {
        with_timeout("taking a claim back", async {
            sqlx::query("DELETE FROM runs WHERE run_id = ? AND token = ? AND running = 1")
                .bind(&self.run_id)
                .bind(&self.token)
                .execute(&self.records.pool)
                .await
                .map(drop)
                .map_err(Error::unavailable("taking a claim back"))
        })
        .await
    }
}
