//! Shapes: encodings, separators, quotes, titles, and what stands around a table.

use crate::harness::{assert_csv, outcome, usual};

const GOOD: [&str; 1] = ["2 in 5 p1 w1 c1 B-1 2026-03-01 00:00:00"];

#[test]
fn encodings_and_line_ends() {
    let text = usual(&["B-1,p1,入库,5"]);
    let gb18030 = encoding(&text, "gb18030");
    let big5 = encoding(
        &text
            .replace("单据号", "單據號")
            .replace("产品", "產品")
            .replace("仓库", "倉庫")
            .replace("数量", "數量")
            .replace("入库", "入庫"),
        "big5",
    );
    assert_eq!(outcome("x.csv", &gb18030, &[]), GOOD);
    assert_eq!(outcome("x.csv", &big5, &[("charset", "big5")]), GOOD);
    assert_eq!(outcome("x.csv", &big5, &[]).last().unwrap(), "2 in 5 p1 w1 c1 B-1 2026-03-01 00:00:00");
    assert_eq!(outcome("x.csv", text.replace('\n', "\r").as_bytes(), &[]), GOOD, "lines of an old Mac");
    assert_eq!(outcome("x.csv", text.replace('\n', "\r\n").as_bytes(), &[]), GOOD);
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(outcome("x.csv", &utf16, &[]), GOOD, "big-endian without a mark");
    assert_eq!(outcome("x.csv", text.as_bytes(), &[("charset", "gb18030")])[0], "is not text in gb18030");
}

fn encoding(text: &str, name: &str) -> Vec<u8> {
    let encoding = encoding_rs::Encoding::for_label(name.as_bytes()).unwrap();
    encoding.encode(text).0.into_owned()
}

#[test]
fn an_encoding_that_may_be_two_is_asked() {
    let text = "Date,Bill No,SKU,Warehouse,Company,Qty,Remark\n2026-03-01,B-1,p1,w1,c1,5,Müller\n";
    let bytes = encoding(text, "windows-1252");
    assert!(outcome("x.csv", &bytes, &[]).contains(&"? charset".to_owned()));
    let said = outcome("x.csv", &bytes, &[("charset", "windows-1252"), ("value.drcr", "in")]);
    assert_eq!(said, ["2 in 5 p1 w1 c1 B-1 2026-03-01 00:00:00 Müller"]);
}

#[test]
fn a_file_that_was_cut_off_is_not_taken_for_another_encoding() {
    let text = usual(&["B-1,p1,入库,5", "B-2,苹"]);
    let bytes = &text.as_bytes()[..text.len() - 2];
    assert_eq!(outcome("x.csv", bytes, &[]), ["is not text in utf-8"]);
}

#[test]
fn what_is_no_table_says_what_it_is() {
    assert_eq!(
        outcome("x.csv", b"%PDF-1.7\x00\x01\xff\xff", &[]),
        ["is not text: it may be a picture, a PDF or a damaged file"]
    );
    assert_eq!(outcome("x.csv", "日期,单据号\n".as_bytes(), &[]), ["has no entry in it"]);
    assert_eq!(outcome("x.csv", b"", &[]), ["has no entry in it"]);
    assert_eq!(outcome("x.ndjson", b"{}", &[]), ["lines of JSON"]);
    assert_eq!(outcome("pasted", b" [{}]", &[]), ["lines of JSON"]);
    assert_csv("a,b\n1,2\n", &[("head", "7")], &["has no titles in line 7"]);
}

#[test]
fn quotes_that_swallow_lines_are_asked_about_or_refuse_the_file() {
    let text = usual(&["B-1,\"12 inch,入库,5", "B-2,p1,入库,6", "B-3,p1,入库,\"7"]);
    assert_csv(&text, &[], &["2 ! has text outside the quotes of a cell", "? cells"]);
    // Three lines of a note are none: they hold no whole line.
    let text =
        "日期,仓库,公司,单据号,产品,数量,备注\n2026-03-01,w1,c1,B-1,p1,5,\"a\nb, c\nd\"\n2026-03-01,w1,c1,B-2,p1,6,\n";
    let wanted = ["2 in 5 p1 w1 c1 B-1 2026-03-01 00:00:00 a\nb, c\nd", "5 in 6 p1 w1 c1 B-2 2026-03-01 00:00:00"];
    assert_csv(text, &[("value.drcr", "in")], &wanted);
}

