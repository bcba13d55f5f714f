//! `tallyhouse names`.

use std::collections::HashSet;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use app::model::ids::{ProductId, WarehouseId};
use app::model::names::{Name, NameOf};
use app::model::quantity::MAX_SUM;
use app::model::stock::StockKey;
use serde::Deserialize;

use crate::config::Config;
use crate::records::{Deed, LevelRow, NameRow};

/// The most characters of a name, and of a unit.
const MAX_NAME: usize = 128;
const MAX_UNIT: usize = 32;
/// The kind of a row that is no name: below how many a product is low in a warehouse.
const LOW_STOCK: &str = "low_stock";

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
    /// Of a level: where.
    #[serde(default)]
    warehouse: String,
    /// Of a level: how many.
    #[serde(default)]
    level: String,
}

/// What a file holds.
#[derive(Debug, Default)]
struct Catalogue {
    names: Vec<NameRow>,
    levels: Vec<LevelRow>,
}

/// One good row.
enum Good {
    Name(NameRow),
    Level(LevelRow),
}

/// Adds or replaces names from a CSV file; all errors by line at once, and then nothing is changed.
pub async fn import(config: &Config, file: &Path) -> anyhow::Result<ExitCode> {
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let found = match parse(text.trim_start_matches('\u{feff}')) {
        Ok(found) => found,
        Err(faults) => bail!("{} is not imported:\n{}", file.display(), faults.join("\n")),
    };
    let records = super::records(config)?;
    records.store_catalogue(&found.names, &found.levels).await?;
    let count = format!("{} names, {} low-stock levels", found.names.len(), found.levels.len());
    let subject =
        file.file_name().map(|it| it.to_string_lossy().chars().take(200).collect::<String>()).unwrap_or_default();
    let deed =
        Deed { who: "command line", action: "names.import", subject: &subject, before: None, after: Some(&count) };
    records.remember_deed(&deed).await?;
    println!("{count}");
    Ok(ExitCode::SUCCESS)
}

fn parse(text: &str) -> Result<Catalogue, Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::Headers).from_reader(text.as_bytes());
    let (mut found, mut faults, mut seen) = (Catalogue::default(), Vec::new(), HashSet::new());
    for (place, row) in reader.deserialize::<Row>().enumerate() {
        let line = place + 2;
        let mut first = |what: String| {
            let is_first = seen.insert(what.clone());
            if !is_first {
                faults.push(format!("  line {line}: {what} is named twice"));
            }
            is_first
        };
        match row.map_err(|cause| cause.to_string()).and_then(check) {
            Ok(Good::Name(row)) => {
                if first(format!("{} {}", row.of.as_str(), row.id)) {
                    found.names.push(row);
                }
            }
            Ok(Good::Level(row)) => {
                if first(format!("the level of {} in {}", row.key.product_id, row.key.warehouse_id)) {
                    found.levels.push(row);
                }
            }
            Err(why) => faults.push(format!("  line {line}: {why}")),
        }
    }
    if faults.is_empty() { Ok(found) } else { Err(faults) }
}

fn check(row: Row) -> Result<Good, String> {
    if row.kind == LOW_STOCK {
        return check_level(&row).map(Good::Level);
    }
    let of = NameOf::parse(&row.kind)
        .ok_or_else(|| format!("kind {:?} is none of product, warehouse, company, {LOW_STOCK}", row.kind))?;
    // One rule holds for every kind of id.
    ProductId::try_from(row.id.as_str()).map_err(|why| format!("id {why}"))?;
    let short = |field: &str, text: String, limit| match text.trim() {
        "" => Ok(None),
        text if text.chars().count() > limit => Err(format!("{field} is longer than {limit} characters")),
        text if text.chars().any(char::is_control) => Err(format!("{field} contains a control character")),
        text => Ok(Some(text.to_owned())),
    };
    let name = Name { zh: short("zh", row.zh, MAX_NAME)?, en: short("en", row.en, MAX_NAME)? };
    Ok(Good::Name(NameRow { of, id: row.id, name, unit: short("unit", row.unit, MAX_UNIT)? }))
}

fn check_level(row: &Row) -> Result<LevelRow, String> {
    let product_id = ProductId::try_from(row.id.as_str()).map_err(|why| format!("id {why}"))?;
    let warehouse_id = WarehouseId::try_from(row.warehouse.as_str()).map_err(|why| format!("warehouse {why}"))?;
    let level = match row.level.trim() {
        "" => None,
        text => {
            let level = text.parse::<i64>().ok().filter(|it| (1..=MAX_SUM).contains(it));
            Some(level.ok_or_else(|| format!("level {text:?} is no number from 1 to {MAX_SUM}"))?)
        }
    };
    Ok(LevelRow { key: StockKey { warehouse_id, product_id }, level })
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
        let found = parse("kind,id,zh,en,unit\nproduct,apple,苹果,Apple,箱\nwarehouse,w,,W,\n").unwrap_or_default();
        assert_eq!(found.names.len(), 2);
        assert_eq!(found.names[1].name, Name { zh: None, en: Some("W".to_owned()) });
    }

    #[test]
    fn levels_are_set_and_taken_away() {
        let head = "kind,id,zh,en,unit,warehouse,level";
        let found = parse(&format!("{head}\nlow_stock,apple,,,,w,300\nlow_stock,pear,,,,w,\n")).unwrap_or_default();
        assert_eq!(found.levels.iter().map(|it| it.level).collect::<Vec<_>>(), [Some(300), None]);
        for (row, fault) in [("apple,,,,w,0", "level"), ("apple,,,,w,many", "level"), ("apple,,,,,5", "warehouse")] {
            let faults = parse(&format!("{head}\nlow_stock,{row}\n")).err().unwrap_or_default();
            assert!(faults.len() == 1 && faults[0].contains(fault), "{row}: {faults:?}");
        }
    }
}
