//! Settings: one file, every key also an environment variable `TALLYHOUSE_<KEY>`. All faults are reported at once.
//! This is the only place that reads the environment. Names and defaults are those of the contract (docs/settings.md).

mod parse;
mod secret;
mod sections;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use parse::{
    address, bytes, duration, mysql_url, not_empty, number_at_least_one, percent, redis_prefix, topic_name,
    webhook_url, yes_or_no, zone,
};
pub use secret::{Secret, SecretKey, SecretUrl};
pub use sections::{
    AuditConfig, EntryRules, JournalConfig, KafkaConfig, Layout, RealtimeConfig, RecordsConfig, WebConfig,
    WebhookConfig,
};

/// The program's version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Everything, checked.
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
    /// Audits.
    pub audit: AuditConfig,
    /// The journal.
    pub journal: JournalConfig,
    /// Where alerts are sent; nowhere where it is not set.
    pub webhook: Option<WebhookConfig>,
    /// Each key, its value as shown to people, and where it came from.
    pub shown: Vec<Shown>,
}

/// One line of `config check`.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Shown {
    /// The key.
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
        /// Which file.
        path: String,
        /// What the parser says.
        cause: String,
    },
    /// Some keys are wrong.
    #[error("settings are wrong:\n{}", .0.iter().map(|it| format!("  {it}")).collect::<Vec<_>>().join("\n"))]
    Faults(Vec<String>),
}

/// The keys, their defaults. A key that is not here is a typo, and said to be one.
const KEYS: &[(&str, &str)] = &[
    ("kafka_brokers", "127.0.0.1:9092"),
    ("topic", "PREFIX-TOPIC-INVENTORY"),
    ("group", "inv-daemon"),
    ("instance", ""),
    ("mysql_url", "mysql://127.0.0.1:3306/tallyhouse"),
    ("redis_url", "redis://127.0.0.1:6379/0"),
    ("redis_prefix", "tallyhouse"),
    ("listen", "127.0.0.1:3000"),
    ("time_zone", "Asia/Shanghai"),
    ("records_layout", "product-day"),
    ("records_buckets", "16"),
    ("records_max_tables", "20000"),
    ("audit_expiration", "1h"),
    ("audit_retry_after", "5m"),
    ("audit_correct_surplus", "false"),
    ("audit_unverified_part", "5%"),
    ("entry_max_future", "1d"),
    ("entry_min_time", "2000-01-01"),
    ("journal_keep", "7d"),
    ("journal_max_bytes", "2GB"),
    ("ops_listen", ""),
    ("webhook_url", ""),
    ("webhook_secret", ""),
    ("public_wall", "false"),
];

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
        KEYS.iter().map(|&(key, default)| (key, (default.to_owned(), "default"))).collect();
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

/// Hands out values by key and collects what is wrong with them.
struct Reader<'a> {
    values: &'a BTreeMap<&'static str, (String, &'static str)>,
    faults: Vec<String>,
}

impl Reader<'_> {
    fn text(&self, key: &str) -> &str {
        self.values.get(key).map(|(value, _)| value.as_str()).unwrap_or_default()
    }

    /// A value that must parse; where it does not, the fault names the key, and `None` stands in until all are known.
    fn read<T>(&mut self, key: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        match parse(self.text(key)) {
            Ok(value) => Some(value),
            Err(why) => {
                self.faults.push(format!("{key}: {why}"));
                None
            }
        }
    }

    #[expect(
        clippy::option_option,
        reason = "the outer one is a fault that is reported, the inner one a value that may be missing"
    )]
    fn optional<T>(&mut self, key: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<Option<T>> {
        if self.text(key).is_empty() { Some(None) } else { self.read(key, parse).map(Some) }
    }
}

