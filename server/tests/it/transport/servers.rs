//! Servers of the tests' own, which speak TLS: started for one test, and gone with it.

use std::fmt::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::harness::eventually;

use super::PASSWORD;
use super::certificates::{Authority, Files, Flaw};

/// A port that nobody has now.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A process that ends with its test.
struct Process(Child);

impl Process {
    fn start(command: &mut Command) -> Self {
        Self(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _it_may_have_ended = self.0.kill();
        let _status = self.0.wait();
    }
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|it| it.stdout == b"0\n")
}

/// Waits until somebody listens on a port.
async fn listens(what: &str, port: u16) {
    eventually(what, || async {
        tokio::net::TcpStream::connect(("127.0.0.1", port)).await.map(drop).map_err(|it| it.to_string())
    })
    .await;
}

/// A Redis with an account `clerk`, and no other.
pub struct Redis {
    _process: Process,
    /// Port that it listens at, by TLS; without a certificate in plain text.
    pub port: u16,
}

impl Redis {
    /// Starts one in a folder. `files`: its certificate; none: no TLS.
    pub async fn start(folder: &Path, files: Option<&Files>) -> Self {
        let port = free_port();
        let mut command = Command::new("redis-server");
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        let accounts = folder.join(format!("{port}.acl"));
        std::fs::write(&accounts, format!("user clerk on >{PASSWORD} ~* &* +@all\nuser default off\n")).unwrap();
        command.arg("--aclfile").arg(&accounts);
        match files {
            None => command.args(["--port", &port.to_string()]),
            Some(files) => command
                .args(["--port", "0", "--tls-port", &port.to_string(), "--tls-auth-clients", "no"])
                .arg("--tls-cert-file")
                .arg(&files.certificate)
                .arg("--tls-key-file")
                .arg(&files.key),
        };
        let process = Process::start(&mut command);
        listens("Redis listens", port).await;
        Self { _process: process, port }
    }
}

/// A MariaDB whose account `clerk` may only come by TLS.
pub struct Mysql {
    _process: Process,
    folder: PathBuf,
    /// Port that it listens at.
    pub port: u16,
}

impl Mysql {
    /// Starts one in a folder. `files`: its certificate; none: no TLS, and the account may come without.
    pub async fn start(folder: &Path, files: Option<&Files>) -> Self {
        let (port, data, init) = (free_port(), folder.join("data"), folder.join("init.sql"));
        let as_user: &[&str] = if is_root() { &["--user=root"] } else { &[] };
        let path = std::env::var("PATH").unwrap() + ":/usr/sbin:/sbin";
        let made = Command::new("mariadb-install-db")
            .env("PATH", &path)
            .args([
                "--no-defaults",
                "--auth-root-authentication-method=socket",
                "--skip-test-db",
                "--skip-name-resolve",
            ])
            .arg(format!("--datadir={}", data.display()))
            .args(as_user)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let require = if files.is_some() { "SSL" } else { "NONE" };
        let account = format!(
            "CREATE DATABASE IF NOT EXISTS stock CHARACTER SET utf8mb4;\n\
             CREATE OR REPLACE USER 'clerk'@'%' IDENTIFIED BY '{PASSWORD}' REQUIRE {require};\n\
             GRANT ALL ON *.* TO 'clerk'@'%';\n"
        );
        std::fs::write(&init, account).unwrap();
        let mut command = Command::new("mariadbd");
        command.env("PATH", &path).arg("--no-defaults").args(as_user);
        for (name, value) in [("datadir", &data), ("init-file", &init), ("socket", &folder.join("s"))] {
            command.arg(format!("--{name}={}", value.display()));
        }
        command.args([
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            "--skip-log-bin",
            "--character-set-server=utf8mb4",
        ]);
        command.args([
            format!("--port={port}"),
            "--innodb-buffer-pool-size=64M".to_owned(),
            "--innodb-autoinc-lock-mode=2".to_owned(),
        ]);
        match files {
            None => command.arg("--skip-ssl"),
            Some(files) => command
                .arg(format!("--ssl-cert={}", files.certificate.display()))
                .arg(format!("--ssl-key={}", files.key.display())),
        };
        let process = Process::start(&mut command);
        listens("MariaDB listens", port).await;
        Self { _process: process, folder: folder.to_owned(), port }
    }

