//! Opening of a file: what kind it is, and its table with titles.

use model::files::choices::Choices;
use model::files::trouble::FileTrouble;
use model::files::{MAX_FILE_BYTES, MAX_FILE_LINES};

use super::table::Table;
use super::{separated, titles, workbook};

/// Opens a file as a table. `None`: it is JSON, one entry a line or an array. Its name says what it is; where that does not, its first bytes do.
pub fn open(name: &str, bytes: &[u8], choices: &Choices) -> Result<Option<Table>, FileTrouble> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(FileTrouble::TooLarge(MAX_FILE_BYTES));
    }
    let ending = name.rsplit_once('.').map(|(_, it)| it.to_ascii_lowercase()).unwrap_or_default();
    let first = bytes.iter().find(|it| !it.is_ascii_whitespace());
    let mut table = if bytes.starts_with(b"PK\x03\x04") {
        if ending == "xlsm" {
            return Err(FileTrouble::Macros);
        }
        workbook::read(bytes, choices.sheet.as_deref())?
    } else if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(workbook::why_not(bytes));
    } else {
        match ending.as_str() {
            "xlsx" | "xlsm" | "xlsb" => return Err(FileTrouble::Damaged),
            "ndjson" | "jsonl" | "json" => return Ok(None),
            "csv" | "tsv" | "txt" | "xls" => {}
            _ if matches!(first, Some(b'{' | b'[')) => return Ok(None),
            _ => {}
        }
        separated::read(bytes, choices)?
    };
    table.head = match choices.head {
        Some(0) => None,
        Some(line) => Some(table.rows.iter().position(|it| it.line == line).ok_or(FileTrouble::NoHead(line))?),
        None => Some(titles::find(&table.rows)),
    };
    if table.below().is_empty() {
        return Err(FileTrouble::Empty);
    }
    if table.below().len() > MAX_FILE_LINES {
        return Err(FileTrouble::TooMany(MAX_FILE_LINES));
    }
    separated::refuse_swallowed(&table)?;
    if let Some(head) = table.head.and_then(|it| table.rows.get(it))
        && let Some(other) = table.below().iter().find(|it| titles::are_other(it, head))
    {
        return Err(FileTrouble::OtherTitles(other.line));
    }
    Ok(Some(table))
}
