//! `tallyhouse bench`: ratios within one run, all servers on the same machine, each run in a world of its own.

mod audit;
mod backfill;
mod connector;
mod correct;
mod export;
mod fanout;
mod ingest;
mod latency;
mod preview;
mod rebuild;
mod redis_keys;
mod resident;
mod row_at_a_time;
mod statistics;
mod times;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::Subcommand;

use base::config::Config;
use records::YearSize;

/// As many partitions as the goals of the design are stated for.
const PARTITIONS: i32 = 16;

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
        /// In so many warehouses.
        #[arg(long, default_value_t = 12)]
        warehouses: usize,
        /// So many messages for the consumer that handles one at a time; 0: it is left out.
        #[arg(long, default_value_t = 3000)]
        one_at_a_time: usize,
        /// What starts a connector to compare with: dev/connector/run.sh.
        #[arg(long)]
        connector: Option<PathBuf>,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// A year in time order into an empty system with tables by bucket, against a plain loop that makes and fills the same tables.
    Backfill {
        /// So many entries.
        #[arg(long, default_value_t = 540_000)]
        entries: usize,
        /// Over so many business days.
        #[arg(long, default_value_t = 305)]
        days: u64,
        /// Of so many products.
        #[arg(long, default_value_t = 4000)]
        products: usize,
        /// Tables per day, each measured.
        #[arg(long, value_delimiter = ',', default_values_t = [4, 16, 64])]
        buckets: Vec<u32>,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// A correction of three bills of a year, beside entries that come and statistics that are asked for.
    Correct {
        /// So many entries.
        #[arg(long, default_value_t = 542_000)]
        entries: usize,
        /// Over so many business days.
        #[arg(long, default_value_t = 365)]
        days: u64,
        /// Of so many products.
        #[arg(long, default_value_t = 1000)]
        products: usize,
        /// So many entries a second meanwhile.
        #[arg(long, default_value_t = 200)]
        rate: u64,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// The live stock made anew after Redis was emptied.
    Rebuild {
        /// So many keys.
        #[arg(long, default_value_t = 100_000)]
        keys: usize,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// What a key costs inside Redis.
    Redis {
        /// So many keys.
        #[arg(long, default_value_t = 100_000)]
        keys: usize,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// A month of a year that holds 50 million entries.
    Statistics {
        /// So many products; with 12 warehouses, 3 companies and 365 days.
        #[arg(long, default_value_t = 200)]
        products: u32,
        /// So many of each question.
        #[arg(long, default_value_t = 60)]
        questions: usize,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// A million entries as CSV and as XLSX, and what memory that takes.
    Export {
        /// So many days, of 136,800 entries each.
        #[arg(long, default_value_t = 8)]
        days: u32,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Audits beside a running stream.
    Audit {
        /// So many keys.
        #[arg(long, default_value_t = 1_000_000)]
        keys: usize,
        /// So many entries a second; without it half of what the ingest made.
        #[arg(long)]
        rate: Option<u64>,
        /// As many as the ingest made.
        #[arg(long, conflicts_with = "rate")]
        full_rate: bool,
        /// So many audits, one after the other.
        #[arg(long, default_value_t = 3)]
        audits: usize,
        /// So many tables of a long past are in the register.
        #[arg(long, default_value_t = 1000)]
        past_tables: u32,
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
    /// Files that are looked at before they are sent: how long it takes, in how much memory, and what the ingest notices of it.
    Preview {
        /// So many lines of a file.
        #[arg(long, default_value_t = 100_000)]
        lines: usize,
        /// So many entries a second meanwhile.
        #[arg(long, default_value_t = 500)]
        rate: u64,
        /// For so many seconds without files, and so many with one after the other.
        #[arg(long, default_value_t = 20)]
        seconds: u64,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// From the commit of a batch to every one of many screens, beside full ingest.
    Fanout {
        /// So many screens.
        #[arg(long, default_value_t = 500)]
        streams: usize,
        /// So many entries wait in the topic when it starts.
        #[arg(long, default_value_t = 1_000_000)]
        entries: usize,
        /// Where the browser's part is.
        #[arg(long, env = "TALLYHOUSE_PKG", default_value = "pkg")]
        pkg: PathBuf,
        /// Print as JSON.
        #[arg(long)]
        json: bool,
    },
    /// The screens of `fanout`, a process of their own.
    #[command(hide = true)]
    FanoutClients {
        address: SocketAddr,
        /// So many screens.
        streams: usize,
    },
}

/// Runs one bench.
pub async fn run(config: &Config, bench: &Bench) -> anyhow::Result<ExitCode> {
    match *bench {
        Bench::Ingest { entries, products, warehouses, one_at_a_time, ref connector, json } => {
            let connector = connector.clone();
            ingest::run(config, &ingest::Size { entries, products, warehouses, one_at_a_time, connector }, json).await
        }
        Bench::Backfill { entries, days, products, ref buckets, json } => {
            backfill::run(config, &backfill::Size { days, entries, products, buckets: buckets.clone() }, json).await
        }
        Bench::Correct { entries, days, products, rate, json } => {
            let size = correct::Size { entries, days, products, bills: 3, rate };
            Box::pin(correct::run(config, &size, json)).await
        }
        Bench::Rebuild { keys, json } => rebuild::run(config, keys, json).await,
        Bench::Redis { keys, json } => redis_keys::run(config, keys, json).await,
        Bench::Statistics { products, questions, json } => {
            let first = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap_or_default();
            let size = YearSize { first, days: 365, products, warehouses: 12, companies: 3, entries: 1 };
            statistics::run(config, size, questions, json).await
        }
        Bench::Export { days, json } => {
            let first = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap_or_default();
            let size = YearSize { first, days, products: 200, warehouses: 12, companies: 3, entries: 19 };
            export::run(config, size, json).await
        }
        Bench::Audit { keys, rate, full_rate, audits, past_tables, json } => {
            let size = audit::Size { keys, rate, at_full_rate: full_rate, audits, past_tables };
            // On the heap: a large future, made once.
            Box::pin(audit::run(config, &size, json)).await
        }
        Bench::Latency { rate, seconds, json } => latency::run(config, rate, seconds, json).await,
        Bench::Preview { lines, rate, seconds, json } => {
            Box::pin(preview::run(config, &preview::Size { lines, rate, seconds }, json)).await
        }
        Bench::Fanout { streams, entries, ref pkg, json } => {
            fanout::run(config, &fanout::Size { streams, entries }, pkg.clone(), json).await
        }
        Bench::FanoutClients { address, streams } => fanout::clients::run(address, streams).await,
    }
}
