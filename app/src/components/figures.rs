//! The figures the page exists for, on one line.

use leptos::prelude::*;

use crate::i18n::texts;
use crate::model::live::Totals;
use crate::number::{grouped, signed, tenths};

/// The band of figures.
#[component]
pub fn Figures(
    /// The figures.
    #[prop(into)]
    totals: Signal<Totals>,
) -> impl IntoView {
    let texts = texts();
    let count = |number: u64| grouped(i64::try_from(number).unwrap_or(i64::MAX));
    let stock = move || totals.with(|it| it.stock.map_or_else(|| texts.no_figure.to_owned(), grouped));
    let negative = move || totals.with(|it| it.negative);
    view! {
        <div class="band">
            <dl class="figure lead">
                <dt>{texts.stock_all}</dt>
                <dd class="value" id="total" class:neg=move || totals.with(|it| it.stock.is_some_and(|it| it < 0))>
                    {stock}
                </dd>
                <dd class="sub">{move || totals.with(|it| (texts.rests_on)(&count(it.keys), &it.time))}</dd>
            </dl>
            <dl class="figure">
                <dt>{texts.in_today}</dt>
                <dd class="value in" id="in">{move || signed(totals.with(|it| it.today.qty_in))}</dd>
                <dd class="sub">{move || (texts.net_today)(&signed(totals.with(|it| it.today.net())))}</dd>
            </dl>
            <dl class="figure">
                <dt>{texts.out_today}</dt>
                <dd class="value out" id="out">{move || signed(-totals.with(|it| it.today.qty_out))}</dd>
                <dd class="sub">{move || (texts.entries_today)(&grouped(totals.with(|it| it.today.entries)))}</dd>
            </dl>
            <dl class="figure">
                <dt>{texts.per_second}</dt>
                <dd class="value">{move || tenths(totals.with(|it| it.arrived_in_10_s))}</dd>
                <dd class="sub">{texts.over_ten_seconds}</dd>
            </dl>
            <dl class="figure">
                <dt>{texts.needs_person}</dt>
                <dd class="value" class:neg=move || negative() != 0>
                    {move || count(negative())}
                    <small>{texts.negative_keys}</small>
                </dd>
                <dd class="sub">{move || (texts.rejected)(&grouped(totals.with(|it| it.rejected)))}</dd>
            </dl>
            <div class="proof" data-state="unverified">
                <div class="verdict-line">
                    <span class="sign" data-v="stale" aria-hidden="true">"?"</span>
                    {texts.not_verified}
                </div>
                <div class="sub">{texts.not_verified_why}</div>
            </div>
        </div>
    }
    .into_any()
}
