//! The server that is abused: a process with few open files, behind a proxy that is trusted, in a world of its own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use base::config::{self, Config};
use tallyhouse::startup::Parts;
use tallyhouse::world::World;
use tokio::process::{Child, Command};

/// Open files of the process: connections for some 800, and 200 for the stores.
const FILES: u32 = 1024;
/// Entries that are there before anything begins, and so many lines an export has at least.
pub const ENTRIES: usize = 20_000;

pub struct Site {
    pub world: World,
    pub parts: Parts,
    pub address: SocketAddr,
    pub schemathesis: Option<PathBuf>,
    process: Child,
}

impl Site {
    pub async fn start(log: &Path, schemathesis: Option<PathBuf>) -> anyhow::Result<Self> {
        let mut config = config::load(None).context("settings; `make drill-web` starts the servers")?;
        config.records.layout = base::config::Layout::BucketDay(4);
        let world = World::make(&config, "test", 8).await?;
        let parts = world.parts().await?;
        world.publish(ENTRIES, 60, 12).await?;
        let address = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let process = serve(&world.config, address, log)?;
        let site = Self { world, parts, address, schemathesis, process };
        let all = i64::try_from(ENTRIES)?;
        site.wait("the first entries", || async {
            let recorded = site.recorded().await?;
            Ok((recorded < all).then(|| format!("{recorded} of {all} recorded")))
        })
        .await?;
        let client = client("192.0.2.1")?;
        site.wait("a screen", || async {
            let answer = client.get(site.url("/api/v1/stock")).send().await?.status();
            Ok((answer != 200).then(|| answer.to_string()))
        })
        .await?;
        Ok(site)
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Messages that are recorded.
    pub async fn recorded(&self) -> anyhow::Result<i64> {
        Ok(self.parts.records.cursors().await?.values().map(|it| it.next_offset).sum())
    }

    /// Resident memory of the process, in megabytes.
    pub fn megabytes(&self) -> anyhow::Result<u64> {
        let pid = self.process.id().context("the server has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
        let line = status.lines().find_map(|it| it.strip_prefix("VmRSS:")).context("no VmRSS")?;
        Ok(line.trim().trim_end_matches(" kB").trim().parse::<u64>()? / 1024)
    }

    /// Open files of the process.
    pub fn open_files(&self) -> anyhow::Result<usize> {
        let pid = self.process.id().context("the server has ended")?;
        Ok(std::fs::read_dir(format!("/proc/{pid}/fd"))?.count())
    }

    pub async fn wait<F: Future<Output = anyhow::Result<Option<String>>>>(
        &self,
        what: &str,
        condition: impl Fn() -> F,
    ) -> anyhow::Result<()> {
        let limit = Duration::from_mins(2);
        let began = std::time::Instant::now();
        loop {
            let seen = match condition().await {
                Ok(None) => return Ok(()),
                Ok(Some(seen)) => seen,
                Err(error) => format!("{error:#}"),
            };
            ensure!(began.elapsed() < limit, "{what}: not within {limit:?}; last seen: {seen}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub async fn end(mut self) -> anyhow::Result<()> {
        self.process.kill().await.context("ending the server")?;
        self.world.end(&self.parts).await
    }
}

/// Whoever asks from an address, as a proxy says.
pub fn client(address: &str) -> anyhow::Result<reqwest::Client> {
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert("x-forwarded-for", address.parse()?);
    Ok(reqwest::Client::builder().default_headers(headers).timeout(Duration::from_mins(1)).build()?)
}

fn serve(config: &Config, address: SocketAddr, log: &Path) -> anyhow::Result<Child> {
    let log = std::fs::File::create(log).context("a log file")?;
    let pkg = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/pkg");
    let program = std::env::var("TALLYHOUSE_BIN").unwrap_or_else(|_| env!("CARGO_BIN_EXE_tallyhouse").to_owned());
    Command::new("sh")
        .args(["-c", &format!("ulimit -n {FILES}; exec \"$0\" serve --pkg {pkg}"), &program])
        .env("TALLYHOUSE_KAFKA_BROKERS", &config.kafka.brokers)
        .env("TALLYHOUSE_TOPIC", &config.kafka.topic)
        .env("TALLYHOUSE_GROUP", &config.kafka.group)
        .env("TALLYHOUSE_MYSQL_URL", config.records.url.reveal())
        .env("TALLYHOUSE_REDIS_URL", config.realtime.url.reveal())
        .env("TALLYHOUSE_REDIS_PREFIX", &config.realtime.prefix)
        .env("TALLYHOUSE_RECORDS_LAYOUT", "bucket-day")
        .env("TALLYHOUSE_RECORDS_BUCKETS", "4")
        .env("TALLYHOUSE_LISTEN", address.to_string())
        .env("TALLYHOUSE_PUBLIC_URL", "https://stock.example")
        .env("TALLYHOUSE_TRUSTED_PROXIES", "127.0.0.0/8")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .kill_on_drop(true)
        .spawn()
        .context("starting tallyhouse")
}
