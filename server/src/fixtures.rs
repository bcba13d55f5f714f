//! What unit tests of several modules begin with.
#![allow(clippy::unwrap_used, reason = "tests")]

use model::entry::{Entry, Kind};
use model::time::Millis;

use records::KeyRow;

/// An entry of a bill: apples in one warehouse, `movement` pieces in, or out where it is negative.
pub fn entry(bill: &str, movement: i64) -> Entry {
    Entry {
        product_id: "apple".try_into().unwrap(),
        quantity: movement.abs().try_into().unwrap(),
        direction: movement.signum().try_into().unwrap(),
        company_id: "c".try_into().unwrap(),
        warehouse_id: "w".try_into().unwrap(),
        bill_id: bill.try_into().unwrap(),
        create_time: Millis(0),
        description: String::new(),
        kind: Kind::Bill,
        line_no: 1,
    }
}

/// A row of such an entry, in the table where it belongs, from a message of partition 0.
pub fn row(bill: &str, movement: i64, offset: i64) -> KeyRow {
    KeyRow { entry: entry(bill, movement), origin: (0, offset), is_of_earlier_topic: false, found_in: None }
}
