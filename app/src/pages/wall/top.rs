//! The wall's first two lines: what time it is and whether the page is live; how much there is, and may it be believed.

use leptos::prelude::*;

use crate::components::icon::Mark;
use crate::components::stock::proof::Proof;
use crate::components::stream::StreamState;
use crate::draw::{flag, text};
use crate::i18n::{locale, texts};
use crate::live::LiveStore;
use crate::number::{count_of, grouped_or_none, tenths, tile};
use model::live::Totals;

/// Brand, state, date and time.
#[component]
pub fn Top(
    /// What the page shows.
    store: LiveStore,
    /// What is wrong, in words; empty: nothing.
    words: Signal<String>,
) -> impl IntoView {
    let (locale, texts) = (locale(), texts());
    view! {
        <header class="top">
            <Mark />
            <b>{texts.product_name}</b>
            <h1>{texts.live_title}</h1>
            <span class="state" role="status">
                {words}
            </span>
            <span class="grow"></span>
            <StreamState state=store.stream />
            <span class="date">{text(move || store.totals.with(|it| locale.date(&it.day)))}</span>
            <time>{store.clock}</time>
        </header>
    }
    .into_any()
}

#[component]
pub fn Hero(
    /// What the page shows.
    store: LiveStore,
    /// Is it about some warehouses only?
    is_part: bool,
) -> impl IntoView {
    let (texts, totals) = (texts(), store.totals);
    let stock = text(move || grouped_or_none(totals.with(|it| it.stock)));
    // The more digits, the smaller: none is ever cut.
    let digits = text(move || format!("--digits:{}", stock.with(|it| it.chars().count())));
    let head = text(move || {
        if is_part {
            return (texts.n_warehouses)(&count_of(store.warehouses.count.get()));
        }
        texts.all_warehouses.to_owned()
    });
    view! {
        <section class="hero">
            <dl class="figure lead">
                <dt>{head}</dt>
                <dd class="value" id="total" style=digits class:neg=flag(move || totals.with(|it| it.stock.is_some_and(|it| it < 0)))>
                    {stock}
                </dd>
            </dl>
            <dl class="figure">
                <dt>{texts.in_today}</dt>
                <dd class="value in">{moved(store, |it| it.today.qty_in)}</dd>
            </dl>
            <dl class="figure">
                <dt>{texts.out_today}</dt>
                <dd class="value out">{moved(store, |it| -it.today.qty_out)}</dd>
            </dl>
            <dl class="figure">
                <dt>{texts.per_second_short}</dt>
                <dd class="value">{text(move || tenths(totals.with(|it| it.arrived_in_10_s)))}</dd>
            </dl>
            <Proof store />
        </section>
    }
    .into_any()
}

/// What moved, its unit smaller than its digits.
fn moved(store: LiveStore, of: fn(&Totals) -> i64) -> AnyView {
    let locale = locale();
    let parts = Memo::new(move |_| tile(store.totals.with(of), locale));
    view! {
        {text(move || parts.with(|it| it.0.clone()))}
        <small>{text(move || parts.with(|it| it.1.to_owned()))}</small>
    }
    .into_any()
}
