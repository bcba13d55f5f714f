//! CSV as spreadsheets open it: UTF-8 with a byte order mark, lines ended by CR LF, cells that would be formulas defused. Pure.

use model::files::choices::Separator;

use super::{Cell, Row};

/// A text that starts with one of these may be run as a formula by a spreadsheet (OWASP, "CSV Injection"), and is written behind an apostrophe; so is one
/// that starts with an apostrophe, so that a reader knows which of them were there before (`crates/files`, `shape/separated.rs`).
const FORMULAS: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\''];

/// The byte order mark and the titles.
pub fn csv_head(titles: &[&str], separator: Separator) -> Vec<u8> {
    let mut head = "\u{feff}".as_bytes().to_vec();
    head.extend(csv_rows(&[titles.iter().map(|it| Cell::from(*it)).collect()], separator));
    head
}

pub fn csv_rows(rows: &[Row], separator: Separator) -> Vec<u8> {
    let mut writer =
        csv::WriterBuilder::new().delimiter(separator.byte()).terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        // Writing to memory cannot fail.
        let _infallible = writer.write_record(row.iter().map(text));
    }
    writer.into_inner().unwrap_or_default()
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) if text.starts_with(FORMULAS) => format!("'{text}"),
        Cell::Text(text) => text.clone(),
        Cell::Number(number) => number.to_string(),
        Cell::Time(at) => at.format("%Y-%m-%d %H:%M:%S%.f").to_string(),
        Cell::Empty => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_a_formula_is_a_text() {
        let row = vec![Cell::from("=1+1"), Cell::from("-2"), Cell::Number(-2), Cell::from("a,\"b\"\nc"), Cell::Empty];
        assert_eq!(
            String::from_utf8(csv_rows(&[row], Separator::Comma)).unwrap(),
            "'=1+1,'-2,-2,\"a,\"\"b\"\"\nc\",\r\n"
        );
        assert_eq!(String::from_utf8(csv_head(&["时间"], Separator::Comma)).unwrap(), "\u{feff}时间\r\n");
    }
}
