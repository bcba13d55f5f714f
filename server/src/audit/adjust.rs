//! Sends the adjusting entries that persons decided on, like anybody else's entries: through Kafka. Sent again after a crash, they count
//! once.

use std::time::Duration;

use model::entry::{Entry, Kind, MAX_DESCRIPTION_BYTES};
use model::ids::IdError;
use model::quantity::{Direction, MAX_QUANTITY, Quantity};

use super::Error;
use crate::background::{Demand, Looked, Task, Trouble};
use base::business_time::BusinessTime;
use base::config::KafkaConfig;
use base::status::Status;
use queue::{EntryProducer, to_json};
use records::{Adjustment, Records};

/// Whose bill it is.
const COMPANY: &str = "adjustment";

/// Whose trouble it is.
const PLACE: &str = "adjustments";

/// Sends them. By itself: a Kafka that is away must not keep audits from being made.
pub struct Adjuster {
    /// What was decided.
    pub records: Records,
    /// Where entries go.
    pub kafka: KafkaConfig,
    /// Of the times in entries.
    pub zone: BusinessTime,
    /// Where it is told.
    pub status: Status,
    /// Wakes it when a person of this process has decided.
    pub decided: Demand,
}

impl Task for Adjuster {
    const NAME: &'static str = "adjustments";
    const EVERY: Duration = Duration::from_secs(1);
    type Error = Error;

    async fn look(&mut self) -> Result<Looked, Error> {
        self.send().await.map(|()| Looked::RIGHT)
    }

    fn trouble(&self) -> Option<Trouble<'_>> {
        Some(Trouble { status: &self.status, place: PLACE, says: "an adjusting entry is not sent yet" })
    }

    fn demand(&self) -> Option<&Demand> {
        Some(&self.decided)
    }
}

impl Adjuster {
    /// Sends what Kafka does not have yet.
    pub async fn send(&self) -> Result<(), Error> {
        let adjustments = self.records.adjustments().await?;
        if adjustments.is_empty() {
            return Ok(());
        }
        // For these few alone: a producer is threads and connections.
        let producer = EntryProducer::new(&self.kafka)?;
        for it in adjustments {
            let entries = entries(&it).map_err(|_| Error::Lost("an adjusting entry has an id that cannot be"))?;
            for entry in &entries {
                let text = to_json(entry, self.zone);
                producer.send(entry.product_id.as_str(), text.as_bytes()).await?.acknowledged().await?;
            }
            self.records.adjusted(&it).await?;
            tracing::info!(audit = it.audit, finding = it.number, by = it.by, "an adjusting entry was sent");
        }
        Ok(())
    }
}

/// One line for each quantity that fits into an entry; none where nothing is left to adjust.
fn entries(it: &Adjustment) -> Result<Vec<Entry>, IdError> {
    let direction = if it.by < 0 { Direction::Out } else { Direction::In };
    let mut left = it.by.abs();
    let mut entries = Vec::new();
    while left > 0 {
        let Ok(quantity) = Quantity::try_from(left.min(MAX_QUANTITY)) else { break };
        left -= quantity.get();
        entries.push(Entry {
            product_id: it.key.product_id.clone(),
            warehouse_id: it.key.warehouse_id.clone(),
            company_id: COMPANY.try_into()?,
            bill_id: format!("audit-{}-{}", it.audit, it.number).try_into()?,
            line_no: i32::try_from(entries.len()).unwrap_or(i32::MAX).saturating_add(1),
            quantity,
            direction,
            create_time: it.at,
            description: shortened(&it.note),
            kind: Kind::Adjust,
        });
    }
    Ok(entries)
}

/// As much of a note as an entry holds.
fn shortened(note: &str) -> String {
    let mut text = String::new();
    for letter in note.chars().filter(|it| *it != '\0') {
        if text.len() + letter.len_utf8() > MAX_DESCRIPTION_BYTES {
            break;
        }
        text.push(letter);
    }
    text
}

#[cfg(test)]
mod tests {
    use model::stock::StockKey;
    use model::time::Millis;

    use super::*;

    fn adjustment(by: i64, note: &str) -> Adjustment {
        let key = StockKey { warehouse_id: "w".try_into().unwrap(), product_id: "p".try_into().unwrap() };
        Adjustment { audit: 7, number: 2, key, by, note: note.to_owned(), at: Millis(0) }
    }

    #[test]
    fn makes_up_the_difference_in_as_many_lines_as_it_takes() {
        for by in [0, 5, -5, MAX_QUANTITY, -3 * MAX_QUANTITY - 1] {
            let lines = entries(&adjustment(by, "counted")).unwrap();
            assert_eq!(lines.iter().map(Entry::movement).sum::<i64>(), by);
            assert!(lines.iter().zip(1..).all(|(it, line)| it.line_no == line && it.bill_id.as_str() == "audit-7-2"));
        }
        assert_eq!(entries(&adjustment(-3 * MAX_QUANTITY - 1, "")).unwrap().len(), 4);
    }

    #[test]
    fn a_note_is_shortened_between_letters() {
        let long = "数".repeat(300);
        let text = shortened(&long);
        assert!(text.len() <= MAX_DESCRIPTION_BYTES && text.chars().all(|it| it == '数'));
    }
}
