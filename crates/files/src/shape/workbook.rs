//! Workbooks (XLSX, Office Open XML), by calamine: cells as they are typed, formulas by the values they had when the file was saved. Refused before they
//! cost anything: decompression bombs, macros, passwords, old kinds.

use std::collections::HashSet;
use std::io::{self, Cursor, Read as _, Write, copy};

use calamine::{DataRef, ExcelDateTime, Reader as _, SheetVisible, Xlsx, XlsxError};
use chrono::{NaiveDate, NaiveDateTime};
use model::files::MAX_FILE_LINES;
use model::files::choices::MAX_COLUMNS;
use model::files::trouble::FileTrouble;
use zip::ZipArchive;

use super::table::{Cell, Row, Table};

/// The most MB of a workbook that is unpacked: 100,000 lines of twenty cells are about 120.
const MAX_UNPACKED_MB: u64 = 200;
/// The most bytes of the cells of a sheet in memory: 100,000 lines of twenty cells are about 60 MB.
const MAX_TABLE_BYTES: usize = 200 << 20;
/// Days between the first days of both date systems: 1900-01-00 as Excel counts, and 1904-01-01.
const EPOCH_1904: u16 = 1462;
/// The most parts of a workbook.
const MAX_PARTS: usize = 2000;
/// The most rows of a sheet that are read, blank ones among them.
const MAX_ROWS: usize = 2 * MAX_FILE_LINES;

/// Reads a sheet: the one that was chosen, else the first with anything in it.
pub fn read(bytes: &[u8], chosen: Option<&str>) -> Result<Table, FileTrouble> {
    let has_merged_cells = refuse_bombs_and_macros(bytes, MAX_UNPACKED_MB)?;
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|it| trouble(&it))?;
    let all = workbook.sheets_metadata().iter();
    // What is hidden is no sheet that a person has looked at.
    let sheets: Vec<String> = all.filter(|it| it.visible == SheetVisible::Visible).map(|it| it.name.clone()).collect();
    let wanted: Vec<String> = match chosen {
        Some(name) if sheets.iter().any(|it| it == name) => vec![name.to_owned()],
        Some(name) => return Err(FileTrouble::NoSheet(name.chars().take(80).collect())),
        None => sheets.clone(),
    };
    for (place, name) in wanted.iter().enumerate() {
        let rows = match rows(&mut workbook, name) {
            // A sheet of a chart has no cells.
            Err(XlsxError::NotAWorksheet(_)) => continue,
            read => read.map_err(|it| trouble(&it))??,
        };
        if !rows.is_empty() {
            let others = wanted.get(place + 1..).unwrap_or_default();
            let mut other_sheets = Vec::new();
            for other in others {
                if has_cells(&mut workbook, other).map_err(|it| trouble(&it))? {
                    other_sheets.push(other.clone());
                }
            }
            // They stand behind all cells, so that a look at them costs as much as these.
            let merged = if has_merged_cells { merged(&mut workbook, name, &rows)? } else { HashSet::new() };
            let sheet = Some(name.clone());
            let epoch_days = if workbook.has_1904_epoch() { EPOCH_1904 } else { 0 };
            return Ok(Table { sheets, sheet, rows, other_sheets, epoch_days, merged, ..Table::default() });
        }
    }
    Err(FileTrouble::Empty)
}

/// Why a compound file (OLE2) is not read: it is an old workbook, or a new one that is locked.
pub fn why_not(bytes: &[u8]) -> FileTrouble {
    match Xlsx::new(Cursor::new(bytes)) {
        Err(XlsxError::Password) => FileTrouble::Locked,
        _ => FileTrouble::OldWorkbook,
    }
}

fn trouble(error: &XlsxError) -> FileTrouble {
    match error {
        XlsxError::Password => FileTrouble::Locked,
        _ => FileTrouble::Damaged,
    }
}

/// Counts what is unpacked, and looks for one word in it.
#[derive(Default)]
struct Unpacked {
    has_merged_cells: bool,
    /// The end of what was written before: the word may be cut in two.
    end: Vec<u8>,
    /// The first bytes of a part.
    begin: Vec<u8>,
}

impl Unpacked {
    /// How many shared texts the part says it has, where it says so.
    fn shared_texts(&self) -> Option<u64> {
        let text = String::from_utf8_lossy(&self.begin);
        let behind = text.split_once("uniqueCount")?.1.trim_start().strip_prefix('=')?.trim_start();
        let digits = behind.strip_prefix(['"', '\''])?.split(['"', '\'']).next()?;
        Some(digits.trim().parse().unwrap_or(u64::MAX))
    }
}

