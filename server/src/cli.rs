//! The command line: what can be typed, and which file does it.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::commands;
use crate::config;
use crate::telemetry;

/// Live stock of many warehouses, with numbers that can be proved.
#[derive(Debug, Parser)]
#[command(name = "tallyhouse", version, about, propagate_version = true)]
struct Cli {
    /// The settings file; without it `tallyhouse.toml`, if there is one.
    #[arg(long, global = true, env = "TALLYHOUSE_CONFIG")]
    config: Option<PathBuf>,
    /// What is logged, such as `info` or `info,tallyhouse=debug`.
    #[arg(long, global = true, env = "TALLYHOUSE_LOG")]
    log: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run everything in one process: daemon and web.
    Serve(Serve),
    /// Run the daemon alone: Kafka to both stores.
    InvDaemon,
    /// Make the schema, and write down the settings that must not change. Safe to repeat.
    Migrate,
    /// Publish entries from a file, or from standard input with `-`.
    Produce(Produce),
    /// Play a believable grocer.
    Simulate(Simulate),
    /// The catalogue of names.
    #[command(subcommand)]
    Names(Names),
    /// The settings in force.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// The topic, for development and demos.
    #[command(subcommand)]
    Topic(TopicCommand),
    /// Measure.
    #[command(subcommand)]
    Bench(Bench),
}

/// What `serve` takes.
#[derive(Debug, Args)]
pub struct Serve {
    /// Leave a part to another process.
    #[arg(long, value_enum)]
    pub without: Vec<Part>,
    /// Where the browser's part is.
    #[arg(long, env = "TALLYHOUSE_PKG", default_value = "pkg")]
    pub pkg: PathBuf,
}

/// A part of `serve`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// Kafka to both stores.
    Ingest,
    /// The dashboard and the HTTP interface.
    Web,
}

/// What `produce` takes.
#[derive(Debug, Args)]
pub struct Produce {
    /// `FILE.ndjson` (one entry a line), `FILE.csv` (columns named as the fields), or `-` for NDJSON from standard input.
    pub files: Vec<PathBuf>,
    /// Print the outcome as JSON.
    #[arg(long)]
    pub json: bool,
}

/// What `simulate` takes.
#[derive(Debug, Args)]
pub struct Simulate {
    /// Same seed, same grocer.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// So many past days, as fast as Kafka takes them, beginning with opening stock.
    #[arg(long, default_value_t = 0)]
    pub days: u32,
    /// About so many entries on each of them.
    #[arg(long, default_value_t = 3000)]
    pub entries_per_day: usize,
    /// With --days: the last of them ends with an hour of so many entries a second, so that what follows live is no break.
    #[arg(long, requires = "days")]
    pub last_hour_rate: Option<f64>,
    /// Then so many entries a second, until stopped.
    #[arg(long)]
    pub rate: Option<f64>,
    /// Stop the live entries after so many seconds.
    #[arg(long)]
    pub seconds: Option<u64>,
    /// Write the grocer's names as CSV, for `names import`.
    #[arg(long)]
    pub write_names: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Names {
    /// Add or replace names from a CSV file with the columns kind, id, zh, en, unit. All or none.
    Import {
        /// The file.
        file: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Check all settings and show which hold, and where each came from.
    Check {
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
enum TopicCommand {
    /// Make the topic, unless it is there.
    Create {
        /// So many partitions.
        #[arg(long, default_value_t = 16)]
        partitions: i32,
    },
}

/// What can be measured.
#[derive(Debug, Subcommand)]
pub enum Bench {
    /// Ingest as a ratio to plain multi-row INSERTs, in the same run.
    Ingest {
        /// So many entries.
        #[arg(long, default_value_t = 200_000)]
        entries: usize,
        /// Over so many products.
        #[arg(long, default_value_t = 50)]
        products: usize,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// From produce to the event stream.
    Latency {
        /// So many entries a second.
        #[arg(long, default_value_t = 500)]
        rate: u64,
        /// For so many seconds.
        #[arg(long, default_value_t = 20)]
        seconds: u64,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Runs the program. Exit code 0: done; 1: done, with failures; 2: could not.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let usual = if matches!(cli.command, Command::Serve(_) | Command::InvDaemon) { "info" } else { "warn" };
    telemetry::start_logs(cli.log.as_deref().unwrap_or(usual));
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(cause) => return fail(&anyhow::Error::new(cause).context("cannot start the runtime")),
    };
    let done = runtime.block_on(execute(cli));
    runtime.shutdown_timeout(std::time::Duration::from_secs(10));
    done.unwrap_or_else(|error| fail(&error))
}

async fn execute(cli: Cli) -> anyhow::Result<ExitCode> {
    let config = config::load(cli.config.as_deref())?;
    match cli.command {
        Command::Serve(serve) => commands::serve::run(config, &serve).await,
        Command::InvDaemon => {
            let daemon_alone = Serve { without: vec![Part::Web], pkg: PathBuf::new() };
            commands::serve::run(config, &daemon_alone).await
        }
        Command::Migrate => commands::migrate::run(&config).await,
        Command::Produce(produce) => commands::produce::run(&config, &produce).await,
        Command::Simulate(simulate) => commands::simulate::run(&config, &simulate).await,
        Command::Names(Names::Import { file }) => commands::names::import(&config, &file).await,
        Command::Config(ConfigCommand::Check { json }) => commands::config::check(&config, json),
        Command::Topic(TopicCommand::Create { partitions }) => commands::topic::create(&config, partitions).await,
        Command::Bench(bench) => commands::bench::run(&config, &bench).await,
    }
}

#[expect(clippy::print_stderr, reason = "the last word of the program")]
fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("tallyhouse: {error:#}");
    ExitCode::from(2)
}
