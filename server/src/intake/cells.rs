//! What people write into cells, as the entry wants it. What is not understood stays as it is, for the decoder to say what is wrong. Pure.

use chrono::{NaiveDate, NaiveDateTime};
use serde_json::Value;

/// A cell as the value of a field.
pub fn value(field: &str, text: &str) -> Value {
    match field {
        "quantity" | "line_no" => number(text).map_or_else(|| text.into(), Value::from),
        "drcr" => direction(text).map_or_else(|| text.into(), Value::from),
        "kind" => kind(text).into(),
        "create_time" => time(text).into(),
        _ => text.into(),
    }
}

/// `1200`, `1,200`, `12.00`.
pub fn number(text: &str) -> Option<i64> {
    let whole = match text.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|it| it == b'0') => whole,
        Some(_) => return None,
        None => text,
    };
    let whole = whole.replace('\u{2212}', "-");
    let digits = whole.strip_prefix(['-', '+']).unwrap_or(&whole);
    if !digits.starts_with(|it: char| it.is_ascii_digit()) {
        return None;
    }
    let mut groups = digits.split([',', '\u{ff0c}']);
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    let is_grouped = rest.is_empty() || (first.len() <= 3 && rest.iter().all(|it| it.len() == 3));
    let joined = format!("{}{first}{}", if whole.starts_with('-') { "-" } else { "" }, rest.concat());
    if is_grouped { joined.parse().ok() } else { None }
}

fn direction(text: &str) -> Option<i64> {
    match text.to_lowercase().as_str() {
        "1" | "+1" | "in" | "i" | "入" | "入库" | "收" | "收入" | "进" | "借" => Some(1),
        "-1" | "\u{2212}1" | "out" | "o" | "出" | "出库" | "发" | "发出" | "贷" => Some(-1),
        _ => None,
    }
}

fn kind(text: &str) -> &str {
    match text {
        "单据" | "Bill" => "bill",
        "期初" | "期初库存" | "Opening" => "opening",
        "调整" | "盘点调整" | "Adjust" | "Adjustment" | "adjustment" => "adjust",
        other => other,
    }
}

/// Dates as spreadsheets write them. With an offset it is RFC 3339, and stays.
fn time(text: &str) -> String {
    let plain: String = text
        .chars()
        .filter(|it| *it != '日')
        .map(|it| if matches!(it, '/' | '.' | '年' | '月') { '-' } else { it })
        .collect();
    // The point before thousandths is none of a date.
    let date_end = text.find([' ', 'T', 't']).unwrap_or(text.len());
    let (date, clock) = (plain.get(..plain.find([' ', 'T', 't']).unwrap_or(plain.len())), text.get(date_end..));
    let (date, clock) = (date.unwrap_or_default(), clock.unwrap_or_default().trim_start_matches([' ', 'T', 't']));
    if clock.is_empty() {
        let day = NaiveDate::parse_from_str(date, "%Y-%m-%d");
        return day.map_or_else(|_| text.to_owned(), |it| format!("{it} 00:00:00"));
    }
    let both = format!("{date} {clock}");
    let moment =
        ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"].iter().find_map(|it| NaiveDateTime::parse_from_str(&both, it).ok());
    moment.map_or_else(|| text.to_owned(), |it| it.format("%Y-%m-%d %H:%M:%S%.3f").to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn cells_as_people_write_them() {
        for (field, text, wanted) in [
            ("quantity", "1,200", json!(1200)),
            ("quantity", "12.00", json!(12)),
            ("quantity", "12.5", json!("12.5")),
            ("quantity", "1,20", json!("1,20")),
            ("quantity", "ten", json!("ten")),
            ("line_no", "3", json!(3)),
            ("drcr", "入库", json!(1)),
            ("drcr", "OUT", json!(-1)),
            ("drcr", "x", json!("x")),
            ("kind", "期初", json!("opening")),
            ("create_time", "2025/3/1 8:05", json!("2025-03-01 08:05:00.000")),
            ("create_time", "2025年3月1日", json!("2025-03-01 00:00:00")),
            ("create_time", "2025.03.01 08:05:01.250", json!("2025-03-01 08:05:01.250")),
            ("create_time", "2025-03-01T08:05:01+08:00", json!("2025-03-01T08:05:01+08:00")),
            ("create_time", "yesterday", json!("yesterday")),
            ("product_id", "0071053", json!("0071053")),
        ] {
            assert_eq!(value(field, text), wanted, "{field} {text}");
        }
        assert_eq!((number("-7"), number("\u{2212}7"), number("--7")), (Some(-7), Some(-7), None));
    }
}
