//! The catalogue as a CSV file: `kind,id,zh,en,unit,warehouse,level`. Pure.
//!
//! A row names a product, warehouse or company; one of the kind `low_stock` sets a level (an empty one takes it away).

use std::collections::HashSet;

use app::pages::names::view::{Column, Fault, FileFaults, LineFault, RowValues};
use model::names::NameOf;
use serde::Deserialize;

use super::check;
use crate::csv_lines::Lines;
use records::{LevelRow, NameRow};

/// The kind of a row that is no name.
const LOW_STOCK: &str = "low_stock";
/// The most rows that are taken at once.
const MAX_ROWS: usize = 100_000;

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
#[derive(Debug, Default, PartialEq, Eq)]
pub struct CatalogueFile {
    pub names: Vec<NameRow>,
    pub levels: Vec<LevelRow>,
}

/// One good row.
enum Good {
    Name(NameRow),
    Level(LevelRow),
}

/// Reads a file, or says all that is wrong with it.
pub fn read(bytes: &[u8]) -> Result<CatalogueFile, FileFaults> {
    let mut lines = Lines::new(bytes);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(cause) => return Err(FileFaults::one(Some(lines.of(cause.valid_up_to())), Fault::NotUtf8)),
    };
    let text = text.trim_start_matches('\u{feff}');
    let before = bytes.len() - text.len();
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::Headers).from_reader(text.as_bytes());
    let head = match reader.headers() {
        Ok(head) => head.clone(),
        Err(cause) => return Err(FileFaults::one(Some(1), unreadable(&cause))),
    };
    if let Some(missing) = [Column::Kind, Column::Id].into_iter().find(|it| !head.iter().any(|name| name == it.word()))
    {
        return Err(FileFaults::one(Some(1), Fault::NoColumn(missing)));
    }
    let (mut found, mut faults, mut seen) = (CatalogueFile::default(), FileFaults::default(), HashSet::new());
    for (count, record) in reader.records().enumerate() {
        if count >= MAX_ROWS {
            return Err(FileFaults::one(None, Fault::TooMany(MAX_ROWS)));
        }
        let (place, row) = match record {
            Ok(record) => (record.position().cloned(), record.deserialize::<Row>(Some(&head))),
            Err(cause) => (cause.position().cloned(), Err(cause)),
        };
        let byte = place.and_then(|it| usize::try_from(it.byte()).ok());
        let line = byte.map(|byte| lines.of(before + byte));
        let good = row.map_err(|cause| vec![unreadable(&cause)]).and_then(|row| check(&row));
        let mut wrong = |fault| faults.add(LineFault { line, fault });
        match good {
            Ok(Good::Name(row)) => {
                if seen.insert((row.of.as_str(), row.id.clone(), None)) {
                    found.names.push(row);
                } else {
                    wrong(Fault::Twice(subject_of_name(row.of, &row.id)));
                }
            }
            Ok(Good::Level(row)) => {
                let (product, warehouse) = (row.key.product_id.as_str(), row.key.warehouse_id.as_str());
                if seen.insert((LOW_STOCK, product.to_owned(), Some(warehouse.to_owned()))) {
                    found.levels.push(row);
                } else {
                    wrong(Fault::Twice(subject_of_level(&row)));
                }
            }
            Err(all) => all.into_iter().for_each(wrong),
        }
    }
    if faults.count == 0 { Ok(found) } else { Err(faults) }
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
    use model::names::Name;

    use super::*;

    fn faults(text: impl AsRef<[u8]>) -> Vec<LineFault> {
        read(text.as_ref()).err().unwrap_or_default().first
    }

    fn lines(text: impl AsRef<[u8]>) -> Vec<u64> {
        faults(text).iter().filter_map(|it| it.line).collect()
    }

    #[test]
    fn all_faults_are_named_by_line() {
        let long = "x".repeat(129);
        let text = format!(
            "kind,id,zh,en,unit\nproduct,apple,苹果,Apple,箱\nfruit,x,,,\nproduct,apple,,,\nwarehouse,,{long},,\ncompany,c\n\
             warehouse,w,,,kg\n"
        );
        assert_eq!(lines(&text), [3, 4, 5, 5, 6, 7], "{:?}", faults(&text));
        assert_eq!(faults(&text)[1].fault, Fault::Twice("product apple".to_owned()));
    }

    #[test]
    fn lines_are_those_of_an_editor() {
        for text in [
            "kind,id,zh,en,unit\nproduct,a,\"two\nlines\",,\nfruit,x,,,\n",
            "kind,id,zh,en,unit\r\nproduct,a,\"two\r\nlines\",,\r\nfruit,x,,,\r\n",
            "\u{feff}kind,id,zh,en,unit\nfruit,x,,,\n\nfruit,y,,,",
            "kind,id,zh,en,unit\r\nfruit,x,,,\r\n\r\nfruit,y,,,\r\n",
        ] {
            assert_eq!(lines(text), [2, 4], "{text:?}");
        }
    }

    #[test]
    fn what_is_no_text_is_said_with_its_line() {
        assert_eq!(lines(b"kind,id,zh\nproduct,a,\xc6\xbb\xb9\xfb\n"), [2]);
        assert_eq!(faults("name,id\nx,y\n")[0].fault, Fault::NoColumn(Column::Kind));
    }

    #[test]
    fn all_faults_are_counted_and_the_first_are_told() {
        let text = format!("kind,id\n{}", "x\n".repeat(5000));
        let faults = read(text.as_bytes()).err().unwrap_or_default();
        assert_eq!((faults.count, faults.first.len()), (5000, FileFaults::TOLD));
        let text = format!("kind,id\n{}", "x\n".repeat(MAX_ROWS + 1));
        assert_eq!(read(text.as_bytes()).err(), Some(FileFaults::one(None, Fault::TooMany(MAX_ROWS))));
    }

    #[test]
    fn ids_that_read_alike_are_two() {
        let text = "kind,id,zh,en,unit,warehouse,level\nlow_stock,a in b,,,,c,1\nlow_stock,a,,,,b in c,1\n";
        assert_eq!(read(text.as_bytes()).map(|it| it.levels.len()), Ok(2));
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
            assert_eq!(lines(format!("{head}\nlow_stock,{row}\n")), [2], "{row}");
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
