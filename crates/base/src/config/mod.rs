//! Settings: one file, every key also an environment variable `TALLYHOUSE_<KEY>`. All faults are reported at once.
//! This is the only place that reads the environment. Names and defaults are those of the contract (docs/settings.md).

mod kafka_security;
mod keys;
mod parse;
mod plaintext;
mod public_address;
mod read;
mod secret;
mod sections;

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

pub use kafka_security::{ClientCertificate, KafkaSasl, KafkaSecurity, KafkaTls, SaslMechanism};
use keys::KEYS;
pub use public_address::{PublicUrl, TrustedProxies};
use read::Reader;
pub use secret::{Secret, SecretKey, SecretUrl};
pub use sections::{
    AuditConfig, EntryRules, JournalConfig, KafkaConfig, Layout, RealtimeConfig, RecordsConfig, WebConfig,
    WebhookConfig,
};

/// The program's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Settings of the whole program, by section, as [`load`] read and checked them.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where entries come from.
    pub kafka: KafkaConfig,
    /// Where the records are.
    pub records: RecordsConfig,
    /// Where the live stock is.
    pub realtime: RealtimeConfig,
    /// What is served.
    pub web: WebConfig,
    /// What makes an entry valid.
    pub entry: EntryRules,
    /// Period of audits, the wait after one that failed, and what they may correct.
    pub audit: AuditConfig,
    /// Bounds in time and in bytes within which the journal keeps deltas.
    pub journal: JournalConfig,
    /// Where alerts are sent; nowhere where it is not set.
    pub webhook: Option<WebhookConfig>,
    /// Each key, its value as shown to people, and where it came from.
    pub shown: Vec<Shown>,
}

/// One line of `config check`.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Shown {
    /// Name of the setting as the file has it, such as `kafka_brokers`.
    pub key: &'static str,
    /// Its value, secrets redacted.
    pub value: String,
    /// `default`, `file` or `environment`.
    pub from: &'static str,
}

/// Every fault of the settings at once.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read or is no TOML.
    #[error("settings file {path}: {cause}")]
    File {
        /// Path of the file: the given one, or `tallyhouse.toml`.
        path: String,
        /// What the parser says.
        cause: String,
    },
    /// Some keys are wrong.
    #[error("settings are wrong:\n{}", .0.iter().map(|it| format!("  {it}")).collect::<Vec<_>>().join("\n"))]
    Faults(Vec<String>),
}

/// Variables of ours that are no settings: the development scripts use them.
const NOT_SETTINGS: &[&str] = &["bin", "cache", "config", "log", "pkg"];

/// The folder for files that need not outlive the machine's next start.
pub fn temporary_folder() -> PathBuf {
    std::env::temp_dir()
}

/// Reads the file (if any), then the environment over it.
pub fn load(file: Option<&Path>) -> Result<Config, ConfigError> {
    let mut faults = Vec::new();
    let mut values = defaults();
    take_all(&mut values, read_file(file)?, "file", &mut faults);
    let ours = |(name, value): (String, String)| {
        let key = name.strip_prefix("TALLYHOUSE_")?.to_ascii_lowercase();
        let is_setting = !NOT_SETTINGS.contains(&key.as_str()) && !key.starts_with("dev_") && !key.starts_with("test_");
        is_setting.then_some((key, value))
    };
    take_all(&mut values, std::env::vars().filter_map(ours).collect(), "environment", &mut faults);
    build(&values, faults)
}

/// Key to value, and where that came from.
type Values = BTreeMap<&'static str, (String, &'static str)>;

fn defaults() -> Values {
    KEYS.iter().map(|it| (it.name, (it.default.to_owned(), "default"))).collect()
}

fn read_file(file: Option<&Path>) -> Result<Vec<(String, String)>, ConfigError> {
    let default = Path::new("tallyhouse.toml");
    let path = match file {
        Some(path) => path,
        None if default.exists() => default,
        None => return Ok(Vec::new()),
    };
    let wrong =
        |cause: config::ConfigError| ConfigError::File { path: path.display().to_string(), cause: cause.to_string() };
    let table: BTreeMap<String, config::Value> = config::Config::builder()
        .add_source(config::File::from(path))
        .build()
        .and_then(config::Config::try_deserialize)
        .map_err(wrong)?;
    table.into_iter().map(|(key, value)| Ok((key, value.into_string().map_err(wrong)?))).collect()
}

/// Takes what one source says, over what others said.
fn take_all(values: &mut Values, said: Vec<(String, String)>, from: &'static str, faults: &mut Vec<String>) {
    for secret in SECRETS {
        let file = format!("{secret}_file");
        if [*secret, &file].iter().all(|name| said.iter().any(|(key, _)| key == name)) {
            faults.push(format!("{secret} ({from}): is given as {file} too"));
        }
    }
    for (key, value) in said {
        take(values, &key, value, from, faults);
    }
}

