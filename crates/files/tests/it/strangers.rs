//! What strangers found: files that were read without a question and should not have been, and files that were refused and should not have been.

use rust_xlsxwriter::Workbook;

use crate::harness::{assert_csv, outcome, usual};

#[test]
fn a_direction_that_nobody_understands_is_asked_and_never_in() {
    let text = "date,bill,type,product,warehouse,company,qty\n2026-03-01,CF-1,Sortie,CFA,WH-1,acme,5\n";
    assert_eq!(outcome("x.csv", text.as_bytes(), &[]), ["2 waits", "? value.drcr"]);
    for word in ["取消入库", "未入库", "红字销售出库", "冲销入库", "入库单(红字)", "Receipt (return)"]
    {
        let said = outcome("x.csv", usual(&[&format!("B-1,p1,{word},5")]).as_bytes(), &[]);
        assert_eq!(said[0], "2 waits", "{word}");
    }
}

#[test]
fn a_multiple_is_no_unit() {
    for number in ["1万", "3千", "5K", "12M"] {
        let said = outcome("x.csv", usual(&[&format!("B-1,p1,入库,{number}")]).as_bytes(), &[]);
        assert_eq!(said[0], format!("2 ! quantity is not a number: {number}"));
    }
}

#[test]
fn a_column_of_times_beside_a_date_is_used() {
    let text = "日期,时间,单据号,产品,仓库,公司,方向,数量\n2026-03-01,15:05,B,p1,w1,c1,in,5\n2026-03-01,3:05 PM,B,p2,w1,c1,in,5\n";
    let said = outcome("x.csv", text.as_bytes(), &[]);
    assert!(said[0].ends_with("2026-03-01 15:05:00") && said[1].ends_with("2026-03-01 15:05:00"), "{said:?}");
    let alone = "时间,单据号,产品,仓库,公司,方向,数量\n2026-03-01 15:05,B,p1,w1,c1,in,5\n";
    assert_csv(alone, &[], &["2 in 5 p1 w1 c1 B 2026-03-01 15:05:00"]);
}

#[test]
fn a_true_date_among_dates_as_text_is_doubted() {
    let text =
        usual(&[]).replace("日期", "x") + "46115,w1,c1,B,p1,in,5\n13/03/2026,w1,c1,B,p2,in,5\n46096,w1,c1,B,p3,in,5\n";
    let text = text.replacen('x', "日期", 1);
    let said = outcome("x.csv", text.as_bytes(), &[]);
    assert!(said[0].contains("may have swapped day and month: 46115"), "{said:?}");
    assert!(said[1].ends_with("2026-03-13 00:00:00") && said[2].ends_with("2026-03-15 00:00:00"), "{said:?}");
}

#[test]
fn a_file_without_titles_is_asked_and_loses_no_entry() {
    let text = "2026-03-01,CF-6,in,p1,w1,c1,5\n2026-03-02,CF-7,in,p1,w1,c1,6\n";
    let fields = ["create_time", "bill_id", "drcr", "product_id", "warehouse_id", "company_id", "quantity"];
    let names: Vec<String> = (1..=7).map(|it| format!("column.{it}")).collect();
    let choices: Vec<(&str, &str)> = names.iter().map(String::as_str).zip(fields).collect();
    assert_eq!(outcome("x.csv", text.as_bytes(), &choices).last().unwrap(), "? head");
    let without = [&choices[..], &[("head", "0")]].concat();
    let said = outcome("x.csv", text.as_bytes(), &without);
    assert_eq!(said, ["1 in 5 p1 w1 c1 CF-6 2026-03-01 00:00:00", "2 in 6 p1 w1 c1 CF-7 2026-03-02 00:00:00"]);
}

#[test]
fn totals_that_differ_are_asked_and_notes_are_set_aside() {
    let text = usual(&["B-1,p1,入库,5", "B-2,p1,入库,7"])
        + "合计,,,,,,13\n制表人：张三,,,审核人：李四,,,\n打印时间：2026-03-31,,,,,,\n";
    let said = outcome("x.csv", text.as_bytes(), &[]);
    assert_eq!(said[2..], ["4 total", "5 note", "6 note", "? totals"]);
    assert_eq!(outcome("x.csv", text.as_bytes(), &[("totals", "ignore")]).len(), 5);
}

#[test]
fn other_titles_below_refuse_the_file() {
    let text = usual(&["B-1,p1,入库,5"]) + "日期,公司,仓库,单据号,产品,方向,数量\n2026-03-01,c1,w1,B-2,p1,入库,5\n";
    assert_csv(&text, &[], &["has other titles in line 3: split it there"]);
}

#[test]
fn ids_that_a_spreadsheet_has_spoilt() {
    for id in ["#N/A", "########", "p\u{fffd}"] {
        assert!(
            outcome("x.csv", usual(&[&format!("B-1,{id},入库,5")]).as_bytes(), &[])[0]
                .contains("! product_id is an error"),
            "{id}"
        );
    }
    let said = outcome("x.csv", usual(&["B-1,6901234567890.0,入库,5"]).as_bytes(), &[]);
    assert!(said[0].contains("rounded number"), "{said:?}");
}

#[test]
fn a_place_to_which_goods_go_leaves_the_warehouse_open() {
    let text =
        "date,reference,product,location_id,location_dest_id,company,qty,direction\n2026-03-01,M,p1,8,9,c1,5,in\n";
    assert_eq!(outcome("x.csv", text.as_bytes(), &[]), ["2 waits", "? value.warehouse_id"]);
}

#[test]
fn lines_and_files_of_two_kinds() {
    let long = format!("{}B-1,p1,入库,\"{}\"\n", usual(&[]), "a".repeat(2 << 20));
    assert_eq!(outcome("x.csv", long.as_bytes(), &[]), ["has more than 1 MB in line 2"]);
    // Lines of UTF-8 and of GB 18030 together.
    let text = usual(&["B-1,p1,采购入库,5", "B-2,p1,销售出库,5"]);
    let (head, tail) = text.split_at(text.len() - 40);
    let tail = encoding_rs::GB18030
        .encode(&format!("{}\n2026-03-01,浦东仓,鑫源商贸,单,产品,入库,1\n", tail.trim()))
        .0
        .into_owned();
    assert_eq!(outcome("x.csv", &[head.as_bytes(), &tail].concat(), &[]), ["is not text in utf-8"]);
}

#[test]
fn hidden_sheets_are_no_sheets() {
    let mut book = Workbook::new();
    for (name, is_hidden) in [("old", true), ("三月", false)] {
        let sheet = book.add_worksheet().set_name(name).unwrap().set_hidden(is_hidden);
        sheet.write_row(0, 0, ["日期", "单据号", "产品", "仓库", "公司", "方向", "数量"]).unwrap();
        sheet.write_row(1, 0, ["2026-03-01", name, "p1", "w1", "c1", "in", "5"]).unwrap();
        if !is_hidden {
            sheet.set_active(true).set_first_tab(true);
        }
    }
    let bytes = book.save_to_buffer().unwrap();
    assert_eq!(outcome("x.xlsx", &bytes, &[]), ["2 in 5 p1 w1 c1 三月 2026-03-01 00:00:00"]);
}
