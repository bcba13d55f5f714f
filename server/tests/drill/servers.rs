//! Servers of the drill's own, behind proxies: started by `dev/servers.sh`, killed without a word.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{LazyLock, OnceLock};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use tokio::process::Command;
use uuid::Uuid;

use crate::proxy::{Link, Proxy};

/// The first of this drill's ports: drills run side by side.
static FIRST_PORT: OnceLock<u16> = OnceLock::new();

/// The password of this drill's servers.
static PASSWORD: LazyLock<String> = LazyLock::new(|| Uuid::new_v4().simple().to_string());

/// Chooses the ports, before anything else.
pub fn use_ports_from(first: u16) {
    let _once = FIRST_PORT.set(first);
}

fn port(n: u16) -> u16 {
    FIRST_PORT.get().unwrap() + n
}

/// Where the daemon serves its pages.
pub fn screen() -> String {
    format!("127.0.0.1:{}", port(300))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    Mariadb,
    Redis,
    Kafka,
}

impl Server {
    pub const ALL: [Self; 3] = [Self::Mariadb, Self::Redis, Self::Kafka];

    pub fn name(self) -> &'static str {
        match self {
            Self::Mariadb => "mariadb",
            Self::Redis => "redis",
            Self::Kafka => "kafka",
        }
    }

    /// The server's own port, and that of its proxy.
    fn ports(self) -> (u16, u16) {
        match self {
            Self::Mariadb => (port(306), port(307)),
            Self::Redis => (port(379), port(380)),
            Self::Kafka => (port(92), port(94)),
        }
    }
}

/// Of a volume that is not full.
const ROOM: &str = "size=8g";

pub struct Servers {
    run: PathBuf,
    proxies: Vec<Proxy>,
}

impl Servers {
    pub async fn start(run: &Path) -> anyhow::Result<Self> {
        let mut proxies = Vec::new();
        for server in Server::ALL {
            let (port, proxy) = server.ports();
            proxies.push(Proxy::start(proxy, port).await.with_context(|| format!("port {proxy} of a proxy"))?);
        }
        let servers = Self { run: run.to_owned(), proxies };
        // What an earlier drill left behind is of no use: each begins with empty servers.
        if run.exists() {
            servers.script("stop", &Server::ALL).await?;
            for server in Server::ALL {
                let _none_mounted = quietly("umount", &[], &run.join(server.name())).await;
            }
            std::fs::remove_dir_all(run).context("removing what an earlier drill left behind")?;
        }
        std::fs::create_dir_all(run).context("the drill's folder")?;
        servers.script("start", &Server::ALL).await?;
        Ok(servers)
    }

    pub fn link(&self, server: Server, link: Link) {
        let (_, port) = server.ports();
        for proxy in self.proxies.iter().filter(|it| it.port == port) {
            proxy.set(link);
        }
    }

    /// The settings that lead to the servers; through the proxies for daemons, past them for the one who judges. Kafka always
    /// names its proxy.
    pub fn settings(proxied: bool) -> Vec<(&'static str, String)> {
        let port = |server: Server| if proxied { server.ports().1 } else { server.ports().0 };
        vec![
            (
                "TALLYHOUSE_MYSQL_URL",
                format!("mysql://tallyhouse:{}@127.0.0.1:{}/tallyhouse", *PASSWORD, port(Server::Mariadb)),
            ),
            ("TALLYHOUSE_REDIS_URL", format!("redis://default:{}@127.0.0.1:{}/0", *PASSWORD, port(Server::Redis))),
            ("TALLYHOUSE_KAFKA_BROKERS", format!("127.0.0.1:{}", Server::Kafka.ports().1)),
        ]
    }

    pub async fn signal(&self, server: Server, signal: &str) -> anyhow::Result<()> {
        signal_process(&self.pid(server)?, signal).await
    }

    fn pid(&self, server: Server) -> anyhow::Result<String> {
        let file = self.run.join(format!("{}.pid", server.name()));
        Ok(std::fs::read_to_string(file).context("a pid file")?.trim().to_owned())
    }

