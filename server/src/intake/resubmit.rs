//! A corrected entry, sent again for a message that was rejected. Written down before it is sent; the rejection stays as it is.

use std::time::Duration;

use files::Cell;
use files::cells::{dates, directions, kinds, numbers};
use model::files::choices::{DateOrder, DecimalMark, Way};
use serde_json::Value;
use tokio::time::timeout;

use super::Intake;
use super::check::check_one;
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

/// The fields that a person has typed, as an entry. What is empty is left out; what is not understood stays as it is, for the decoder to say what is
/// wrong.
pub fn typed_entry(fields: &[(&'static str, String)]) -> String {
    let typed = fields.iter().map(|(field, text)| (*field, text.trim())).filter(|it| !it.1.is_empty());
    Value::Object(typed.map(|(field, text)| (field.to_owned(), typed_value(field, text))).collect()).to_string()
}

fn typed_value(field: &str, text: &str) -> Value {
    let cell = Cell::from_text(text);
    let understood: Option<Value> = match field {
        "quantity" | "line_no" if !numbers::is_open(&cell) => {
            numbers::read(&cell, DecimalMark::Point).ok().map(|it| it.value.into())
        }
        "drcr" => directions::way(text).map(|it| if it == Way::In { 1 } else { -1 }.into()),
        "kind" => kinds::kind(text).map(|it| it.as_str().into()),
        "create_time" if !dates::is_open(&cell) => {
            dates::read(&cell, &Cell::Empty, DateOrder::YearFirst).ok().map(Value::from)
        }
        _ => None,
    };
    understood.unwrap_or_else(|| text.into())
}

impl Intake {
    /// Sends an entry for a rejection, for which the person has seen `seen` sent already.
    pub async fn resubmit(&self, rejection: i64, seen: i64, text: &[u8], who: &str) -> Result<Resubmitted, Error> {
        let line = match check_one(text.to_vec(), &self.rules, self.clock.now()) {
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