fn take(values: &mut Values, key: &str, value: String, from: &'static str, faults: &mut Vec<String>) {
    let (name, value, from) = match key.strip_suffix("_file").filter(|it| SECRETS.contains(it)) {
        None => (key, value, from),
        Some(name) => match secret_of(Path::new(&value)) {
            Ok(secret) => (name, secret, "secret file"),
            Err(why) => return faults.push(format!("{key}: {value} {why}")),
        },
    };
    match values.iter_mut().find(|(known, _)| **known == name) {
        Some((_, slot)) => *slot = (value, from),
        None => faults.push(format!("{key} ({from}): no such setting")),
    }
}

/// Settings that hold a secret: each may be in a file of its own, which `<NAME>_FILE` names.
const SECRETS: &[&str] =
    &["mysql_url", "redis_url", "kafka_sasl_password", "kafka_ssl_key_password", "webhook_url", "webhook_secret"];
/// The most bytes of such a file.
const MAX_SECRET: u64 = 8192;

/// The secret that a file holds, without the end of its line. What is wrong is said without it.
fn secret_of(path: &Path) -> Result<String, &'static str> {
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(|_| "cannot be read")?;
    file.take(MAX_SECRET + 1).read_to_string(&mut text).map_err(|_| "is no text")?;
    if u64::try_from(text.len()).is_ok_and(|it| it > MAX_SECRET) {
        return Err("is longer than a secret");
    }
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn build(values: &Values, faults: Vec<String>) -> Result<Config, ConfigError> {
    let mut from = Reader { values, faults };
    let config = read::config(&mut from);
    match config {
        Some(mut config) if from.faults.is_empty() => {
            config.shown = shown(values);
            Ok(config)
        }
        _ => {
            from.faults.sort();
            from.faults.dedup();
            Err(ConfigError::Faults(from.faults))
        }
    }
}

fn shown(values: &Values) -> Vec<Shown> {
    KEYS.iter()
        .filter_map(|it| values.get(it.name).map(|(value, from)| (it.name, value, *from)))
        .map(|(key, value, from)| Shown { key, value: redact(key, value), from })
        .collect()
}

