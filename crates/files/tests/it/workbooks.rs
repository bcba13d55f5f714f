//! Workbooks: typed cells, sheets, merged cells, formulas, and what is refused before it costs anything.

use std::io::{Cursor, Read as _, Write as _};

use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

use crate::harness::outcome;

const HEAD: [&str; 7] = ["日期", "单据号", "产品", "仓库", "公司", "方向", "数量"];

/// A workbook with the usual titles and one line: B-1, p1, in 5.
fn workbook() -> Workbook {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("三月").unwrap();
    sheet.write_row(0, 0, HEAD).unwrap();
    let date = Format::new().set_num_format("yyyy/m/d h:mm");
    sheet
        .write_with_format(1, 0, ExcelDateTime::from_ymd(2026, 3, 1).unwrap().and_hms(8, 5, 0).unwrap(), &date)
        .unwrap();
    sheet.write_row(1, 1, ["B-1", "p1", "w1", "c1", "入库"]).unwrap();
    sheet.write(1, 6, 5).unwrap();
    book
}

fn of(book: &mut Workbook, choices: &[(&str, &str)]) -> Vec<String> {
    outcome("x.xlsx", &book.save_to_buffer().unwrap(), choices)
}

#[test]
fn cells_are_typed() {
    let mut book = workbook();
    let sheet = book.worksheet_from_name("三月").unwrap();
    let date = Format::new().set_num_format("yyyy/m/d");
    for (row, quantity) in [(2, 2.5), (3, 1200.0)] {
        sheet.write_with_format(row, 0, ExcelDateTime::from_ymd(2026, 3, 4).unwrap(), &date).unwrap();
        sheet.write_row(row, 1, ["B-2", "p1", "w1", "c1", "入库"]).unwrap();
        sheet.write(row, 6, quantity).unwrap();
    }
    // A barcode as a number, and one that Excel has rounded.
    sheet.write(3, 2, 6_901_234_567_890_i64).unwrap();
    sheet.write_row(4, 1, ["B-3", "", "w1", "c1", "入库"]).unwrap();
    sheet.write(4, 0, 46_082).unwrap();
    sheet.write(4, 2, 6_901_234_567_890_120_000_i64).unwrap();
    sheet.write(4, 6, 1).unwrap();
    let said = of(&mut book, &[]);
    assert_eq!(
        said[..3],
        [
            "2 in 5 p1 w1 c1 B-1 2026-03-01 08:05:00",
            "3 ! quantity is not a whole number: 2.5",
            "4 in 1200 6901234567890 w1 c1 B-2 2026-03-04 00:00:00",
        ]
    );
    assert!(said[3].contains("! product_id was turned into a rounded number"), "{said:?}");
}

#[test]
fn formulas_are_their_values_and_errors_are_faults() {
    let mut book = workbook();
    let sheet = book.worksheet_from_name("三月").unwrap();
    sheet.write_row(2, 1, ["B-2", "p1", "w1", "c1", "出库"]).unwrap();
    sheet.write(2, 0, "2026-03-01").unwrap();
    sheet.write_formula(2, 6, Formula::new("=3+4").set_result("7")).unwrap();
    sheet.write_row(3, 1, ["B-3", "p1", "w1", "c1", "出库"]).unwrap();
    sheet.write(3, 0, "2026-03-01").unwrap();
    sheet.write_formula(3, 6, Formula::new("=NA()").set_result("#N/A")).unwrap();
    let said = of(&mut book, &[]);
    assert_eq!(said[1], "3 out 7 p1 w1 c1 B-2 2026-03-01 00:00:00");
    assert!(said[2].starts_with("4 ! quantity is"), "{said:?}");
}