    /// Does its process run?
    pub fn is_up(&self, server: Server) -> anyhow::Result<bool> {
        Ok(!is_gone(&self.pid(server)?))
    }

    /// kill -9, and wait until all of it is gone: only then are its files still, and its port free.
    pub async fn kill(&self, server: Server) -> anyhow::Result<()> {
        let pid = self.pid(server)?;
        signal_process(&pid, "KILL").await?;
        for _ in 0..1500 {
            if is_gone(&pid) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        bail!("{} is still there 30 s after kill -9", server.name())
    }

    /// Starts it again and waits until it answers.
    pub async fn revive(&self, server: Server) -> anyhow::Result<()> {
        self.script("start", &[server]).await
    }

    pub async fn stop(&self) -> anyhow::Result<()> {
        self.script("stop", &Server::ALL).await
    }

    /// Keeps the server's files as they are at this instant: it stands still while they are copied, as a volume's snapshot.
    pub async fn keep_files(&self, server: Server) -> anyhow::Result<()> {
        self.signal(server, "STOP").await?;
        let (now, kept) = self.folders(server);
        let copied = copy(&now, &kept).await;
        self.signal(server, "CONT").await?;
        copied
    }

    /// Kills it, and starts it with the files that were kept.
    pub async fn throw_back(&self, server: Server) -> anyhow::Result<()> {
        self.kill(server).await?;
        let (now, kept) = self.folders(server);
        std::fs::remove_dir_all(&now).context("removing the newer files")?;
        std::fs::rename(&kept, &now).context("the older files")?;
        self.revive(server).await
    }

    /// Damages the newest bytes of a partition on the broker's disk: a batch that is packed can be unpacked by nobody then.
    pub fn damage_end_of_partition(&self, topic: &str, partition: i32) -> anyhow::Result<()> {
        let folder = self.run.join("kafka/data").join(format!("{topic}-{partition}"));
        let file = folder.join(format!("{:020}.log", 0));
        let size = std::fs::metadata(&file).context("the segment of a partition")?.len();
        let mut segment = std::fs::File::options().write(true).open(&file)?;
        // Behind the head of the batch, within what is packed.
        std::io::Seek::seek(&mut segment, std::io::SeekFrom::Start(size - 40))?;
        std::io::Write::write_all(&mut segment, &[0x5a; 40])?;
        Ok(())
    }

    /// Moves a server's files onto a volume of their own that has so many MB left. `false`: this process may not mount.
    pub async fn onto_volume(&self, server: Server, left_mb: u64) -> anyhow::Result<bool> {
        self.script("stop", &[server]).await?;
        let (now, kept) = self.folders(server);
        std::fs::rename(&now, &kept).context("keeping the files")?;
        std::fs::create_dir(&now).context("the volume's folder")?;
        let mounted = quietly("mount", &["-t", "tmpfs", "-o", ROOM, "tmpfs"], &now).await?;
        if mounted {
            // Whole: a hole in a log that is written over and over must not be what finds the disk full.
            let done = Command::new("cp").args(["-a", "--sparse=never"]).arg(kept.join(".")).arg(&now).status().await?;
            ensure!(done.success(), "copying {} failed", kept.display());
        } else {
            std::fs::remove_dir(&now).context("the volume's folder")?;
            std::fs::rename(&kept, &now).context("the files")?;
        }
        self.revive(server).await?;
        if mounted {
            let size = format!("remount,size={}m", used_mb(&now).await? + left_mb);
            ensure!(quietly("mount", &["-o", &size], &now).await?, "the volume cannot be made smaller");
        }
        Ok(mounted)
    }

    /// The volume gets room enough.
    pub async fn give_room(&self, server: Server) -> anyhow::Result<()> {
        let (now, _) = self.folders(server);
        let size = format!("remount,{ROOM}");
        ensure!(quietly("mount", &["-o", &size], &now).await?, "the volume cannot be made larger");
        // A server that gave up is started again by whoever runs it.
        self.revive(server).await
    }

    /// Moves the files back to where they were.
    pub async fn off_volume(&self, server: Server) -> anyhow::Result<()> {
        self.script("stop", &[server]).await?;
        let (now, kept) = self.folders(server);
        copy(&now, &kept).await?;
        ensure!(quietly("umount", &[], &now).await?, "the volume cannot be taken off");
        std::fs::remove_dir(&now).context("the volume's folder")?;
        std::fs::rename(&kept, &now).context("the files")?;
        self.revive(server).await
    }

    /// Where a server's files are, and where they are kept.
    fn folders(&self, server: Server) -> (PathBuf, PathBuf) {
        (self.run.join(server.name()), self.run.join(format!("{}.kept", server.name())))
    }

    async fn script(&self, verb: &str, servers: &[Server]) -> anyhow::Result<()> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../dev/servers.sh");
        let mut command = Command::new("bash");
        command.arg(script).arg(verb).args(servers.iter().map(|it| it.name()));
        // Servers that the environment gives are not ours to kill.
        for name in ["TALLYHOUSE_MYSQL_URL", "TALLYHOUSE_REDIS_URL", "TALLYHOUSE_KAFKA_BROKERS"] {
            command.env_remove(name);
        }
        command
            .env("SERVERS_RUN", &self.run)
            .env("TALLYHOUSE_DEV_PASSWORD", &*PASSWORD)
            .env("TALLYHOUSE_DEV_MYSQL_PORT", Server::Mariadb.ports().0.to_string())
            .env("TALLYHOUSE_DEV_REDIS_PORT", Server::Redis.ports().0.to_string())
            .env("TALLYHOUSE_DEV_KAFKA_PORT", Server::Kafka.ports().0.to_string())
            .env("TALLYHOUSE_DEV_KAFKA_CONTROLLER_PORT", port(93).to_string())
            .env("TALLYHOUSE_DEV_KAFKA_ADVERTISED_PORT", Server::Kafka.ports().1.to_string());
        let done = command.output().await.context("dev/servers.sh")?;
        let said = String::from_utf8_lossy(&done.stderr);
        let run = self.run.display();
        ensure!(
            done.status.success(),
            "dev/servers.sh {verb} {servers:?} failed; logs in {run}; it said: {}",
            said.trim()
        );
        Ok(())
    }
}