    /// Reads the files of its certificate again.
    pub fn flush_certificate(&self) {
        let socket = format!("--socket={}", self.folder.join("s").display());
        let done = Command::new("mariadb").args(["--no-defaults", &socket, "--execute=FLUSH SSL"]).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
}

/// Listeners of the broker by TLS: their names, and the flaws of their certificates.
const LISTENERS: [(&str, Flaw); 6] = [
    ("right", Flaw::None),
    ("password", Flaw::None),
    ("mutual", Flaw::None),
    ("expired", Flaw::Expired),
    ("selfsigned", Flaw::SelfSigned),
    ("othername", Flaw::OtherName),
];

/// A broker of Kafka that listens in plain text, and by TLS with each kind of certificate.
pub struct Kafka {
    folder: PathBuf,
    plain: u16,
    ports: Vec<(&'static str, u16)>,
}

impl Kafka {
    /// Starts one in a folder.
    pub async fn start(folder: &Path, authority: &Authority) -> Self {
        let plain = free_port();
        let controller = free_port();
        let ports: Vec<(&'static str, u16)> = LISTENERS.iter().map(|(name, _)| (*name, free_port())).collect();
        let properties = folder.join("tls.properties");
        std::fs::write(&properties, properties_of(plain, controller, &ports, authority)).unwrap();
        let this = Self { folder: folder.to_owned(), plain, ports };
        let accounts = ["SCRAM-SHA-256", "SCRAM-SHA-512"].map(|it| format!("{it}=[name=clerk,password={PASSWORD}]"));
        let mut command = this.script("start");
        command
            .env("TALLYHOUSE_DEV_KAFKA_CONTROLLER_PORT", controller.to_string())
            .env("TALLYHOUSE_DEV_KAFKA_PROPERTIES", &properties)
            .env("TALLYHOUSE_DEV_KAFKA_ACCOUNTS", accounts.join("\n"));
        let done = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        this
    }

    fn script(&self, verb: &str) -> Command {
        let mut command = Command::new("bash");
        command
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("../dev/servers.sh"))
            .args([verb, "kafka"])
            .env_remove("TALLYHOUSE_KAFKA_BROKERS")
            .env("SERVERS_RUN", &self.folder)
            .env("TALLYHOUSE_DEV_KAFKA_PORT", self.plain.to_string());
        command
    }

    /// The broker's address at a listener; `plain`: without TLS.
    pub fn at(&self, listener: &str) -> String {
        let found = self.ports.iter().find(|(name, _)| *name == listener);
        format!("localhost:{}", found.map_or(self.plain, |(_, port)| *port))
    }
}

impl Drop for Kafka {
    fn drop(&mut self) {
        let _it_may_have_ended = self.script("stop").output();
    }
}

fn properties_of(plain: u16, controller: u16, ports: &[(&str, u16)], authority: &Authority) -> String {
    let by_tls: String = ports.iter().fold(String::new(), |mut all, (name, port)| {
        write!(all, ",{}://127.0.0.1:{port}", name.to_uppercase()).unwrap();
        all
    });
    let advertised = by_tls.replace("127.0.0.1", "localhost");
    let mut text = format!(
        "listeners=PLAINTEXT://127.0.0.1:{plain},CONTROLLER://127.0.0.1:{controller}{by_tls}\n\
         advertised.listeners=PLAINTEXT://127.0.0.1:{plain}{advertised}\n\
         listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,PASSWORD:SASL_SSL"
    );
    for (name, _) in ports.iter().filter(|(name, _)| *name != "password") {
        write!(text, ",{}:SSL", name.to_uppercase()).unwrap();
    }
    text.push('\n');
    for (name, flaw) in LISTENERS {
        let file = authority.certify(&format!("kafka-{name}"), flaw).both;
        let of = format!("listener.name.{name}");
        writeln!(text, "{of}.ssl.keystore.type=PEM\n{of}.ssl.keystore.location={}", file.display()).unwrap();
    }
    let (ca, login) = (authority.file.display(), "org.apache.kafka.common.security");
    format!(
        "{text}listener.name.mutual.ssl.client.auth=required\n\
         listener.name.mutual.ssl.truststore.type=PEM\n\
         listener.name.mutual.ssl.truststore.location={ca}\n\
         listener.name.password.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512\n\
         listener.name.password.plain.sasl.jaas.config={login}.plain.PlainLoginModule required user_clerk=\"{PASSWORD}\";\n\
         listener.name.password.scram-sha-256.sasl.jaas.config={login}.scram.ScramLoginModule required;\n\
         listener.name.password.scram-sha-512.sasl.jaas.config={login}.scram.ScramLoginModule required;\n"
    )
}
