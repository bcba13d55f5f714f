//! `tallyhouse config`.

use std::process::ExitCode;

use base::config::Config;

/// Shows each setting and where it came from. Faults were reported before this is reached.
pub fn check(config: &Config, json: bool) -> anyhow::Result<ExitCode> {
    if json {
        println!("{}", serde_json::to_string_pretty(&config.shown)?);
    } else {
        for it in &config.shown {
            println!("{:<22} {:<48} {}", it.key, it.value, it.from);
        }
    }
    Ok(ExitCode::SUCCESS)
}
