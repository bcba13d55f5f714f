//! From what the hub holds to what a page shows. Pure.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use model::batch::{Flow, NewEntry};
use model::ids::{ProductId, WarehouseId};
use model::live::{
    ALERT_ROWS, Alert, FreshEntry, HEAT_COLUMNS, HOUR, Holder, LIST_ROWS, LiveView, MinuteBar, Named, Ranking, Totals,
};
use model::names::{Name, NameOf};
use model::pipeline::PipelineState;
use model::stock::StockKey;
use model::time::Millis;

use super::arrivals::Arrivals;
use super::audited::Audited;
use super::scope::Scope;
use super::state::State;
use super::sums::{Held, Sums};
use super::watchlist::Watched;
use base::business_time::BusinessTime;
use records::Names;

/// A day, in minutes.
const DAY: i64 = 24 * 60;

/// What a view says beside the figures.
#[derive(Debug)]
pub struct ViewContext {
    pub names: Arc<Names>,
    /// The zone of days and clocks.
    pub business_time: BusinessTime,
    pub now: Millis,
    /// The worst state that holds.
    pub state: PipelineState,
    pub reasons: Vec<String>,
    /// What came in the last seconds.
    pub arrivals: Arrivals,
    /// What is held is of before a rebuild.
    pub superseded: bool,
    /// The last audit that passed.
    pub audited: Option<Audited>,
}

impl ViewContext {
    /// While nothing is known yet.
    pub fn new(business_time: BusinessTime, now: Millis) -> Self {
        let (state, reasons) = (PipelineState::CatchingUp, Vec::new());
        Self {
            names: Arc::default(),
            business_time,
            now,
            state,
            reasons,
            arrivals: Arrivals::default(),
            superseded: false,
            audited: None,
        }
    }

    /// May figures of stock be shown? Not while it is made anew: those that are held are of before.
    pub fn is_fresh(&self) -> bool {
        self.state != PipelineState::Rebuilding && !self.superseded
    }
}

/// Draws the view of a scope.
pub fn draw(id: String, state: &State, scope: &Scope, around: &ViewContext) -> LiveView {
    let sums = if scope.is_all() { Cow::Borrowed(state.sums()) } else { Cow::Owned(state.sums_of(scope)) };
    let minute = around.now.0.div_euclid(60_000);
    let (warehouses, products) = (ranked(&sums.warehouses), ranked(&sums.products));
    let columns: Vec<&ProductId> = products.iter().take(HEAT_COLUMNS).map(|(id, _)| *id).collect();
    // Figures of before a rebuild are no figures.
    let vouched = around.is_fresh();
    let with_cells = |(id, held): (&WarehouseId, &Held)| Holder {
        cells: columns.iter().map(|product| cell(state, id, product).filter(|_| vouched)).collect(),
        ..warehouse(id, held, state, around)
    };
    // What a product did over the days is known for all warehouses together only.
    let of_scope = |(id, held): (&ProductId, &Held)| {
        let whole = product(id, held, state, around);
        if scope.is_all() { whole } else { Holder { curve: String::new(), ..whole } }
    };
    LiveView {
        id,
        totals: totals(state, scope, &sums, around),
        warehouses: ranking(&warehouses, with_cells),
        products: ranking(&products, of_scope),
        columns: columns.iter().map(|id| named(NameOf::Product, id.as_str(), around)).collect(),
        alerts: if vouched { alerts(state, scope, around) } else { Vec::new() },
        newest: state.newest().of(scope).into_iter().map(|it| fresh(it.partition, &it.entry, around)).collect(),
        hour: (minute - HOUR + 1..=minute)
            .map(|minute| MinuteBar {
                minute,
                label: clock(around.business_time, Millis(minute * 60_000), "%H:%M"),
                flow: state.minutes().at(minute, scope),
            })
            .collect(),
        offsets: state.positions().clone(),
    }
}

/// The view while nothing is known yet: no figure, and the reason why.
pub fn unknown(id: String, around: &ViewContext) -> LiveView {
    LiveView {
        id,
        totals: Totals {
            state: around.state,
            reasons: around.reasons.clone(),
            stock: None,
            keys: 0,
            negative: None,
            low: None,
            unreadable: 0,
            day: clock(around.business_time, around.now, "%Y-%m-%d"),
            today: Flow::default(),
            yesterday: Flow::default(),
            recorded: 0,
            arrived_in_10_s: 0,
            rejected: 0,
            time: clock(around.business_time, around.now, "%H:%M:%S"),
            verified: around.audited.as_ref().map(|it| it.verified(0, around.business_time, around.now)),
        },
        warehouses: Ranking::default(),
        products: Ranking::default(),
        columns: Vec::new(),
        alerts: Vec::new(),
        newest: Vec::new(),
        hour: Vec::new(),
        offsets: std::collections::BTreeMap::new(),
    }
}

/// A warehouse as lists show it.
pub fn warehouse(id: &WarehouseId, held: &Held, state: &State, around: &ViewContext) -> Holder {
    holder(id.as_str(), NameOf::Warehouse, held, around, || state.curves().warehouse(id, held.stock))
}

/// A product as lists show it.
pub fn product(id: &ProductId, held: &Held, state: &State, around: &ViewContext) -> Holder {
    holder(id.as_str(), NameOf::Product, held, around, || state.curves().product(id, held.stock))
}

fn holder(id: &str, of: NameOf, held: &Held, around: &ViewContext, curve: impl FnOnce() -> String) -> Holder {
    let stock = (around.is_fresh() && held.unreadable == 0).then_some(held.stock);
    Holder {
        id: id.to_owned(),
        name: name(of, id, around),
        stock,
        today: held.today,
        curve: stock.map(|_| curve()).unwrap_or_default(),
        cells: Vec::new(),
    }
}

