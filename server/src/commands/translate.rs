//! `tallyhouse translate`: change events of a foreign table to entries, by a mapping file. It publishes to the topic of entries and then commits
//! the events, so that a crash repeats some of them: they count once.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use base::clock::Clock;
use clap::Args;
use queue::{EntryProducer, Message, MessageReader, Topic};
use translate::EventMap;

use crate::change_events::{self, Previewed, Translated, translated};
use crate::intake::{Delivery, GoodLine, Intake};
use base::config::{Config, KafkaConfig};

/// So many events are translated at once.
const AT_ONCE: usize = 2000;
/// A quiet topic is asked again after this.
const QUIET: Duration = Duration::from_secs(5);

/// What `translate` takes.
#[derive(Debug, Args)]
pub struct Translate {
    /// The mapping file (docs/change-events.md).
    pub map: PathBuf,
    /// Show what the last hundred events of the topic come to, and publish nothing.
    #[arg(long)]
    pub preview: bool,
    /// End when nothing has come for so many seconds; without it, it runs until it is stopped.
    #[arg(long, value_name = "SECONDS")]
    pub until_quiet: Option<u64>,
}

/// What has been done.
#[derive(Debug, Default)]
struct Done {
    events: usize,
    entries: usize,
}

/// Translates until it is stopped, or quiet. Exit code 1: an event cannot be translated; it and what follows wait for a better mapping.
pub async fn run(config: &Config, translate: &Translate) -> anyhow::Result<ExitCode> {
    let file = std::fs::read_to_string(&translate.map);
    let map = EventMap::read(&file.with_context(|| format!("cannot read {}", translate.map.display()))?)?;
    let kafka = KafkaConfig { topic: map.topic.clone(), ..config.kafka.clone() };
    if translate.preview {
        return preview(&kafka, &map, config).await;
    }
    let reader = MessageReader::new(&kafka, &format!("{}-translate-{}", config.kafka.group, map.topic))?;
    let producer = EntryProducer::new(&config.kafka)?;
    let intake = Intake { producer, rules: config.entry, records: super::records(config)?, clock: Clock::system() };
    let (mut done, mut silent) = (Done::default(), 0);
    loop {
        let Some(events) = reader.batch(AT_ONCE, QUIET).await? else {
            silent += QUIET.as_secs();
            if translate.until_quiet.is_some_and(|it| silent >= it) {
                break;
            }
            continue;
        };
        silent = 0;
        let (entries, fault) = up_to_a_fault(&map, &events, &intake);
        match intake.send(&entries).await {
            Delivery::All(sent) => done.entries += sent,
            Delivery::Some(_, error) => return Err(error).context("Kafka has not confirmed every entry; start again"),
        }
        // What stands before a fault is done; the fault itself is read again next time.
        let good = fault.as_ref().map_or(events.len(), |it| it.0);
        if let Some(events) = events.get(..good).filter(|it| !it.is_empty()) {
            reader.commit(&map.topic, events)?;
        }
        done.events += good;
        if let Some((_, why)) = fault {
            eprintln!("{why}");
            println!("{} events, {} entries", done.events, done.entries);
            return Ok(ExitCode::FAILURE);
        }
    }
    println!("{} events, {} entries", done.events, done.entries);
    Ok(ExitCode::SUCCESS)
}

/// The entries of events up to the first that cannot be translated: its place, and why.
fn up_to_a_fault(map: &EventMap, events: &[Message], intake: &Intake) -> (Vec<GoodLine>, Option<(usize, String)>) {
    let mut entries = Vec::new();
    for (place, event) in events.iter().enumerate() {
        match translated(map, event, &intake.rules, intake.clock.now()) {
            Ok(Translated::Entries(found)) => entries.extend(found),
            Ok(Translated::Skipped(_)) => {}
            Err(why) => {
                let (topic, partition, offset) = (&map.topic, event.partition, event.offset);
                return (entries, Some((place, format!("{topic}, partition {partition}, offset {offset}: {why}"))));
            }
        }
    }
    (entries, None)
}

/// Prints what the last events come to, a line of JSON each.
async fn preview(kafka: &KafkaConfig, map: &EventMap, config: &Config) -> anyhow::Result<ExitCode> {
    let found = change_events::preview(&Topic::new(kafka)?, map, &config.entry, Clock::system().now()).await?;
    let events = found.with_context(|| format!("Kafka has no topic {}", map.topic))?;
    let mut faults = 0;
    for Previewed { event, comes_to } in &events {
        let said = match comes_to {
            Ok(Translated::Skipped(why)) => format!("skipped: {why:?}"),
            Ok(Translated::Entries(all)) => all.iter().map(|it| it.payload.as_str()).collect::<Vec<_>>().join(" "),
            Err(why) => {
                faults += 1;
                format!("! {why}")
            }
        };
        println!("{}\t{}\t{said}", event.partition, event.offset);
    }
    println!("{} events, {faults} that cannot be translated", events.len());
    Ok(if faults == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
