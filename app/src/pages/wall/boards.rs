//! The wall's middle: warehouses with their cells, products.

use leptos::prelude::*;

use crate::components::stock::curve::Curve;
use crate::components::stock::flash::flash;
use crate::components::stock::heat::{Scale, cells, columns, decimal, heat_of, scale_of, stock_at};
use crate::components::stock::rank::share_of;
use crate::draw::{Row, flag, rows, text};
use crate::i18n::{locale, texts};
use crate::live::{LiveStore, RankStore};
use crate::number::grouped_or_none;
use crate::pages::wall::{Turn, Turns};
use model::live::Holder;

/// As many rows as the sheet holds.
const ROWS: usize = 12;

/// Warehouses: share, curve, stock, and stock of each of the largest products.
#[component]
pub fn Warehouses(
    /// What the page shows.
    store: LiveStore,
    turn: Turn,
) -> impl IntoView {
    let (texts, list) = (texts(), store.warehouses);
    let scale = scale_of(list);
    let line = move |id: String| {
        let row = list.row(&id)?;
        let draw = move || {
            let row = RwSignal::from(row.clone());
            let cell = move |place| view! { <Cell row place scale /> }.into_any();
            let more = view! {
                <td class="gap"></td>
                {cells(store.columns, cell)}
            };
            view! { <Line row largest=list.largest more=more.into_any() /> }.into_any()
        };
        Some(Row::new(id, draw))
    };
    let all = move || list.order.with(|all| turn.rows(all, ROWS).into_iter().filter_map(line).collect());
    view! {
        <section aria-label=texts.by_warehouse>
            <Head title=texts.by_warehouse list turn />
            <table class="board">
                <thead>
                    <tr>
                        <Columns name=texts.warehouse />
                        <th class="gap"></th>
                        {columns(store.columns, "col cell")}
                    </tr>
                </thead>
                <tbody>{rows(all)}</tbody>
            </table>
        </section>
    }
    .into_any()
}

/// Products: share, curve, stock.
#[component]
pub fn Products(
    /// What the page shows.
    store: LiveStore,
    turn: Turn,
) -> impl IntoView {
    let (texts, list) = (texts(), store.products);
    let line = move |id: String| {
        let row = list.row(&id)?;
        let draw = move || {
            view! { <Line row=RwSignal::from(row.clone()) largest=list.largest more=().into_any() /> }.into_any()
        };
        Some(Row::new(id, draw))
    };
    let all = move || list.order.with(|all| turn.rows(all, ROWS).into_iter().filter_map(line).collect());
    view! {
        <section aria-label=texts.by_product>
            <Head title=texts.by_product list turn />
            <table class="board">
                <thead>
                    <tr>
                        <Columns name=texts.product />
                    </tr>
                </thead>
                <tbody>{rows(all)}</tbody>
            </table>
        </section>
    }
    .into_any()
}

#[component]
fn Head(title: &'static str, list: RankStore, turn: Turn) -> impl IntoView {
    let count = Signal::derive(move || list.order.with(Vec::len));
    view! {
        <h2>
            <span class="sr">{title}</span>
            <Turns turn rows=count a_page=ROWS />
        </h2>
    }
    .into_any()
}

#[component]
fn Columns(name: &'static str) -> impl IntoView {
    let texts = texts();
    view! {
        <th scope="col" class="who">
            {name}
        </th>
        <th scope="col">
            <span class="sr">{texts.share}</span>
        </th>
        <th scope="col" class="days">
            {texts.twenty_days}
        </th>
        <th scope="col" class="num">
            {texts.stock}
        </th>
    }
    .into_any()
}

#[component]
fn Line(row: RwSignal<Holder>, largest: RwSignal<u64>, more: AnyView) -> impl IntoView {
    let locale = locale();
    let stock = move || row.with(|it| it.stock);
    let name = text(move || row.with(|it| locale.name(&it.name, &it.id)));
    let share = text(move || format!("--v:{}", share_of(stock().unwrap_or(0).unsigned_abs(), largest.get())));
    let shape = Memo::new(move |_| row.with(|it| it.curve.clone()));
    let flashing = flash(stock);
    view! {
        <tr>
            <th scope="row">
                <span class="name">{name}</span>
            </th>
            <td>
                <span class="share" style=share></span>
            </td>
            <td>
                <Curve shape />
            </td>
            <td class="num">
                <b class=flashing class:neg=flag(move || stock().is_some_and(|it| it < 0))>
                    {text(move || grouped_or_none(stock()))}
                </b>
            </td>
            {more}
        </tr>
    }
    .into_any()
}

#[component]
fn Cell(row: RwSignal<Holder>, place: usize, scale: Memo<Scale>) -> impl IntoView {
    let stock = stock_at(row, place);
    let negative = flag(move || stock.get().is_some_and(|it| it < 0));
    let heat = text(move || format!("--v:{}", decimal(stock.get().map_or(0, |it| heat_of(it, scale.get())))));
    view! {
        <td class="cell">
            <i style=heat class:neg=negative>
                {text(move || if negative.get() { "\u{2212}".to_owned() } else { String::new() })}
            </i>
        </td>
    }
    .into_any()
}
