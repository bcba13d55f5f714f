//! Change events of foreign tables (change data capture) to entries that could be sent, by a mapping file: one judgement for the command that translates
//! and for whoever looks before.

use base::config::EntryRules;
use model::time::Millis;
use queue::{Message, Rejection, Topic};
use tokio::task::spawn_blocking;
use translate::{EventMap, Outcome, Skipped, TranslateError};

use crate::intake::{GoodLine, check_one};

/// The most events that are looked at.
pub const MAX_SHOWN: usize = 100;

/// What an event comes to.
#[derive(Debug, PartialEq, Eq)]
pub enum Translated {
    /// Entries, each of which could be sent as it is.
    Entries(Vec<GoodLine>),
    /// None, for this reason.
    Skipped(Skipped),
}

/// Why an event makes no entries.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Untranslated {
    /// It cannot be translated.
    #[error(transparent)]
    Event(#[from] TranslateError),
    /// One of its entries is none.
    #[error("{}", .0.reason())]
    Entry(Rejection),
}

/// An event beside what it comes to.
#[derive(Debug)]
pub struct Previewed {
    pub event: Message,
    pub comes_to: Result<Translated, Untranslated>,
}

/// Translates an event, its entries checked as if they were sent now.
pub fn translated(
    map: &EventMap,
    event: &Message,
    rules: &EntryRules,
    now: Millis,
) -> Result<Translated, Untranslated> {
    let entries = match map.translate(&event.payload)? {
        Outcome::Skipped(why) => return Ok(Translated::Skipped(why)),
        Outcome::Entries(all) => all,
    };
    let check = |it: serde_json::Value| check_one(it.to_string().into_bytes(), rules, now);
    entries.into_iter().map(check).collect::<Result<_, _>>().map(Translated::Entries).map_err(Untranslated::Entry)
}

/// What the newest events of the mapping's topic come to, the oldest of them first. `None`: there is no such topic. `topic`: any of the same brokers.
pub async fn preview(
    topic: &Topic,
    map: &EventMap,
    rules: &EntryRules,
    now: Millis,
) -> Result<Option<Vec<Previewed>>, queue::Error> {
    let Some(events) = queue::newest(&topic.other(&map.topic), MAX_SHOWN).await? else { return Ok(None) };
    let (map, rules) = (map.clone(), *rules);
    let look = move |event| Previewed { comes_to: translated(&map, &event, &rules, now), event };
    // Large ones keep a core busy.
    let looking = spawn_blocking(move || events.into_iter().map(look).collect());
    looking.await.map(Some).map_err(|_| queue::Error::Stopped)
}
