//! `/rejections` and `/rejections/{id}`: from the URL to what the pages show, and the form that sends a corrected entry.

use std::collections::BTreeMap;

use app::number::grouped;
use app::pages::rejections::view::{CodeCount, Outcome, RejectionDetail, RejectionLine, RejectionsPage, Resent};
use chrono::NaiveDateTime;
use model::entry::FIELDS;
use model::flaw::{Code, Flaw};
use model::pipeline::Counts;
use model::time::Millis;
use serde_json::{Map, Value};

use crate::intake::{Intake, check_one};
use crate::live::clock;
use crate::web::http::page::cut_to_page;
use crate::web::http::params::Params;
use crate::web::rejections::query::question;
use base::business_time::{BusinessTime, utc_moment};
use base::hex::hex;
use records::{Error, RejectionsFilter, StoredRejection, StoredResubmission};

/// The most rejections of a page.
const LINES: i64 = 50;
/// So much of a message is shown in a line.
const FIRST_CHARS: usize = 160;
/// So much of a message is shown as text, and so much as bytes.
const MAX_TEXT: usize = 20_000;
const MAX_BYTES: usize = 512;

/// Makes the pages. Cheap to clone.
#[derive(Clone)]
pub struct RejectionsReader {
    /// Tells what is wrong with a message once more.
    pub intake: Intake,
    /// The zone of clocks on pages.
    pub zone: BusinessTime,
}

impl RejectionsReader {
    /// Answers the URL of the list, of which this is the part after `?`.
    pub async fn page(&self, query: &str, now: Millis) -> Result<RejectionsPage, Error> {
        let records = &self.intake.records;
        let mut params = Params::new(query);
        let query = question(&mut params);
        let totals = records.cursors().await?.values().fold(Counts::default(), |sum, it| sum.plus(it.counts));
        let counts = records.rejection_counts().await?;
        let count = |code: Code| {
            let found = counts.iter().find(|it| it.code == code.as_str())?;
            Some(CodeCount { code, all: found.all_of_it, open: found.open })
        };
        let wanted =
            RejectionsFilter { code: query.code, sent_again: query.sent_again, before: query.before, limit: LINES + 1 };
        let mut found = records.rejections(wanted).await?;
        let next = cut_to_page(&mut found, LINES, |it| it.id);
        let ids: Vec<i64> = found.iter().map(|it| it.id).collect();
        let resent: BTreeMap<i64, Outcome> =
            records.resubmissions_of(&ids).await?.iter().map(|it| (it.rejection_id, outcome(it))).collect();
        Ok(RejectionsPage {
            query,
            faults: params.faults_of_taken(),
            totals,
            counts: Code::ALL.into_iter().filter_map(count).collect(),
            next,
            lines: found.iter().map(|it| self.line(it, resent.get(&it.id).copied())).collect(),
            as_of: clock(self.zone, now, "%Y-%m-%d %H:%M:%S"),
        })
    }

    /// One of them, whole. `None`: there is no such one.
    pub async fn one(&self, id: i64) -> Result<Option<RejectionDetail>, Error> {
        let records = &self.intake.records;
        let Some(it) = records.rejection(id).await? else { return Ok(None) };
        let resent = records.resubmissions_of(&[id]).await?;
        let text = std::str::from_utf8(&it.raw).ok();
        Ok(Some(RejectionDetail {
            line: self.line(&it, resent.last().map(outcome)),
            size: it.size,
            text: text.map(|it| it.chars().take(MAX_TEXT).collect()),
            bytes: it.raw.chunks(16).take(MAX_BYTES / 16).map(byte_line).collect(),
            fields: fields(&it.raw),
            resent: resent.iter().map(|it| self.resent(it)).collect(),
            sent_for: records.resubmitted_for(it.partition_id, it.generation, it.kafka_offset).await?,
        }))
    }

    fn line(&self, it: &StoredRejection, resent: Option<Outcome>) -> RejectionLine {
        RejectionLine {
            id: it.id,
            at: self.clock(it.rejected_at),
            origin: origin(it.partition_id, it.kafka_offset),
            code: Code::parse(&it.code),
            field: it.field.clone(),
            reason: it.reason.clone(),
            flaw: self.flaw(it),
            raw: shown(&String::from_utf8_lossy(&it.raw)),
            resent,
        }
    }

    /// What is wrong, told once more: only where the whole message is here, and the same is wrong with it.
    fn flaw(&self, it: &StoredRejection) -> Option<Flaw> {
        let is_whole = usize::try_from(it.size).is_ok_and(|size| size == it.raw.len());
        let at = utc_moment(it.rejected_at);
        let rejection = check_one(it.raw.clone(), &self.intake.rules, at).err().filter(|_| is_whole)?;
        (rejection.code.as_str() == it.code && rejection.field == it.field).then_some(rejection.flaw)
    }

    fn resent(&self, it: &StoredResubmission) -> Resent {
        Resent {
            who: it.who.clone(),
            at: self.clock(it.at),
            origin: it.partition_id.zip(it.kafka_offset).map(|(partition, offset)| origin(partition, offset)),
            outcome: outcome(it),
        }
    }

    fn clock(&self, at: NaiveDateTime) -> String {
        clock(self.zone, utc_moment(at), "%Y-%m-%d %H:%M:%S")
    }
}

fn origin(partition: i32, offset: i64) -> String {
    format!("{partition} \u{b7} {}", grouped(offset))
}

fn outcome(it: &StoredResubmission) -> Outcome {
    match (it.partition_id, it.rejected_again, it.is_past) {
        (None, _, _) => Outcome::Unconfirmed,
        (_, Some(id), _) => Outcome::Rejected(id),
        (_, None, true) => Outcome::Recorded,
        (_, None, false) => Outcome::Waiting,
    }
}

/// A text on one line; what cannot be seen is marked.
fn shown(text: &str) -> String {
    text.chars().take(FIRST_CHARS).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// `7b 22 ...  {"..`
fn byte_line(bytes: &[u8]) -> String {
    let digits: Vec<String> = bytes.iter().map(|it| hex(&[*it])).collect();
    let seen: String =
        bytes.iter().map(|it| if it.is_ascii_graphic() || *it == b' ' { char::from(*it) } else { '.' }).collect();
    format!("{:<47}  {seen}", digits.join(" "))
}

/// The fields of an entry, as far as they can be read from a message.
fn fields(raw: &[u8]) -> Vec<(&'static str, String)> {
    let read: Map<String, Value> = serde_json::from_slice(raw).unwrap_or_default();
    let text = |field: &str| match read.get(field) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    FIELDS.map(|field| (field, text(field))).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_read_of_a_message_is_offered() {
        let read = fields(br#"{"product_id":7,"quantity":"x","bill_id":null,"other":1}"#);
        let text = |field: &str| read.iter().find(|(name, _)| *name == field).unwrap().1.clone();
        assert_eq!((text("product_id"), text("quantity"), text("bill_id")), ("7".into(), "x".into(), String::new()));
        assert!(fields(b"\xff").iter().all(|(_, text)| text.is_empty()));
    }

    #[test]
    fn bytes_are_shown_as_they_are() {
        assert_eq!(byte_line(b"{\0a").trim_end(), format!("{:<47}  {{.a", "7b 00 61"));
    }
}
