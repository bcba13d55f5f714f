//! `tallyhouse produce`: publishes entries as they are; the daemon is the one that judges them.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Map, Value};

use base::config::Config;
use queue::{EntryProducer, Sent};

/// So many messages may wait for Kafka's word.
const WAITING: usize = 10_000;

/// What `produce` takes.
#[derive(Debug, Args)]
pub struct Produce {
    /// `FILE.ndjson` (one entry a line), `FILE.csv` (columns named as the fields), or `-` for NDJSON from standard input.
    pub files: Vec<PathBuf>,
    /// Print the outcome as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Publishes files; prints sent and failed. Exit code 1 when some failed.
pub async fn run(config: &Config, produce: &Produce) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(!produce.files.is_empty(), "name a file, or - for standard input");
    let mut publishing = Publishing::new(config)?;
    for file in &produce.files {
        publishing.file(file).await.with_context(|| format!("after {} entries", publishing.sent))?;
    }
    let (sent, failed) = publishing.finish().await;
    if produce.json {
        println!("{}", serde_json::json!({ "sent": sent, "failed": failed }));
    } else {
        println!("sent {sent}, failed {failed}");
    }
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

struct Publishing {
    producer: EntryProducer,
    waiting: Vec<Sent>,
    bar: ProgressBar,
    sent: u64,
    failed: u64,
}

impl Publishing {
    fn new(config: &Config) -> anyhow::Result<Self> {
        let style = ProgressStyle::with_template("{spinner} {human_pos} entries, {per_sec}, {elapsed}")?;
        let bar = ProgressBar::new_spinner().with_style(style);
        Ok(Self { producer: EntryProducer::new(&config.kafka)?, waiting: Vec::new(), bar, sent: 0, failed: 0 })
    }

    async fn file(&mut self, file: &Path) -> anyhow::Result<()> {
        if file == Path::new("-") {
            return self.ndjson(BufReader::new(std::io::stdin())).await;
        }
        let open = std::fs::File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
        match file.extension().and_then(|it| it.to_str()) {
            Some("csv") => self.csv(open).await,
            _ => self.ndjson(BufReader::new(open)).await,
        }
    }

    async fn ndjson(&mut self, lines: impl BufRead) -> anyhow::Result<()> {
        for line in lines.split(b'\n') {
            let line = line.context("cannot read on")?;
            let line = line.strip_suffix(b"\r").unwrap_or(&line);
            if !line.is_empty() {
                let key = key(line);
                self.send(&key, line).await?;
            }
        }
        Ok(())
    }

    async fn csv(&mut self, file: std::fs::File) -> anyhow::Result<()> {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::Headers).from_reader(file);
        let headers = reader.headers().context("cannot read the column names")?.clone();
        for (place, row) in reader.records().enumerate() {
            match row {
                Ok(row) => {
                    let line = entry(&headers, &row).to_string();
                    let key = key(line.as_bytes());
                    self.send(&key, line.as_bytes()).await?;
                }
                Err(cause) => {
                    self.failed += 1;
                    self.bar.suspend(|| eprintln!("line {}: {cause}", place + 2));
                }
            }
        }
        Ok(())
    }

    async fn send(&mut self, key: &str, payload: &[u8]) -> anyhow::Result<()> {
        if self.waiting.len() >= WAITING {
            self.settle().await;
        }
        self.waiting.push(self.producer.send(key, payload).await?);
        Ok(())
    }

    async fn settle(&mut self) {
        for sent in self.waiting.drain(..) {
            match sent.acknowledged().await {
                Ok(()) => self.sent += 1,
                Err(error) => {
                    self.failed += 1;
                    self.bar.suspend(|| eprintln!("{}", base::status::explain(&error)));
                }
            }
        }
        self.bar.set_position(self.sent);
    }

    async fn finish(mut self) -> (u64, u64) {
        self.settle().await;
        self.bar.finish_and_clear();
        (self.sent, self.failed)
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

/// A CSV row as an entry. Numbers where the entry wants numbers; what is no number stays text, for the daemon to reject
/// with its reason.
fn entry(headers: &csv::StringRecord, row: &csv::StringRecord) -> Value {
    let fields = headers.iter().zip(row).filter(|(_, value)| !value.is_empty()).map(|(name, value)| {
        let number =
            matches!(name, "quantity" | "drcr" | "line_no").then(|| value.trim().parse::<i64>().ok()).flatten();
        (name.to_owned(), number.map_or_else(|| Value::String(value.to_owned()), Value::from))
    });
    Value::Object(fields.collect())
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

    #[test]
    fn a_csv_row_becomes_an_entry() {
        let headers = csv::StringRecord::from(vec!["product_id", "quantity", "drcr", "description"]);
        let row = csv::StringRecord::from(vec!["71053", "6", "x", ""]);
        assert_eq!(entry(&headers, &row), serde_json::json!({ "product_id": "71053", "quantity": 6, "drcr": "x" }));
    }
}