fn build(values: &BTreeMap<&'static str, (String, &'static str)>, faults: Vec<String>) -> Result<Config, ConfigError> {
    let mut from = Reader { values, faults };
    let layout = read_layout(&mut from);
    let built = (|| {
        Some(Config {
            kafka: KafkaConfig {
                brokers: from.read("kafka_brokers", not_empty)?,
                topic: from.read("topic", topic_name)?,
                group: from.read("group", not_empty)?,
                instance: from.optional("instance", not_empty)?,
            },
            records: RecordsConfig {
                url: from.read("mysql_url", mysql_url)?,
                layout: layout?,
                max_tables: from.read("records_max_tables", number_at_least_one)?,
            },
            realtime: RealtimeConfig {
                url: from.read("redis_url", |it| SecretUrl::parse(it, &["redis", "rediss"]))?,
                prefix: from.read("redis_prefix", redis_prefix)?,
            },
            web: WebConfig {
                listen: from.read("listen", address)?,
                ops_listen: from.optional("ops_listen", address)?,
                public_wall: from.read("public_wall", yes_or_no)?,
            },
            entry: EntryRules {
                business_time: from.read("time_zone", zone)?,
                max_future: from.read("entry_max_future", duration)?,
                min_time: from
                    .read("entry_min_time", |it| it.parse().map_err(|_| "is no date like 2000-01-01".to_owned()))?,
            },
            audit: AuditConfig {
                expiration: from.read("audit_expiration", duration)?,
                retry_after: from.read("audit_retry_after", duration)?,
                correct_surplus: from.read("audit_correct_surplus", yes_or_no)?,
                unverified_part: from.read("audit_unverified_part", percent)?,
            },
            journal: JournalConfig {
                keep: from.read("journal_keep", duration)?,
                max_bytes: from.read("journal_max_bytes", bytes)?,
            },
            webhook: match (from.optional("webhook_url", webhook_url)?, from.read("webhook_secret", SecretKey::parse)?)
            {
                (Some(url), secret) => Some(WebhookConfig { url, secret }),
                (None, _) => None,
            },
            shown: Vec::new(),
        })
    })();
    check_all(&mut from);
    match built {
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

fn read_layout(from: &mut Reader<'_>) -> Option<Layout> {
    let buckets = from.read("records_buckets", number_at_least_one);
    from.read("records_layout", |it| match it {
        "product-day" => Ok(Layout::ProductDay),
        "bucket-day" => Ok(Layout::BucketDay(buckets.unwrap_or(1))),
        _ => Err("is neither product-day nor bucket-day".to_owned()),
    })
}

/// Building stops at its first fault; this names the others too.
fn check_all(from: &mut Reader<'_>) {
    from.read("kafka_brokers", not_empty);
    from.read("topic", topic_name);
    from.read("group", not_empty);
    from.read("mysql_url", mysql_url);
    from.read("redis_url", |it| SecretUrl::parse(it, &["redis", "rediss"]));
    from.read("redis_prefix", redis_prefix);
    from.read("listen", address);
    from.optional("ops_listen", address);
    from.read("time_zone", zone);
    for key in ["records_max_tables", "records_buckets"] {
        from.read(key, number_at_least_one);
    }
    for key in ["entry_max_future", "audit_expiration", "audit_retry_after", "journal_keep"] {
        from.read(key, duration);
    }
    for key in ["public_wall", "audit_correct_surplus"] {
        from.read(key, yes_or_no);
    }
    from.read("journal_max_bytes", bytes);
    from.optional("webhook_url", webhook_url);
    from.read("webhook_secret", SecretKey::parse);
}

fn shown(values: &BTreeMap<&'static str, (String, &'static str)>) -> Vec<Shown> {
    KEYS.iter()
        .filter_map(|&(key, _)| values.get(key).map(|(value, from)| (key, value, *from)))
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
        let mut values: BTreeMap<_, _> =
            KEYS.iter().map(|&(key, default)| (key, (default.to_owned(), "default"))).collect();
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
        let wrong =
            with(&[("time_zone", "Mars"), ("listen", "here"), ("records_buckets", "0")]).unwrap_err().to_string();
        for key in ["time_zone", "listen", "records_buckets"] {
            assert!(wrong.contains(key), "{wrong}");
        }
    }

    #[test]
    fn passwords_are_never_shown() {
        let config = with(&[
            ("mysql_url", "mysql://u:hunter2@db:3307/stock"),
            ("webhook_secret", "hunter2"),
            ("webhook_url", "https://hooks.example/services/hunter2"),
            ("redis_url", "redis://:hunter2@r/0"),
        ])
        .unwrap();
        assert!(!format!("{config:?}").contains("hunter2"));
        assert!(config.webhook.is_some_and(|it| it.url.reveal().ends_with("/hunter2")));
        assert_eq!(config.records.url.to_string(), "mysql://db:3307/stock");
    }
}
