//! A world of its own for a bench or a test: database, topic and prefix that nobody else uses, gone afterwards.

use anyhow::Context as _;
use chrono::Days;
use serde_json::json;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::startup::Parts;
use base::clock::Clock;
use base::config::Config;
use queue::{EntryProducer, make_topic};
use records::{Frozen, Records};

pub struct World {
    /// The settings in it.
    pub config: Config,
}

impl World {
    /// Makes one on the servers of the settings. `purpose` is `bench` or `test`: only such databases are ever dropped.
    pub async fn make(config: &Config, purpose: &str, partitions: i32) -> anyhow::Result<Self> {
        let name = format!("tallyhouse_{purpose}_{}", Uuid::new_v4().simple());
        let mut config = config.clone();
        config.records.url = config.records.url.with_path(&name);
        config.kafka.topic.clone_from(&name);
        config.kafka.group.clone_from(&name);
        config.realtime.prefix = name;
        make_topic(&config.kafka, partitions).await.context("making the topic")?;
        Records::migrate(&config.records).await?;
        let records = Records::new(&config.records, &config.kafka.topic, config.entry.business_time, Clock::system())?;
        records.install(&Frozen::of(&config)).await?;
        records.close().await;
        Ok(Self { config })
    }

    pub async fn parts(&self) -> anyhow::Result<Parts> {
        let stop = CancellationToken::new();
        let parts = Parts::start(self.config.clone(), Clock::system(), &stop).await?;
        parts.context("stopped before it began")
    }

    /// Publishes entries of today, spread over products, warehouses and 3 companies.
    pub async fn publish(&self, entries: usize, products: usize, warehouses: usize) -> anyhow::Result<()> {
        self.publish_over(1, entries, products, warehouses, |n, days| n % days).await
    }

    /// Publishes entries of so many business days, of which the last is today, each day's after those of the day before.
    pub async fn publish_in_order(
        &self,
        days: u64,
        entries: usize,
        products: usize,
        warehouses: usize,
    ) -> anyhow::Result<()> {
        self.publish_over(days, entries, products, warehouses, |n, days| days - 1 - n * days / entries).await
    }

    /// Publishes entries of so many business days, of which the last is today. `day`: how many days ago an entry is, of so many.
    pub async fn publish_over(
        &self,
        days: u64,
        entries: usize,
        products: usize,
        warehouses: usize,
        day: impl Fn(usize, usize) -> usize,
    ) -> anyhow::Result<()> {
        let producer = EntryProducer::new(&self.config.kafka)?;
        let zone = self.config.entry.business_time;
        let now = Clock::system().now();
        let now = zone.local(now).context("no local time")?;
        let time = |ago| now.checked_sub_days(Days::new(ago)).map(|it| it.format("%Y-%m-%d %H:%M:%S").to_string());
        let times: Vec<String> = (0..days).map_while(time).collect();
        let mut waiting = Vec::new();
        for n in 0..entries {
            let product = format!("product{}", n % products);
            let payload = json!({
                "product_id": product, "quantity": n % 97 + 1, "drcr": if n % 5 < 3 { 1 } else { -1 },
                "company_id": format!("company{}", n % 3), "warehouse_id": format!("warehouse{}", n / products % warehouses),
                "bill_id": format!("B-{n}"), "create_time": times[day(n, times.len())], "description": "bench",
            })
            .to_string();
            waiting.push(producer.send(&product, payload.as_bytes()).await?);
            if waiting.len() >= 20_000 {
                for sent in waiting.drain(..) {
                    sent.acknowledged().await?;
                }
            }
        }
        for sent in waiting {
            sent.acknowledged().await?;
        }
        Ok(())
    }

    /// Takes its keys and its database away. Its topic is small, and goes with the development servers.
    pub async fn end(self, parts: &Parts) -> anyhow::Result<()> {
        parts.realtime.remove_everything().await?;
        Ok(parts.records.drop_database(self.config.records.url.path()).await?)
    }
}
