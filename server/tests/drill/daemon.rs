//! A daemon as a process of its own, and a screen that watches.

use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use base::config::Config;
use futures::StreamExt as _;
use model::live::{LiveChange, LiveView};
use tokio::process::{Child, Command};

use crate::servers::{Servers, screen, signal_process};

pub struct Process(Child);

/// How a command ended, and what it printed. Without a code: it died.
pub struct Done {
    pub code: Option<i32>,
    pub text: String,
}

impl Process {
    /// `tallyhouse` with some arguments, in a world, through the proxies. `points`: where it must die, or be wrong.
    pub fn start(config: &Config, log: &Path, arguments: &[&str], points: &str) -> anyhow::Result<Self> {
        let mut command = tallyhouse(config, log, arguments, points)?;
        Ok(Self(command.stdout(Stdio::null()).spawn().context("starting tallyhouse")?))
    }

    pub async fn signal(&self, signal: &str) -> anyhow::Result<()> {
        let pid = self.0.id().context("the daemon has ended by itself")?;
        signal_process(&pid.to_string(), signal).await
    }

    pub async fn kill(mut self) -> anyhow::Result<()> {
        self.0.kill().await.context("killing a daemon")
    }

    /// Asks it to end, and waits until it did.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        self.signal("TERM").await?;
        let ended = tokio::time::timeout(Duration::from_secs(20), self.0.wait()).await;
        ensure!(ended.context("a daemon did not end within 20 s")??.success(), "a daemon ended with an error");
        Ok(())
    }

    /// Waits until it has died by itself.
    pub async fn died(mut self, limit: Duration) -> anyhow::Result<()> {
        tokio::time::timeout(limit, self.0.wait()).await.context("the point was not reached")??;
        Ok(())
    }
}

/// Runs a command to its end.
pub async fn run(config: &Config, log: &Path, arguments: &[&str], points: &str) -> anyhow::Result<Done> {
    let running = tallyhouse(config, log, arguments, points)?.stdout(Stdio::piped()).output();
    let done = tokio::time::timeout(Duration::from_mins(2), running).await;
    let done = done.with_context(|| format!("{arguments:?} did not end within 2 min"))??;
    Ok(Done { code: done.status.code(), text: String::from_utf8_lossy(&done.stdout).into_owned() })
}

fn tallyhouse(config: &Config, log: &Path, arguments: &[&str], points: &str) -> anyhow::Result<Command> {
    let log = std::fs::OpenOptions::new().create(true).append(true).open(log).context("a log file")?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_tallyhouse"));
    command.args(arguments).current_dir(std::env::temp_dir()).env_clear();
    for (name, value) in Servers::settings(true) {
        match value.rsplit_once('/').filter(|_| name == "TALLYHOUSE_MYSQL_URL") {
            Some((server, _)) => command.env(name, format!("{server}/{}", config.records.url.path())),
            None => command.env(name, value),
        };
    }
    let period = |it: Duration| format!("{}s", it.as_secs());
    command
        .env("TALLYHOUSE_TOPIC", &config.kafka.topic)
        .env("TALLYHOUSE_GROUP", &config.kafka.group)
        .env("TALLYHOUSE_REDIS_PREFIX", &config.realtime.prefix)
        .env("TALLYHOUSE_RECORDS_LAYOUT", "bucket-day")
        .env("TALLYHOUSE_RECORDS_BUCKETS", "4")
        .env("TALLYHOUSE_LISTEN", screen())
        .env("TALLYHOUSE_ENTRY_MIN_TIME", config.entry.min_time.to_string())
        .env("TALLYHOUSE_AUDIT_EXPIRATION", period(config.audit.expiration))
        .env("TALLYHOUSE_AUDIT_RETRY_AFTER", period(config.audit.retry_after))
        .envs(config.kafka.instance.iter().map(|name| ("TALLYHOUSE_INSTANCE", name)))
        .env("FAILPOINTS", points)
        .stdin(Stdio::null())
        .stderr(log)
        .kill_on_drop(true);
    Ok(command)
}

/// What a client of the event stream has seen.
#[derive(Debug, Default)]
pub struct Seen {
    pub view: Option<LiveView>,
    pub events: u64,
    /// A partition's position that went backwards, within one history of the live stock.
    pub backwards: Vec<String>,
}

/// Follows the event stream, reconnecting, until it is dropped.
pub struct Screen {
    pub seen: Arc<Mutex<Seen>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Screen {
    pub fn watch() -> Self {
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let task = tokio::spawn(follow(Arc::clone(&seen)));
        Self { seen, task }
    }
}

async fn follow(seen: Arc<Mutex<Seen>>) {
    loop {
        if let Ok(answer) = reqwest::get(format!("http://{}/api/v1/live", screen())).await {
            let (mut bytes, mut text) = (answer.bytes_stream(), String::new());
            while let Some(Ok(chunk)) = bytes.next().await {
                text.push_str(&String::from_utf8_lossy(&chunk));
                while let Some((event, rest)) = text.split_once("\n\n").map(|(a, b)| (a.to_owned(), b.to_owned())) {
                    take(&mut seen.lock().unwrap(), &event);
                    text = rest;
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

fn take(seen: &mut Seen, event: &str) {
    let field = |name: &str| event.lines().find_map(|it| it.strip_prefix(name)).map(str::trim);
    let Some(data) = field("data:") else { return };
    let before = seen.view.as_ref().map(|it| (it.offsets.clone(), it.totals.state));
    match field("event:") {
        Some("snapshot") => seen.view = serde_json::from_str::<LiveView>(data).ok(),
        Some("change") => {
            if let (Some(view), Ok(change)) = (&mut seen.view, serde_json::from_str::<LiveChange>(data)) {
                view.apply(change);
            }
        }
        _ => return,
    }
    seen.events += 1;
    let (Some((offsets, _)), Some(view)) = (before, &seen.view) else { return };
    for (partition, position) in &view.offsets {
        if offsets.get(partition).is_some_and(|before| before > position) {
            let line = format!(
                "partition {partition}: {:?} then {position}, state {:?}",
                offsets.get(partition),
                view.totals.state
            );
            seen.backwards.push(line);
        }
    }
}
