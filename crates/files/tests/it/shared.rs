//! The cases that went wrong, each with its right value.

use crate::harness::outcome;

fn of(bytes: &[u8]) -> Vec<String> {
    outcome("x.csv", bytes, &[])
}

#[test]
fn i03_the_hint_is_followed_and_lines_are_those_of_the_file() {
    assert_eq!(of(include_bytes!("cases/i03-sep-line.csv")), ["3 in 5 p1 w1 c1 I03-1 2026-03-01 08:05:00"]);
}

#[test]
fn i06_no_decimal_comma_becomes_a_thousand() {
    let file = include_bytes!("cases/i06-decimal-comma.csv");
    let not_whole = |line: usize, text: &str| format!("{line} ! quantity is not a whole number: {text}");
    let wanted =
        [not_whole(2, "13,75"), "3 waits".into(), "4 waits".into(), not_whole(5, "0,500"), not_whole(6, "-0,250")];
    assert_eq!(of(file), [&wanted[..], &["? number.quantity".into()]].concat());
    let answered = outcome("x.csv", file, &[("number.quantity", "comma")]);
    let whole = "4 in 12 p1 w1 c1 I06-3 2026-03-01 08:05:00".to_owned();
    assert_eq!(
        answered,
        [not_whole(2, "13,75"), not_whole(3, "1,500"), whole, not_whole(5, "0,500"), not_whole(6, "-0,250")]
    );
}

#[test]
fn i10_ids_that_a_spreadsheet_has_rounded_are_doubted() {
    let said = of(include_bytes!("cases/i10-scientific-barcode.csv"));
    for line in [0, 1, 3] {
        assert!(said[line].contains("! product_id was turned into a rounded number"), "{said:?}");
    }
    assert!(said[2].contains("in 5 6901234000000") && said[4].contains("in 5 2E3"), "{said:?}");
}

#[test]
fn i17_titles_below_a_title_are_found() {
    let said = of(include_bytes!("cases/i17-title-row.csv"));
    assert_eq!(said[..3], ["1 above", "2 above", "4 in 5 p1 w1 c1 I17-1 2026-03-01 08:05:00"]);
}

#[test]
fn i20_two_columns_of_quantities() {
    let said = of(include_bytes!("cases/i20-two-quantity-columns.csv"));
    let wanted = ["2 in 10 p1 w1 c1 I20-1 2026-03-01 00:00:00", "3 out 4 p1 w1 c1 I20-2 2026-03-01 00:00:00"];
    assert_eq!(said[..2], wanted);
    let text = "单号,日期,商品编号,仓库,公司,收数量,发数量\nB,2026/3/1,p1,w1,c1,3,3\nB,2026/3/1,p1,w1,c1,,\n";
    assert_eq!(
        outcome("x.csv", text.as_bytes(), &[]),
        [
            "2 ! quantity_in has both a quantity in and a quantity out: 3 and 3",
            "3 ! quantity_in has neither a quantity in nor a quantity out",
        ]
    );
}

#[test]
fn i37_a_quote_that_never_closes_refuses_the_file() {
    assert_eq!(
        of(include_bytes!("cases/i37-unterminated-quote.csv")),
        ["has a quote that opens in line 2 and never closes"]
    );
}

#[test]
fn i42_thousands_without_quotes_are_refused_by_line() {
    let said = of(include_bytes!("cases/i42-unquoted-thousands.csv"));
    assert!(said[0].starts_with("2 ! has 9 cells under 8 titles"), "{said:?}");
    assert_eq!(said[1], "3 in 7 p1 w1 c1 I42-2 2026-03-01 00:00:00 second");
}

#[test]
fn i48_ids_come_from_the_columns_of_ids() {
    let said = of(include_bytes!("cases/i48-name-beside-code.csv"));
    assert_eq!(said[0], "2 in 5 SP001 CK01 GS01 I48-1 2026-03-01 00:00:00");
}
