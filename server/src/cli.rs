//! The command line: what can be typed, and which file does it.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::commands;
use crate::commands::audit::Audit;
use crate::commands::bench::Bench;
use crate::commands::cursor::CursorCommand;
use crate::commands::produce::Produce;
use crate::commands::replay::Replay;
use crate::commands::serve::{Part, Serve};
use crate::commands::simulate::Simulate;
use crate::commands::translate::Translate;
use base::config;
use base::telemetry;

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
    /// Translates change events of a foreign table to entries, by a mapping file.
    Translate(Translate),
    /// Play a believable grocer.
    Simulate(Simulate),
    /// Compare both stores now. Exit code 0: passed; 1: failed; 2: could not run.
    Audit(Audit),
    /// Read the queue again for what an audit found, and name the bills. Exit code 0: none differs; 1: some do; 2: could not.
    Replay(Replay),
    /// The catalogue of names.
    #[command(subcommand)]
    Names(Names),
    /// The settings in force.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Where the records stand in the topic, and how a person sets it, on record.
    #[command(subcommand)]
    Cursor(CursorCommand),
    /// The topic, for development and demos.
    #[command(subcommand)]
    Topic(TopicCommand),
    #[command(subcommand)]
    Bench(Bench),
}

#[derive(Debug, Subcommand)]
enum Names {
    /// Add or replace names from a CSV file with the columns kind, id, zh, en, unit. All or none.
    Import { file: PathBuf },
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
        Command::Translate(translate) => commands::translate::run(&config, &translate).await,
        Command::Simulate(simulate) => commands::simulate::run(&config, &simulate).await,
        Command::Audit(audit) => Box::pin(commands::audit::run(config, &audit)).await,
        Command::Replay(replay) => Box::pin(commands::replay::run(config, &replay)).await,
        Command::Names(Names::Import { file }) => commands::names::import(&config, &file).await,
        Command::Config(ConfigCommand::Check { json }) => commands::config::check(&config, json),
        Command::Topic(TopicCommand::Create { partitions }) => commands::topic::create(&config, partitions).await,
        Command::Cursor(command) => commands::cursor::run(config, &command).await,
        Command::Bench(bench) => Box::pin(commands::bench::run(&config, &bench)).await,
    }
}

#[expect(clippy::print_stderr, reason = "the last word of the program")]
fn fail(error: &anyhow::Error) -> ExitCode {
    eprintln!("tallyhouse: {error:#}");
    ExitCode::from(2)
}
