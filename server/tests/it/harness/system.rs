//! A running system in a world of its own.

use std::collections::BTreeMap;
use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use base::config::{self, Config, WebConfig};
use model::pipeline::Counts;
use queue::EntryProducer;
use realtime::{Rebuild, Sweep, Swept};
use serde_json::{Value, json};
use sqlx::Connection as _;
use tallyhouse::background::drive;
use tallyhouse::ingest::Error;
use tallyhouse::startup::{Parts, Running};
use tallyhouse::world::World;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Waits have this limit; a condition that does not come true fails the test with what was seen last.
pub const LIMIT: Duration = Duration::from_mins(1);

/// The settings of the development servers; the environment may name others.
pub fn settings() -> Config {
    config::load(None).expect("settings; run tests with `make test`, which starts the servers")
}

pub struct System {
    pub world: World,
    pub parts: Parts,
    pub producer: EntryProducer,
    pub daemon: Option<(JoinHandle<Result<(), Error>>, CancellationToken)>,
}

impl System {
    /// A world of 4 partitions; the daemon is not started yet.
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = settings();
        change(&mut config);
        let world = World::make(&config, "test", 4).await.expect("a world; are the servers up?");
        let parts = world.parts().await.expect("parts");
        let producer = EntryProducer::new(&world.config.kafka).expect("producer");
        Self { world, parts, producer, daemon: None }
    }

    pub fn start(&mut self) {
        let stop = CancellationToken::new();
        tokio::spawn(drive(self.parts.rebuilder(), stop.clone()));
        tokio::spawn(drive(self.parts.rollup_worker(), stop.clone()));
        self.daemon = Some((tokio::spawn(self.parts.daemon().run(stop.clone())), stop));
    }

    pub async fn stop(&mut self) {
        let (daemon, stop) = self.daemon.take().expect("a daemon");
        stop.cancel();
        match daemon.await.expect("no panic") {
            Ok(()) | Err(Error::Stopped) => {}
            Err(error) => panic!("{error:#}"),
        }
    }

    /// The daemon dies without a word.
    pub async fn kill(&mut self) {
        let (daemon, stop) = self.daemon.take().expect("a daemon");
        daemon.abort();
        stop.cancel();
        let _aborted = daemon.await;
    }

    /// Publishes one message as it is.
    pub async fn publish(&self, key: &str, payload: &[u8]) {
        self.producer.send(key, payload).await.expect("sent").acknowledged().await.expect("acknowledged");
    }

    /// Publishes many, then waits for Kafka's word on all.
    pub async fn publish_all(&self, lines: impl IntoIterator<Item = String>) {
        let mut waiting = Vec::new();
        for line in lines {
            let key =
                serde_json::from_str::<Value>(&line).ok().and_then(|it| it["product_id"].as_str().map(str::to_owned));
            waiting.push(self.producer.send(&key.unwrap_or_default(), line.as_bytes()).await.expect("sent"));
        }
        for sent in waiting {
            sent.acknowledged().await.expect("acknowledged");
        }
    }

    /// Waits until both stores have everything that is in the topic.
    pub async fn caught_up(&self) {
        eventually("both stores are at the end of the topic", || async {
            assert!(!self.daemon.as_ref().is_some_and(|(it, _)| it.is_finished()), "the daemon has ended");
            let ends = self.parts.topic.reach().await.map_err(|it| it.to_string())?;
            let cursors = self.parts.records.cursors().await.map_err(|it| it.to_string())?;
            let meta = self.parts.realtime.meta().await.map_err(|it| it.to_string())?;
            for (partition, (_, end)) in ends {
                let cursor = cursors.get(&partition).map_or(0, |it| it.next_offset);
                let position = meta.positions.get(&partition).copied().unwrap_or(0);
                if cursor != end || position != end {
                    let status = self.parts.status.now();
                    return Err(format!(
                        "partition {partition}: end {end}, cursor {cursor}, live {position}; {status:?}"
                    ));
                }
            }
            Ok(())
        })
        .await;
    }

    /// A connection to its database, for tests that do what no part of ours would.
    pub async fn connection(&self) -> sqlx::MySqlConnection {
        sqlx::MySqlConnection::connect(self.world.config.records.url.reveal()).await.expect("a connection")
    }

    /// Runs a statement behind the system's back.
    pub async fn sql(&self, statement: &'static str) {
        sqlx::query(statement).execute(&mut self.connection().await).await.expect(statement);
    }

    /// Waits until no run is under way: a rebuild ends its own a moment after the live stock is whole.
    pub async fn until_no_run(&self) {
        eventually("no run is under way", || async {
            let running = sqlx::query_scalar("SELECT COUNT(*) FROM runs WHERE running = 1");
            let running: i64 = running.fetch_one(&mut self.connection().await).await.map_err(|it| it.to_string())?;
            if running == 0 { Ok(()) } else { Err(format!("{running} run")) }
        })
        .await;
    }

    pub async fn counts(&self) -> Counts {
        let cursors = self.parts.records.cursors().await.unwrap();
        let counts = cursors.values().fold(Counts::default(), |sum, it| sum.plus(it.counts));
        assert!(cursors.values().all(|it| it.counts.balance()), "{cursors:?}");
        counts
    }

    /// The live stock by (warehouse, product), straight from Redis.
    pub async fn live_stock(&self) -> BTreeMap<(String, String), i64> {
        let mut stock = BTreeMap::new();
        let mut after = String::new();
        loop {
            let (page, more) = self.parts.realtime.stock_page(&after).await.unwrap();
            for (key, value) in page {
                stock
                    .insert((key.warehouse_id.to_string(), key.product_id.to_string()), value.stock.expect("readable"));
            }
            match more {
                Some(last) => after = last,
                None => return stock,
            }
        }
    }

    /// The same, without the keys that cannot be read.
    pub async fn live_stock_as_far_as_readable(&self) -> BTreeMap<(String, String), i64> {
        let (page, _) = self.parts.realtime.stock_page("").await.unwrap();
        let key = |key: model::stock::StockKey| (key.warehouse_id.to_string(), key.product_id.to_string());
        page.into_iter().filter_map(|(it, value)| Some((key(it), value.stock?))).collect()
    }

    /// The records proved against themselves, and the live stock against the records. Call it at rest.
    pub async fn prove(&self) {
        let report = self.parts.records.recount().await.unwrap();
        assert_eq!(report.faults, Vec::<String>::new());
        let live: BTreeMap<_, _> = self.live_stock().await;
        assert_eq!(live, report.stock, "live stock differs from the records");
        assert_eq!(report.entries, self.counts().await.recorded);
    }

    /// Waits until missing levels are made anew: then everything adds up.
    pub async fn until_levels_add_up(&self) {
        eventually("the levels of totals are made anew", || async {
            let faults = self.parts.records.recount().await.map_err(|it| it.to_string())?.faults;
            if faults.is_empty() { Ok(()) } else { Err(format!("{faults:?}")) }
        })
        .await;
    }

    /// Serves the HTTP interface; answers its address.
    pub async fn serve(&self) -> (String, CancellationToken) {
        self.serve_with(|_| {}).await
    }

    /// The same, with other settings.
    pub async fn serve_with(&self, change: impl FnOnce(&mut WebConfig)) -> (String, CancellationToken) {
        let (base, stop) = Self::begin_to_serve(&self.parts, change);
        eventually("the web server answers", || async {
            reqwest::get(format!("{base}/healthz")).await.map(drop).map_err(|it| it.to_string())
        })
        .await;
        (base, stop)
    }

    /// The same from some parts, without waiting for it.
    pub fn begin_to_serve(parts: &Parts, change: impl FnOnce(&mut WebConfig)) -> (String, CancellationToken) {
        let listen = free_address();
        let stop = CancellationToken::new();
        let pkg = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/pkg");
        let mut running = Running::default();
        let web = running.web(parts, pkg, metrics_handle(), &stop).expect("a pkg folder and a producer");
        // They end by `stop`.
        tokio::spawn(async move { running.wait(&CancellationToken::new()).await });
        let mut settings = WebConfig { listen, ops_listen: None, ..parts.config.web.clone() };
        change(&mut settings);
        tokio::spawn(async move { web.serve(&settings).await });
        (format!("http://{listen}"), stop)
    }

    /// A connection to Redis, for tests that do what no part of ours would.
    pub async fn redis(&self) -> redis::aio::MultiplexedConnection {
        let client = redis::Client::open(self.world.config.realtime.url.reveal()).expect("a URL");
        client.get_multiplexed_async_connection().await.expect("a connection to Redis")
    }

    pub async fn end(mut self) {
        if self.daemon.is_some() {
            self.stop().await;
        }
        self.world.end(&self.parts).await.unwrap();
    }
}

