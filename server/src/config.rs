//! Settings: one file, every key also an environment variable `TALLYHOUSE_<KEY>`. All faults are reported at once.
//! This is the only place that reads the environment. Names and defaults are those of the contract (README, "Settings").

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use chrono::NaiveDate;
use url::Url;

use crate::business_time::BusinessTime;

/// A text that must not be shown: its `Debug` is `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself. Give it only to the client that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A URL that may hold a password. Shown without it.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretUrl(Url);

impl SecretUrl {
    /// Parses a URL of the given scheme.
    pub fn parse(text: &str, schemes: &[&str]) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|cause| format!("is no URL: {cause}"))?;
        if schemes.contains(&url.scheme()) {
            Ok(Self(url))
        } else {
            Err(format!("must start with {}://", schemes.join(":// or ")))
        }
    }

    /// The URL with its password, for the client.
    pub fn reveal(&self) -> &str {
        self.0.as_str()
    }

    /// The same server and account, another database.
    #[must_use]
    pub fn with_path(&self, path: &str) -> Self {
        let mut url = self.0.clone();
        url.set_path(path);
        Self(url)
    }

    /// The first part of the path: a database's name.
    pub fn path(&self) -> &str {
        self.0.path().trim_start_matches('/')
    }
}

impl fmt::Display for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.0.scheme(), self.0.host_str().unwrap_or_default())?;
        if let Some(port) = self.0.port() {
            write!(f, ":{port}")?;
        }
        f.write_str(self.0.path())
    }
}

impl fmt::Debug for SecretUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// How entries are spread over tables. Fixed at the first migrate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// `t_{product}_{yyyymmdd}`.
    ProductDay,
    /// `t_b{bucket}_{yyyymmdd}`, bucket = murmur3(product) mod this.
    BucketDay(u32),
}

/// Where entries come from.
#[derive(Debug, Clone)]
pub struct KafkaConfig {
    /// `host:port`, comma separated.
    pub brokers: String,
    /// The topic of entries.
    pub topic: String,
    /// The consumer group of the daemons.
    pub group: String,
}

/// Where the records are.
#[derive(Debug, Clone)]
pub struct RecordsConfig {
    /// The database.
    pub url: SecretUrl,
    /// How entries are spread over tables.
    pub layout: Layout,
    /// At so many day tables a partition pauses.
    pub max_tables: u32,
}

/// Where the live stock is.
#[derive(Debug, Clone)]
pub struct RealtimeConfig {
    /// The server.
    pub url: SecretUrl,
    /// Starts every key of ours.
    pub prefix: String,
}

/// What is served, where, to whom.
#[derive(Debug, Clone)]
pub struct WebConfig {
    /// The dashboard and the HTTP interface.
    pub listen: SocketAddr,
    /// Health and metrics on an address of their own.
    pub ops_listen: Option<SocketAddr>,
    /// May anonymous viewers see the live pages?
    pub public_wall: bool,
}

/// What makes an entry valid beyond its form.
#[derive(Debug, Clone, Copy)]
pub struct EntryRules {
    /// The zone in which bills are written.
    pub business_time: BusinessTime,
    /// How far ahead of its message an entry may be dated.
    pub max_future: Duration,
    /// The first business date that is not a typo.
    pub min_time: NaiveDate,
}

/// When audits run and what they may do.
#[derive(Debug, Clone, Copy)]
pub struct AuditConfig {
    /// An audit is due when the last good one is this old.
    pub expiration: Duration,
    /// After a failed or impossible run.
    pub retry_after: Duration,
    /// Correct RRS < NRS too when the records prove complete.
    pub correct_surplus: bool,
}

