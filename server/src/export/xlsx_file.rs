//! XLSX, row by row into a file of the system's temporary folder, gone once nobody reads it any more.

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet};
use tempfile::NamedTempFile;

use super::{Broken, Cell, Row, Rows};

/// The most rows of a sheet, its titles included; then another sheet follows.
const MAX_ROWS: u32 = 1_048_576;

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum XlsxError {
    #[error(transparent)]
    Rows(#[from] Broken),
    #[error("export: the temporary file cannot be written")]
    File(#[from] std::io::Error),
    #[error("export: the sheet cannot be written")]
    Sheet(#[from] rust_xlsxwriter::XlsxError),
}

/// Writes rows as they come. Blocks: call it where that is allowed.
pub fn write_xlsx(title: &str, titles: &[&str], mut rows: Rows) -> Result<NamedTempFile, XlsxError> {
    let mut workbook = Workbook::new();
    let time = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    let mut number = 1;
    let mut stretch: std::vec::IntoIter<Row> = Vec::new().into_iter();
    let mut is_over = false;
    while !is_over {
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(if number == 1 { title.to_owned() } else { format!("{title} {number}") })?;
        begin(sheet, titles)?;
        let mut at = 1;
        while at < MAX_ROWS {
            let Some(row) = stretch.next() else {
                if let Some(more) = rows.blocking_recv() {
                    stretch = more?.into_iter();
                    continue;
                }
                is_over = true;
                break;
            };
            write_row(sheet, at, &row, &time)?;
            at += 1;
        }
        number += 1;
    }
    let file = NamedTempFile::with_suffix(".xlsx")?;
    workbook.save(file.path())?;
    Ok(file)
}

fn begin(sheet: &mut Worksheet, titles: &[&str]) -> Result<(), rust_xlsxwriter::XlsxError> {
    let bold = Format::new().set_bold();
    // Before the first row: a sheet in constant memory is written from top to bottom.
    for (column, title) in (0_u16..).zip(titles) {
        sheet.set_column_width(column, if title.chars().count() > 8 { 20.0 } else { 14.0 })?;
    }
    sheet.set_freeze_panes(1, 0)?;
    for (column, title) in (0_u16..).zip(titles) {
        sheet.write_string_with_format(0, column, *title, &bold)?;
    }
    Ok(())
}

fn write_row(sheet: &mut Worksheet, at: u32, row: &[Cell], time: &Format) -> Result<(), rust_xlsxwriter::XlsxError> {
    for (column, cell) in (0_u16..).zip(row) {
        match cell {
            // As a string cell it is never a formula.
            Cell::Text(text) => sheet.write_string(at, column, text)?,
            Cell::Number(number) => sheet.write_number(at, column, exact(*number))?,
            Cell::Time(moment) => {
                let moment = ExcelDateTime::parse_from_str(&moment.format("%Y-%m-%dT%H:%M:%S%.3f").to_string())?;
                sheet.write_datetime_with_format(at, column, &moment, time)?
            }
            Cell::Empty => continue,
        };
    }
    Ok(())
}

/// Within +-(2^53 - 1) a double is exact, and no sum of ours is beyond.
#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "there is no other way from i64 to f64, see above"
)]
fn exact(number: i64) -> f64 {
    number as f64
}
