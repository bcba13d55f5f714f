//! The catalogue as a CSV file: `kind,id,zh,en,unit,warehouse,level`. Pure.
//!
//! A row names a product, warehouse or company; one of the kind `low_stock` sets a level (an empty one takes it away).

use std::collections::HashSet;

use app::model::catalogue::{Column, Fault, LineFault, RowValues};
use app::model::names::NameOf;
use serde::Deserialize;

use super::check;
use crate::records::{LevelRow, NameRow};

/// The kind of a row that is no name.
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
    #[serde(default)]
    warehouse: String,
    #[serde(default)]
    level: String,
}

/// What a file holds.
#[derive(Debug, Default)]
pub struct CatalogueFile {
    /// Names.
    pub names: Vec<NameRow>,
    /// Levels.
    pub levels: Vec<LevelRow>,
}

/// One good row.
enum Good {
    Name(NameRow),
    Level(LevelRow),
}

/// Reads a file, or says all that is wrong with it.
pub fn read(bytes: &[u8]) -> Result<CatalogueFile, Vec<LineFault>> {
    let text = std::str::from_utf8(bytes).map_err(|cause| {
        let before = bytes.get(..cause.valid_up_to()).unwrap_or_default();
        let line = u64::try_from(before.split(|it| *it == b'\n').count()).unwrap_or(u64::MAX);
        vec![LineFault { line: Some(line), fault: Fault::NotUtf8 }]
    })?;
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::Headers).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let (mut found, mut faults, mut seen) = (CatalogueFile::default(), Vec::new(), HashSet::new());
    let head = match reader.headers() {
        Ok(head) => head.clone(),
        Err(cause) => return Err(vec![LineFault { line: Some(1), fault: unreadable(&cause) }]),
    };
    let missing = [Column::Kind, Column::Id].into_iter().filter(|it| !head.iter().any(|name| name == it.word()));
    let missing: Vec<_> = missing.map(|it| LineFault { line: Some(1), fault: Fault::NoColumn(it) }).collect();
    if !missing.is_empty() {
        return Err(missing);
    }
    for record in reader.records() {
        let (line, row) = match record {
            Ok(record) => (record.position().map(csv::Position::line), record.deserialize::<Row>(Some(&head))),
            Err(cause) => (cause.position().map(csv::Position::line), Err(cause)),
        };
        let good = row.map_err(|cause| vec![unreadable(&cause)]).and_then(|row| check(&row));
        let mut wrong = |fault| faults.push(LineFault { line, fault });
        match good {
            Ok(Good::Name(row)) if !seen.insert(subject_of_name(row.of, &row.id)) => {
                wrong(Fault::Twice(subject_of_name(row.of, &row.id)));
            }
            Ok(Good::Level(row)) if !seen.insert(subject_of_level(&row)) => wrong(Fault::Twice(subject_of_level(&row))),
            Ok(Good::Name(row)) => found.names.push(row),
            Ok(Good::Level(row)) => found.levels.push(row),
            Err(all) => all.into_iter().for_each(wrong),
        }
    }
    if faults.is_empty() { Ok(found) } else { Err(faults) }
}

/// What a name's row is about: `product apple`.
pub fn subject_of_name(of: NameOf, id: &str) -> String {
    format!("{} {id}", of.as_str())
}

/// What a level's row is about: `low_stock apple in north`.
pub fn subject_of_level(it: &LevelRow) -> String {
    format!("{LOW_STOCK} {} in {}", it.key.product_id, it.key.warehouse_id)
}

/// Without the place, which is said already.
fn unreadable(cause: &csv::Error) -> Fault {
    match cause.kind() {
        csv::ErrorKind::Deserialize { err, .. } => Fault::Unreadable(err.to_string()),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => Fault::Fields(*len, *expected_len),
        _ => Fault::Unreadable(cause.to_string()),
    }
}

fn check(row: &Row) -> Result<Good, Vec<Fault>> {
    if row.kind == LOW_STOCK {
        return check::level(&row.id, &row.warehouse, &row.level).map(Good::Level);
    }
    let Some(of) = NameOf::parse(&row.kind) else { return Err(vec![Fault::Kind(row.kind.chars().take(40).collect())]) };
    let (zh, en, unit) = (row.zh.clone(), row.en.clone(), row.unit.clone());
    check::name(of, &row.id, &RowValues { zh, en, unit, ..RowValues::default() }).map(Good::Name)
}