#[test]
fn sheets_are_chosen_and_empty_ones_passed_over() {
    let mut book = Workbook::new();
    book.add_worksheet().set_name("空").unwrap();
    let mut other = workbook();
    let sheet = other.worksheet_from_name("三月").unwrap();
    sheet.write(1, 1, "B-9").unwrap();
    for name in ["甲", "乙"] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        sheet.write_row(0, 0, HEAD).unwrap();
        sheet.write_row(1, 0, ["2026-03-01", name, "p1", "w1", "c1", "in", "5"]).unwrap();
    }
    assert_eq!(of(&mut book, &[]), ["2 in 5 p1 w1 c1 甲 2026-03-01 00:00:00", "? sheet"]);
    assert_eq!(of(&mut book, &[("sheet", "乙")]), ["2 in 5 p1 w1 c1 乙 2026-03-01 00:00:00"]);
    assert_eq!(of(&mut book, &[("sheet", "丙")]), ["has no sheet \"丙\""]);
    assert_eq!(of(&mut book, &[("sheet", "空")]), ["has no entry in it"]);
}

#[test]
fn merged_cells_hold_for_their_lines() {
    let mut book = workbook();
    let sheet = book.worksheet_from_name("三月").unwrap();
    sheet.write_row(1, 1, ["B-1", "p1", "w1", "c1", "入库"]).unwrap();
    sheet.merge_range(1, 1, 2, 1, "B-7", &Format::new()).unwrap();
    sheet.write_row(2, 2, ["p2", "w1", "c1", "入库"]).unwrap();
    sheet.write(2, 0, "2026-03-01").unwrap();
    sheet.write(2, 6, 6).unwrap();
    let said = of(&mut book, &[]);
    assert_eq!(said, ["2 in 5 p1 w1 c1 B-7 2026-03-01 08:05:00", "3 in 6 p2 w1 c1 B-7 2026-03-01 00:00:00"]);
}

#[test]
fn a_merged_quantity_counts_once() {
    let mut book = workbook();
    let sheet = book.worksheet_from_name("三月").unwrap();
    sheet.write_row(2, 1, ["B-1", "p2", "w1", "c1", "入库"]).unwrap();
    sheet.write(2, 0, "2026-03-01").unwrap();
    sheet.merge_range(1, 6, 2, 6, "5", &Format::new()).unwrap();
    let said = of(&mut book, &[]);
    assert_eq!(said, ["2 in 5 p1 w1 c1 B-1 2026-03-01 08:05:00", "3 nowhere p2 w1 c1 B-1 2026-03-01 00:00:00"]);
}

#[test]
fn titles_and_totals_of_a_workbook() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.merge_range(0, 0, 0, 6, "出入库明细", &Format::new()).unwrap();
    sheet.write_row(2, 0, HEAD).unwrap();
    sheet.write_row(3, 0, ["2026-03-01", "B-1", "p1", "w1", "c1", "in"]).unwrap();
    sheet.write(3, 6, 5).unwrap();
    sheet.write(4, 0, "合计").unwrap();
    sheet.write(4, 6, 5).unwrap();
    assert_eq!(of(&mut book, &[]), ["1 above", "4 in 5 p1 w1 c1 B-1 2026-03-01 00:00:00", "5 total"]);
}

/// A zip with these parts.
fn archive(parts: &[(&str, &[u8], usize)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content, times) in parts {
        zip.start_file(*name, SimpleFileOptions::default().compression_level(Some(1))).unwrap();
        for _ in 0..*times {
            zip.write_all(content).unwrap();
        }
    }
    zip.finish().unwrap().into_inner()
}

/// A workbook with one of its parts written anew.
fn rewritten(book: &mut Workbook, part: &str, change: impl Fn(String) -> String) -> Vec<u8> {
    let bytes = book.save_to_buffer().unwrap();
    let mut old = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut new = ZipWriter::new(Cursor::new(Vec::new()));
    for place in 0..old.len() {
        let mut entry = old.by_index(place).unwrap();
        let name = entry.name().unwrap().into_owned();
        let mut text = String::new();
        entry.read_to_string(&mut text).unwrap();
        let text = if name == part { change(text) } else { text };
        new.start_file(name, SimpleFileOptions::default()).unwrap();
        new.write_all(text.as_bytes()).unwrap();
    }
    new.finish().unwrap().into_inner()
}

