//! `make drill-web`: a web server that is abused in every way (denial of service, slowloris, floods of connections and bodies), while entries flow, a
//! screen watches, somebody exports, and a monitor asks how it is. None of these may notice. `SEED=... ONLY=...` plays a run again.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test program")]
#![allow(missing_docs, reason = "a test program")]

mod abuses;
mod bodies;
mod connections;
mod honest;
mod measures;
mod site;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::Parser;
use rand::seq::SliceRandom as _;
use rand_chacha::ChaCha8Rng;

use honest::Honest;
use measures::{Measures, Row};
use site::Site;

#[derive(Debug, Parser)]
struct Arguments {
    /// Two minutes instead of a quarter of an hour.
    #[arg(long)]
    short: bool,
    #[arg(long)]
    seed: Option<u64>,
    /// Only abuses whose name contains this.
    #[arg(long)]
    only: Option<String>,
    /// Entries per second: half of what this machine can record.
    #[arg(long, default_value_t = 200)]
    rate: u64,
    /// Where the log and the report go.
    #[arg(long)]
    folder: PathBuf,
    /// A Python that has `schemathesis`; without one that abuse is left out, and said to be.
    #[arg(long)]
    schemathesis: Option<PathBuf>,
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    rlimit::increase_nofile_limit(u64::MAX).context("open files")?;
    tokio::runtime::Runtime::new().context("the runtime")?.block_on(drill(&arguments))
}

async fn drill(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let seed = arguments.seed.unwrap_or_else(|| u64::from(rand::random::<u32>()));
    let mut random: ChaCha8Rng = rand::SeedableRng::seed_from_u64(seed);
    let seconds = |short, long| Duration::from_secs(if arguments.short { short } else { long });
    std::fs::create_dir_all(&arguments.folder).context("the folder")?;
    let site = Arc::new(Site::start(&arguments.folder.join("server.log"), arguments.schemathesis.clone()).await?);
    println!("seed {seed}, {} entries a second, log in {}", arguments.rate, arguments.folder.display());
    let honest = Honest::start(&site, arguments.rate);
    honest.warm().await?;

    let quiet = play(&honest, "(nothing)", seconds(10, 30), async { Ok("no abuse".to_owned()) }).await;
    println!("{}\n{}", measures::TITLES, quiet);
    let mut rows = vec![quiet];
    let wanted = |name: &str| arguments.only.as_ref().is_none_or(|only| name.contains(only));
    let mut all: Vec<_> = abuses::ALL.iter().filter(|(name, _)| wanted(name)).collect();
    all.shuffle(&mut random);
    for (name, abuse) in &all {
        let length = seconds(8, 60);
        let row = play(&honest, name, length, abuse(Arc::clone(&site), Instant::now() + length)).await;
        println!("{row}");
        rows.push(row);
    }
    if arguments.only.is_none() {
        let length = seconds(15, 120);
        let row = play(&honest, "(all at once)", length, abuses::all_at_once(&site, Instant::now() + length)).await;
        println!("{row}");
        rows.push(row);
    }
    let rest = measures::rest(&site, seconds(30, 60)).await?;
    let measures = Measures { seed, rows, rest };
    honest.end().await?;
    let faults = measures.faults();
    let path = arguments.folder.join("report.json");
    std::fs::write(&path, serde_json::to_string_pretty(&measures)?).context("the report")?;
    println!("{}", measures.summary());
    for fault in &faults {
        println!("FAILED: {fault}");
    }
    println!("{} abuses, {} faults; report in {}", measures.rows.len() - 1, faults.len(), path.display());
    Arc::into_inner(site).context("somebody still uses the site")?.end().await?;
    Ok(if faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// An abuse, and what honest clients saw meanwhile.
async fn play(
    honest: &Honest,
    name: &str,
    length: Duration,
    abuse: impl Future<Output = anyhow::Result<String>>,
) -> Row {
    let began = honest.mark().await;
    let (done, ()) = tokio::join!(abuse, tokio::time::sleep(length));
    let (note, fault) = match done {
        Ok(note) => (note, None),
        Err(error) => (String::new(), Some(format!("{error:#}"))),
    };
    honest.since(name, &began, note, fault).await
}
