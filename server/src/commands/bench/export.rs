//! A million entries as a file: how long it takes, and whether memory grows with the rows.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use app::i18n::Locale;
use model::statistics::Filter;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::PARTITIONS;
use super::resident::Resident;
use super::statistics::entries_question;
use model::files::choices::Separator;

use crate::export::{EntriesExport, Progress, Rows, csv_rows, write_xlsx};
use crate::lookup::Lookup;
use crate::world::World;
use base::config::Config;
use records::{Names, YearSize};

/// Memory is looked at once so many rows are written, and at the end.
const FIRST: usize = 100_000;

/// What a file cost.
struct Cost {
    rows: usize,
    bytes: u64,
    took_ms: u128,
    /// The most memory until the first rows were written.
    first_mb: u64,
    /// The most memory of all.
    most_mb: u64,
}

/// Fills days, writes them as CSV and as XLSX, and prints what each cost.
pub async fn run(config: &Config, size: YearSize, json_wanted: bool) -> anyhow::Result<ExitCode> {
    eprintln!("filling {} days ...", size.days);
    let world = World::make(config, "bench", PARTITIONS).await?;
    let parts = world.parts().await?;
    parts.records.fill_year(size).await?;
    let entries = parts.records.fill_entries(size, size.days).await?;
    let zone = config.entry.business_time;
    for kind in ["csv", "xlsx"] {
        let lookup = Lookup::open(&parts.records, zone).await?;
        let question = entries_question(size, size.days, zone, &Filter::default())?;
        let export = EntriesExport { lookup, question, names: Arc::<Names>::default(), zone, locale: Locale::En };
        let rows = export.start(Arc::<Progress>::default(), CancellationToken::new(), ());
        let cost = if kind == "csv" { csv(rows).await? } else { xlsx(rows).await? };
        anyhow::ensure!(u64::try_from(cost.rows)? == entries, "{kind}: {} rows of {entries}", cost.rows);
        let Cost { rows, bytes, took_ms, first_mb, most_mb } = cost;
        if json_wanted {
            let figures = json!({ "export": kind, "rows": rows, "bytes": bytes, "took_ms": took_ms });
            println!("{figures}");
            println!("{}", json!({ "export": kind, "first_mb": first_mb, "most_mb": most_mb }));
        } else {
            println!(
                "{kind:<5} {rows} rows, {} MB in {took_ms} ms; memory {first_mb} MB after {FIRST} rows, {most_mb} MB at most",
                bytes / 1_000_000
            );
        }
    }
    world.end(&parts).await?;
    Ok(ExitCode::SUCCESS)
}

/// As it is streamed; what is written is let go.
async fn csv(mut rows: Rows) -> anyhow::Result<Cost> {
    let (started, resident) = (Instant::now(), Resident::watch());
    let (mut count, mut bytes, mut first_mb) = (0, 0, 0);
    while let Some(stretch) = rows.recv().await {
        let stretch = stretch?;
        bytes += u64::try_from(csv_rows(&stretch, Separator::Comma).len())?;
        if count < FIRST {
            first_mb = resident.most_so_far_mb();
        }
        count += stretch.len();
    }
    let took_ms = started.elapsed().as_millis();
    Ok(Cost { rows: count, bytes, took_ms, first_mb, most_mb: resident.most_mb() })
}

/// Into its temporary file.
async fn xlsx(mut rows: Rows) -> anyhow::Result<Cost> {
    let (started, resident) = (Instant::now(), Resident::watch());
    let (sender, counted) = tokio::sync::mpsc::channel(1);
    let writing = tokio::task::spawn_blocking(move || {
        let file = write_xlsx("entries", &["column"; 16], counted)?;
        anyhow::Ok(file.as_file().metadata()?.len())
    });
    let (mut count, mut first_mb) = (0, 0);
    while let Some(stretch) = rows.recv().await {
        if count < FIRST {
            first_mb = resident.most_so_far_mb();
        }
        count += stretch.as_ref().map_or(0, Vec::len);
        if sender.send(stretch).await.is_err() {
            break;
        }
    }
    drop(sender);
    let bytes = writing.await??;
    let took_ms = started.elapsed().as_millis();
    Ok(Cost { rows: count, bytes, took_ms, first_mb, most_mb: resident.most_mb() })
}
