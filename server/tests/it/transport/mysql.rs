//! TLS to MySQL.

use std::path::Path;

use base::clock::Clock;
use base::config::SecretUrl;
use records::Records;

use super::certificates::{Authority, FLAWS, Flaw};
use super::servers::Mysql;
use super::{PASSWORD, assert_refused};
use crate::harness::settings;

async fn ping(port: u16, ca: Option<&Path>) -> Result<(), String> {
    let ca = ca.map(|it| format!("&ssl-ca={}", it.display())).unwrap_or_default();
    let url = format!("mysql://clerk:{PASSWORD}@localhost:{port}/stock?ssl-mode=VERIFY_IDENTITY{ca}");
    let mut config = settings();
    config.records.url = SecretUrl::parse(&url, &["mysql"]).unwrap();
    let records = Records::new(&config.records, "topic", config.entry.business_time, Clock::system()).unwrap();
    records.ping().await.map_err(|it| base::status::explain(&it))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn mysql_proves_who_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new(folder.path());
    let mysql = Mysql::start(folder.path(), Some(&authority.certify("mysql", Flaw::None))).await;
    ping(mysql.port, Some(&authority.file)).await.unwrap();
    assert_refused("an authority that nobody named", &ping(mysql.port, None).await.unwrap_err(), &["unknownissuer"]);
    for flaw in FLAWS {
        authority.certify("mysql", flaw);
        mysql.flush_certificate();
        let error = ping(mysql.port, Some(&authority.file)).await.unwrap_err();
        assert_refused(&format!("{flaw:?}"), &error, &["expired", "unknownissuer", "not valid for name"]);
    }
    authority.certify("mysql", Flaw::None);
    mysql.flush_certificate();
    ping(mysql.port, Some(&authority.file)).await.unwrap();
    let plain = tempfile::tempdir().unwrap();
    let plain = Mysql::start(plain.path(), None).await;
    let error = ping(plain.port, Some(&authority.file)).await.unwrap_err();
    assert_refused("a downgrade", &error, &["does not support tls", "ssl"]);
}
