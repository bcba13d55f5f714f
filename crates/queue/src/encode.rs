//! Entry to message: the inverse of `decode`.

use chrono::{LocalResult, TimeZone};
use model::entry::{Entry, Kind};
use model::time::Millis;
use serde_json::{Map, Value};

use base::business_time::{BusinessTime, rfc3339};

/// The message of an entry as clients write it (docs/domain.md#the-entry): what has its default value is left out.
pub fn to_json(entry: &Entry, business_time: BusinessTime) -> String {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    put("product_id", entry.product_id.as_str().into());
    put("quantity", entry.quantity.get().into());
    put("drcr", entry.direction.sign().into());
    put("company_id", entry.company_id.as_str().into());
    put("warehouse_id", entry.warehouse_id.as_str().into());
    put("bill_id", entry.bill_id.as_str().into());
    put("create_time", create_time(entry.create_time, business_time).into());
    if !entry.description.is_empty() {
        put("description", entry.description.as_str().into());
    }
    if entry.kind != Kind::default() {
        put("kind", entry.kind.as_str().into());
    }
    if entry.line_no != 1 {
        put("line_no", entry.line_no.into());
    }
    Value::Object(fields).to_string()
}

/// Local time where it says which moment is meant, else RFC 3339.
fn create_time(at: Millis, business_time: BusinessTime) -> String {
    let certain = |local| matches!(business_time.0.from_local_datetime(&local), LocalResult::Single(_));
    match business_time.local(at) {
        Some(local) if certain(local) => local.format("%Y-%m-%d %H:%M:%S%.3f").to_string(),
        _ => rfc3339(at),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use model::quantity::{Direction, Quantity};
    use proptest::prelude::*;

    use super::*;
    use crate::decode;
    use base::config::EntryRules;

    fn rules(zone: chrono_tz::Tz) -> EntryRules {
        EntryRules {
            business_time: BusinessTime(zone),
            max_future: Duration::from_hours(24),
            min_time: "2000-01-01".parse().unwrap(),
        }
    }

    fn id() -> impl Strategy<Value = String> {
        r#"[a-zA-Z0-9大米"\\/'é]{1,20}"#
    }

    prop_compose! {
        fn any_entry()(
            (product, company, warehouse, bill) in (id(), id(), id(), id()),
            quantity in 1..=i64::from(i32::MAX),
            is_in: bool,
            at in 978_307_200_000..4_102_444_800_000_i64,
            description in r#"[a-z退货"\\\n ]{0,40}"#,
            kind in prop_oneof![Just(Kind::Bill), Just(Kind::Opening), Just(Kind::Adjust)],
            line_no in prop_oneof![Just(1), 1..=i32::MAX],
        ) -> Entry {
            Entry {
                product_id: product.try_into().unwrap(),
                quantity: Quantity::try_from(quantity).unwrap(),
                direction: if is_in { Direction::In } else { Direction::Out },
                company_id: company.try_into().unwrap(),
                warehouse_id: warehouse.try_into().unwrap(),
                bill_id: bill.try_into().unwrap(),
                create_time: Millis(at),
                description,
                kind,
                line_no,
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_what_is_read(entry in any_entry()) {
            for zone in [chrono_tz::Asia::Shanghai, chrono_tz::Europe::Berlin, chrono_tz::America::Sao_Paulo] {
                let text = to_json(&entry, BusinessTime(zone));
                let read = decode(text.as_bytes(), entry.create_time, &rules(zone));
                prop_assert_eq!(read.as_ref(), Ok(&entry), "{}", text);
            }
        }
    }

    #[test]
    fn both_passes_of_a_doubled_hour_are_told_apart() {
        let berlin = BusinessTime(chrono_tz::Europe::Berlin);
        let first = Millis(1_761_438_600_000); // 2025-10-26 00:30 UTC, 02:30 in Berlin
        let again = Millis(first.0 + 3_600_000);
        assert_eq!(create_time(first, berlin), "2025-10-26T00:30:00.000Z");
        assert_eq!(create_time(again, berlin), "2025-10-26T01:30:00.000Z");
        assert_eq!(create_time(Millis(again.0 + 3_600_000), berlin), "2025-10-26 03:30:00.000");
    }
}
