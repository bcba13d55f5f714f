//! `tallyhouse names`.

use std::collections::HashSet;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use app::model::ids::ProductId;
use app::model::names::{Name, NameOf};
use serde::Deserialize;

use crate::config::Config;
use crate::records::{Deed, NameRow};

/// The most characters of a name, and of a unit.
const MAX_NAME: usize = 128;
const MAX_UNIT: usize = 32;

#[derive(Deserialize)]
struct Row {
    kind: String,
    id: String,
    #[serde(default)]
    zh: String,
    #[serde(default)]
    en: String,
    #[serde(default)]
    unit: String,
}

/// Adds or replaces names from a CSV file; all errors by line at once, and then nothing is changed.
pub async fn import(config: &Config, file: &Path) -> anyhow::Result<ExitCode> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let rows = match parse(text.trim_start_matches('\u{feff}')) {
        Ok(rows) => rows,
        Err(faults) => bail!("{} is not imported:\n{}", file.display(), faults.join("\n")),
    };
    let records = super::records(config)?;
    records.store_names(&rows).await?;
    let count = rows.len().to_string();
    let subject =
        file.file_name().map(|it| it.to_string_lossy().chars().take(200).collect::<String>()).unwrap_or_default();
    let deed =
        Deed { who: "command line", action: "names.import", subject: &subject, before: None, after: Some(&count) };
    records.remember_deed(&deed).await?;
    println!("{count} names");
    Ok(ExitCode::SUCCESS)
}

fn parse(text: &str) -> Result<Vec<NameRow>, Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::Headers).from_reader(text.as_bytes());
    let (mut rows, mut faults, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
    for (place, row) in reader.deserialize::<Row>().enumerate() {
        let line = place + 2;
        match row.map_err(|cause| cause.to_string()).and_then(check) {
            Ok(row) if !seen.insert((row.of, row.id.clone())) => {
                faults.push(format!("  line {line}: {} {} is named twice", row.of.as_str(), row.id));
            }
            Ok(row) => rows.push(row),
            Err(why) => faults.push(format!("  line {line}: {why}")),
        }
    }
    if faults.is_empty() { Ok(rows) } else { Err(faults) }
}

fn check(row: Row) -> Result<NameRow, String> {
    let of = NameOf::parse(&row.kind)
        .ok_or_else(|| format!("kind {:?} is none of product, warehouse, company", row.kind))?;
    // One rule holds for every kind of id.
    ProductId::try_from(row.id.as_str()).map_err(|why| format!("id {why}"))?;
    let short = |field: &str, text: String, limit| match text.trim() {
        "" => Ok(None),
        text if text.chars().count() > limit => Err(format!("{field} is longer than {limit} characters")),
        text if text.chars().any(char::is_control) => Err(format!("{field} contains a control character")),
        text => Ok(Some(text.to_owned())),
    };
    let name = Name { zh: short("zh", row.zh, MAX_NAME)?, en: short("en", row.en, MAX_NAME)? };
    Ok(NameRow { of, id: row.id, name, unit: short("unit", row.unit, MAX_UNIT)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_faults_are_named_by_line() {
        let faults =
            parse("kind,id,zh,en,unit\nproduct,apple,苹果,Apple,箱\nfruit,x,,,\nproduct,apple,,,\nwarehouse,,,,\n");
        let faults = faults.err().unwrap_or_default();
        assert_eq!(faults.len(), 3, "{faults:?}");
        for (fault, line) in faults.iter().zip(["line 3", "line 4", "line 5"]) {
            assert!(fault.contains(line), "{fault}");
        }
    }

    #[test]
    fn good_rows_are_taken() {
        let rows = parse("kind,id,zh,en,unit\nproduct,apple,苹果,Apple,箱\nwarehouse,w,,W,\n").unwrap_or_default();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[1].name, Name { zh: None, en: Some("W".to_owned()) });
    }
}
