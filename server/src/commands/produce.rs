//! `tallyhouse produce`: publishes entries. Files are read and checked as the import page does it, whole and before anything of them is sent; lines from
//! standard input come from programs and go as they are: the daemon is the one that judges them.

use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use app::i18n::Locale;
use base::clock::Clock;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use model::files::choices::Choices;
use model::flaw::LineFlaw;
use serde_json::{Map, Value};

use crate::intake::{Delivery, Intake, Looked};
use base::config::Config;
use queue::{EntryProducer, Sent};

/// So many messages may wait for Kafka's word.
const WAITING: usize = 10_000;
/// So many wrong lines are printed; all are counted.
const SHOWN: usize = 200;

/// What `produce` takes.
#[derive(Debug, Args)]
pub struct Produce {
    /// Files of entries: CSV, XLSX, NDJSON or a JSON array; or `-` for NDJSON from standard input, sent as it is.
    pub files: Vec<PathBuf>,
    /// How a file is read where it does not say so itself, as in the import page's URL: `--set head=3 --set number.quantity=comma`.
    #[arg(long, value_name = "NAME=VALUE")]
    pub set: Vec<String>,
    /// An import profile that was kept by name.
    #[arg(long, default_value = "")]
    pub profile: String,
    /// Send the valid lines of a file that has wrong ones too.
    #[arg(long)]
    pub valid_only: bool,
    /// Print the outcome as JSON.
    #[arg(long)]
    pub json: bool,
}

/// What became of all of it.
#[derive(Debug, Default)]
struct Outcome {
    sent: usize,
    failed: usize,
}

/// Publishes files; prints sent and failed. Exit code 1 when some failed, or a question is open.
pub async fn run(config: &Config, produce: &Produce) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(!produce.files.is_empty(), "name a file, or - for standard input");
    let said = said(&produce.set)?;
    let producer = EntryProducer::new(&config.kafka)?;
    let intake = Intake { producer, rules: config.entry, records: super::records(config)?, clock: Clock::system() };
    let mut outcome = Outcome::default();
    for file in &produce.files {
        let done = if file == Path::new("-") {
            Box::pin(standard_input(intake.producer.clone())).await
        } else {
            Box::pin(publish(&intake, file, produce, &said)).await
        };
        let done = done.with_context(|| format!("{}, after {} entries", file.display(), outcome.sent))?;
        outcome.sent += done.sent;
        outcome.failed += done.failed;
    }
    let Outcome { sent, failed } = outcome;
    if produce.json {
        println!("{}", serde_json::json!({ "sent": sent, "failed": failed }));
    } else {
        println!("sent {sent}, failed {failed}");
    }
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Choices of the command line.
fn said(set: &[String]) -> anyhow::Result<Choices> {
    let pairs: Option<Vec<(&str, &str)>> = set.iter().map(|it| it.split_once('=')).collect();
    let (said, bad) = Choices::read(pairs.context("--set wants NAME=VALUE")?);
    if let Some(bad) = bad.first() {
        anyhow::bail!("--set {bad}");
    }
    Ok(said)
}

/// Publishes a file, if nothing in it is wrong or open, or its valid lines alone where that is wanted.
async fn publish(intake: &Intake, file: &Path, produce: &Produce, said: &Choices) -> anyhow::Result<Outcome> {
    let bytes = tokio::fs::read(file).await.context("cannot be read")?;
    let name = file.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
    let choices = intake.with_profile(&produce.profile, said.clone()).await?;
    let choices = choices.with_context(|| format!("there is no import profile {:?}", produce.profile))?;
    let looked = match intake.look(&name, bytes, choices).await? {
        Ok(looked) => looked,
        Err(trouble) => anyhow::bail!("this file {trouble}"),
    };
    complain(&name, &looked);
    if let Some(it) = looked.crowd {
        anyhow::bail!(
            "needs {} new day tables, and one file may need {}: is every column in its place? Otherwise raise TALLYHOUSE_RECORDS_MAX_TABLES",
            it.wanted,
            it.most()
        );
    }
    let wrong = looked.checked.flaws.len() + looked.waiting.len();
    if !looked.questions.is_empty() || (wrong > 0 && !produce.valid_only) {
        return Ok(Outcome { sent: 0, failed: wrong.max(1) });
    }
    Ok(match intake.send(&looked.checked.good).await {
        Delivery::All(sent) => Outcome { sent, failed: wrong },
        Delivery::Some(sent, error) => {
            eprintln!("{}", base::status::explain(&error));
            Outcome { sent, failed: wrong + looked.checked.good.len() - sent }
        }
    })
}

/// Says what is asked and what is wrong.
fn complain(name: &str, looked: &Looked) {
    for it in &looked.questions {
        eprintln!("{name}: {} Answer with --set {}=...", Locale::En.question(it), it.answered_by());
    }
    for LineFlaw { line, field, flaw } in looked.checked.flaws.iter().take(SHOWN) {
        let field = field.as_deref().unwrap_or("entry");
        eprintln!("{name}, line {line}: {field} {flaw}");
    }
    let more = looked.checked.flaws.len().saturating_sub(SHOWN);
    if more > 0 {
        eprintln!("{name}: {more} more lines are wrong");
    }
    if looked.recorded + looked.checked.repeated > 0 {
        let (recorded, repeated) = (looked.recorded, looked.checked.repeated);
        eprintln!(
            "{name}: {recorded} lines are recorded already, {repeated} repeat another line: they are not sent again"
        );
    }
}

async fn standard_input(producer: EntryProducer) -> anyhow::Result<Outcome> {
    let style = ProgressStyle::with_template("{spinner} {human_pos} entries, {per_sec}, {elapsed}")?;
    let bar = ProgressBar::new_spinner().with_style(style);
    let mut publishing = Publishing { producer, waiting: Vec::new(), bar, outcome: Outcome::default() };
    for line in std::io::stdin().lock().split(b'\n') {
        let line = line.context("cannot be read on")?;
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        if !line.is_empty() {
            publishing.send(line).await?;
        }
    }
    publishing.settle().await;
    publishing.bar.finish_and_clear();
    Ok(publishing.outcome)
}

struct Publishing {
    producer: EntryProducer,
    waiting: Vec<Sent>,
    bar: ProgressBar,
    outcome: Outcome,
}

impl Publishing {
    async fn send(&mut self, payload: &[u8]) -> anyhow::Result<()> {
        if self.waiting.len() >= WAITING {
            self.settle().await;
        }
        self.waiting.push(self.producer.send(&key(payload), payload).await?);
        Ok(())
    }

    async fn settle(&mut self) {
        for sent in self.waiting.drain(..) {
            match sent.acknowledged().await {
                Ok(()) => self.outcome.sent += 1,
                Err(error) => {
                    self.outcome.failed += 1;
                    self.bar.suspend(|| eprintln!("{}", base::status::explain(&error)));
                }
            }
        }
        self.bar.set_position(u64::try_from(self.outcome.sent).unwrap_or(u64::MAX));
    }
}

/// The recommended key: the product. A line without a readable one goes without: it is the daemon's to reject.
fn key(line: &[u8]) -> String {
    match serde_json::from_slice::<Map<String, Value>>(line).ok().and_then(|mut it| it.remove("product_id")) {
        Some(Value::String(id)) => id,
        Some(Value::Number(id)) => id.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_products() {
        assert_eq!(key(br#"{"product_id":"85132B"}"#), "85132B");
        assert_eq!(key(br#"{"product_id":71053}"#), "71053");
        assert_eq!(key(b"poison"), "");
    }
}
