//! Warehouse by product as a real table: it needs no twin for screen readers. Each cell is redrawn by itself.

use leptos::prelude::*;

use crate::components::panel::Panel;
use crate::components::stock::rests::RestsMark;
use crate::draw::{Row, flag, rows, text};
use crate::i18n::{locale, texts};
use crate::live::{LiveStore, RankStore};
use crate::number::{InUnit, NONE, Unit, grouped};
use model::live::{Holder, Named};

/// Above this part of the largest, in thousandths, the text of a cell flips.
const FLIPS_AT: u32 = 660;

/// The panel of the heat map.
#[component]
pub fn HeatPanel(
    /// What the page shows.
    store: LiveStore,
    /// Is what is shown old?
    stale: Signal<bool>,
) -> impl IntoView {
    let texts = texts();
    let heat = scale_of(store.warehouses);
    let unit = text(move || (texts.in_units)(heat.with(|it| it.unit.word(locale()))));
    let tools = view! {
        <span class="sub">{unit}</span>
        <span class="grow"></span>
        <span class="scale" aria-hidden="true">
            <span>{texts.less}</span>
            <i></i>
            <span>{texts.more}</span>
            <i class="neg"></i>
            <span>{texts.negative_keys}</span>
        </span>
        <RestsMark />
    };
    let line = move |id: &String| {
        let row = store.warehouses.row(id)?;
        let draw = move || view! { <Line row=row.clone() columns=store.columns scale=heat /> }.into_any();
        Some(Row::new(id.clone(), draw))
    };
    let body = view! {
        <div class="body scroll-x" tabindex="0" role="region" aria-label=texts.heat>
            <table class="heat">
                <thead>
                    <tr>
                        <th scope="col">
                            <span class="sr">{texts.warehouse}</span>
                        </th>
                        {columns(store.columns, "")}
                        <th scope="col" class="sum">
                            {texts.total}
                        </th>
                    </tr>
                </thead>
                <tbody>{rows(move || store.warehouses.order.with(|all| all.iter().filter_map(line).collect()))}</tbody>
            </table>
        </div>
    };
    view! { <Panel class="matrix" title=texts.heat stale tools=tools.into_any() body=body.into_any() /> }
}

/// The products that head the columns.
pub fn columns(columns: RwSignal<Vec<Named>>, class: &'static str) -> AnyView {
    let head = move |it: &Named| {
        let (name, id) = (locale().name(&it.name, &it.id), it.id.clone());
        let title = format!("{name} \u{b7} {id}");
        let name_key = name.clone();
        let draw = move || {
            view! {
                <th scope="col" class=class title=title.clone()>
                    <span>{name.clone()}</span>
                </th>
            }
            .into_any()
        };
        Row::new(format!("{id}\n{name_key}"), draw)
    };
    rows(move || columns.with(|all| all.iter().map(head).collect()))
}

/// A row's cells, one for each column.
pub fn cells(
    columns: RwSignal<Vec<Named>>,
    draw: impl Fn(usize) -> AnyView + Clone + Send + Sync + 'static,
) -> AnyView {
    let cell = move |place: usize| {
        let draw = draw.clone();
        Row::new(place.to_string(), move || draw(place))
    };
    rows(move || (0..columns.with(Vec::len)).map(&cell).collect())
}

/// The largest cell, and the unit in which all are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    largest: u64,
    unit: Unit,
}

/// Looked at whenever a row moves; tells only when it is another.
pub fn scale_of(rows: RankStore) -> Memo<Scale> {
    Memo::new(move |before: Option<&Scale>| {
        let cells = |row: &Holder| row.cells.iter().flatten().map(|it| it.unsigned_abs()).max().unwrap_or(0);
        let largest = rows
            .order
            .with(|order| order.iter().filter_map(|id| rows.row(id)).map(|row| row.with(cells)).max().unwrap_or(0));
        // A scale that moved with every entry would redraw every cell: it follows in steps of a tenth.
        match before {
            Some(before) if largest <= before.largest && largest > before.largest / 10 * 8 => *before,
            _ => {
                let largest = largest.saturating_add(largest / 20);
                Scale { largest, unit: Unit::for_cells(largest, locale()) }
            }
        }
    })
}

/// The part of the largest that a cell is, in thousandths.
pub fn heat_of(stock: i64, scale: Scale) -> u32 {
    let part = i128::from(stock.max(0)) * 1000 / i128::from(scale.largest.max(1));
    u32::try_from(part.min(1000)).unwrap_or(1000)
}

/// Thousandths as CSS wants them.
pub fn decimal(thousandths: u32) -> String {
    format!("{}.{:03}", thousandths / 1000, thousandths % 1000)
}

#[component]
fn Line(row: ArcRwSignal<Holder>, columns: RwSignal<Vec<Named>>, scale: Memo<Scale>) -> impl IntoView {
    let locale = locale();
    let row = RwSignal::from(row);
    let name = text(move || row.with(|it| locale.name(&it.name, &it.id)));
    let total = text(move || {
        let words = |it| InUnit(it, scale.with(|it| it.unit)).to_string();
        row.with(|it| it.stock).map_or_else(|| NONE.to_owned(), words)
    });
    let cell = move |place| view! { <Cell row place scale /> }.into_any();
    view! {
        <tr>
            <th scope="row" title=name>
                {name}
            </th>
            {cells(columns, cell)}
            <td class="sum" class:neg=flag(move || row.with(|it| it.stock.is_some_and(|it| it < 0)))>
                {total}
            </td>
        </tr>
    }
    .into_any()
}

#[component]
fn Cell(row: RwSignal<Holder>, place: usize, scale: Memo<Scale>) -> impl IntoView {
    let stock = stock_at(row, place);
    let heat = Memo::new(move |_| stock.get().map_or(0, |it| heat_of(it, scale.get())));
    let shown =
        text(move || stock.get().map_or_else(String::new, |it| InUnit(it, scale.with(|it| it.unit)).to_string()));
    view! {
        <td
            style=text(move || format!("--v:{}", decimal(heat.get())))
            class:hi=flag(move || heat.get() > FLIPS_AT)
            class:neg=flag(move || stock.get().is_some_and(|it| it < 0))
            title=text(move || stock.get().map_or_else(String::new, grouped))
        >
            {shown}
        </td>
    }
    .into_any()
}

/// The stock of a row's cell.
pub fn stock_at(row: RwSignal<Holder>, place: usize) -> Memo<Option<i64>> {
    Memo::new(move |_| row.with(|it| it.cells.get(place).copied().flatten()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heat_is_a_part_of_the_largest() {
        let scale = Scale { largest: 200, unit: Unit::One };
        assert_eq!([heat_of(100, scale), heat_of(-5, scale), heat_of(900, scale)], [500, 0, 1000]);
        assert_eq!(decimal(660), "0.660");
    }
}
