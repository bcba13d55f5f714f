//! One run: a world of its own, daemons, load, a screen, and the oracle that judges when all is quiet.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use base::config::Config;
use model::pipeline::PipelineState;
use queue::EntryProducer;
use rand_chacha::ChaCha8Rng;
use records::TotalsError;
use sqlx::Connection as _;
use tallyhouse::audit::rebuild_cause;
use tallyhouse::startup::Parts;
use tallyhouse::world::World;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::daemon::{Process, Screen};
use crate::load::{Content, Identity, Load, Produced};
use crate::servers::Servers;

/// Those that the load publishes to; the next one is quiet.
pub const PARTITIONS: i32 = 8;
pub const QUIET: i32 = PARTITIONS;

/// What audits may find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Findings {
    /// Nobody edits anything.
    None,
    /// Somebody does; each is judged by itself.
    OfEdits,
}

pub struct Stage {
    pub servers: Arc<Servers>,
    pub world: World,
    pub parts: Parts,
    pub daemons: Vec<Process>,
    pub random: ChaCha8Rng,
    pub short: bool,
    /// The records were thrown back on purpose: cursors may go backwards.
    pub records_go_back: bool,
    /// So was the live stock.
    pub live_goes_back: bool,
    /// What audits may find.
    pub findings: Findings,
    /// So many messages nobody read, on purpose.
    pub skipped: i64,
    pub notes: Vec<String>,
    pub log: PathBuf,
    produced: Arc<Mutex<Produced>>,
    load: Option<(JoinHandle<anyhow::Result<()>>, CancellationToken)>,
    producer: EntryProducer,
    seed: u64,
    screen: Screen,
    _screen_server: Process,
    backwards: Arc<Mutex<Vec<String>>>,
    watcher: JoinHandle<()>,
}

impl Stage {
    pub async fn set(
        servers: Arc<Servers>,
        config: &Config,
        seed: u64,
        short: bool,
        log: PathBuf,
    ) -> anyhow::Result<Self> {
        let world = World::make(config, "test", PARTITIONS + 1).await?;
        let parts = world.parts().await?;
        let producer = EntryProducer::new(&world.config.kafka)?;
        let serve = [
            "serve",
            "--without",
            "ingest",
            "--without",
            "audit",
            "--pkg",
            concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/pkg"),
        ];
        let screen_server = Process::start(&world.config, &log, &serve, "")?;
        let backwards = Arc::<Mutex<Vec<String>>>::default();
        let watcher = tokio::spawn(watch_cursors(parts.clone(), Arc::clone(&backwards)));
        let mut stage = Self {
            servers,
            world,
            parts,
            daemons: Vec::new(),
            random: rand::SeedableRng::seed_from_u64(seed),
            short,
            records_go_back: false,
            live_goes_back: false,
            findings: Findings::None,
            skipped: 0,
            notes: Vec::new(),
            log,
            produced: Arc::default(),
            load: None,
            producer,
            seed,
            screen: Screen::watch(),
            _screen_server: screen_server,
            backwards,
            watcher,
        };
        stage.daemon("")?;
        Ok(stage)
    }

    /// Starts one more daemon.
    pub fn daemon(&mut self, points: &str) -> anyhow::Result<()> {
        self.daemons.push(Process::start(&self.world.config, &self.log, &["inv-daemon"], points)?);
        Ok(())
    }

    pub fn start_load(&mut self, rate: u64) {
        let load = Load::new(self.producer.clone(), PARTITIONS, self.seed);
        self.produced = Arc::clone(&load.produced);
        let stop = CancellationToken::new();
        self.load = Some((tokio::spawn(load.run(rate, stop.clone())), stop));
    }

    pub async fn stop_load(&mut self) -> anyhow::Result<()> {
        if let Some((load, stop)) = self.load.take() {
            stop.cancel();
            load.await.context("the load")??;
        }
        Ok(())
    }

    /// Publishes some more entries, one after another.
    pub async fn publish(&self, name: &str, count: usize) -> anyhow::Result<()> {
        for n in 0..count {
            let content = Content { quantity: 1, drcr: 1, day: "2025-03-10".to_owned() };
            let identity =
                ("company 0".to_owned(), format!("{name} {n}"), format!("product {n}"), "warehouse 0".to_owned());
            let partition = i32::try_from(n).unwrap_or_default() % PARTITIONS;
            self.publish_one(partition, identity, content).await?;
        }
        Ok(())
    }

    /// Publishes one entry, and waits for Kafka's word.
    pub async fn publish_one(&self, partition: i32, identity: Identity, content: Content) -> anyhow::Result<()> {
        let line = crate::load::line(&identity, &content);
        self.producer.send_to(partition, line.as_bytes()).await?.acknowledged().await?;
        let mut produced = self.produced.lock().unwrap();
        produced.contents.insert(identity, vec![content]);
        produced.acknowledged += 1;
        Ok(())
    }

    /// Publishes a message that is no entry.
    pub async fn publish_poison(&self, partition: i32) -> anyhow::Result<()> {
        Ok(self.producer.send_to(partition, b"{ poison".as_slice()).await?.acknowledged().await?)
    }

