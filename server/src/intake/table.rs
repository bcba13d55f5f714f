//! A file of entries as a table, where it is one: whatever a spreadsheet writes, in UTF-8, UTF-16 or GB 18030, with commas, tabs or
//! semicolons. Pure.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030};

use super::{MAX_BODY, MAX_LINES};
use crate::csv_lines::Lines;

pub use app::pages::import::view::FileTrouble as TableError;

/// What a file is.
#[derive(Debug, PartialEq, Eq)]
pub enum Format {
    /// NDJSON, or a JSON array.
    Lines,
    /// Rows under a head.
    Table(Table),
}

/// Rows under a head.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// What the columns are called.
    pub head: Vec<String>,
    /// The rows, each with its line.
    pub rows: Vec<(usize, Vec<String>)>,
}

/// Reads a file. Its name says what it is; where that does not, its first character does.
pub fn read(name: &str, bytes: &[u8]) -> Result<Format, TableError> {
    if bytes.len() > MAX_BODY {
        return Err(TableError::TooLarge(MAX_BODY));
    }
    let ending = name.rsplit_once('.').map(|(_, it)| it.to_ascii_lowercase()).unwrap_or_default();
    let first = bytes.iter().find(|it| !it.is_ascii_whitespace());
    let is_lines = match ending.as_str() {
        "xlsx" | "xls" => return Err(TableError::Unreadable("it is a spreadsheet; save it as CSV".to_owned())),
        "ndjson" | "jsonl" | "json" => true,
        "csv" | "tsv" | "txt" => false,
        _ => matches!(first, Some(b'{' | b'[')),
    };
    if is_lines { Ok(Format::Lines) } else { table(bytes).map(Format::Table) }
}

/// The text of a file: by its byte order mark, else UTF-8, else GB 18030, which is what a Chinese Excel writes.
fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, TableError> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, had_errors) = encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default());
        return if had_errors { Err(unreadable(encoding.name())) } else { Ok(text) };
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Cow::Borrowed(text)),
        Err(_) => match GB18030.decode_without_bom_handling_and_without_replacement(bytes) {
            Some(text) => Ok(text),
            None => Err(unreadable("UTF-8, UTF-16 or GB 18030")),
        },
    }
}

fn unreadable(wanted: &str) -> TableError {
    TableError::Unreadable(format!("it is no text in {wanted}"))
}

fn table(bytes: &[u8]) -> Result<Table, TableError> {
    let text = decoded(bytes)?;
    let broken = |cause: csv::Error| TableError::Unreadable(cause.to_string());
    let mut lines = Lines::new(text.as_bytes());
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter(&text))
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(text.as_bytes());
    let head: Vec<String> = reader.headers().map_err(broken)?.iter().map(str::to_owned).collect();
    let mut rows = Vec::new();
    for row in reader.records() {
        let row = row.map_err(broken)?;
        if row.iter().all(str::is_empty) {
            continue;
        }
        if rows.len() >= MAX_LINES {
            return Err(TableError::TooMany(MAX_LINES));
        }
        let byte = row.position().and_then(|it| usize::try_from(it.byte()).ok()).unwrap_or_default();
        let line = usize::try_from(lines.of(byte)).unwrap_or(usize::MAX);
        rows.push((line, row.iter().map(str::to_owned).collect()));
    }
    if rows.is_empty() { Err(TableError::Empty) } else { Ok(Table { head, rows }) }
}

/// The one that the head has most of.
fn delimiter(text: &str) -> u8 {
    let head = text.lines().find(|it| !it.trim().is_empty()).unwrap_or_default();
    let count = |it: u8| head.bytes().filter(|b| *b == it).count();
    // On a tie the last of these wins.
    [b';', b'\t', b','].into_iter().max_by_key(|it| count(*it)).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_table(name: &str, bytes: &[u8]) -> Table {
        match read(name, bytes).unwrap() {
            Format::Table(table) => table,
            Format::Lines => panic!("{name} is no table"),
        }
    }

    #[test]
    fn whatever_a_spreadsheet_writes() {
        let wanted = Table {
            head: vec!["单据".to_owned(), "数量".to_owned()],
            rows: vec![(2, vec!["B-1".to_owned(), "1,200".to_owned()]), (4, vec!["B-2".to_owned(), "7".to_owned()])],
        };
        let text = "单据,数量\r\nB-1,\"1,200\"\r\n\r\nB-2, 7\r\n";
        assert_eq!(read_table("a.csv", text.as_bytes()), wanted);
        assert_eq!(read_table("a.csv", format!("\u{feff}{text}").as_bytes()), wanted);
        assert_eq!(read_table("a.csv", &GB18030.encode(text).0), wanted);
        let tabs = "单据\t数量\nB-1\t1,200\n\nB-2\t7\n";
        let utf16: Vec<u8> = [0xfeff].into_iter().chain(tabs.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(read_table("a.txt", &utf16), wanted);
        assert_eq!(read_table("no ending", "单据;数量\nB-1;1,200\n\nB-2;7".as_bytes()), wanted);
    }

    #[test]
    fn what_is_no_table_says_so() {
        assert_eq!(read("a.ndjson", b"x"), Ok(Format::Lines));
        assert_eq!(read("pasted", b" {\"a\":1}"), Ok(Format::Lines));
        assert_eq!(read("a.csv", b"a,b\n"), Err(TableError::Empty));
        assert!(matches!(read("a.csv", b"a\n\xff\xff\xff"), Err(TableError::Unreadable(_))));
        assert!(matches!(read("a.xlsx", b"PK"), Err(TableError::Unreadable(_))));
    }
}
