//! A corrected entry, sent again for a message that was rejected. Written down before it is sent; the rejection stays as it is.

use std::collections::BTreeMap;
use std::time::Duration;

use app::pages::import::view::{Mapping, Source};
use tokio::time::timeout;

use super::Intake;
use super::check::check_one;
use super::columns::entry;
use crate::ingest::Error;
use base::status::explain;
use queue::Rejection;
use records::Begun;

/// So long somebody waits for Kafka's word; what comes later is noted all the same.
const WAIT: Duration = Duration::from_secs(20);

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resubmitted {
    /// Kafka has it: partition and offset.
    At(i32, i64),
    /// It would be rejected again: nothing was sent.
    Flawed(Rejection),
    /// Somebody has sent something for it that the person has not seen: nothing was sent.
    Meanwhile,
    /// There is no such rejection.
    NoSuch,
    /// Kafka has not confirmed it. Sending it again is safe: an entry that comes twice counts once.
    Unconfirmed,
}

/// The fields that a person has typed, as an entry. What is empty is left out.
pub fn typed_entry(fields: &[(&'static str, String)]) -> String {
    let texts: Vec<String> = fields.iter().map(|(_, text)| text.trim().to_owned()).collect();
    let columns = fields.iter().enumerate().map(|(place, (field, _))| (*field, Source::Column(place)));
    entry(&texts, &Mapping(columns.collect::<BTreeMap<_, _>>()))
}

impl Intake {
    /// Sends an entry for a rejection, for which the person has seen `seen` sent already.
    pub async fn resubmit(&self, rejection: i64, seen: i64, text: &[u8], who: &str) -> Result<Resubmitted, Error> {
        let line = match check_one(text, &self.rules, self.clock.now()) {
            Ok(line) => line,
            Err(rejection) => return Ok(Resubmitted::Flawed(rejection)),
        };
        let id = match self.records.begin_resubmission(rejection, seen, text, who).await? {
            Begun::As(id) => id,
            Begun::Meanwhile => return Ok(Resubmitted::Meanwhile),
            Begun::NoSuch => return Ok(Resubmitted::NoSuch),
        };
        // In a task of its own: nobody who goes away keeps the place from being noted.
        let intake = self.clone();
        let sending = tokio::spawn(async move {
            let sent = intake.producer.send(line.entry.product_id.as_str(), line.payload.as_bytes()).await;
            let place = match sent {
                Ok(sent) => sent.place().await,
                Err(error) => Err(error),
            };
            match place {
                Ok(place) => {
                    if let Err(error) = intake.records.place_resubmission(id, place).await {
                        tracing::warn!(id, "it cannot be noted where a resubmission is: {}", explain(&error));
                    }
                    Some(place)
                }
                Err(error) => {
                    tracing::warn!(id, "a resubmission is not confirmed: {}", explain(&error));
                    None
                }
            }
        });
        Ok(match timeout(WAIT, sending).await {
            Ok(Ok(Some((partition, offset)))) => Resubmitted::At(partition, offset),
            _ => Resubmitted::Unconfirmed,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_fields_are_an_entry() {
        let text = |it: &str| it.to_owned();
        let fields =
            [("product_id", text(" 007 ")), ("quantity", text("12")), ("drcr", text("-1")), ("kind", text(""))];
        let wanted = serde_json::json!({ "product_id": "007", "quantity": 12, "drcr": -1 });
        assert_eq!(serde_json::from_str::<serde_json::Value>(&typed_entry(&fields)).unwrap(), wanted);
    }
}