    /// What was produced becomes something else: a person has accepted it.
    pub fn accept_content(&self, identity: &Identity, quantity: i64) -> anyhow::Result<()> {
        let mut produced = self.produced.lock().unwrap();
        let contents = produced.contents.get_mut(identity).with_context(|| format!("nobody sent {identity:?}"))?;
        contents[0].quantity = quantity;
        Ok(())
    }

    /// Something was published by others.
    pub fn add_content(&self, identity: Identity, content: Content) {
        self.produced.lock().unwrap().contents.insert(identity, vec![content]);
    }

    /// A connection to the records, past the daemons.
    pub async fn connection(&self) -> anyhow::Result<sqlx::MySqlConnection> {
        Ok(sqlx::MySqlConnection::connect(self.world.config.records.url.reveal()).await?)
    }

    /// A connection to Redis, past the daemons.
    pub async fn redis(&self) -> anyhow::Result<redis::aio::MultiplexedConnection> {
        let client = redis::Client::open(self.world.config.realtime.url.reveal())?;
        Ok(client.get_multiplexed_async_connection().await?)
    }

    pub async fn consumed(&self) -> anyhow::Result<i64> {
        Ok(self.parts.records.cursors().await?.values().map(|it| it.next_offset).sum())
    }

    /// Waits until more was recorded than at the call.
    pub async fn progress(&self) -> anyhow::Result<()> {
        let before = self.consumed().await?;
        self.wait("progress", Duration::from_mins(1), async || {
            let now = self.consumed().await?;
            Ok(if now > before { None } else { Some(format!("{now} recorded")) })
        })
        .await
        .map(drop)
    }

