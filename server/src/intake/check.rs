//! Which lines are valid entries, by the ingest's own decoder, and what is wrong with the others. Pure.

use std::collections::HashMap;

use chrono::NaiveDate;
use model::entry::Entry;
use model::flaw::{Flaw, LineFlaw};
use model::time::Millis;

use base::config::EntryRules;
use queue::{Rejection, decode};
use records::Line;

/// An entry as it is written, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbered {
    pub line: usize,
    /// JSON, or what should be.
    pub text: Vec<u8>,
}

/// A line that can be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoodLine {
    /// Where it stands.
    pub line: usize,
    /// What it says.
    pub entry: Entry,
    /// Its business day.
    pub day: NaiveDate,
    /// What is sent.
    pub payload: String,
}

impl GoodLine {
    /// As the records look for it.
    pub fn as_line(&self) -> Line {
        Line { offset: 0, entry: self.entry.clone(), day: self.day, raw: Vec::new(), sent_at: None }
    }
}

/// Lines, sorted out.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// In their order.
    pub good: Vec<GoodLine>,
    /// One for each bad line, in their order.
    pub flaws: Vec<LineFlaw>,
    /// So many lines more repeat a good one to the letter of its content: they count once.
    pub repeated: usize,
}

impl Checked {
    /// Notes what is wrong with a line.
    pub fn add(&mut self, flaw: LineFlaw) {
        self.flaws.push(flaw);
    }
}

/// Checks one entry, as if it were sent now.
pub fn check_one(text: Vec<u8>, rules: &EntryRules, now: Millis) -> Result<GoodLine, Rejection> {
    let entry = decode(&text, now, rules)?;
    let day = rules.business_time.day(entry.create_time);
    let day = day.ok_or_else(|| Rejection::field("create_time", Flaw::OutOfRange))?;
    let not_text = |it: std::string::FromUtf8Error| Rejection::whole(Flaw::NotUtf8(it.utf8_error().valid_up_to()));
    Ok(GoodLine { line: 1, entry, day, payload: String::from_utf8(text).map_err(not_text)? })
}

/// Checks all lines, each by itself and against those before it.
pub fn check(lines: Vec<Numbered>, rules: &EntryRules, now: Millis) -> Checked {
    let mut checked = Checked::default();
    let mut seen = HashMap::with_capacity(lines.len());
    for Numbered { line, text } in lines {
        match check_one(text, rules, now) {
            Err(Rejection { field, flaw, .. }) => checked.add(LineFlaw { line, field, flaw }),
            Ok(good) => {
                let first = *seen.entry(good.entry.identity()).or_insert(checked.good.len());
                match checked.good.get(first) {
                    Some(there) if !there.entry.same_content(&good.entry) => {
                        let flaw = Flaw::Contradicts(there.line);
                        checked.add(LineFlaw { line, field: Some("line_no".to_owned()), flaw });
                    }
                    Some(_) => checked.repeated += 1,
                    None => checked.good.push(GoodLine { line, ..good }),
                }
            }
        }
    }
    checked
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use base::business_time::BusinessTime;

    const NOW: Millis = Millis(1_741_600_000_000);

    fn rules() -> EntryRules {
        EntryRules {
            business_time: BusinessTime(chrono_tz::Asia::Shanghai),
            max_future: Duration::from_hours(24),
            min_time: "2000-01-01".parse().unwrap(),
        }
    }

    fn line(line: usize, bill: &str, quantity: &str) -> Numbered {
        let text = format!(
            r#"{{"product_id":"p","quantity":{quantity},"drcr":1,"company_id":"c","warehouse_id":"w","bill_id":"{bill}","create_time":"2025-03-10 08:00:00"}}"#
        );
        Numbered { line, text: text.into_bytes() }
    }

    #[test]
    fn every_bad_line_is_named_once_and_good_ones_stay() {
        let lines = vec![
            line(1, "a", "1"),
            line(2, "b", "0"),
            line(4, "a", "1"),
            line(5, "a", "2"),
            Numbered { line: 7, text: b"nonsense".to_vec() },
        ];
        let checked = check(lines, &rules(), NOW);
        assert_eq!(checked.good.iter().map(|it| it.line).collect::<Vec<_>>(), [1]);
        assert_eq!(checked.repeated, 1);
        let flaws: Vec<_> = checked.flaws.iter().map(|it| (it.line, it.field.as_deref())).collect();
        assert_eq!(flaws, [(2, Some("quantity")), (5, Some("line_no")), (7, None)]);
        assert_eq!(checked.flaws[1].flaw, Flaw::Contradicts(1));
    }
}