/// How long batches are kept for repairs.
#[derive(Debug, Clone, Copy)]
pub struct JournalConfig {
    /// The longest that deltas are kept.
    pub keep: Duration,
    /// The most bytes of deltas.
    pub max_bytes: u64,
}

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
    ("mysql_url", "mysql://127.0.0.1:3306/tallyhouse"),
    ("redis_url", "redis://127.0.0.1:6379/0"),
    ("redis_prefix", "tallyhouse"),
    ("listen", "127.0.0.1:3000"),
    ("time_zone", "Asia/Shanghai"),
    ("records_layout", "product-day"),
    ("records_buckets", "64"),
    ("records_max_tables", "20000"),
    ("audit_expiration", "1h"),
    ("audit_retry_after", "5m"),
    ("audit_correct_surplus", "false"),
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
const NOT_SETTINGS: &[&str] = &["cache", "config", "log", "pkg"];

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
    let wrong = |cause: config::ConfigError| ConfigError::File { path: path.display().to_string(), cause: cause.to_string() };
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
                min_time: from.read("entry_min_time", |it| it.parse().map_err(|_| "is no date like 2000-01-01".to_owned()))?,
            },
            audit: AuditConfig {
                expiration: from.read("audit_expiration", duration)?,
                retry_after: from.read("audit_retry_after", duration)?,
                correct_surplus: from.read("audit_correct_surplus", yes_or_no)?,
            },
            journal: JournalConfig {
                keep: from.read("journal_keep", duration)?,
                max_bytes: from.read("journal_max_bytes", bytes)?,
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
    from.optional("webhook_url", |it| SecretUrl::parse(it, &["http", "https"]));
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
        "webhook_secret" => "***".to_owned(),
        _ if key.ends_with("_url") => {
            Url::parse(value).map_or_else(|_| "***".to_owned(), |url| SecretUrl(url).to_string())
        }
        _ => value.to_owned(),
    }
}

fn not_empty(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err("is empty".to_owned()) } else { Ok(text.to_owned()) }
}

fn topic_name(text: &str) -> Result<String, String> {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if text.is_empty() || text.len() > 249 || !text.chars().all(legal) {
        return Err("is no topic name: 1 to 249 of A-Z a-z 0-9 . _ -".to_owned());
    }
    Ok(text.to_owned())
}

fn redis_prefix(text: &str) -> Result<String, String> {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if text.is_empty() || text.len() > 64 || !text.chars().all(legal) {
        return Err("must be 1 to 64 of A-Z a-z 0-9 . _ -".to_owned());
    }
    Ok(text.to_owned())
}

fn mysql_url(text: &str) -> Result<SecretUrl, String> {
    let url = SecretUrl::parse(text, &["mysql", "mariadb"])?;
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if url.path().is_empty() || !url.path().chars().all(legal) {
        return Err("names no database of A-Z a-z 0-9 _, like mysql://host/tallyhouse".to_owned());
    }
    Ok(url)
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| "is no address like 127.0.0.1:3000".to_owned())
}

fn zone(text: &str) -> Result<BusinessTime, String> {
    text.parse().map(BusinessTime).map_err(|_| "is no time zone like Asia/Shanghai".to_owned())
}

fn number_at_least_one(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(it) if it >= 1 => Ok(it),
        _ => Err("is no number from 1".to_owned()),
    }
}

fn duration(text: &str) -> Result<Duration, String> {
    match humantime::parse_duration(text) {
        Ok(it) if !it.is_zero() => Ok(it),
        _ => Err("is no duration like 30s, 15m, 1h, 7d".to_owned()),
    }
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    text.parse().map_err(|_| "is neither true nor false".to_owned())
}

fn bytes(text: &str) -> Result<u64, String> {
    let wrong = || "is no size like 500MB or 2GB".to_owned();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &text[digits.len()..] {
        "" | "B" => 1,
        "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        _ => return Err(wrong()),
    };
    digits.trim().parse::<u64>().ok().and_then(|it| it.checked_mul(unit)).ok_or_else(wrong)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
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
        let wrong = with(&[("time_zone", "Mars"), ("listen", "here"), ("records_buckets", "0")]).unwrap_err().to_string();
        for key in ["time_zone", "listen", "records_buckets"] {
            assert!(wrong.contains(key), "{wrong}");
        }
    }

    #[test]
    fn passwords_are_never_shown() {
        let config = with(&[
            ("mysql_url", "mysql://u:hunter2@db:3307/stock"),
            ("webhook_secret", "hunter2"),
            ("redis_url", "redis://:hunter2@r/0"),
        ])
        .unwrap();
        assert!(!format!("{config:?}").contains("hunter2"));
        assert_eq!(config.records.url.to_string(), "mysql://db:3307/stock");
    }
}
