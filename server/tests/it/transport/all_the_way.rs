//! Entries all the way by TLS: from the producer to both stores, none of which is spoken to in plain text.

use base::config::{SaslMechanism, SecretUrl};
use serde_json::json;

use super::PASSWORD;
use super::certificates::{Authority, Flaw};
use super::kafka::{by_tls, with_account};
use super::servers::{Kafka, Mysql, Redis};
use crate::harness::{System, entry};

/// Records entries, and proves both stores.
pub async fn by_tls_only(kafka: &Kafka, authority: &Authority) {
    let folder = tempfile::tempdir().unwrap();
    let redis = Redis::start(folder.path(), Some(&authority.certify("all-redis", Flaw::None))).await;
    let mysql = Mysql::start(folder.path(), Some(&authority.certify("all-mysql", Flaw::None))).await;
    let mut system = System::with(|config| {
        let brokers = by_tls(kafka.at("password"), Some(authority.file.clone()));
        config.kafka = with_account(brokers, SaslMechanism::ScramSha512, PASSWORD);
        let url = format!("rediss://clerk:{PASSWORD}@localhost:{}/0", redis.port);
        config.realtime.url = SecretUrl::parse(&url, &["rediss"]).unwrap();
        config.realtime.ca = Some(authority.file.clone());
        let (port, ca) = (mysql.port, authority.file.display());
        let url = format!("mysql://clerk:{PASSWORD}@localhost:{port}/stock?ssl-mode=VERIFY_IDENTITY&ssl-ca={ca}");
        config.records.url = SecretUrl::parse(&url, &["mysql"]).unwrap();
    })
    .await;
    system.start();
    system.publish_all((0..20).map(|it| entry(&format!("TLS-{it}"), &json!({})))).await;
    system.caught_up().await;
    assert_eq!(system.counts().await.recorded, 20);
    system.prove().await;
    system.end().await;
}
