//! TLS to Redis.

use std::path::PathBuf;

use base::config::{RealtimeConfig, SecretUrl};
use realtime::Realtime;

use super::certificates::{Authority, FLAWS, Flaw};
use super::servers::Redis;
use super::{PASSWORD, assert_refused};

async fn ping(port: u16, ca: Option<PathBuf>) -> Result<(), String> {
    let url = format!("rediss://clerk:{PASSWORD}@localhost:{port}/0");
    let url = SecretUrl::parse(&url, &["rediss"]).unwrap();
    let realtime = Realtime::new(&RealtimeConfig { url, ca, prefix: "x".to_owned() }, "i").unwrap();
    realtime.ping().await.map_err(|it| base::status::explain(&it))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_proves_who_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new(folder.path());
    let ours = || Some(authority.file.clone());
    let right = Redis::start(folder.path(), Some(&authority.certify("redis", Flaw::None))).await;
    ping(right.port, ours()).await.unwrap();
    assert_refused("an authority that nobody named", &ping(right.port, None).await.unwrap_err(), &["unknownissuer"]);
    for flaw in FLAWS {
        let redis = Redis::start(folder.path(), Some(&authority.certify("flawed", flaw))).await;
        let error = ping(redis.port, ours()).await.unwrap_err();
        assert_refused(&format!("{flaw:?}"), &error, &["expired", "unknownissuer", "not valid for name"]);
    }
    let plain = Redis::start(folder.path(), None).await;
    let error = ping(plain.port, ours()).await.unwrap_err();
    assert_refused("a downgrade", &error, &["timed out", "corrupt", "reset"]);
}
