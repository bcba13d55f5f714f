//! Figures to show components with. Made by rule, so that pictures can be compared.

use std::collections::BTreeMap;

use model::batch::Flow;
use model::live::{
    Alert, FreshEntry, HEAT_COLUMNS, Holder, LiveView, MinuteBar, Named, Ranking, Totals, Verification, Verified,
};
use model::names::Name;
use model::pipeline::PipelineState;
use model::quantity::Direction;

/// A day like any other.
pub fn view() -> LiveView {
    let columns: Vec<Named> = (1..=9).map(|n| named("product", n)).collect();
    let warehouses = (1..=12).map(|n| holder("warehouse", n, cells(n, columns.len()))).collect();
    let products = (1..=30).map(|n| holder("product", n, Vec::new())).collect();
    LiveView {
        id: "sample-0".to_owned(),
        totals: totals(PipelineState::Ok),
        warehouses: Ranking { count: 12, rows: warehouses },
        products: Ranking { count: 4812, rows: products },
        columns,
        alerts: (1..=6).map(alert).collect(),
        newest: (1..=12).map(entry).collect(),
        hour: (0..60).map(minute).collect(),
        offsets: (0..8).map(|it| (it, 120_000 + i64::from(it) * 731)).collect(),
    }
}

/// While the live stock is made anew: no figure of stock.
pub fn rebuilding() -> LiveView {
    let mut view = view();
    view.totals = Totals { stock: None, negative: None, low: None, ..totals(PipelineState::Rebuilding) };
    view.totals.reasons = vec!["the live stock is being rebuilt from the records: 41 of 100 thousand keys".to_owned()];
    view.alerts = Vec::new();
    for row in view.warehouses.rows.iter_mut().chain(&mut view.products.rows) {
        row.stock = None;
        row.cells.fill(None);
    }
    view
}

/// Before the first entry.
pub fn nothing() -> LiveView {
    let none = Flow { qty_in: 0, qty_out: 0, entries: 0 };
    LiveView {
        totals: Totals {
            stock: Some(0),
            keys: 0,
            negative: Some(0),
            low: Some(0),
            today: none,
            yesterday: none,
            recorded: 0,
            arrived_in_10_s: 0,
            rejected: 0,
            verified: None,
            ..totals(PipelineState::Ok)
        },
        warehouses: Ranking::default(),
        products: Ranking::default(),
        columns: Vec::new(),
        alerts: Vec::new(),
        newest: Vec::new(),
        hour: (0..60).map(|n| MinuteBar { flow: none, ..minute(n) }).collect(),
        offsets: BTreeMap::new(),
        ..view()
    }
}

fn totals(state: PipelineState) -> Totals {
    Totals {
        state,
        reasons: Vec::new(),
        stock: Some(28_903_415),
        keys: 432,
        negative: Some(4),
        low: Some(2),
        unreadable: 0,
        day: "2026-11-21".to_owned(),
        today: Flow { qty_in: 163_204, qty_out: 147_091, entries: 3_263 },
        yesterday: Flow { qty_in: 158_770, qty_out: 151_336, entries: 3_190 },
        recorded: 96_214,
        arrived_in_10_s: 68,
        rejected: 3,
        time: "09:41:32".to_owned(),
        verified: Some(Verified {
            at: "09:12:03".to_owned(),
            entries_since: 4_120,
            age: 49,
            minutes: 29,
            part_since: 3,
            state: if state == PipelineState::Ok { Verification::Verified } else { Verification::Failed },
        }),
    }
}

fn named(what: &str, n: i64) -> Named {
    Named { id: format!("{what}-{n:02}"), name: Name::default() }
}

fn holder(what: &str, n: i64, cells: Vec<Option<i64>>) -> Holder {
    let Named { id, name } = named(what, n);
    let curve = (0..20).filter_map(|day: i64| char::from_digit(u32::try_from((day * n + n) % 36).ok()?, 36)).collect();
    let today = Flow { qty_in: 9_000 / n, qty_out: 700 * (n % 9), entries: 40 };
    Holder { id, name, stock: Some(3_900_698 / n), today, curve, cells }
}

fn cells(n: i64, columns: usize) -> Vec<Option<i64>> {
    let columns = i64::try_from(columns.min(HEAT_COLUMNS)).unwrap_or(0);
    (1..=columns).map(|column| Some(if (n * column) % 17 == 0 { -602 } else { 412_000 / (n + column) })).collect()
}

fn alert(n: i64) -> Alert {
    let (stock, level) = if n <= 4 { (-1_367 / n, None) } else { (12 * n, Some(300)) };
    Alert { warehouse: named("warehouse", n), product: named("product", n + 2), stock, level }
}

fn entry(n: i64) -> FreshEntry {
    FreshEntry {
        origin: format!("0-{n}"),
        date: "2026-11-21".to_owned(),
        time: format!("09:41:{:02}", 33 - n),
        direction: if n % 3 == 0 { Direction::Out } else { Direction::In },
        quantity: 24 * n,
        warehouse: named("warehouse", n),
        product: named("product", n * 2),
        bill_id: format!("PO-20261121-{n:04}"),
    }
}

fn minute(n: i64) -> MinuteBar {
    let flow = Flow { qty_in: (n * 37) % 900, qty_out: (n * 53) % 700, entries: 40 };
    let (hour, of_hour) = (8 + (n + 42) / 60, (n + 42) % 60);
    MinuteBar { minute: hour * 60 + of_hour, label: format!("{hour:02}:{of_hour:02}"), flow }
}