fn free_address() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a free port")
}

/// One recorder per process, whichever test comes first.
fn metrics_handle() -> metrics_exporter_prometheus::PrometheusHandle {
    static HANDLE: std::sync::OnceLock<metrics_exporter_prometheus::PrometheusHandle> = std::sync::OnceLock::new();
    HANDLE.get_or_init(|| base::telemetry::start_metrics().expect("metrics")).clone()
}

/// Sweeps to the end, page by page. `false`: on the way it was told that it is over. A page without keys of ours asks nobody.
pub async fn sweep_all(rebuild: &mut Rebuild) -> bool {
    let mut page = Some(Sweep::default());
    while let Some(next) = page {
        let Swept::Then(more) = rebuild.sweep(next).await.expect("Redis answers") else { return false };
        page = more;
    }
    true
}

/// Waits for a condition, with a limit; never for a time.
pub async fn eventually<F: Future<Output = Result<(), String>>>(what: &str, condition: impl Fn() -> F) {
    let started = Instant::now();
    loop {
        match condition().await {
            Ok(()) => return,
            Err(seen) if started.elapsed() > LIMIT => panic!("not within {LIMIT:?}: {what}; last seen: {seen}"),
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

/// The status and the JSON that a call of the HTTP interface answers.
pub async fn ask(base: &str, call: &str, query: &str) -> (u16, Value) {
    let answer = reqwest::get(format!("{base}/api/v1/{call}?{query}")).await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

/// Waits until the web server has read the live stock.
pub async fn knows_the_stock(base: &str) {
    eventually("the hub knows the stock", || async {
        let (status, answer) = ask(base, "stock", "").await;
        if status == 200 { Ok(()) } else { Err(answer.to_string()) }
    })
    .await;
}

/// A bad question is told which field is wrong, how, and in a few words.
pub async fn assert_refused(base: &str, call: &str, query: &str, field: &str, code: &str) {
    let (status, problem) = ask(base, call, query).await;
    let short: String = query.chars().take(100).collect();
    assert_eq!(status, 422, "{short}: {problem}");
    let error = &problem["errors"][0];
    assert_eq!((error["field"].as_str(), error["code"].as_str()), (Some(field), Some(code)), "{short}: {problem}");
    assert!(error["message"].as_str().is_some_and(|it| it.len() < 400), "{short}");
}

/// A valid entry with some fields set otherwise; a null takes a field away.
pub fn entry(bill: &str, changes: &Value) -> String {
    let mut entry = json!({
        "product_id": "apple", "quantity": 10, "drcr": 1, "company_id": "c1", "warehouse_id": "w1", "bill_id": bill,
        "create_time": "2025-03-10 08:00:00",
    });
    for (name, value) in changes.as_object().expect("an object") {
        if value.is_null() {
            entry.as_object_mut().expect("an object").remove(name);
        } else {
            entry[name] = value.clone();
        }
    }
    entry.to_string()
}
