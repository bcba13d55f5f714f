//! Settings as values: each section reads all of its keys before it asks whether one was wrong, so that all faults are known at once.

use std::collections::BTreeMap;

use super::parse::{
    address, bytes, duration, mysql_url, not_empty, number_at_least_one, percent, readable_file, redis_prefix,
    topic_name, webhook_url, yes_or_no, zone,
};
use super::plaintext::Plaintext;
use super::{
    AuditConfig, Config, EntryRules, JournalConfig, KafkaConfig, Layout, PublicUrl, RealtimeConfig, RecordsConfig,
    SecretKey, SecretUrl, TrustedProxies, WebConfig, WebhookConfig, kafka_security,
};

/// Hands out values by key and collects what is wrong with them.
pub struct Reader<'a> {
    /// Key to value, and where that came from.
    pub values: &'a BTreeMap<&'static str, (String, &'static str)>,
    /// What was found wrong.
    pub faults: Vec<String>,
}

impl Reader<'_> {
    fn text(&self, key: &str) -> &str {
        self.values.get(key).map(|(value, _)| value.as_str()).unwrap_or_default()
    }

    /// Was it set, to something else than nothing?
    pub(super) fn is_given(&self, key: &str) -> bool {
        !self.text(key).is_empty()
    }

    /// A value that must parse; where it does not, the fault names the key, and `None` stands in until all are known.
    pub(super) fn read<T>(&mut self, key: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
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
    pub(super) fn optional<T>(
        &mut self,
        key: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<Option<T>> {
        if self.text(key).is_empty() { Some(None) } else { self.read(key, parse).map(Some) }
    }
}

/// Everything; `None` where something was wrong.
pub fn config(from: &mut Reader<'_>) -> Option<Config> {
    let plaintext = from.read("plaintext", Plaintext::parse);
    let wanted = plaintext.unwrap_or_default();
    let (kafka, records, realtime, web) =
        (kafka(from, wanted), records(from, wanted), realtime(from, wanted), web(from));
    let (entry, audit, journal, webhook) = (entry(from), audit(from), journal(from), webhook(from));
    plaintext?;
    Some(Config {
        kafka: kafka?,
        records: records?,
        realtime: realtime?,
        web: web?,
        entry: entry?,
        audit: audit?,
        journal: journal?,
        webhook: webhook?,
        shown: Vec::new(),
    })
}

fn kafka(from: &mut Reader<'_>, plaintext: Plaintext) -> Option<KafkaConfig> {
    let security = kafka_security::read(from);
    // What is wrong with it is told once.
    let is_tls = security.as_ref().is_none_or(|it| it.tls.is_some());
    let brokers = from.read("kafka_brokers", |it| not_empty(it).and_then(|it| plaintext.check_kafka(it, is_tls)));
    let topic = from.read("topic", topic_name);
    let (group, instance) = (from.read("group", not_empty), from.optional("instance", not_empty));
    Some(KafkaConfig {
        brokers: brokers?,
        security: Box::new(security?),
        topic: topic?,
        group: group?,
        instance: instance?,
    })
}

fn records(from: &mut Reader<'_>, plaintext: Plaintext) -> Option<RecordsConfig> {
    let url = from.read("mysql_url", |it| mysql_url(it).and_then(|it| plaintext.check_mysql(it)));
    let buckets = from.read("records_buckets", number_at_least_one);
    let layout = from.read("records_layout", |it| match it {
        "product-day" => Ok(Layout::ProductDay),
        "bucket-day" => Ok(Layout::BucketDay(buckets.unwrap_or(1))),
        _ => Err("is neither product-day nor bucket-day".to_owned()),
    });
    let max_tables = from.read("records_max_tables", number_at_least_one);
    Some(RecordsConfig { url: url?, layout: layout?, max_tables: max_tables? })
}

fn realtime(from: &mut Reader<'_>, plaintext: Plaintext) -> Option<RealtimeConfig> {
    let url = |it: &str| SecretUrl::parse(it, &["redis", "rediss"]).and_then(|it| plaintext.check_redis(it));
    let url = from.read("redis_url", url);
    let ca = from.optional("redis_ca", readable_file);
    let prefix = from.read("redis_prefix", redis_prefix);
    Some(RealtimeConfig { url: url?, ca: ca?, prefix: prefix? })
}

fn web(from: &mut Reader<'_>) -> Option<WebConfig> {
    let (listen, ops_listen) = (from.read("listen", address), from.optional("ops_listen", address));
    let public_url = from.optional("public_url", PublicUrl::parse);
    let trusted_proxies = from.read("trusted_proxies", TrustedProxies::parse);
    let public_wall = from.read("public_wall", yes_or_no);
    let max_connections = from.read("max_connections", number_at_least_one);
    let max_connections_per_address = from.read("max_connections_per_address", number_at_least_one);
    Some(WebConfig {
        listen: listen?,
        ops_listen: ops_listen?,
        public_url: public_url?,
        trusted_proxies: trusted_proxies?,
        max_connections: max_connections?,
        max_connections_per_address: max_connections_per_address?,
        public_wall: public_wall?,
    })
}

fn entry(from: &mut Reader<'_>) -> Option<EntryRules> {
    let business_time = from.read("time_zone", zone);
    let max_future = from.read("entry_max_future", duration);
    let min_time = from.read("entry_min_time", |it| it.parse().map_err(|_| "is no date like 2000-01-01".to_owned()));
    Some(EntryRules { business_time: business_time?, max_future: max_future?, min_time: min_time? })
}

fn audit(from: &mut Reader<'_>) -> Option<AuditConfig> {
    let (expiration, retry_after) = (from.read("audit_expiration", duration), from.read("audit_retry_after", duration));
    let correct_surplus = from.read("audit_correct_surplus", yes_or_no);
    let unverified_part = from.read("audit_unverified_part", percent);
    Some(AuditConfig {
        expiration: expiration?,
        retry_after: retry_after?,
        correct_surplus: correct_surplus?,
        unverified_part: unverified_part?,
    })
}

fn journal(from: &mut Reader<'_>) -> Option<JournalConfig> {
    let (keep, max_bytes) = (from.read("journal_keep", duration), from.read("journal_max_bytes", bytes));
    Some(JournalConfig { keep: keep?, max_bytes: max_bytes? })
}

#[expect(clippy::option_option, reason = "the outer one is a fault, the inner one: nobody is told")]
fn webhook(from: &mut Reader<'_>) -> Option<Option<WebhookConfig>> {
    let (url, secret) = (from.optional("webhook_url", webhook_url), from.optional("webhook_secret", SecretKey::parse));
    match (url?, secret?) {
        (None, _) => Some(None),
        (Some(url), Some(secret)) => Some(Some(WebhookConfig { url, secret })),
        (Some(_), None) => {
            from.faults
                .push("webhook_secret: is missing, and nobody could tell our messages from those of others".to_owned());
            None
        }
    }
}
