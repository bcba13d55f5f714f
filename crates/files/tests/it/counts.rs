//! Count sheets: what was counted, what was not, and what is wrong.

use files::{open, read_counts};
use model::files::choices::Choices;

use crate::harness::known;

/// What becomes of a sheet, a line each.
fn outcome(text: &str, choices: &[(&str, &str)]) -> Vec<String> {
    let (choices, bad) = Choices::read(choices.iter().copied());
    assert_eq!(bad, []);
    let table = open("x.csv", text.as_bytes(), &choices).unwrap().unwrap();
    let read = read_counts(&table, &choices, &known());
    let counted = read.lines.iter().map(|it| {
        let at = it.counted_at.as_deref().map(|it| format!(" at {it}")).unwrap_or_default();
        format!("{} {} of {} in {}{at}", it.line, it.counted, it.product_id, it.warehouse_id)
    });
    let mut said: Vec<String> = counted.collect();
    said.extend(read.uncounted.iter().map(|it| format!("{it} not counted")));
    said.extend(read.flaws.iter().map(|it| format!("{} ! {}", it.line, it.flaw)));
    said.extend(read.waiting.iter().map(|it| format!("{it} waits")));
    said.extend(read.questions.iter().map(|it| format!("? {}", it.answered_by())));
    said
}

const COMPANY: (&str, &str) = ("value.company_id", "c1");

#[test]
fn a_sheet_as_it_comes_back() {
    let text = "仓库编号,仓库,产品编号,产品,账面,实盘数量,日期\n\
                w1,浦东仓,SP001,苹果,120,118,2026-03-01 09:12\nw1,浦东仓,SP-0012,洗衣液,30,0,2026/3/1 9:31\nw1,浦东仓,p3,梨,7,,\n合计,,,,157,118,\n";
    assert_eq!(
        outcome(text, &[COMPANY]),
        [
            "2 118 of SP001 in w1 at 2026-03-01 09:12:00.000",
            "3 0 of SP-0012 in w1 at 2026-03-01 09:31:00.000",
            "4 not counted",
        ]
    );
    assert_eq!(outcome(text, &[])[1..], ["2 waits", "3 waits", "? value.company_id"]);
}

#[test]
fn a_short_sheet_of_a_clerk() {
    let text = "仓库,产品,数量\nw1,SP001,\"1,200\"\nw1,SP001,5\nw1,p2,-3\nw1,洗衣液,4\nw1,p4,十\n,p5,5\n";
    let said = outcome(text, &[COMPANY, ("number.counted", "point")]);
    assert_eq!(
        said,
        [
            "2 1200 of SP001 in w1",
            "3 ! is counted in line 2 already: add the two up",
            "4 ! is below 0, and shelves cannot hold less than nothing: -3",
            "5 ! is the name of SP-0012, not its id: 洗衣液",
            "6 ! is not a number: 十",
            "7 ! is empty",
        ]
    );
    assert_eq!(outcome(text, &[COMPANY]).last().map(String::as_str), Some("? number.counted"));
}

#[test]
fn a_day_without_an_hour_is_asked_and_an_empty_time_is_of_the_moment_that_is_said() {
    let text = "仓库,产品,实盘数量,盘点日期,日期\nw1,SP001,5,,2026-03-31\n";
    assert_eq!(outcome(text, &[COMPANY]), ["2 waits", "? value.time_of_day"]);
    let said = outcome(text, &[COMPANY, ("value.time_of_day", "18:30")]);
    assert_eq!(said, ["2 5 of SP001 in w1 at 2026-03-31 18:30:00.000"]);
    let text = "仓库,产品,实盘数量,日期\nw1,SP001,5,\nw1,p2,6,2026-03-31 09:12\n";
    let said = outcome(text, &[COMPANY, ("value.create_time", "2026-03-31 10:00")]);
    assert_eq!(said, ["2 5 of SP001 in w1 at 2026-03-31 10:00:00.000", "3 6 of p2 in w1 at 2026-03-31 09:12:00.000"]);
}