    /// Waits for a condition, and answers how long it took.
    pub async fn wait(
        &self,
        what: &str,
        limit: Duration,
        condition: impl AsyncFn() -> anyhow::Result<Option<String>>,
    ) -> anyhow::Result<Duration> {
        let started = Instant::now();
        loop {
            let seen = match condition().await {
                Ok(None) => return Ok(started.elapsed()),
                Ok(Some(seen)) => seen,
                Err(error) => format!("{error:#}"),
            };
            ensure!(started.elapsed() < limit, "{what}: not within {limit:?}; last seen: {seen}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Is everything that is in the topic in both stores?
    pub async fn is_right(&self) -> anyhow::Result<Option<String>> {
        let ends = self.parts.topic.reach().await?;
        let meta = self.parts.realtime.meta().await?;
        let cursors = self.parts.records.cursors().await?;
        for (partition, (_, end)) in ends {
            let (cursor, place) = (cursors.get(&partition).cloned().unwrap_or_default(), meta.place(partition));
            if !meta.is_ready() || !cursor.is_at(end, place.batch.as_ref()) || place.position != end {
                let cursor = cursor.next_offset;
                let mark = meta.mark.unwrap_or_default();
                return Ok(Some(format!(
                    "partition {partition}: end {end}, cursor {cursor}, live {} {mark}",
                    place.position
                )));
            }
        }
        let totals = self.parts.records.totals_snapshot().await.map(drop);
        Ok(matches!(totals, Err(TotalsError::Missing)).then(|| "the levels are made anew".to_owned()))
    }

    pub async fn settle(&self, limit: Duration) -> anyhow::Result<Duration> {
        self.wait("both stores at the end of the topic", limit, async || self.is_right().await).await
    }

    pub async fn judge(&mut self) -> anyhow::Result<u64> {
        self.watcher.abort();
        if !self.records_go_back {
            let backwards = self.backwards.lock().unwrap();
            ensure!(backwards.is_empty(), "a cursor went back: {backwards:?}");
        }
        let ends: i64 = self.parts.topic.reach().await?.values().map(|(_, end)| *end).sum();
        let report = self.parts.records.recount().await?;
        ensure!(report.faults.is_empty(), "the records contradict themselves: {:?}", report.faults);
        ensure!(rebuild_cause(&self.parts.records, &self.parts.realtime).await?.is_none(), "a rebuild is needed still");
        if self.findings == Findings::None {
            self.judge_audits().await?;
        }
        let live = self.live_stock().await?;
        ensure!(live == report.stock, "live stock differs from the records: {}", differences(&live, &report.stock));
        let cursors = self.parts.records.cursors().await?;
        let consumed: i64 = cursors.values().map(|it| it.counts.consumed).sum();
        ensure!(cursors.values().all(|it| it.counts.balance()), "the accounting line is broken: {cursors:?}");
        let consumed = consumed + self.skipped;
        ensure!(consumed == ends, "{consumed} messages consumed, the topic holds {ends}");
        self.judge_rows().await?;
        self.judge_screen(live.values().sum()).await?;
        Ok(u64::try_from(ends)?)
    }

    /// Nobody has edited anything: whatever broke, no audit may have found anything.
    async fn judge_audits(&mut self) -> anyhow::Result<()> {
        let mut connection = self.connection().await?;
        let found: Vec<(i64, String, String, String, Option<String>)> = sqlx::query_as(
            "SELECT audit_id, warehouse_id, product_id, cause, evidence FROM findings ORDER BY audit_id, number LIMIT 5",
        )
        .fetch_all(&mut connection)
        .await?;
        ensure!(found.is_empty(), "audits found what nobody has done: {found:?}");
        let states: Vec<(String, i64)> =
            sqlx::query_as("SELECT state, COUNT(*) FROM runs WHERE kind = 'audit' GROUP BY state ORDER BY state")
                .fetch_all(&mut connection)
                .await?;
        let words: Vec<String> = states.iter().map(|(state, count)| format!("{count} {state}")).collect();
        self.notes.push(format!("audits: {}", words.join(" ")));
        Ok(())
    }

    /// Records == what was produced: every identity once, with one of its contents.
    async fn judge_rows(&self) -> anyhow::Result<()> {
        let mut connection = self.connection().await?;
        let tables: Vec<String> = sqlx::query_scalar("SELECT name FROM day_tables").fetch_all(&mut connection).await?;
        let mut rows = 0;
        let produced = self.produced.lock().unwrap().contents.clone();
        let (acknowledged, unknown) = {
            let it = self.produced.lock().unwrap();
            (it.acknowledged, it.unknown)
        };
        ensure!(unknown == 0, "{unknown} of {acknowledged} messages without Kafka's word");
        for table in tables {
            let statement = format!(
                "SELECT company_id, bill_id, product_id, warehouse_id, CAST(quantity AS SIGNED), CAST(drcr AS SIGNED),
                   DATE_FORMAT(create_time + INTERVAL 8 HOUR, '%Y-%m-%d') FROM `{table}`"
            );
            let found: Vec<(String, String, String, String, i64, i64, String)> =
                sqlx::query_as(sqlx::AssertSqlSafe(statement)).fetch_all(&mut connection).await?;
            for (company, bill, product, warehouse, quantity, drcr, day) in found {
                rows += 1;
                let identity = (company, bill, product, warehouse);
                let content = Content { quantity, drcr, day };
                let Some(sent) = produced.get(&identity) else { bail!("nobody sent {identity:?}") };
                ensure!(sent.contains(&content), "{identity:?} was recorded as {content:?}, sent was {sent:?}");
            }
        }
        // Identities are unique in the register, and the register was counted: as many rows as identities is each once.
        ensure!(rows == produced.len(), "{rows} rows, {} bill lines were produced", produced.len());
        Ok(())
    }

    /// What the screen shows in the end is what there is, and on the way it never went back.
    async fn judge_screen(&self, stock: i64) -> anyhow::Result<()> {
        let seen = Arc::clone(&self.screen.seen);
        self.wait("the screen shows the stock", Duration::from_secs(30), async || {
            let seen = seen.lock().unwrap();
            let shown = seen.view.as_ref().map(|it| (it.totals.stock, it.totals.state));
            let right = shown.is_some_and(|(it, state)| it == Some(stock) && state == PipelineState::Ok);
            Ok((!right).then(|| format!("{shown:?} instead of {stock}")))
        })
        .await?;
        let seen = self.screen.seen.lock().unwrap();
        ensure!(self.live_goes_back || seen.backwards.is_empty(), "the screen went back: {:?}", seen.backwards);
        Ok(())
    }

    async fn live_stock(&self) -> anyhow::Result<BTreeMap<(String, String), i64>> {
        let (mut stock, mut after) = (BTreeMap::new(), String::new());
        loop {
            let (page, more) = self.parts.realtime.stock_page(&after).await?;
            for (key, value) in page {
                let shown = value.stock.with_context(|| format!("{key:?} cannot be read"))?;
                stock.insert((key.warehouse_id.to_string(), key.product_id.to_string()), shown);
            }
            match more {
                Some(last) => after = last,
                None => return Ok(stock),
            }
        }
    }

    pub async fn stop_daemons(&mut self) -> anyhow::Result<()> {
        for daemon in self.daemons.drain(..) {
            daemon.stop().await?;
        }
        Ok(())
    }

    pub async fn end(mut self) -> anyhow::Result<()> {
        self.stop_daemons().await?;
        self.world.end(&self.parts).await
    }
}

type Stock = BTreeMap<(String, String), i64>;

fn differences(live: &Stock, records: &Stock) -> String {
    let keys = live.keys().chain(records.keys());
    let mut lines: Vec<String> = keys
        .filter(|key| live.get(*key) != records.get(*key))
        .map(|key| format!("{key:?}: live {:?}, records {:?}", live.get(key), records.get(key)))
        .collect();
    lines.sort();
    lines.dedup();
    format!("{} keys, such as {}", lines.len(), lines.first().cloned().unwrap_or_default())
}

/// Cursors never go back.
async fn watch_cursors(parts: Parts, backwards: Arc<Mutex<Vec<String>>>) {
    let mut highest: BTreeMap<i32, i64> = BTreeMap::new();
    loop {
        if let Ok(cursors) = parts.records.cursors().await {
            for (partition, it) in cursors {
                let before = highest.insert(partition, it.next_offset).unwrap_or(0);
                if before > it.next_offset {
                    backwards.lock().unwrap().push(format!("partition {partition}: {before} then {}", it.next_offset));
                }
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