/// So much of a part says what it is.
const BEGIN: usize = 16 << 10;

/// What a sheet with merged cells has in it.
const MERGED: &[u8] = b"<mergeCell ";

impl Write for Unpacked {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let wanted = BEGIN.saturating_sub(self.begin.len());
        self.begin.extend(bytes.iter().take(wanted));
        if !self.has_merged_cells {
            self.end.extend_from_slice(bytes);
            self.has_merged_cells = memchr::memmem::find(&self.end, MERGED).is_some();
            let from = self.end.len().saturating_sub(MERGED.len());
            self.end.drain(..from);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Unpacks every part into nothing, up to the limit: what a directory says of sizes may be a lie. Answers whether cells are merged anywhere.
fn refuse_bombs_and_macros(bytes: &[u8], most_mb: u64) -> Result<bool, FileTrouble> {
    let bomb = FileTrouble::Bomb(most_mb);
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| FileTrouble::Damaged)?;
    if archive.len() > MAX_PARTS {
        return Err(bomb);
    }
    let names: Result<Vec<String>, _> = archive.file_names().map(|it| it.map(|it| it.to_ascii_lowercase())).collect();
    let names = names.map_err(|_| FileTrouble::Damaged)?;
    if names.iter().any(|it| it.contains("vbaproject")) {
        return Err(FileTrouble::Macros);
    }
    if !names
        .iter()
        .any(|it| it == "xl/workbook.xml" || it.starts_with("xl/worksheets/") || it.starts_with("xl/sharedstrings"))
    {
        let is_other = names.iter().any(|it| it.starts_with("xl/") || it == "content.xml");
        return Err(if is_other { FileTrouble::OldWorkbook } else { FileTrouble::Binary });
    }
    let (mut left, mut unpacked) = (most_mb << 20, Unpacked::default());
    for place in 0..archive.len() {
        let part = archive.by_index(place).map_err(|_| FileTrouble::Damaged)?;
        unpacked.begin = Vec::new();
        let length = copy(&mut part.take(left + 1), &mut unpacked).map_err(|_| FileTrouble::Damaged)?;
        left = left.checked_sub(length).ok_or_else(|| bomb.clone())?;
        // The reader makes room for as many shared texts as a part says it has; none is shorter than `<si/>`.
        if unpacked.shared_texts().is_some_and(|it| it > length / 5 + 1) {
            return Err(bomb);
        }
        unpacked.end.clear();
    }
    Ok(unpacked.has_merged_cells)
}

/// Is there anything in a sheet? A sheet of a chart has no cells.
fn has_cells(workbook: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<bool, XlsxError> {
    let mut reader = match workbook.worksheet_cells_reader(name) {
        Err(XlsxError::NotAWorksheet(_)) => return Ok(false),
        reader => reader?,
    };
    while let Some(cell) = reader.next_cell()? {
        if !value(cell.get_value()).is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

type Rows = Result<Vec<Row>, FileTrouble>;

fn rows(workbook: &mut Xlsx<Cursor<&[u8]>>, name: &str) -> Result<Rows, XlsxError> {
    let mut reader = workbook.worksheet_cells_reader(name)?;
    let (mut rows, mut left): (Vec<Row>, usize) = (Vec::new(), MAX_TABLE_BYTES);
    while let Some(cell) = reader.next_cell()? {
        let (row, column) = cell.get_position();
        let value = value(cell.get_value());
        if value.is_empty() {
            continue;
        }
        // A text that many cells share is stored once in the file, and here in each of them.
        let text = if let Cell::Text(text) = &value { text.len() } else { 0 };
        let number = |it: u32| usize::try_from(it).unwrap_or(usize::MAX);
        let (line, column) = (number(row).saturating_add(1), number(column));
        if column >= MAX_COLUMNS {
            return Ok(Err(FileTrouble::TooWide(MAX_COLUMNS)));
        }
        if line > MAX_ROWS {
            return Ok(Err(FileTrouble::TooMany(MAX_FILE_LINES)));
        }
        match rows.last().map(|it| it.line) {
            Some(last) if last == line => {}
            // Rows stand in their order, or somebody has made the file to mislead.
            Some(last) if last > line => return Ok(Err(FileTrouble::Damaged)),
            _ => rows.push(Row { line, cells: Vec::new(), has_text_outside: false }),
        }
        if let Some(row) = rows.last_mut() {
            let more = (column + 1).saturating_sub(row.cells.len());
            let Some(rest) = left.checked_sub(text + more * size_of::<Cell>()) else {
                return Ok(Err(FileTrouble::Bomb(MAX_UNPACKED_MB)));
            };
            left = rest;
            row.cells.resize(row.cells.len() + more, Cell::Empty);
            match row.cells.get_mut(column) {
                Some(place) if place.is_empty() => *place = value,
                // A cell that stands twice: nobody knows which one holds.
                _ => return Ok(Err(FileTrouble::Damaged)),
            }
        }
    }
    Ok(Ok(rows))
}

fn value(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::SharedString(text) => Cell::from_text(text),
        DataRef::Float(number) => Cell::Number(*number),
        // What fits no double exactly is an id, and text.
        DataRef::Int(number) => Cell::Text(number.to_string().into()),
        DataRef::Bool(is) => Cell::Text(if *is { "TRUE" } else { "FALSE" }.into()),
        DataRef::DateTime(at) => time(at).map_or_else(|| Cell::Number(at.as_f64()), Cell::Time),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Cell::from_text(text),
        DataRef::Error(error) => Cell::Error(error.to_string().into()),
    }
}

fn time(at: &ExcelDateTime) -> Option<NaiveDateTime> {
    let (year, month, day, hour, minute, second, milli) = at.to_ymd_hms_milli();
    let date = NaiveDate::from_ymd_opt(i32::from(year), u32::from(month), u32::from(day))?;
    date.and_hms_milli_opt(u32::from(hour), u32::from(minute), u32::from(second), u32::from(milli))
}

/// Places of merged cells below their first, of which a merged cell holds the value once and the lines below mean it too.
fn merged(
    workbook: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
    rows: &[Row],
) -> Result<HashSet<(usize, usize)>, FileTrouble> {
    let mut merged = HashSet::new();
    for area in workbook.merge_cells_by_sheet_name(name).map_err(|it| trouble(&it))? {
        below_first(rows, (area.start.0, area.end.0), area.start.1, &mut merged);
        if merged.len() > MAX_ROWS {
            return Err(FileTrouble::Bomb(MAX_UNPACKED_MB));
        }
    }
    Ok(merged)
}

/// Notes the empty cells of an area's first column below its first row: rows from 0.
fn below_first(rows: &[Row], (first, last): (u32, u32), column: u32, merged: &mut HashSet<(usize, usize)>) {
    let number = |it: u32| usize::try_from(it).unwrap_or(usize::MAX);
    let (first, last, column) = (number(first).saturating_add(1), number(last).saturating_add(1), number(column));
    let from = rows.partition_point(|it| it.line <= first);
    let to = rows.partition_point(|it| it.line <= last);
    let area = rows.get(from..to).unwrap_or_default();
    let empty = area.iter().filter(|it| it.cell(column).is_empty()).map(|it| (it.line, column));
    // An area that repeats another one adds nothing: each place is noted once, and one is enough to stop.
    for place in empty {
        if !merged.insert(place) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    #[test]
    fn a_bomb_is_refused_by_what_it_unpacks_to() {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for name in ["xl/workbook.xml", "xl/sharedStrings.xml"] {
            zip.start_file(name, SimpleFileOptions::default()).unwrap();
            zip.write_all(&vec![b' '; 700 << 10]).unwrap();
        }
        let bytes = zip.finish().unwrap().into_inner();
        assert!(bytes.len() < 10 << 10);
        assert_eq!(refuse_bombs_and_macros(&bytes, 1), Err(FileTrouble::Bomb(1)));
        assert_eq!(refuse_bombs_and_macros(&bytes, 2), Ok(false));
    }

    #[test]
    fn a_part_that_boasts_is_refused() {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("xl/sharedStrings.xml", SimpleFileOptions::default()).unwrap();
        zip.write_all(br#"<?xml version="1.0"?><sst count="1" uniqueCount = "1000000000000"><si/></sst>"#).unwrap();
        let bytes = zip.finish().unwrap().into_inner();
        assert_eq!(refuse_bombs_and_macros(&bytes, 5), Err(FileTrouble::Bomb(5)));
    }
}
