//! The ingest beside a web server all of whose threads are busy.

use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use serde_json::json;
use tallyhouse::startup::Apart;

use crate::harness::{System, entry, eventually};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_keeps_the_web_busy_does_not_keep_the_ingest() {
    let mut system = System::new().await;
    system.start();
    let apart = Apart::start().unwrap();
    let (base, stop) = apart.enter(|| System::begin_to_serve(&system.parts.with_own_connections().unwrap(), |_| {}));
    let healthy = || async {
        let asked = reqwest::Client::new().get(format!("{base}/healthz")).timeout(Duration::from_secs(1));
        asked.send().await.is_ok_and(|it| it.status() == 200)
    };
    eventually("it answers", || async { if healthy().await { Ok(()) } else { Err("no".to_owned()) } }).await;

    let (release, held) = mpsc::channel::<()>();
    let held = Arc::new(Mutex::new(held));
    let threads = 4 * std::thread::available_parallelism().unwrap().get();
    for _ in 0..threads {
        let held = held.clone();
        apart.enter(|| tokio::spawn(async move { held.lock().unwrap().recv() }));
    }
    assert!(!healthy().await, "every thread of the web server is busy");
    system.publish_all((0..100).map(|it| entry(&format!("{it}"), &json!({})))).await;
    system.caught_up().await;
    assert_eq!(system.counts().await.recorded, 100);
    assert!(!healthy().await, "and they still are");
    drop(release);
    stop.cancel();
    drop(apart);
    system.end().await;
}