#[test]
fn days_without_a_format_are_counted_from_where_the_workbook_counts() {
    let mut book = workbook();
    let sheet = book.worksheet_from_name("三月").unwrap();
    sheet.write_row(2, 1, ["B-2", "p1", "w1", "c1", "入库"]).unwrap();
    sheet.write(2, 6, 6).unwrap();
    // 2026-03-01 since 1904, and a day as digits.
    sheet.write(2, 0, 46_082 - 1462).unwrap();
    sheet.write_row(3, 1, ["B-3", "p1", "w1", "c1", "入库"]).unwrap();
    sheet.write(3, 6, 7).unwrap();
    sheet.write(3, 0, 20_260_302).unwrap();
    let bytes = rewritten(&mut book, "xl/workbook.xml", |it| it.replace("<workbookPr ", "<workbookPr date1904=\"1\" "));
    let said = outcome("x.xlsx", &bytes, &[]);
    let wanted = ["3 in 6 p1 w1 c1 B-2 2026-03-01 00:00:00", "4 in 7 p1 w1 c1 B-3 2026-03-02 00:00:00"];
    assert_eq!(said[1..], wanted);
}

#[test]
fn another_sheet_that_is_damaged_is_not_taken_for_an_empty_one() {
    let mut book = workbook();
    book.add_worksheet().set_name("四月").unwrap().write(0, 0, "x").unwrap();
    let damaged = rewritten(&mut book, "xl/worksheets/sheet2.xml", |it| it.replace("<row ", "<!-- cut off"));
    assert_eq!(outcome("x.xlsx", &damaged, &[]), ["is a damaged workbook"]);
    assert_eq!(outcome("x.xlsx", &damaged, &[("sheet", "三月")]).len(), 1, "the whole one can be chosen");
}

#[test]
fn a_workbook_is_one_whatever_it_is_called() {
    let bytes = workbook().save_to_buffer().unwrap();
    assert_eq!(outcome("body.json", &bytes, &[]), ["2 in 5 p1 w1 c1 B-1 2026-03-01 08:05:00"]);
    assert!(!files::is_json("body.json", &bytes) && files::is_json("body.json", b" [{}]"));
}

#[test]
fn what_must_not_be_opened_is_refused() {
    let mut book = workbook();
    let good = book.save_to_buffer().unwrap();
    let macros = archive(&[("xl/workbook.xml", b"<x/>", 1), ("xl/vbaProject.bin", b"x", 1)]);
    assert_eq!(outcome("x.xlsx", &macros, &[]), ["has macros in it: save it as .xlsx without macros"]);
    assert_eq!(outcome("x.xlsm", &good, &[]), ["has macros in it: save it as .xlsx without macros"]);
    assert_eq!(outcome("x.xlsx", &good[..good.len() / 2], &[]), ["is a damaged workbook"]);
    assert_eq!(outcome("x.xlsx", b"not a zip", &[]), ["is a damaged workbook"]);
    let old = [&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..], &[0; 600]].concat();
    assert_eq!(outcome("x.xls", &old, &[]), ["is a workbook of an old kind: save it as .xlsx or CSV"]);
    let document = archive(&[("word/document.xml", b"<x/>", 1)]);
    assert_eq!(outcome("x.docx", &document, &[]), ["is not text: it may be a picture, a PDF or a damaged file"]);
}

#[test]
fn a_cell_far_away_costs_nothing() {
    let mut book = workbook();
    let sheet = book.worksheet_from_name("三月").unwrap();
    sheet.write(1_048_575, 0, "x").unwrap();
    assert_eq!(of(&mut book, &[]), ["has more than 100000 lines"]);
    let mut book = workbook();
    book.worksheet_from_name("三月").unwrap().write(1, 16_383, "x").unwrap();
    assert_eq!(of(&mut book, &[]), ["has more than 256 columns"]);
}
