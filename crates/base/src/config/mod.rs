//! Settings: one file, every key also an environment variable `TALLYHOUSE_<KEY>`. All faults are reported at once.
//! This is the only place that reads the environment. Names and defaults are those of the contract (docs/settings.md).

mod keys;
mod parse;
mod read;
mod secret;
mod sections;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use keys::KEYS;
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
    let mut values: BTreeMap<&'static str, (String, &'static str)> =
        KEYS.iter().map(|it| (it.name, (it.default.to_owned(), "default"))).collect();
    for (key, value) in read_file(file)? {
        take(&mut values, &key, value, "file", &mut faults);
    }
    for (name, value) in std::env::vars() {
        let Some(key) = name.strip_prefix("TALLYHOUSE_").map(str::to_ascii_lowercase) else { continue };
        if !NOT_SETTINGS.contains(&key.as_str()) && !key.starts_with("dev_") && !key.starts_with("test_") {
            take(&mut values, &key, value, "environment", &mut faults);
        }
    }
    build(&values, faults)
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

fn take(
    values: &mut BTreeMap<&'static str, (String, &'static str)>,
    key: &str,
    value: String,
    from: &'static str,
    faults: &mut Vec<String>,
) {
    match values.iter_mut().find(|(known, _)| **known == key) {
        Some((_, slot)) => *slot = (value, from),
        None => faults.push(format!("{key} ({from}): no such setting")),
    }
}

fn build(values: &BTreeMap<&'static str, (String, &'static str)>, faults: Vec<String>) -> Result<Config, ConfigError> {
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

fn shown(values: &BTreeMap<&'static str, (String, &'static str)>) -> Vec<Shown> {
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
        // The path of such an address is often a secret too.
        "webhook_secret" | "webhook_url" => "***".to_owned(),
        _ if key.ends_with("_url") => {
            SecretUrl::parse_any(value).map_or_else(|| "***".to_owned(), |url| url.to_string())
        }
        _ => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(changes: &[(&'static str, &str)]) -> Result<Config, ConfigError> {
        let mut values: BTreeMap<_, _> = KEYS.iter().map(|it| (it.name, (it.default.to_owned(), "default"))).collect();
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
        let others = KEYS.iter().map(|it| it.name).filter(|it| !words.contains(it) && *it != "instance");
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
    fn passwords_are_never_shown() {
        let config = with(&[
            ("mysql_url", "mysql://u:hunter2@db:3307/stock"),
            ("webhook_secret", "whsec_aHVudGVyMmh1bnRlcjJodW50ZXIyaHVudGVyMg=="),
            ("webhook_url", "https://hooks.example/services/hunter2"),
            ("redis_url", "redis://:hunter2@r/0"),
        ])
        .unwrap();
        let shown = format!("{config:?}");
        assert!(!shown.contains("hunter2") && !shown.contains("aHVudGVy"), "{shown}");
        assert!(config.webhook.is_some_and(|it| it.url.reveal().ends_with("/hunter2")));
        assert_eq!(config.records.url.to_string(), "mysql://db:3307/stock");
    }
}
