//! One webhook: a JSON POST, signed as "Standard Webhooks" has it, sent again until it is taken. The only home of the HTTP client.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use base::clock::Clock;
use base::config::WebhookConfig;

/// One try takes this long at the most.
const LIMIT: Duration = Duration::from_secs(10);
/// The wait after a failed try, at first and at most.
const BACK_OFF: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(5));
/// So often it is tried: for about a day.
const TRIES: u32 = 300;

/// What is sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// The same for every try (an idempotency key); whoever gets it twice knows it by this.
    pub id: String,
    /// What is told.
    pub kind: &'static str,
    /// `raised` or `cleared`.
    pub state: &'static str,
    /// When, RFC 3339.
    pub timestamp: String,
    pub text: String,
    pub data: Value,
}

/// Where it is sent. Cheap to clone.
#[derive(Clone)]
pub struct Webhook {
    client: reqwest::Client,
    to: WebhookConfig,
    clock: Clock,
    first_wait: Duration,
}

impl Webhook {
    /// For an address and a secret; an empty one signs too.
    pub fn new(to: WebhookConfig, clock: Clock) -> Result<Self, String> {
        let client = reqwest::Client::builder().timeout(LIMIT).redirect(reqwest::redirect::Policy::none()).build();
        let client = client.map_err(|it| format!("the client of the webhook: {}", it.without_url()))?;
        Ok(Self { client, to, clock, first_wait: BACK_OFF.0 })
    }

    /// Another wait after the first failed try; it doubles.
    #[must_use]
    pub fn first_wait(self, first_wait: Duration) -> Self {
        Self { first_wait, ..self }
    }

    /// Sends what comes, until nobody is left who could send more. Messages of one kind go in their order, so that what is over is not told
    /// before it began; those of another kind wait for nobody.
    pub async fn deliver(self, mut messages: mpsc::Receiver<Message>) {
        let mut kinds: BTreeMap<&'static str, mpsc::UnboundedSender<Message>> = BTreeMap::new();
        let mut sending = JoinSet::new();
        while let Some(message) = messages.recv().await {
            let of_kind = kinds.entry(message.kind).or_insert_with(|| {
                let (sender, receiver) = mpsc::unbounded_channel();
                sending.spawn(self.clone().deliver_kind(receiver));
                sender
            });
            if of_kind.send(message).is_err() {
                tracing::error!("a message for the webhook is lost: its sender has ended");
            }
        }
        drop(kinds);
        while sending.join_next().await.is_some() {}
    }

    async fn deliver_kind(self, mut messages: mpsc::UnboundedReceiver<Message>) {
        while let Some(message) = messages.recv().await {
            let mut wait = self.first_wait;
            for attempt in 1..=TRIES {
                match self.post(&message).await {
                    Ok(()) => break,
                    Err(why) if attempt == TRIES => {
                        metrics::counter!("tallyhouse_webhook_lost_total").increment(1);
                        tracing::error!(id = message.id, "the webhook did not take a message: {why}; it is given up");
                    }
                    Err(why) => {
                        metrics::counter!("tallyhouse_webhook_retries_total").increment(1);
                        tracing::warn!(id = message.id, attempt, "the webhook did not take a message: {why}");
                        tokio::time::sleep(wait).await;
                        wait = (wait * 2).min(BACK_OFF.1);
                    }
                }
            }
        }
    }

    /// One try. An error never names the address: it may hold a secret.
    async fn post(&self, it: &Message) -> Result<(), String> {
        let body = json!({
            "type": it.kind, "state": it.state, "timestamp": it.timestamp, "text": it.text, "data": it.data,
        })
        .to_string();
        // Of this try: receivers refuse what was signed long ago, so that nobody can send it again.
        let seconds = self.clock.now().0.div_euclid(1000);
        let request = self
            .client
            .post(self.to.url.reveal())
            .header("content-type", "application/json")
            .header("webhook-id", &it.id)
            .header("webhook-timestamp", seconds)
            .header("webhook-signature", signature(self.to.secret.reveal(), &it.id, seconds, &body))
            .body(body);
        let answer = request.send().await.map_err(|it| it.without_url().to_string())?;
        if answer.status().is_success() { Ok(()) } else { Err(format!("it answers {}", answer.status())) }
    }
}

/// `v1,` and the HMAC-SHA256 of id, time and body with a full stop between them, in base64 (Standard Webhooks 1.0).
pub fn signature(secret: &[u8], id: &str, seconds: i64, body: &str) -> String {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    mac.update(format!("{id}.{seconds}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Worked out by another tool: `printf '%s' 'msg_1.1700000000.{}' | openssl dgst -sha256 -hmac hush -binary | base64`.
    #[test]
    fn signs_as_the_standard_says() {
        assert_eq!(signature(b"hush", "msg_1", 1_700_000_000, "{}"), "v1,ROZfbkoADbVWbBp86tDCTih613ikpu3B4zhLZHIzm+s=");
    }
}