#[test]
fn a_description_of_several_lines_is_one_cell_whatever_stands_in_it() {
    let text = |description: &str| {
        format!("日期,仓库,公司,单据号,产品,方向,数量,备注\n2026-03-01,w1,c1,B-1,p1,入库,5,\"{description}\"\n")
    };
    let entry = |description: &str| format!("2 in 5 p1 w1 c1 B-1 2026-03-01 00:00:00 {description}");
    for description in ["a\nb,c,d,e,f,g,h,i,j", ",,,,,,,\n,,,,,,,,,,", "a\r\n\r\nb"] {
        assert_csv(&text(description), &[], &[&entry(description)]);
    }
    // The end of a row, a row, and the begin of one: nobody can tell it from a text.
    let looks_like_rows = "x\n2026-03-01,w1,c1,B-2,p1,入库,6,y\n2026-03-01,w1,c1,B-3,p1,入库,7,z";
    assert_csv(&text(looks_like_rows), &[], &[&entry(looks_like_rows), "? cells"]);
    assert_csv(&text(looks_like_rows), &[("cells", "long")], &[&entry(looks_like_rows)]);
}

#[test]
fn a_table_may_end_before_its_file() {
    let text = "日期,仓库,公司,单据号,产品,方向,数量\n2026-03-01,w1,c1,B-1,p1,入库,5\n\n产品,期末\np1,12\n";
    assert_csv(text, &[("last", "3")], &["2 in 5 p1 w1 c1 B-1 2026-03-01 00:00:00", "4 above", "5 above"]);
    assert_csv(text, &[("last", "1")], &["has no entry in it"]);
}

#[test]
fn text_outside_quotes_is_refused_by_its_line() {
    let text = usual(&["\"B-1\" x,p1,入库,5", "B-1,p1,入库,5"]);
    assert_csv(&text, &[], &["2 ! has text outside the quotes of a cell", "3 in 5 p1 w1 c1 B-1 2026-03-01 00:00:00"]);
}

#[test]
fn a_line_break_in_an_id_is_refused() {
    let text = usual(&["B-1,\"p\n1\",入库,5"]);
    assert_csv(&text, &[], &["2 ! product_id has a line break in the cell"]);
}

#[test]
fn separators_are_told_by_the_titles() {
    for separator in [";", "\t", "|"] {
        assert_csv(&usual(&["B-1,p1,入库,5"]).replace(',', separator), &[], &GOOD);
    }
    // A semicolon file full of commas.
    let text = "日期;单据号;产品;仓库;公司;方向;数量;备注\n2026-03-01;B-1;p1;w1;c1;入库;5;a, b, c, d, e, f, g, h, i\n";
    assert_csv(text, &[], &["2 in 5 p1 w1 c1 B-1 2026-03-01 00:00:00 a, b, c, d, e, f, g, h, i"]);
}

#[test]
fn lines_of_totals_and_repeated_titles_are_set_aside() {
    let head = "日期,仓库,公司,单据号,产品,方向,数量";
    let text = format!(
        "{}本页小计,,,,,,5\n{head}\n2026-03-01,w1,c1,B-2,p1,出库,3\n合计：,,,,,,8\n",
        usual(&["B-1,p1,入库,5"])
    );
    assert_csv(&text, &[], &[GOOD[0], "3 total", "5 out 3 p1 w1 c1 B-2 2026-03-01 00:00:00", "6 total"]);
    // A bill may be called so.
    assert_csv(&usual(&["合计,p1,入库,5"]), &[], &["2 in 5 p1 w1 c1 合计 2026-03-01 00:00:00"]);
}

#[test]
fn more_titles_than_cells_are_fine_and_more_cells_are_not() {
    let head = "日期,仓库,公司,单据号,产品,方向,数量,备注,单价";
    let text = format!("{head}\n2026-03-01,w1,c1,B-1,p1,入库,5\n2026-03-01,w1,c1,B-1,p1,入库,5,,,,,\n");
    let second = "3 in 5 p1 w1 c1 B-1 2026-03-01 00:00:00";
    assert_csv(&text, &[], &[GOOD[0], second]);
    let text = usual(&["B-1,p1,入库,1,234"]);
    assert!(outcome("x.csv", text.as_bytes(), &[])[0].starts_with("2 ! has 8 cells under 7 titles"));
}
