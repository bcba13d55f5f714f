//! The catalogue as a CSV file: `kind,id,zh,en,unit,warehouse,level`. Pure.
//!
//! A row names a product, warehouse or company; one of the kind `low_stock` sets a level (an empty one takes it away).

use std::collections::HashSet;

use app::pages::names::view::{Column, Fault, FileFaults, LineFault, RowValues};
use files::open;
use model::files::choices::{Choices, Separator};
use model::files::trouble::FileTrouble;
use model::names::NameOf;

use super::check;
use crate::export::{self, Cell, csv_head, csv_rows};
use records::{LevelRow, NameRow};

/// The kind of a row that is no name.
const LOW_STOCK: &str = "low_stock";

/// A row's cells by their columns; those of a column that the file has not are empty.
#[derive(Default)]
struct Row {
    kind: String,
    id: String,
    zh: String,
    en: String,
    unit: String,
    warehouse: String,
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

/// Reads a file, or says all that is wrong with it: CSV or XLSX, by the reader of all files.
pub fn read(bytes: &[u8]) -> Result<CatalogueFile, FileFaults> {
    let trouble = |it| FileFaults::one(None, Fault::File(it));
    let table = open("names.csv", bytes, &Choices::default()).map_err(trouble)?;
    let mut table = table.ok_or_else(|| trouble(FileTrouble::Binary))?;
    // The titles are ours, and nothing stands above them.
    table.head = Some(0);
    let titles = table.titles();
    if !table.charsets.is_empty() {
        return Err(trouble(FileTrouble::UnsureCharset));
    }
    if let Some(missing) =
        [Column::Kind, Column::Id].into_iter().find(|it| !titles.iter().any(|name| name == it.word()))
    {
        let line = table.rows.first().and_then(|it| u64::try_from(it.line).ok());
        return Err(FileFaults::one(line, Fault::NoColumn(missing)));
    }
    let (mut found, mut faults, mut seen) = (CatalogueFile::default(), FileFaults::default(), HashSet::new());
    for line in table.below() {
        let good = row(line, &titles, table.separator.is_some()).map_err(|it| vec![it]).and_then(|row| check(&row));
        let line = u64::try_from(line.line).ok();
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

/// A line's cells by their columns. A text must have a cell for each title: a name that is cut off would take the stored one away.
fn row(line: &files::Row, titles: &[String], is_text: bool) -> Result<Row, Fault> {
    if line.has_text_outside {
        return Err(Fault::OutsideQuotes);
    }
    let number = |it: usize| u64::try_from(it).unwrap_or(u64::MAX);
    // Separators at the end of every line are no cells.
    let is_short = is_text && line.cells.len() < titles.len();
    if line.width() > titles.len() || is_short {
        let has = if is_short { line.cells.len() } else { line.width() };
        return Err(Fault::Fields(number(has), number(titles.len())));
    }
    let mut row = Row::default();
    for (place, title) in titles.iter().enumerate() {
        let text = line.cell(place).text();
        match title.as_str() {
            "kind" => row.kind = text,
            "id" => row.id = text,
            "zh" => row.zh = text,
            "en" => row.en = text,
            "unit" => row.unit = text,
            "warehouse" => row.warehouse = text,
            "level" => row.level = text,
            _ => {}
        }
    }
    Ok(row)
}

/// What a name's row is about: `product apple`.
pub fn subject_of_name(of: NameOf, id: &str) -> String {
    format!("{} {id}", of.as_str())
}

/// What a level's row is about: `low_stock apple in north`.
pub fn subject_of_level(it: &LevelRow) -> String {
    format!("{LOW_STOCK} {} in {}", it.key.product_id, it.key.warehouse_id)
}

fn check(row: &Row) -> Result<Good, Vec<Fault>> {
    if row.kind == LOW_STOCK {
        return check::level(&row.id, &row.warehouse, &row.level).map(Good::Level);
    }
    let Some(of) = NameOf::parse(&row.kind) else { return Err(vec![Fault::Kind(row.kind.chars().take(40).collect())]) };
    let (zh, en, unit) = (row.zh.clone(), row.en.clone(), row.unit.clone());
    check::name(of, &row.id, &RowValues { zh, en, unit, ..RowValues::default() }).map(Good::Name)
}

/// The catalogue as a file that can be read again, written as every export is: what a spreadsheet would run as a formula is a text.
pub fn write(names: &[NameRow], levels: &[LevelRow]) -> Vec<u8> {
    let text = |it: &str| if it.is_empty() { Cell::Empty } else { Cell::from(it) };
    let name = |it: &NameRow| -> export::Row {
        let or_empty = |it: &Option<String>| text(it.as_deref().unwrap_or_default());
        let (zh, en, unit) = (or_empty(&it.name.zh), or_empty(&it.name.en), or_empty(&it.unit));
        vec![text(it.of.as_str()), text(&it.id), zh, en, unit, Cell::Empty, Cell::Empty]
    };
    let level = |it: &LevelRow| -> export::Row {
        let (product, warehouse) = (text(it.key.product_id.as_str()), text(it.key.warehouse_id.as_str()));
        let level = it.level.map_or(Cell::Empty, Cell::Number);
        vec![text(LOW_STOCK), product, Cell::Empty, Cell::Empty, Cell::Empty, warehouse, level]
    };
    let rows: Vec<export::Row> = names.iter().map(name).chain(levels.iter().map(level)).collect();
    let titles = ["kind", "id", "zh", "en", "unit", "warehouse", "level"];
    [csv_head(&titles, Separator::Comma), csv_rows(&rows, Separator::Comma)].concat()
}

#[cfg(test)]
mod tests {
    use model::files::MAX_FILE_LINES;
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
        let gb18030 = b"kind,id,zh\nproduct,a,\xc6\xbb\xb9\xfb\xb0\xd7\xb2\xcb\xb4\xf3\xc3\xd7\n";
        assert_eq!(read(gb18030).map(|it| it.names[0].name.zh.clone()), Ok(Some("苹果白菜大米".to_owned())));
        let quote = FileTrouble::UnclosedQuote(2);
        assert_eq!(faults("kind,id,zh\nproduct,a,\"x\nproduct,b,y\n")[0].fault, Fault::File(quote));
        assert_eq!(faults("name,id\nx,y\n")[0].fault, Fault::NoColumn(Column::Kind));
    }

    #[test]
    fn all_faults_are_counted_and_the_first_are_told() {
        let text = format!("kind,id\n{}", "x\n".repeat(5000));
        let faults = read(text.as_bytes()).err().unwrap_or_default();
        assert_eq!((faults.count, faults.first.len()), (5000, FileFaults::TOLD));
        let text = format!("kind,id\n{}", "x\n".repeat(MAX_FILE_LINES + 1));
        let too_many = Fault::File(FileTrouble::TooMany(MAX_FILE_LINES));
        assert_eq!(read(text.as_bytes()).err(), Some(FileFaults::one(None, too_many)));
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
        let text = "kind,id,zh,en,unit,warehouse,level\nproduct,\"a,b\",苹果,Apple,箱,,\nproduct,''x,'=1+1,,,,\nlow_stock,\"a,b\",,,,w,300\n";
        let found = read(text.as_bytes()).unwrap_or_default();
        let again = read(&write(&found.names, &found.levels)).unwrap_or_default();
        assert_eq!((again.names, again.levels), (found.names, found.levels));
    }
}