/// Every thread of it. The first may have ended, and hold nothing any more, while others still hold what they share: the
/// listening socket is closed by the last one. Nobody may have reaped it.
fn is_gone(pid: &str) -> bool {
    let process = Path::new("/proc").join(pid);
    let Ok(threads) = std::fs::read_dir(process.join("task")) else { return true };
    let ended = || std::fs::read_to_string(process.join("stat")).is_ok_and(|it| it.contains(") Z "));
    threads.count() <= 1 && ended()
}

async fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    let _old = std::fs::remove_dir_all(to);
    let done = Command::new("cp").arg("-a").arg(from).arg(to).status().await.context("cp")?;
    ensure!(done.success(), "copying {} failed", from.display());
    Ok(())
}

/// Runs a command on a folder that may be refused. `false`: it was.
async fn quietly(program: &str, arguments: &[&str], folder: &Path) -> anyhow::Result<bool> {
    let mut command = Command::new(program);
    command.args(arguments).arg(folder).stderr(Stdio::null());
    Ok(command.status().await.with_context(|| program.to_owned())?.success())
}

async fn used_mb(volume: &Path) -> anyhow::Result<u64> {
    let done = Command::new("df").args(["-BM", "--output=used"]).arg(volume).output().await.context("df")?;
    let text = String::from_utf8_lossy(&done.stdout);
    text.split_whitespace().last().and_then(|it| it.trim_end_matches('M').parse().ok()).context("df gave no number")
}

pub async fn signal_process(pid: &str, signal: &str) -> anyhow::Result<()> {
    let done = Command::new("kill").arg(format!("-{signal}")).arg(pid).status().await.context("kill")?;
    ensure!(done.success(), "process {pid} cannot be sent {signal}");
    Ok(())
}
