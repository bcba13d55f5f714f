//! The live stock: Redis. The only home of Redis commands. Knows the vocabulary and the settings, and nobody else.

mod bench;
mod clean_keys;
mod feed;
mod keys;
mod meta;
mod rebuild;
mod run;
mod scripts;
mod stock;
pub mod transitions;

use std::sync::Arc;
use std::time::Duration;

use model::batch::{BatchId, JournalLine};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{AsyncCommands, Client, RedisError, TlsCertificates};
use tokio::sync::OnceCell;

pub use feed::{Feed, FeedMessage};
pub use keys::{Keys, member, parse_member};
pub use meta::{Meta, Place};
pub use rebuild::{Rebuild, Sweep, Swept};
pub use run::{Compared, Cut, Settled};
pub use stock::Value;
pub use transitions::{AtCut, May};

use base::config::RealtimeConfig;
use scripts::Scripts;

/// Every command has an answer within this, or it counts as away.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// How many keys one SCAN round trip looks at.
const SCAN: usize = 1000;

/// An error of the live stock.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Redis does not answer or cannot serve now; wait and try again.
    #[error("live stock: {doing}")]
    Unavailable {
        /// What was being done.
        doing: &'static str,
        /// What the client says.
        #[source]
        cause: RedisError,
    },
    /// Redis did not answer within the limit; wait and try again.
    #[error("live stock: {doing} took longer than {seconds} s")]
    TimedOut {
        /// What was being done.
        doing: &'static str,
        /// Limit that passed, in seconds.
        seconds: u64,
    },
    /// What is stored cannot be ours.
    #[error("live stock: {0}")]
    Inconsistent(String),
    /// The set-up does not fit; says what to do.
    #[error("live stock: {0}")]
    Misconfigured(String),
}

impl Error {
    fn unavailable(doing: &'static str) -> impl Fn(RedisError) -> Self {
        move |cause| Self::Unavailable { doing, cause }
    }
}

/// What became of a batch that was sent (docs/consistency.md#the-live-stock, the table of stored positions).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    /// Added; so many damaged hashes were quarantined.
    Applied {
        /// Number of damaged hashes that were quarantined.
        damaged: u64,
    },
    /// It was there already.
    Repeat,
    /// Batches before it are missing; feed them from this position on.
    Gap {
        /// The stored position.
        position: i64,
    },
    /// The histories have parted: the records were restored from a backup.
    Diverged {
        /// The stored position.
        position: i64,
    },
    /// The live stock is being made anew.
    Rebuilding,
    /// Redis holds no mark: it was emptied.
    Empty,
    /// Somebody edited what Redis says of where it stands.
    Unreadable,
    /// Another installation lives under this prefix.
    Foreign,
}

/// A handle on the live stock. Cheap to clone; connects when first used.
#[derive(Clone)]
pub struct Realtime {
    client: Client,
    manager: Arc<OnceCell<ConnectionManager>>,
    keys: Keys,
    installation: Arc<str>,
    scripts: Arc<Scripts>,
}

impl std::fmt::Debug for Realtime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Realtime").field("keys", &self.keys).finish_non_exhaustive()
    }
}

/// A client by the URL; of TLS with the authorities of a file, where one is named.
fn client(config: &RealtimeConfig) -> Result<Client, Error> {
    let url = config.url.reveal();
    let opened = match &config.ca {
        None => Client::open(url),
        Some(path) => {
            let root_cert = std::fs::read(path)
                .map_err(|cause| Error::Misconfigured(format!("cannot read {}: {cause}", path.display())))?;
            Client::build_with_tls(url, TlsCertificates { client_tls: None, root_cert: Some(root_cert) })
        }
    };
    opened.map_err(|_| {
        Error::Misconfigured(format!("cannot read the URL {}, or the authorities of redis_ca", config.url))
    })
}

impl Realtime {
    /// A handle for an installation.
    pub fn new(config: &RealtimeConfig, installation: &str) -> Result<Self, Error> {
        let client = client(config)?;
        Ok(Self {
            client,
            manager: Arc::default(),
            keys: Keys::new(&config.prefix),
            installation: installation.into(),
            scripts: Arc::new(Scripts::new()),
        })
    }

    /// The same, over a connection of its own: answers come in the order of the questions, and whoever asks much must not be waited for.
    #[must_use]
    pub fn with_own_connection(&self) -> Self {
        Self { manager: Arc::default(), ..self.clone() }
    }

    async fn connection(&self, doing: &'static str) -> Result<ConnectionManager, Error> {
        let connect = || async {
            let config = ConnectionManagerConfig::new()
                .set_number_of_retries(1)
                .set_connection_timeout(Some(ANSWER_LIMIT))
                .set_response_timeout(Some(ANSWER_LIMIT));
            self.client.get_connection_manager_with_config(config).await
        };
        self.manager.get_or_try_init(connect).await.cloned().map_err(Error::unavailable(doing))
    }

    /// Does Redis answer?
    pub async fn ping(&self) -> Result<(), Error> {
        let doing = "asking whether Redis answers";
        let mut redis = self.connection(doing).await?;
        redis::cmd("PING").query_async::<()>(&mut redis).await.map_err(Error::unavailable(doing))
    }

