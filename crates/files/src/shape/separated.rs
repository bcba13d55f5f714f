//! Separated values (CSV, TSV): text to rows, by the csv crate, with what it would repair silently made known by `quotes`.

use model::files::MAX_FILE_LINES;
use model::files::choices::{Choices, MAX_COLUMNS, Separator};
use model::files::trouble::FileTrouble;

use super::table::{Cell, Row, Table};
use super::{charset, quotes, titles};

/// So many rows tell the separator.
const LOOKED_AT: usize = 30;
/// So many bytes tell it, at the most.
const LOOKED_AT_BYTES: usize = 64 << 10;
/// The most lines above the titles.
const MAX_ABOVE: usize = 100;

/// Reads a text. Blank lines are no rows; a first line `sep=;` is followed.
pub fn read(bytes: &[u8], choices: &Choices) -> Result<Table, FileTrouble> {
    let decoded = charset::decode(bytes, choices.charset)?;
    let (hint, hint_bytes) = separator_line(&decoded.text);
    let separator = choices.separator.or(hint).unwrap_or_else(|| guess(&decoded.text));
    let mut places = quotes::places(&decoded.text, separator.byte(), 2 * MAX_FILE_LINES)?.into_iter();
    let mut reader = reader(&decoded.text, separator);
    let mut rows = Vec::new();
    for record in reader.records() {
        // A reader of text that is flexible has nothing to refuse.
        let record = record.map_err(|_| FileTrouble::Binary)?;
        let Some(place) = places.next() else { return Err(FileTrouble::Binary) };
        if hint_bytes && place.line == 1 {
            continue;
        }
        if record.len() > MAX_COLUMNS {
            return Err(FileTrouble::TooWide(MAX_COLUMNS));
        }
        let cells: Vec<Cell> = record.iter().map(undefused).collect();
        if cells.iter().all(Cell::is_empty) {
            continue;
        }
        if rows.len() > MAX_FILE_LINES + MAX_ABOVE {
            return Err(FileTrouble::TooMany(MAX_FILE_LINES));
        }
        rows.push(Row { line: place.line, cells, has_text_outside: place.has_text_outside });
    }
    let (charset, charsets) = (Some(decoded.charset), decoded.candidates);
    Ok(Table { charset, charsets, separator: Some(separator), rows, ..Table::default() })
}

fn reader(text: &str, separator: Separator) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().delimiter(separator.byte()).has_headers(false).flexible(true).from_reader(text.as_bytes())
}

/// A cell; without the apostrophe of a writer that defused it as a formula, as ours does (OWASP, "CSV Injection"); `="007"`, with which people keep
/// a spreadsheet from making a number of an id, is its text.
fn undefused(text: &str) -> Cell {
    if let Some(id) = text.trim().strip_prefix("=\"").and_then(|it| it.strip_suffix('"')).filter(|it| !it.contains('"'))
    {
        return Cell::from_text(id);
    }
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r', '\'']) => Cell::from_text(rest),
        _ => Cell::from_text(text),
    }
}

/// What a first line `sep=;` says, as Excel writes and reads it, and whether there is one.
fn separator_line(text: &str) -> (Option<Separator>, bool) {
    let first = text.split(['\r', '\n']).next().unwrap_or_default().trim_matches('"').to_ascii_lowercase();
    let Some(hint) = first.strip_prefix("sep=") else { return (None, false) };
    (Separator::ALL.iter().copied().find(|it| hint.bytes().eq([it.byte()])), true)
}

/// The separator with which a row holds the most known titles; else that with which the most rows have the same number of cells.
fn guess(text: &str) -> Separator {
    // The first lines tell; a cell that is cut off is still one.
    let end = (0..=LOOKED_AT_BYTES.min(text.len())).rev().find(|it| text.is_char_boundary(*it)).unwrap_or(0);
    let text = text.get(..end).unwrap_or(text);
    let score = |separator: Separator| {
        let rows: Vec<_> = reader(text, separator).into_records().take(LOOKED_AT).filter_map(Result::ok).collect();
        let known = rows.iter().map(|it| titles::known(it.iter())).max().unwrap_or(0);
        let widest = rows.iter().map(csv::StringRecord::len).max().unwrap_or(0);
        let alike = rows.iter().filter(|it| it.len() == widest && widest > 1).count();
        (known, alike, widest)
    };
    let mut best = (score(Separator::Comma), Separator::Comma);
    for other in [Separator::Semicolon, Separator::Tab, Separator::Pipe] {
        let score = score(other);
        if score > best.0 {
            best = (score, other);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rows(text: &str) -> Result<Vec<(usize, Vec<String>)>, FileTrouble> {
        let table = read(text.as_bytes(), &Choices::default())?;
        Ok(table.rows.iter().map(|it| (it.line, it.cells.iter().map(Cell::text).collect())).collect())
    }

    fn row(line: usize, cells: &[&str]) -> (usize, Vec<String>) {
        (line, cells.iter().map(|it| (*it).to_owned()).collect())
    }

    #[test]
    fn lines_are_those_of_the_file_whatever_ends_them() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["单据,数量", "B-1,\"two", "lines\"", "", "B-2, 7", ""].join(end);
            let wanted =
                [row(1, &["单据", "数量"]), row(2, &["B-1", &format!("two{end}lines")]), row(5, &["B-2", "7"])];
            assert_eq!(rows(&text).as_deref(), Ok(&wanted[..]), "{end:?}");
        }
    }

    #[test]
    fn a_hint_of_excel_is_followed_and_counted_as_a_line() {
        assert_eq!(rows("sep=;\r\na;b\r\n1,5;2\r\n").unwrap(), [row(2, &["a", "b"]), row(3, &["1,5", "2"])]);
        assert_eq!(rows("\"sep=\t\"\na\tb\n1\t2\n").unwrap()[1], row(3, &["1", "2"]));
    }

    #[test]
    fn separators_are_told_by_titles_then_by_width() {
        assert_eq!(rows("数量;产品;备注\n1,5;a,b;c,d,e,f\n").unwrap()[0].1.len(), 3);
        assert_eq!(rows("x|y\n1|2\n").unwrap()[0].1, ["x", "y"]);
        assert_eq!(rows("only\nq\n").unwrap()[0].1, ["only"]);
    }

    #[test]
    fn what_a_lenient_reader_repairs_is_said() {
        assert_eq!(rows("a,b\n1,\"x\n2,y\n"), Err(FileTrouble::UnclosedQuote(2)));
        let table = read(b"a,b\n\"x\"y,1\n\"x\" ,1\n \"y\",1\nx \"y\",1\n", &Choices::default()).unwrap();
        assert_eq!(
            table.rows.iter().map(|it| it.has_text_outside).collect::<Vec<_>>(),
            [false, true, false, true, false]
        );
    }

    proptest! {
        /// The walk of quotes and the csv crate see the same records, whatever the text is.
        #[test]
        fn places_are_those_of_the_reader(text in "[a\",;\r\n ]{0,40}") {
            if let Ok(places) = quotes::places(&text, b',', 100) {
                prop_assert_eq!(reader(&text, Separator::Comma).records().count(), places.len());
            }
        }
    }
}
