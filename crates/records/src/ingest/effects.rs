//! What a batch does to the live stock and tells the live view: worked out from its fresh lines. Pure.

use std::collections::BTreeMap;

use chrono::Days;
use model::batch::{DayFlow, Delta, Flow, KeyDelta, MinuteFlow, NOTE_ENTRIES, NewEntry, Note};
use model::entry::Entry;
use model::ids::WarehouseId;
use model::pipeline::Counts;
use model::quantity::Direction;
use model::stock::StockKey;
use model::time::Millis;

use crate::batch::Line;
use base::business_time::BusinessTime;

/// Minutes are kept for two days.
pub const MINUTES_KEPT: i64 = 2 * 24 * 60;

/// Per key, the three sums; sorted by key.
pub fn deltas(lines: &[&Line]) -> Vec<KeyDelta> {
    let mut sums: BTreeMap<StockKey, Delta> = BTreeMap::new();
    for line in lines {
        let sum = sums.entry(line.entry.key()).or_default();
        *sum = sum.plus(line.entry.delta());
    }
    sums.into_iter().map(|(key, delta)| KeyDelta { key, delta }).collect()
}

/// The newest entries, and the flows that are recent at `now`.
pub fn note(lines: &[&Line], counts: Counts, now: Millis, business_time: BusinessTime) -> Note {
    let newest = lines.iter().skip(lines.len().saturating_sub(NOTE_ENTRIES)).map(|line| new_entry(line)).collect();
    let since = business_time.day(now).and_then(|today| today.checked_sub_days(Days::new(1)));
    let mut days: BTreeMap<_, Flow> = BTreeMap::new();
    let mut minutes: BTreeMap<(i64, &WarehouseId), Flow> = BTreeMap::new();
    let first_minute = minute(now) - MINUTES_KEPT;
    for line in lines {
        let flow = flow(&line.entry);
        if since.is_some_and(|since| line.day >= since) {
            days.entry((line.day, line.entry.key())).or_default().add(flow);
        }
        let minute = minute(line.entry.create_time);
        if minute >= first_minute {
            minutes.entry((minute, &line.entry.warehouse_id)).or_default().add(flow);
        }
    }
    Note {
        recorded: counts.recorded,
        rejected: counts.rejected,
        newest,
        days: days.into_iter().map(|((day, key), flow)| DayFlow { day: day.to_string(), key, flow }).collect(),
        minutes: minutes
            .into_iter()
            .map(|((minute, warehouse), flow)| MinuteFlow { minute, warehouse_id: Some(warehouse.clone()), flow })
            .collect(),
    }
}

/// Minutes since 1970-01-01 UTC.
pub fn minute(at: Millis) -> i64 {
    at.0.div_euclid(60_000)
}

fn flow(entry: &Entry) -> Flow {
    let traded = if entry.kind.is_trade() { entry.quantity.get() } else { 0 };
    match entry.direction {
        Direction::In => Flow { qty_in: traded, qty_out: 0, entries: 1 },
        Direction::Out => Flow { qty_in: 0, qty_out: traded, entries: 1 },
    }
}

fn new_entry(line: &Line) -> NewEntry {
    let it = &line.entry;
    NewEntry {
        create_time: it.create_time,
        direction: it.direction,
        quantity: it.quantity.get(),
        warehouse_id: it.warehouse_id.clone(),
        product_id: it.product_id.clone(),
        company_id: it.company_id.clone(),
        bill_id: it.bill_id.clone(),
        offset: line.offset,
    }
}
