//! Entries on their way to Kafka, and Kafka's word on them.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::Intake;
use super::check::GoodLine;
use queue::Sent;

/// So long somebody waits for Kafka's word.
const WAIT: Duration = Duration::from_secs(25);

/// How sending went.
#[derive(Debug)]
pub enum Delivery {
    /// Kafka has them all.
    All(usize),
    /// Kafka has only so many, for this reason. Sending all of them again is safe: an entry that comes twice counts once.
    Some(usize, queue::Error),
}

impl Intake {
    /// Sends lines and waits for Kafka's word on each, together for [`WAIT`] at the most.
    pub async fn send(&self, lines: &[GoodLine]) -> Delivery {
        let end = Instant::now() + WAIT;
        let late = |_| queue::Error::NotYet("Kafka has not confirmed every entry in time".to_owned());
        let mut waiting: Vec<Sent> = Vec::with_capacity(lines.len());
        let mut trouble = None;
        for line in lines {
            let sending = self.producer.send(line.entry.product_id.as_str(), line.payload.as_bytes());
            match timeout_at(end, sending).await.map_err(late).and_then(|it| it) {
                Ok(sent) => waiting.push(sent),
                Err(error) => {
                    trouble = Some(error);
                    break;
                }
            }
        }
        let mut accepted = 0;
        for sent in waiting {
            match timeout_at(end, sent.acknowledged()).await.map_err(late).and_then(|it| it) {
                Ok(()) => accepted += 1,
                Err(error) => trouble = Some(error),
            }
        }
        match trouble {
            None => Delivery::All(accepted),
            Some(error) => Delivery::Some(accepted, error),
        }
    }
}
