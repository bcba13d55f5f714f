//! `tallyhouse migrate`.

use std::process::ExitCode;

use base::config::Config;
use records::{Frozen, Records};

/// Makes the schema and installs, or checks that the frozen settings are the same.
pub async fn run(config: &Config) -> anyhow::Result<ExitCode> {
    Records::migrate(&config.records).await?;
    let records = super::records(config)?;
    let installation = records.install(&Frozen::of(config)).await?;
    println!("installation {} in {}", installation.id, config.records.url);
    Ok(ExitCode::SUCCESS)
}
