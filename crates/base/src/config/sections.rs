//! The sections of the settings. Each is handed to its module by value.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use chrono::NaiveDate;

use super::{KafkaSecurity, PublicUrl, Secret, SecretKey, SecretUrl, TrustedProxies};
use crate::business_time::BusinessTime;

/// How entries are spread over tables. Fixed at the first migrate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Table per product and business day, `t_{product}_{yyyymmdd}`: the default.
    ProductDay,
    /// `t_b{bucket}_{yyyymmdd}`, bucket = murmur3(product) mod this.
    BucketDay(u32),
}

/// Where entries come from.
#[derive(Debug, Clone)]
pub struct KafkaConfig {
    /// `host:port`, comma separated.
    pub brokers: String,
    /// How they are spoken to.
    pub security: Box<KafkaSecurity>,
    /// The topic of entries.
    pub topic: String,
    /// The consumer group of the daemons.
    pub group: String,
    /// The name of this daemon in the group; none: one by host.
    pub instance: Option<String>,
}

/// Where the records are.
#[derive(Debug, Clone)]
pub struct RecordsConfig {
    /// Address of the database, `mysql://USER:PASSWORD@HOST:PORT/DATABASE`; shown without its password.
    pub url: SecretUrl,
    /// How entries are spread over tables.
    pub layout: Layout,
    /// At so many day tables, what needs another one is set aside.
    pub max_tables: u32,
}

/// Where the live stock is.
#[derive(Debug, Clone)]
pub struct RealtimeConfig {
    /// Address of the server, `redis://` or `rediss://`; shown without its password.
    pub url: SecretUrl,
    /// File of the authorities that its certificate is trusted by, PEM; none: the system's.
    pub ca: Option<PathBuf>,
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
    /// Our own address as people have it; none: this machine's.
    pub public_url: Option<PublicUrl>,
    /// Proxies whose word about who asks is taken.
    pub trusted_proxies: TrustedProxies,
    /// The most connections of all.
    pub max_connections: u32,
    /// The most connections of one address.
    pub max_connections_per_address: u32,
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
    /// Figures count as verified as long as at most so many percent of all entries came after the last success.
    pub unverified_part: u8,
}

/// Where alerts are sent. Not shown at all: the path of such an address is often a secret too.
#[derive(Debug, Clone)]
pub struct WebhookConfig {
    /// Address that alerts are sent to by POST (docs/audit.md#be-told).
    pub url: Secret,
    /// What messages are signed with.
    pub secret: SecretKey,
}

/// How long batches are kept for repairs.
#[derive(Debug, Clone, Copy)]
pub struct JournalConfig {
    /// The longest that deltas are kept.
    pub keep: Duration,
    /// The most bytes of deltas.
    pub max_bytes: u64,
}
