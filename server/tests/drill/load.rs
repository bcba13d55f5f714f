//! The generator: keeps what was produced, with 5 % each of duplicates, conflicts and resends across midnight, and publishes
//! it at a rate.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context as _;
use queue::EntryProducer;
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::json;
use tokio_util::sync::CancellationToken;

/// What two entries of one identity are compared by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Content {
    pub quantity: i64,
    pub drcr: i64,
    pub day: String,
}

/// Company, bill, product, warehouse: the identity (every line is line 1).
pub type Identity = (String, String, String, String);

/// All that was produced: of each identity, every content that was sent under it.
#[derive(Debug, Default)]
pub struct Produced {
    pub contents: HashMap<Identity, Vec<Content>>,
    order: Vec<Identity>,
    /// Messages that Kafka has acknowledged.
    pub acknowledged: u64,
    /// Messages about which Kafka gave no word.
    pub unknown: u64,
}

pub struct Load {
    pub produced: Arc<Mutex<Produced>>,
    producer: EntryProducer,
    partitions: i32,
    random: ChaCha8Rng,
}

impl Load {
    pub fn new(producer: EntryProducer, partitions: i32, seed: u64) -> Self {
        Self { produced: Arc::default(), producer, partitions, random: ChaCha8Rng::seed_from_u64(seed) }
    }

    /// Publishes until `stop`, then waits for Kafka's word on everything.
    pub async fn run(mut self, rate: u64, stop: CancellationToken) -> anyhow::Result<()> {
        let mut every = tokio::time::interval(Duration::from_millis(20));
        let mut waiting = Vec::new();
        while !stop.is_cancelled() {
            every.tick().await;
            for _ in 0..rate / 50 {
                let (partition, line) = self.next();
                waiting.push(self.producer.send_to(partition, line.as_bytes()).await.context("publishing")?);
            }
        }
        for sent in waiting {
            let acknowledged = sent.acknowledged().await.is_ok();
            let mut produced = self.produced.lock().unwrap();
            if acknowledged {
                produced.acknowledged += 1;
            } else {
                produced.unknown += 1;
            }
        }
        Ok(())
    }

    /// The next message and its partition.
    fn next(&mut self) -> (i32, String) {
        let random = &mut self.random;
        let mut produced = self.produced.lock().unwrap();
        let kind = random.random_range(0..100);
        let old = (kind < 15 && !produced.order.is_empty())
            .then(|| produced.order[random.random_range(0..produced.order.len())].clone());
        let Some(identity) = old else {
            let product = format!("product {}", random.random_range(0..30));
            let warehouse = format!("warehouse {}", random.random_range(0..6));
            let bill = format!("bill {}", produced.order.len());
            let identity = (format!("company {}", kind % 3), bill, product, warehouse);
            let content = Content {
                quantity: random.random_range(1..500),
                drcr: if random.random_bool(0.5) { 1 } else { -1 },
                day: format!("2025-03-{:02}", random.random_range(10..13)),
            };
            produced.order.push(identity.clone());
            produced.contents.insert(identity.clone(), vec![content.clone()]);
            return (random.random_range(0..self.partitions), line(&identity, &content));
        };
        let contents = produced.contents.get_mut(&identity).unwrap();
        let mut content = contents[0].clone();
        match kind {
            0..5 => {}
            5..10 => content.quantity += 1,
            _ => "2025-03-13".clone_into(&mut content.day),
        }
        if !contents.contains(&content) {
            contents.push(content.clone());
        }
        // Anywhere: of two contents either may be read first.
        (random.random_range(0..self.partitions), line(&identity, &content))
    }
}

pub fn line((company, bill, product, warehouse): &Identity, content: &Content) -> String {
    json!({
        "company_id": company, "bill_id": bill, "product_id": product, "warehouse_id": warehouse,
        "quantity": content.quantity, "drcr": content.drcr, "create_time": format!("{} 23:59:58", content.day),
    })
    .to_string()
}
