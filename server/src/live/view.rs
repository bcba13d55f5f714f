//! From what the hub holds to what a page shows. Pure.

use app::model::entry::Millis;
use app::model::live::{FreshEntry, HOUR, Holder, LIST_ROWS, LiveView, MinuteBar, Named, Ranking, Totals};
use app::model::names::{Name, NameOf};
use app::model::pipeline::PipelineState;

use super::state::{Held, State};
use crate::business_time::BusinessTime;
use crate::records::Names;

/// What a view says beside the figures.
#[derive(Debug, Clone)]
pub struct Surroundings<'a> {
    /// The catalogue.
    pub names: &'a Names,
    /// The zone of days and clocks.
    pub business_time: BusinessTime,
    /// Now.
    pub now: Millis,
    /// The worst state that holds, and why.
    pub state: (PipelineState, Vec<String>),
    /// Entries that arrived in the last 10 seconds.
    pub arrived_in_10_s: u64,
}

/// Draws the view.
pub fn draw(id: String, state: &State, around: &Surroundings<'_>) -> LiveView {
    let minute = around.now.0.div_euclid(60_000);
    LiveView {
        id,
        totals: totals(state, around),
        warehouses: ranking(state.warehouses(), NameOf::Warehouse, around.names),
        products: ranking(state.products(), NameOf::Product, around.names),
        newest: state.newest().map(|(partition, it)| fresh(*partition, it, around)).collect(),
        hour: (minute - HOUR + 1..=minute)
            .map(|minute| MinuteBar {
                minute,
                label: clock(around.business_time, Millis(minute * 60_000), "%H:%M"),
                flow: state.minute(minute),
            })
            .collect(),
        offsets: state.positions().clone(),
    }
}

/// The view while nothing is known yet: no figure, and the reason why.
pub fn unknown(id: String, around: &Surroundings<'_>) -> LiveView {
    let (state, reasons) = around.state.clone();
    LiveView {
        id,
        totals: Totals {
            state,
            reasons,
            stock: None,
            keys: 0,
            negative: 0,
            unreadable: 0,
            day: clock(around.business_time, around.now, "%Y-%m-%d"),
            today: app::model::batch::Flow::default(),
            arrived_in_10_s: 0,
            rejected: 0,
            time: clock(around.business_time, around.now, "%H:%M:%S"),
        },
        warehouses: Ranking::default(),
        products: Ranking::default(),
        newest: Vec::new(),
        hour: Vec::new(),
        offsets: std::collections::BTreeMap::new(),
    }
}

fn totals(state: &State, around: &Surroundings<'_>) -> Totals {
    let (pipeline, reasons) = around.state.clone();
    // A total over keys of which some cannot be read would be a guess.
    let vouched = state.unreadable() == 0 && pipeline != PipelineState::Rebuilding;
    Totals {
        state: pipeline,
        reasons,
        stock: vouched.then(|| state.total()),
        keys: u64::try_from(state.keys().len()).unwrap_or(u64::MAX),
        negative: state.negative(),
        unreadable: state.unreadable(),
        day: state.day().to_string(),
        today: state.today(),
        arrived_in_10_s: around.arrived_in_10_s,
        rejected: state.rejected(),
        time: clock(around.business_time, around.now, "%H:%M:%S"),
    }
}

/// By magnitude, since what is far below zero matters as much as what is far above.
fn ranking<'a>(all: impl ExactSizeIterator<Item = (&'a str, &'a Held)>, of: NameOf, names: &Names) -> Ranking {
    let count = all.len();
    let mut rows: Vec<(&str, &Held)> = all.collect();
    rows.sort_by_key(|(id, held)| (std::cmp::Reverse(held.stock.unsigned_abs()), *id));
    let rows = rows
        .into_iter()
        .take(LIST_ROWS)
        .map(|(id, held)| Holder { id: id.to_owned(), name: name(names, of, id), stock: held.stock, today: held.today })
        .collect();
    Ranking { count, rows }
}

fn fresh(partition: i32, it: &app::model::batch::NewEntry, around: &Surroundings<'_>) -> FreshEntry {
    let named = |of, id: &str| Named { id: id.to_owned(), name: name(around.names, of, id) };
    FreshEntry {
        origin: format!("{partition}-{}", it.offset),
        date: clock(around.business_time, it.create_time, "%Y-%m-%d"),
        time: clock(around.business_time, it.create_time, "%H:%M:%S"),
        direction: it.direction,
        quantity: it.quantity,
        warehouse: named(NameOf::Warehouse, it.warehouse_id.as_str()),
        product: named(NameOf::Product, it.product_id.as_str()),
        bill_id: it.bill_id.to_string(),
    }
}

fn name(names: &Names, of: NameOf, id: &str) -> Name {
    names.get(&of).and_then(|it| it.get(id)).cloned().unwrap_or_default()
}

/// A moment in business time, in a fixed format: the browser must not format times, or it would differ from the server.
pub fn clock(business_time: BusinessTime, at: Millis, format: &str) -> String {
    business_time.local(at).map_or_else(String::new, |it| it.format(format).to_string())
}
