//! Admission of entries by the rules of today, apart from what a message says. Pure.

use std::time::Duration;

use base::config::EntryRules;
use model::entry::Entry;
use model::flaw::Flaw;
use model::ids::is_invisible;
use model::time::Millis;

use super::rejection::Rejection;

/// Admission of an entry by the rules of today: no id with a character that nobody sees, not before `min_time`, not more than `max_future` ahead of
/// its message (`sent_at`). Asked once, by whoever records the message or refuses it; what is on record is not judged again when the message is.
pub fn admit(entry: &Entry, sent_at: Millis, rules: &EntryRules) -> Result<(), Rejection> {
    for (field, id) in [
        ("product_id", entry.product_id.as_str()),
        ("company_id", entry.company_id.as_str()),
        ("warehouse_id", entry.warehouse_id.as_str()),
        ("bill_id", entry.bill_id.as_str()),
    ] {
        if let Some(invisible) = id.chars().find(|it| is_invisible(*it)) {
            return Err(Rejection::field(field, Flaw::Invisible(invisible)));
        }
    }
    let wrong = |flaw| Err(Rejection::field("create_time", flaw));
    if rules.business_time.day(entry.create_time).is_none_or(|day| day < rules.min_time) {
        return wrong(Flaw::Before(rules.min_time.to_string()));
    }
    let ahead = i64::try_from(rules.max_future.as_millis()).unwrap_or(i64::MAX);
    if entry.create_time.0 > sent_at.0.saturating_add(ahead) {
        return wrong(Flaw::TooFarAhead(duration(rules.max_future)));
    }
    Ok(())
}

/// A duration as people say it: `24 h`, or with its smaller parts where it is not of whole hours.
fn duration(it: Duration) -> String {
    match (it.as_secs() / 3600, it.as_secs() % 3600) {
        (hours, 0) => format!("{hours} h"),
        _ => humantime::format_duration(it).to_string(),
    }
}
