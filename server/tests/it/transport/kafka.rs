//! TLS and SASL to Kafka.

use std::io::Read as _;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;

use base::config::{ClientCertificate, KafkaConfig, KafkaSasl, KafkaSecurity, KafkaTls, SaslMechanism, Secret};
use queue::Topic;

use super::certificates::{Authority, Files, Flaw};
use super::servers::Kafka;
use super::{PASSWORD, assert_refused};
use crate::harness::settings;

/// Settings of brokers by TLS.
pub fn by_tls(brokers: String, ca: Option<PathBuf>) -> KafkaConfig {
    let security = KafkaSecurity { tls: Some(KafkaTls { ca, identity: None }), sasl: None };
    KafkaConfig { brokers, security: Box::new(security), ..settings().kafka }
}

/// The same, with an account.
pub fn with_account(config: KafkaConfig, mechanism: SaslMechanism, password: &str) -> KafkaConfig {
    let sasl = KafkaSasl { mechanism, username: "clerk".to_owned(), password: Secret::new(password) };
    let security = Box::new(KafkaSecurity { sasl: Some(sasl), ..*config.security });
    KafkaConfig { security, ..config }
}

fn with_certificate(config: KafkaConfig, files: &Files) -> KafkaConfig {
    let (certificate, key) = (files.certificate.clone(), files.key.clone());
    let ca = config.security.tls.and_then(|it| it.ca);
    let identity = Some(ClientCertificate { certificate, key, key_password: None });
    let security = Box::new(KafkaSecurity { tls: Some(KafkaTls { ca, identity }), sasl: None });
    KafkaConfig { security, ..config }
}

async fn look(config: &KafkaConfig) -> Result<(), String> {
    Topic::new(config).unwrap().partitions().await.map(drop).map_err(|it| base::status::explain(&it))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn brokers_prove_who_they_are_and_so_do_we() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new(folder.path());
    let kafka = Kafka::start(folder.path(), &authority).await;
    let at = |listener: &str| by_tls(kafka.at(listener), Some(authority.file.clone()));
    let account = |listener: &str, mechanism, password| with_account(at(listener), mechanism, password);
    let certificate = |files: &Files| with_certificate(at("mutual"), files);
    let mechanisms = [SaslMechanism::Plain, SaslMechanism::ScramSha256, SaslMechanism::ScramSha512];

    look(&at("right")).await.unwrap();
    for mechanism in mechanisms {
        look(&account("password", mechanism, PASSWORD)).await.unwrap();
    }
    look(&certificate(&authority.certify("client", Flaw::None))).await.unwrap();

    let strangers = tempfile::tempdir().unwrap();
    let stranger = Authority::new(strangers.path()).certify("client", Flaw::None);
    let mut refused: Vec<(&str, KafkaConfig, &str)> = vec![
        ("an authority that nobody named", by_tls(kafka.at("right"), None), "verify failed"),
        ("without a certificate of ours", at("mutual"), "certificate"),
        ("a certificate by a stranger", certificate(&stranger), "certificate"),
        ("a downgrade", at("plain"), "handshake failed"),
        ("no password", at("password"), "disconnected"),
    ];
    for listener in ["expired", "selfsigned", "othername"] {
        refused.push((listener, account(listener, SaslMechanism::Plain, PASSWORD), "verify failed"));
    }
    for mechanism in mechanisms {
        refused.push(("a wrong password", account("password", mechanism, "wrong-Passw0rd"), "authentication failed"));
    }
    let looks = refused.iter().map(|(what, config, reason)| async move {
        let error = look(config).await.unwrap_err();
        assert_refused(what, &error, &[*reason]);
        assert!(!error.contains("wrong-"), "{error}");
    });
    futures::future::join_all(looks).await;
    printed_nowhere(&kafka, &authority);
    super::all_the_way::by_tls_only(&kafka, &authority).await;
}

/// The program as an operator starts it against a broker that cannot prove who it is: it says why, and shows no password.
fn printed_nowhere(kafka: &Kafka, authority: &Authority) {
    let said = Command::new(env!("CARGO_BIN_EXE_tallyhouse"))
        .args(["topic", "create"])
        .env("TALLYHOUSE_KAFKA_BROKERS", kafka.at("expired"))
        .env("TALLYHOUSE_KAFKA_SECURITY_PROTOCOL", "SASL_SSL")
        .env("TALLYHOUSE_KAFKA_SASL_USERNAME", "clerk")
        .env("TALLYHOUSE_KAFKA_SASL_PASSWORD", PASSWORD)
        .env("TALLYHOUSE_KAFKA_SSL_CA", &authority.file)
        .output()
        .unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert_refused("topic create", &said, &["verify failed"]);
}

/// What a rogue server hears of whoever takes it for a broker: a hello of TLS, and no password.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rogue_broker_is_told_nothing() {
    let rogue = TcpListener::bind("127.0.0.1:0").unwrap();
    let brokers = format!("localhost:{}", rogue.local_addr().unwrap().port());
    let heard = std::thread::spawn(move || {
        let (mut client, _) = rogue.accept().unwrap();
        client.set_read_timeout(Some(std::time::Duration::from_secs(2))).unwrap();
        let mut bytes = vec![0; 4096];
        let read = client.read(&mut bytes).unwrap();
        bytes.truncate(read);
        bytes
    });
    let config = with_account(by_tls(brokers, None), SaslMechanism::Plain, PASSWORD);
    let error = look(&config).await.unwrap_err();
    assert_refused("a rogue", &error, &["handshake", "disconnected", "timed out", "transport failure"]);
    let bytes = heard.join().unwrap();
    // Record 22 of TLS: a handshake.
    assert_eq!(bytes.first(), Some(&22));
    assert!(!bytes.windows(PASSWORD.len()).any(|it| it == PASSWORD.as_bytes()));
}