fn redact(key: &str, value: &str) -> String {
    if value.is_empty() {
        return String::new();
    }
    match key {
        "mysql_url" | "redis_url" => {
            SecretUrl::parse_any(value).map_or_else(|| "***".to_owned(), |url| url.to_string())
        }
        // Of a webhook's address the path is often a secret too.
        _ if SECRETS.contains(&key) => "***".to_owned(),
        _ => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(changes: &[(&'static str, &str)]) -> Result<Config, ConfigError> {
        let mut values = defaults();
        for &(key, value) in changes {
            values.insert(key, (value.to_owned(), "environment"));
        }
        build(&values, Vec::new())
    }

    #[test]
    fn the_defaults_are_valid() {
        let config = with(&[]).unwrap();
        assert_eq!(config.records.layout, Layout::ProductDay);
        assert_eq!(config.journal.max_bytes, 2_000_000_000);
    }

    #[test]
    fn every_fault_is_named_at_once() {
        let words = ["kafka_brokers", "topic", "group", "redis_prefix"];
        let any_text = ["instance", "kafka_sasl_username", "kafka_sasl_password", "kafka_ssl_key_password"];
        let others = KEYS.iter().map(|it| it.name).filter(|it| !words.contains(it) && !any_text.contains(it));
        let changes: Vec<_> = words.map(|it| (it, "")).into_iter().chain(others.map(|it| (it, "whsec_?"))).collect();
        let wrong = with(&changes).unwrap_err().to_string();
        for (key, _) in &changes {
            assert!(wrong.contains(&format!("  {key}: ")), "{key} is not among the faults: {wrong}");
        }
    }

    #[test]
    fn a_webhook_is_signed_with_what_nobody_can_guess_and_read_by_nobody_else() {
        let secret = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz";
        let with = |url, secret| with(&[("webhook_url", url), ("webhook_secret", secret)]);
        for (url, wrong) in [
            ("https://a.example/x", ""),
            ("https://a.example/x", "hush"),
            ("https://a.example/x", "whsec_"),
            ("https://a.example/x", "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI="),
            ("http://a.example/x", secret),
            ("http://10.0.0.5/x", secret),
        ] {
            let refused = with(url, wrong).unwrap_err().to_string();
            assert!(refused.contains("webhook_") && !refused.contains("MDEy"), "{url} {wrong}: {refused}");
        }
        for url in ["https://a.example/x", "http://127.0.0.1:9/x", "http://localhost/x", "http://[::1]:9/x"] {
            assert!(with(url, secret).unwrap().webhook.is_some(), "{url}");
        }
        assert!(with("", secret).unwrap().webhook.is_none());
    }

    #[test]
    fn a_secret_may_be_in_a_file_of_its_own() {
        let path = temporary_folder().join(format!("tallyhouse-secret-{}", std::process::id()));
        std::fs::write(&path, "mysql://u:hunter2@localhost/stock\n").unwrap();
        let file = path.display().to_string();
        let taken = |settings: &[(&str, &str)]| {
            let (mut values, mut faults) = (defaults(), Vec::new());
            let said = settings.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
            take_all(&mut values, said, "environment", &mut faults);
            build(&values, faults)
        };
        let config = taken(&[("mysql_url_file", &file)]).unwrap();
        assert_eq!(config.records.url.reveal(), "mysql://u:hunter2@localhost/stock");
        let shown = config.shown.iter().find(|it| it.key == "mysql_url").unwrap();
        assert_eq!((shown.from, shown.value.contains("hunter2")), ("secret file", false));
        for settings in [
            [("mysql_url_file", file.as_str()), ("mysql_url", "mysql://localhost/x")],
            [("mysql_url_file", "/nowhere"), ("redis_prefix", "a")],
            [("topic_file", file.as_str()), ("redis_prefix", "a")],
        ] {
            let refused = taken(&settings).unwrap_err().to_string();
            assert!(
                refused.contains(settings[0].0.trim_end_matches("_file")) && !refused.contains("hunter2"),
                "{refused}"
            );
        }
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn what_would_go_in_plain_text_to_another_machine_is_refused_without_its_password() {
        let elsewhere = [
            ("mysql_url", "mysql://u:hunter2@db:3307/stock"),
            ("redis_url", "redis://:hunter2@r/0"),
            ("kafka_brokers", "k1:9092"),
        ];
        let refused = with(&elsewhere).unwrap_err().to_string();
        for (key, _) in elsewhere {
            assert!(refused.contains(&format!("  {key}: ")) && refused.contains("TALLYHOUSE_PLAINTEXT"), "{refused}");
        }
        assert!(!refused.contains("hunter2"), "{refused}");
    }

    #[test]
    fn brokers_are_spoken_to_as_kafkas_own_clients_say_it() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let protocol = |it| ("kafka_security_protocol", it);
        let (name, password) = (("kafka_sasl_username", "clerk"), ("kafka_sasl_password", "hunter2"));
        let elsewhere = ("kafka_brokers", "k1:9093,k2:9093");
        for settings in [
            vec![protocol("ssl"), elsewhere],
            vec![protocol("SSL"), ("kafka_ssl_ca", file), ("kafka_ssl_certificate", file), ("kafka_ssl_key", file)],
            vec![protocol("SASL_SSL"), elsewhere, name, password, ("kafka_sasl_mechanism", "scram-sha-256")],
            vec![protocol("SASL_PLAINTEXT"), name, password],
        ] {
            let security = with(&settings).unwrap().kafka.security;
            assert_eq!(security.protocol(), settings[0].1.to_uppercase());
        }
        for (settings, key) in [
            (vec![protocol("TLS")], "kafka_security_protocol"),
            (vec![protocol("SASL_PLAINTEXT"), elsewhere, name, password], "kafka_brokers"),
            (vec![protocol("SASL_SSL"), name], "kafka_sasl_password"),
            (vec![protocol("SASL_SSL"), password], "kafka_sasl_username"),
            (vec![protocol("SSL"), name], "kafka_sasl_username"),
            (vec![("kafka_ssl_ca", file)], "kafka_ssl_ca"),
            (vec![protocol("SSL"), ("kafka_ssl_ca", "/nowhere.pem")], "kafka_ssl_ca"),
            (vec![protocol("SSL"), ("kafka_ssl_certificate", file)], "kafka_ssl_key"),
            (vec![protocol("SSL"), ("kafka_ssl_key", file)], "kafka_ssl_certificate"),
            (vec![protocol("SASL_SSL"), name, password, ("kafka_sasl_mechanism", "MD5")], "kafka_sasl_mechanism"),
        ] {
            let refused = with(&settings).unwrap_err().to_string();
            assert!(refused.contains(&format!("  {key}: ")) && !refused.contains("hunter2"), "{settings:?}: {refused}");
        }
    }

    #[test]
    fn passwords_are_never_shown() {
        let config = with(&[
            ("mysql_url", "mysql://u:hunter2@db:3307/stock"),
            ("webhook_secret", "whsec_aHVudGVyMmh1bnRlcjJodW50ZXIyaHVudGVyMg=="),
            ("webhook_url", "https://hooks.example/services/hunter2"),
            ("redis_url", "redis://:hunter2@r/0"),
            ("plaintext", "mysql,redis"),
            ("kafka_security_protocol", "SASL_SSL"),
            ("kafka_sasl_username", "clerk"),
            ("kafka_sasl_password", "hunter2"),
            ("kafka_ssl_key_password", "hunter2"),
        ])
        .unwrap();
        let shown = format!("{config:?}");
        assert!(!shown.contains("hunter2") && !shown.contains("aHVudGVy"), "{shown}");
        assert!(config.webhook.is_some_and(|it| it.url.reveal().ends_with("/hunter2")));
        assert_eq!(config.records.url.to_string(), "mysql://db:3307/stock");
    }
}
