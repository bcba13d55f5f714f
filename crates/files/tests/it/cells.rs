//! Cells: numbers, dates, ids, units, signs, read by column.

use crate::harness::{assert_csv, outcome, usual};

fn quantities(all: &[&str]) -> Vec<String> {
    let lines: Vec<String> = all.iter().enumerate().map(|(n, it)| format!("B-{n},p1,入库,\"{it}\"")).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let said = outcome("x.csv", usual(&lines).as_bytes(), &[]);
    said.iter().map(|it| it.split(" p1 ").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_comma_or_a_point_that_nothing_settles_is_asked() {
    assert_eq!(quantities(&["1,200", "7"]), ["2 waits", "3 in 7", "? number.quantity"]);
    assert_eq!(quantities(&["1.000"]), ["2 waits", "? number.quantity"]);
    assert_eq!(quantities(&["1,200", "2,400.00"]), ["2 in 1200", "3 in 2400"]);
    assert_eq!(quantities(&["1,200", "1,234,567"]), ["2 in 1200", "3 in 1234567"]);
    assert_eq!(quantities(&["1.500", "0.500"])[1], "3 ! quantity is not a whole number: 0.500");
    assert_eq!(quantities(&["1.234,00", "7"]), ["2 in 1234", "3 in 7"]);
}

#[test]
fn cells_that_contradict_each_other_are_asked_then_refused() {
    let text = usual(&["B-1,p1,入库,\"1.234,00\"", "B-2,p1,入库,\"1,234.00\"", "B-3,p1,入库,7"]);
    assert_eq!(outcome("x.csv", text.as_bytes(), &[]).last().unwrap(), "? number.quantity");
    let said = outcome("x.csv", text.as_bytes(), &[("number.quantity", "comma")]);
    assert_eq!(said[1], "3 ! quantity is written another way than the other numbers of its column: 1,234.00");
}

#[test]
fn numbers_of_other_lands_and_forms() {
    let forms = ["1 200", "1\u{a0}200", "1'200", "１２００", "1,20,000", "12 箱", "+5", "5.00"];
    let wanted = ["1200", "1200", "1200", "1200", "120000", "12", "5", "5"];
    let wanted: Vec<String> = wanted.iter().enumerate().map(|(n, it)| format!("{} in {it}", n + 2)).collect();
    assert_eq!(quantities(&forms), wanted);
    for wrong in ["五", "5%", "1,2,3", "3箱6瓶", "#REF!", "=A1+1", "12:30"] {
        assert!(quantities(&[wrong])[0].starts_with("2 ! quantity"), "{wrong}");
    }
    assert!(quantities(&["2.5"])[0].contains("not a whole number: 2.5"));
}

#[test]
fn a_minus_beside_a_direction() {
    // What goes out has a minus, as in our own exports.
    let repeats = usual(&["B-1,p1,入库,5", "B-2,p1,出库,-3", "B-3,p1,出库,(4)", "B-4,p1,出库,6-"]);
    let said = outcome("x.csv", repeats.as_bytes(), &[]);
    assert!(
        said[1].starts_with("3 out 3") && said[2].starts_with("4 out 4") && said[3].starts_with("5 out 6"),
        "{said:?}"
    );
    // A red entry, or a slip: asked, also where every line is one.
    let alone = usual(&["B-1,p1,销售出库,-5"]);
    assert_eq!(outcome("x.csv", alone.as_bytes(), &[]), ["2 waits", "? sign"]);
    let red = usual(&["B-1,p1,入库,-5", "B-2,p1,出库,3"]);
    assert_eq!(outcome("x.csv", red.as_bytes(), &[])[0], "2 waits");
    let said = outcome("x.csv", red.as_bytes(), &[("sign", "reverses")]);
    assert!(said[0].starts_with("2 out 5") && said[1].starts_with("3 out 3"), "{said:?}");
    let said = outcome("x.csv", red.as_bytes(), &[("sign", "repeats")]);
    assert_eq!(said[0], "2 ! quantity has another sign than its direction: -5");
}

#[test]
fn a_sign_alone_is_the_direction() {
    let text = "Date,Bill No,SKU,Warehouse,Company,Qty\n2026-03-01,B-1,p1,w1,c1,-4\n2026-03-01,B-2,p1,w1,c1,9\n";
    let said = outcome("x.csv", text.as_bytes(), &[]);
    assert!(said[0].starts_with("2 out 4") && said[1].starts_with("3 in 9"), "{said:?}");
    // Without any minus nothing says which way the goods went.
    let text = text.replace("-4", "4");
    assert_eq!(outcome("x.csv", text.as_bytes(), &[]), ["2 waits", "3 waits", "? value.drcr"]);
    assert!(outcome("x.csv", text.as_bytes(), &[("value.drcr", "out")])[1].starts_with("3 out 9"));
}

#[test]
fn two_units_of_one_product_are_refused() {
    let text = usual(&["B-1,p1,入库,5箱", "B-2,p1,入库,6 箱", "B-3,p1,入库,12瓶", "B-4,p2,入库,3瓶", "B-5,p1,入库,7"]);
    let said = outcome("x.csv", text.as_bytes(), &[]);
    assert_eq!(said[2], "4 ! quantity is in 瓶, and in other lines of the same product in 箱");
    assert!(said[3].starts_with("5 in 3 p2") && said[4].starts_with("6 in 7"), "{said:?}");
}

fn dates(all: &[&str], choices: &[(&str, &str)]) -> Vec<String> {
    let mut text = "单据号,产品,仓库,公司,方向,数量,日期\n".to_owned();
    let lines: Vec<String> = all.iter().map(|it| format!("B,p1,w1,c1,in,5,\"{it}\"\n")).collect();
    text.push_str(&lines.concat());
    let said = outcome("x.csv", text.as_bytes(), choices);
    said.iter().map(|it| it.replace("in 5 p1 w1 c1 B ", "")).collect()
}

#[test]
fn the_order_of_day_and_month_is_settled_or_asked() {
    assert_eq!(dates(&["03/04/2026", "13/04/2026"], &[]), ["2 2026-04-03 00:00:00", "3 2026-04-13 00:00:00"]);
    assert_eq!(dates(&["03/04/2026", "04/13/2026"], &[])[0], "2 2026-03-04 00:00:00");
    assert_eq!(dates(&["03/04/2026", "05/05/2026"], &[]), ["2 waits", "3 2026-05-05 00:00:00", "? date"]);
    assert_eq!(dates(&["03/04/2026"], &[("date", "mdy")]), ["2 2026-03-04 00:00:00"]);
    let both = dates(&["13/04/2026", "04/13/2026"], &[("date", "dmy")]);
    assert_eq!(both[1], "3 ! create_time is not a date in the order of the other lines: 04/13/2026");
    assert_eq!(dates(&["3.4.26"], &[("date", "dmy")]), ["2 2026-04-03 00:00:00"]);
}

#[test]
fn dates_of_spreadsheets_and_people() {
    let said = dates(
        &["46082", "46082.75", "20260301", "2026年3月1日", "2026/3/1 下午 3:05", "2026/3/1 3:05 PM", "1-Mar-26"],
        &[],
    );
    let wanted = ["00:00:00", "18:00:00", "00:00:00", "00:00:00", "15:05:00", "15:05:00", "00:00:00"];
    let wanted: Vec<String> = wanted.iter().enumerate().map(|(n, it)| format!("{} 2026-03-01 {it}", n + 2)).collect();
    assert_eq!(said, wanted);
    for wrong in ["2026/2/30", "2026/13/02", "明天", "0000-00-00", "########"] {
        assert_eq!(dates(&[wrong], &[])[0], format!("2 ! create_time is not a date: {wrong}"));
    }
}

#[test]
fn a_time_of_day_may_stand_in_a_column_of_its_own() {
    let text = "Posting Date,Posting Time,Voucher No,Item Code,Warehouse,Company,Actual Qty\n2026-03-01,8:05:03.25,B-1,p1,w1,c1,-3\n";
    assert_csv(text, &[], &["2 out 3 p1 w1 c1 B-1 2026-03-01 08:05:03.250"]);
}

fn product(id: &str, choices: &[(&str, &str)]) -> String {
    let said = outcome("x.csv", usual(&[&format!("B-1,\"{id}\",入库,5")]).as_bytes(), choices);
    said.first().cloned().unwrap_or_default()
}

#[test]
fn names_and_look_alikes_in_the_place_of_ids_are_doubted() {
    assert_eq!(product("洗衣液", &[]), "2 ! product_id is the name of SP-0012, not its id: 洗衣液");
    for id in ["ＳＰ-0012", "sp-0012", "SP-0012\u{200b}x".trim_end_matches('x'), "SP- 0012"] {
        assert!(product(id, &[]).contains("looks like SP-0012"), "{id:?}: {}", product(id, &[]));
    }
    assert!(product("sp-0012", &[("doubtful", "take")]).starts_with("2 in 5 sp-0012"));
    assert!(product("6.90123E+12", &[("doubtful", "take")]).starts_with("2 in 5 6.90123E+12"));
    assert!(product("SP-0013", &[]).starts_with("2 in 5 SP-0013"));
}

#[test]
fn ids_stay_text() {
    for id in ["0071053", "00", "1.10", "1e5", "TRUE", "2026-03-01", "a,b", "  x  "] {
        assert!(product(id, &[]).starts_with(&format!("2 in 5 {} w1", id.trim())), "{id}: {}", product(id, &[]));
    }
    // As people keep a spreadsheet from making a number of it, and as our own export defuses a formula.
    assert_csv(
        &usual(&["B-1,\"=\"\"007\"\"\",入库,5", "B-2,'=1+1,入库,5", "B-3,'-x,入库,5"]),
        &[],
        &[
            "2 in 5 007 w1 c1 B-1 2026-03-01 00:00:00",
            "3 in 5 =1+1 w1 c1 B-2 2026-03-01 00:00:00",
            "4 in 5 -x w1 c1 B-3 2026-03-01 00:00:00",
        ],
    );
}