fn totals(state: &State, scope: &Scope, sums: &Sums, around: &ViewContext) -> Totals {
    let unreadable = u64::try_from(sums.all.unreadable).unwrap_or_default();
    // A total over keys of which some cannot be read would be a guess.
    let vouched = unreadable == 0 && around.is_fresh();
    Totals {
        state: around.state,
        reasons: around.reasons.clone(),
        stock: vouched.then_some(sums.all.stock),
        keys: state.count_keys(scope),
        negative: around.is_fresh().then(|| state.watchlist().count_negative(scope)),
        low: around.is_fresh().then(|| state.watchlist().count_low(scope)),
        unreadable,
        day: state.day().to_string(),
        today: sums.all.today,
        yesterday: yesterday_by_now(state, scope, around),
        recorded: state.recorded(),
        arrived_in_10_s: around.arrivals.count(scope),
        rejected: state.rejected(),
        time: clock(around.business_time, around.now, "%H:%M:%S"),
        verified: around.audited.as_ref().map(|it| it.verified(state.recorded(), around.business_time, around.now)),
    }
}

/// The flow of the day before, from its begin to this time of day; where a clock was changed in between, to 24 hours ago.
fn yesterday_by_now(state: &State, scope: &Scope, around: &ViewContext) -> Flow {
    let start = state.day().pred_opt().and_then(|it| around.business_time.start_of(it));
    let Some(start) = start else { return Flow::default() };
    let by_now = around.now.0.div_euclid(60_000) - DAY;
    state.minutes().sum(start.0.div_euclid(60_000)..=by_now, scope)
}

/// By magnitude, since what is far below zero matters as much as what is far above.
pub fn ranked<T: Ord>(all: &HashMap<T, Held>) -> Vec<(&T, &Held)> {
    let mut rows: Vec<(&T, &Held)> = all.iter().collect();
    rows.sort_by_key(|(id, held)| (Reverse(held.stock.unsigned_abs()), *id));
    rows
}

fn ranking<T>(all: &[(&T, &Held)], draw: impl Fn((&T, &Held)) -> Holder) -> Ranking {
    Ranking { count: all.len(), rows: all.iter().take(LIST_ROWS).copied().map(draw).collect() }
}

fn cell(state: &State, warehouse: &WarehouseId, product: &ProductId) -> Option<i64> {
    state.stock(&StockKey { warehouse_id: warehouse.clone(), product_id: product.clone() })
}

fn alerts(state: &State, scope: &Scope, around: &ViewContext) -> Vec<Alert> {
    let draw = |it: Watched<'_>| Alert {
        warehouse: named(NameOf::Warehouse, it.key.warehouse_id.as_str(), around),
        product: named(NameOf::Product, it.key.product_id.as_str(), around),
        stock: it.stock,
        level: it.level,
    };
    state.watchlist().worst(scope, |key| state.stock(key), ALERT_ROWS).map(draw).collect()
}

fn fresh(partition: i32, it: &NewEntry, around: &ViewContext) -> FreshEntry {
    FreshEntry {
        origin: format!("{partition}-{}", it.offset),
        date: clock(around.business_time, it.create_time, "%Y-%m-%d"),
        time: clock(around.business_time, it.create_time, "%H:%M:%S"),
        direction: it.direction,
        quantity: it.quantity,
        warehouse: named(NameOf::Warehouse, it.warehouse_id.as_str(), around),
        product: named(NameOf::Product, it.product_id.as_str(), around),
        bill_id: it.bill_id.to_string(),
    }
}

fn named(of: NameOf, id: &str, around: &ViewContext) -> Named {
    Named { id: id.to_owned(), name: name(of, id, around) }
}

fn name(of: NameOf, id: &str, around: &ViewContext) -> Name {
    around.names.get(&of).and_then(|it| it.get(id)).cloned().unwrap_or_default()
}

/// A moment in business time, in a fixed format: the browser must not format times, or it would differ from the server.
pub fn clock(business_time: BusinessTime, at: Millis, format: &str) -> String {
    business_time.local(at).map_or_else(String::new, |it| it.format(format).to_string())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use realtime::{Meta, Value};
    use records::{StreamSnapshot, Today};

    #[test]
    fn figures_of_before_a_rebuild_are_no_figures() {
        let day = "2025-03-10".parse().unwrap();
        let today = Today { day, flows: Vec::new() };
        let snapshot = StreamSnapshot { cursors: BTreeMap::new(), today, minutes: Vec::new(), newest: Vec::new() };
        let mut state = State::new(snapshot, Meta::default());
        let key = StockKey { warehouse_id: "w".try_into().unwrap(), product_id: "p".try_into().unwrap() };
        state.merge(key, Value { stock: Some(-7), rev: 1 });
        let mut around = ViewContext::new(BusinessTime(chrono_tz::Asia::Shanghai), Millis(0));
        let shown = |around: &ViewContext| {
            let view = draw("e-1".to_owned(), &state, &Scope::default(), around);
            let (warehouse, product) = (&view.warehouses.rows[0], &view.products.rows[0]);
            let stocks = [view.totals.stock, warehouse.stock, warehouse.cells[0], product.stock];
            (stocks, view.totals.negative, view.alerts.len())
        };
        around.state = PipelineState::Ok;
        assert_eq!(shown(&around), ([Some(-7); 4], Some(1), 1));
        around.state = PipelineState::Rebuilding;
        assert_eq!(shown(&around), ([None; 4], None, 0));
    }
}
