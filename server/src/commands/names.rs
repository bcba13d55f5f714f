//! `tallyhouse names`.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use app::i18n::Locale;

use crate::catalogue;
use base::config::Config;

/// Adds or replaces names from a CSV file; all errors by line at once, and then nothing is changed.
pub async fn import(config: &Config, file: &Path) -> anyhow::Result<ExitCode> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let records = super::records(config)?;
    let name = file.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
    match catalogue::import(&records, "command line", &name, &bytes, None).await? {
        Ok(done) => {
            println!("{} names and levels, {} new or changed", done.rows, done.changed);
            Ok(ExitCode::SUCCESS)
        }
        Err(refused) => {
            let faults = refused.faults;
            let more = faults.count - faults.first.len();
            let more = if more > 0 { format!("\n  and {more} more") } else { String::new() };
            let lines: Vec<_> = faults.first.iter().map(|it| format!("  {}", Locale::En.line_fault(it))).collect();
            bail!("{} is not imported:\n{}{more}", file.display(), lines.join("\n"))
        }
    }
}