    /// Refuses a Redis that may throw keys away.
    pub async fn check_policy(&self) -> Result<(), Error> {
        let doing = "reading maxmemory-policy";
        let mut redis = self.connection(doing).await?;
        let answer: Result<Vec<String>, RedisError> =
            redis::cmd("CONFIG").arg("GET").arg("maxmemory-policy").query_async(&mut redis).await;
        match answer.as_ref().map(Vec::as_slice) {
            Ok([_, policy]) if policy != "noeviction" => Err(Error::Misconfigured(format!(
                "Redis may evict keys (maxmemory-policy {policy}); run `redis-cli config set maxmemory-policy noeviction` \
                 and put it into redis.conf"
            ))),
            // A hosted Redis may forbid CONFIG; then its operator vouches for it.
            _ => Ok(()),
        }
    }

    /// Marks an empty Redis as ready. Only for records that are empty too.
    pub async fn initialise(&self, incarnation: &str) -> Result<(), Error> {
        let doing = "making the first mark";
        let mut redis = self.connection(doing).await?;
        let answer: Vec<String> = self
            .scripts
            .initialise
            .key(self.keys.meta())
            .key(self.keys.index())
            .arg(&*self.installation)
            .arg(incarnation)
            .invoke_async(&mut redis)
            .await
            .map_err(Error::unavailable(doing))?;
        match answer.first().map(String::as_str) {
            Some("marked") => Ok(()),
            Some("leftovers") => Err(Error::Misconfigured(
                "Redis has stock under our prefix but no mark; use another TALLYHOUSE_REDIS_PREFIX, or delete what is there"
                    .to_owned(),
            )),
            _ => Err(self.foreign()),
        }
    }

    /// What to tell people about a prefix that another installation uses.
    pub fn foreign(&self) -> Error {
        Error::Misconfigured("another installation lives under this TALLYHOUSE_REDIS_PREFIX; choose another".to_owned())
    }

    /// Adds a recorded batch: all of it or nothing.
    pub async fn apply(&self, line: &JournalLine) -> Result<Applied, Error> {
        let doing = "adding a batch";
        let note =
            serde_json::to_string(&line.note).map_err(|cause| Error::Inconsistent(format!("a note: {cause}")))?;
        let mut call = self.scripts.apply.prepare_invoke();
        call.key(self.keys.meta()).key(self.keys.index());
        call.arg(&*self.installation)
            .arg(line.partition)
            .arg(line.previous.as_ref().map_or("", |it: &BatchId| it.0.as_str()))
            .arg(&line.batch_id.0)
            .arg(line.from)
            .arg(line.to)
            .arg(self.keys.feed())
            .arg(note)
            .arg(self.keys.quarantine())
            .arg(self.keys.stock(""));
        let mut deltas: Vec<i64> = Vec::with_capacity(line.deltas.len() * 3);
        for it in &line.deltas {
            call.key(self.keys.stock(&keys::member(&it.key)));
            deltas.extend([it.delta.net, it.delta.gross_in, it.delta.entries]);
        }
        // As one argument: three for each key would cost more to take apart than to add.
        call.arg(serde_json::to_string(&deltas).map_err(|cause| Error::Inconsistent(format!("deltas: {cause}")))?);
        let mut redis = self.connection(doing).await?;
        let answer: Vec<String> = call.invoke_async(&mut redis).await.map_err(Error::unavailable(doing))?;
        parse_applied(&answer)
    }

    /// Deletes every key under our prefix. For benches and tests, whose prefix is their own.
    pub async fn remove_everything(&self) -> Result<(), Error> {
        let doing = "deleting a prefix";
        let mut redis = self.connection(doing).await?;
        let mut at = 0_u64;
        loop {
            let (next, found) = self.scan(at, self.keys.group()).await?;
            if !found.is_empty() {
                redis.del::<_, ()>(found).await.map_err(Error::unavailable(doing))?;
            }
            if next == 0 {
                return Ok(());
            }
            at = next;
        }
    }

    /// Some of the keys that start with a prefix, and where to go on; 0 is the end.
    async fn scan(&self, at: u64, prefix: &str) -> Result<(u64, Vec<String>), Error> {
        let doing = "looking for keys";
        // A prefix as a pattern that matches nothing but itself.
        let mut pattern: String =
            prefix.chars().flat_map(|c| "*?[]\\".contains(c).then_some('\\').into_iter().chain([c])).collect();
        pattern.push('*');
        let mut redis = self.connection(doing).await?;
        let mut command = redis::cmd("SCAN");
        command.arg(at).arg("MATCH").arg(pattern).arg("COUNT").arg(SCAN);
        command.query_async(&mut redis).await.map_err(Error::unavailable(doing))
    }
}

fn parse_applied(answer: &[String]) -> Result<Applied, Error> {
    let odd = || Error::Inconsistent(format!("the apply script answered {answer:?}"));
    let number = |at: usize| answer.get(at).and_then(|it| it.parse::<i64>().ok()).ok_or_else(odd);
    match answer.first().map(String::as_str) {
        Some("applied") => Ok(Applied::Applied { damaged: u64::try_from(number(1)?).map_err(|_| odd())? }),
        Some("repeat") => Ok(Applied::Repeat),
        Some("gap") => Ok(Applied::Gap { position: number(1)? }),
        Some("parted") => Ok(Applied::Diverged { position: number(1)? }),
        Some("rebuilding") => Ok(Applied::Rebuilding),
        Some("empty") => Ok(Applied::Empty),
        Some("unreadable") => Ok(Applied::Unreadable),
        Some("foreign") => Ok(Applied::Foreign),
        _ => Err(odd()),
    }
}
