//! Opening of a file: what kind it is, and its table with titles.

use model::files::choices::Choices;
use model::files::trouble::FileTrouble;
use model::files::{MAX_FILE_BYTES, MAX_FILE_LINES};

use super::table::Table;
use super::{long_cell, separated, titles, workbook};

/// The first bytes of a workbook: a zip of parts, or a compound file.
const WORKBOOKS: [&[u8]; 2] = [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"];

/// Is it JSON, one entry a line or an array? No workbook is, whatever it is called; else its name says what it is, and where that does not, its first bytes.
pub fn is_json(name: &str, bytes: &[u8]) -> bool {
    if WORKBOOKS.iter().any(|it| bytes.starts_with(it)) {
        return false;
    }
    let first = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).iter().find(|it| !it.is_ascii_whitespace());
    match ending(name).as_str() {
        "ndjson" | "jsonl" | "json" => true,
        "csv" | "tsv" | "txt" | "xls" | "xlsx" | "xlsm" | "xlsb" => false,
        _ => matches!(first, Some(b'{' | b'[')),
    }
}

fn ending(name: &str) -> String {
    name.rsplit_once('.').map(|(_, it)| it.to_ascii_lowercase()).unwrap_or_default()
}

/// Opens a file as a table. `None`: it is JSON.
pub fn open(name: &str, bytes: &[u8], choices: &Choices) -> Result<Option<Table>, FileTrouble> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(FileTrouble::TooLarge(MAX_FILE_BYTES));
    }
    let ending = ending(name);
    let [zip, compound] = WORKBOOKS;
    let mut table = if bytes.starts_with(zip) {
        if ending == "xlsm" {
            return Err(FileTrouble::Macros);
        }
        workbook::read(bytes, choices.sheet.as_deref())?
    } else if bytes.starts_with(compound) {
        return Err(workbook::why_not(bytes));
    } else if is_json(name, bytes) {
        return Ok(None);
    } else if matches!(ending.as_str(), "xlsx" | "xlsm" | "xlsb") {
        return Err(FileTrouble::Damaged);
    } else {
        separated::read(bytes, choices)?
    };
    table.head = match choices.head {
        Some(0) => None,
        Some(line) => Some(table.rows.iter().position(|it| it.line == line).ok_or(FileTrouble::NoHead(line))?),
        None => Some(titles::find(&table.rows)),
    };
    table.last = choices.last;
    if table.below().is_empty() {
        return Err(FileTrouble::Empty);
    }
    if table.below().len() > MAX_FILE_LINES {
        return Err(FileTrouble::TooMany(MAX_FILE_LINES));
    }
    table.long_cell = if choices.takes_long_cells { None } else { long_cell::find(&table) };
    if let Some(head) = table.head.and_then(|it| table.rows.get(it))
        && let Some(other) = table.below().iter().find(|it| titles::are_other(it, head))
    {
        return Err(FileTrouble::OtherTitles(other.line));
    }
    Ok(Some(table))
}
