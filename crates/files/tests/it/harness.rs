//! A file as a test says it, and what the reader makes of it, line by line in words.

use files::{KnownIds, Skipped, open, read_entries};
use model::files::choices::Choices;
use model::files::field::Field;
use serde_json::Value;

/// Ids that the system of the tests knows.
pub fn known() -> KnownIds {
    let mut known = KnownIds::default();
    known.add(Field::ProductId, "SP-0012", ["洗衣液", "Detergent"]);
    known.add(Field::ProductId, "SP001", ["苹果", "Apple"]);
    known.add(Field::WarehouseId, "w1", ["浦东仓", "Pudong"]);
    known
}

/// What becomes of a file, a line each: `2 in 5 p1 w1 c1 B-1 2026-03-01 08:05:00`, `3 ! quantity is not ...`, `4 waits`, `5 total`; then `? choice`
/// for each question. Where the whole file is refused, why.
pub fn outcome(name: &str, bytes: &[u8], choices: &[(&str, &str)]) -> Vec<String> {
    let (choices, bad) = Choices::read(choices.iter().copied());
    assert_eq!(bad, [], "the test's own choices");
    let table = match open(name, bytes, &choices) {
        Ok(Some(table)) => table,
        Ok(None) => return vec!["lines of JSON".to_owned()],
        Err(trouble) => return vec![trouble.to_string()],
    };
    let read = read_entries(&table, &choices, &known());
    let mut lines: Vec<(usize, String)> = Vec::new();
    lines.extend(read.entries.iter().map(|it| (it.line, sentence(&it.json))));
    let doubts = read.doubts.iter().map(|it| &it.1);
    lines.extend(read.flaws.iter().chain(doubts).map(|it| {
        let field = it.field.as_ref().map(|it| format!(" {it}")).unwrap_or_default();
        (it.line, format!("!{field} {}", it.flaw))
    }));
    lines.extend(read.waiting.iter().map(|it| (*it, "waits".to_owned())));
    lines.extend(read.skipped.iter().filter(|it| it.1 != Skipped::Titles).map(|(line, why)| {
        (
            *line,
            match why {
                Skipped::Total => "total",
                Skipped::Note => "note",
                _ => "above",
            }
            .to_owned(),
        )
    }));
    lines.sort();
    let mut said: Vec<String> = lines.into_iter().map(|(line, what)| format!("{line} {what}")).collect();
    said.extend(read.questions.iter().map(|it| format!("? {}", it.answered_by())));
    said
}

fn sentence(json: &str) -> String {
    let entry: Value = serde_json::from_str(json).unwrap();
    let text = |field: &str| match &entry[field] {
        Value::Null => String::new(),
        Value::String(text) => format!(" {}", text.strip_suffix(".000").unwrap_or(text)),
        other => format!(" {other}"),
    };
    let way = match entry["drcr"].as_i64() {
        Some(1) => "in",
        Some(-1) => "out",
        _ => "nowhere",
    };
    let fields = [
        "quantity",
        "product_id",
        "warehouse_id",
        "company_id",
        "bill_id",
        "line_no",
        "create_time",
        "kind",
        "description",
    ];
    format!("{way}{}", fields.map(text).concat())
}

/// Asserts what becomes of a CSV file.
#[track_caller]
pub fn assert_csv(text: &str, choices: &[(&str, &str)], wanted: &[&str]) {
    assert_eq!(outcome("x.csv", text.as_bytes(), choices), wanted, "{text}");
}

/// A file with the usual titles, the lines given as `bill,product,direction,quantity`, all on one day.
pub fn usual(lines: &[&str]) -> String {
    let mut text = "日期,仓库,公司,单据号,产品,方向,数量\n".to_owned();
    for line in lines {
        text.push_str("2026-03-01,w1,c1,");
        text.push_str(line);
        text.push('\n');
    }
    text
}