/// The catalogue as a file that can be read again. Spreadsheets know it for UTF-8 by its first character.
pub fn write(names: &[NameRow], levels: &[LevelRow]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(["kind", "id", "zh", "en", "unit", "warehouse", "level"])?;
    for it in names {
        let or_empty = |text: &Option<String>| text.clone().unwrap_or_default();
        let (zh, en, unit) = (or_empty(&it.name.zh), or_empty(&it.name.en), or_empty(&it.unit));
        writer.write_record([it.of.as_str(), &it.id, &zh, &en, &unit, "", ""])?;
    }
    for it in levels {
        let level = it.level.map(|it| it.to_string()).unwrap_or_default();
        writer.write_record([
            LOW_STOCK,
            it.key.product_id.as_str(),
            "",
            "",
            "",
            it.key.warehouse_id.as_str(),
            &level,
        ])?;
    }
    writer.into_inner().map_err(|cause| csv::Error::from(cause.into_error()))
}

#[cfg(test)]
mod tests {
    use app::model::names::Name;

    use super::*;

    #[test]
    fn all_faults_are_named_by_line() {
        let long = "x".repeat(129);
        let text = format!(
            "kind,id,zh,en,unit\nproduct,apple,苹果,Apple,箱\nfruit,x,,,\nproduct,apple,,,\nwarehouse,,{long},,\ncompany,c\n"
        );
        let faults = read(text.as_bytes()).err().unwrap_or_default();
        let lines: Vec<_> = faults.iter().filter_map(|it| it.line).collect();
        assert_eq!(lines, [3, 4, 5, 5, 6], "{faults:?}");
        assert_eq!(faults[1].fault, Fault::Twice("product apple".to_owned()));
    }

    #[test]
    fn a_line_within_quotes_does_not_shift_the_count() {
        let faults =
            read("kind,id,zh,en,unit\nproduct,a,\"two\nlines\",,\nfruit,x,,,\n".as_bytes()).err().unwrap_or_default();
        assert_eq!(faults.iter().filter_map(|it| it.line).collect::<Vec<_>>(), [2, 4], "{faults:?}");
    }

    #[test]
    fn what_is_no_text_is_said_with_its_line() {
        let faults = read(b"kind,id,zh\nproduct,a,\xc6\xbb\xb9\xfb\n").err().unwrap_or_default();
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].line, Some(2));
        let faults = read(b"name,id\nx,y\n").err().unwrap_or_default();
        assert_eq!(faults.iter().map(|it| it.fault.clone()).collect::<Vec<_>>(), [Fault::NoColumn(Column::Kind)]);
    }

    #[test]
    fn good_rows_are_taken() {
        let found =
            read("kind,id,zh,en,unit\nproduct,apple,苹果,Apple,箱\nwarehouse,w,,W,\n".as_bytes()).unwrap_or_default();
        assert_eq!(found.names.len(), 2);
        assert_eq!(found.names[1].name, Name { zh: None, en: Some("W".to_owned()) });
    }

    #[test]
    fn levels_are_set_and_taken_away() {
        let head = "kind,id,zh,en,unit,warehouse,level";
        let found =
            read(format!("{head}\nlow_stock,apple,,,,w,300\nlow_stock,pear,,,,w,\n").as_bytes()).unwrap_or_default();
        assert_eq!(found.levels.iter().map(|it| it.level).collect::<Vec<_>>(), [Some(300), None]);
        for row in ["apple,,,,w,0", "apple,,,,w,many", "apple,,,,,5"] {
            let faults = read(format!("{head}\nlow_stock,{row}\n").as_bytes()).err().unwrap_or_default();
            assert_eq!(faults.len(), 1, "{row}: {faults:?}");
        }
    }

    #[test]
    fn what_is_written_can_be_read_again() {
        let text = "kind,id,zh,en,unit,warehouse,level\nproduct,\"a,b\",苹果,Apple,箱,,\nlow_stock,\"a,b\",,,,w,300\n";
        let found = read(text.as_bytes()).unwrap_or_default();
        let again =
            write(&found.names, &found.levels).map(|bytes| read(&bytes).unwrap_or_default()).unwrap_or_default();
        assert_eq!((again.names, again.levels), (found.names, found.levels));
    }
}
