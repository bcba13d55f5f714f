//! The figures the page exists for, on one line, each with what it rests on.

use leptos::prelude::*;

use crate::components::stock::proof::Proof;
use crate::components::stock::rests::Rests;
use crate::draw::{flag, text};
use crate::i18n::texts;
use crate::live::LiveStore;
use crate::number::{count, count_or_none, grouped, grouped_or_none, signed, tenths};

/// The band of figures.
#[component]
pub fn Figures(
    /// What the page shows.
    store: LiveStore,
) -> impl IntoView {
    let (texts, totals) = (texts(), store.totals);
    let stock = text(move || grouped_or_none(totals.with(|it| it.stock)));
    let waiting = move || totals.with(|it| it.negative);
    view! {
        <div class="band">
            <dl class="figure lead">
                <dt>{texts.stock_all}</dt>
                <dd class="value" id="total" class:neg=flag(move || totals.with(|it| it.stock.is_some_and(|it| it < 0)))>
                    <Rests id="rests-total" title=texts.stock_all counts=texts.counts_stock store>
                        {stock}
                    </Rests>
                </dd>
                <dd class="sub">{text(move || totals.with(|it| (texts.rests_on)(&count(it.keys), &it.time)))}</dd>
            </dl>
            <dl class="figure">
                <dt>{texts.in_today}</dt>
                <dd class="value in" id="in">
                    <Rests id="rests-in" title=texts.in_today counts=texts.counts_in store>
                        {text(move || signed(totals.with(|it| it.today.qty_in)))}
                    </Rests>
                </dd>
                <dd class="sub">{text(move || (texts.a_day_ago)(&signed(totals.with(|it| it.yesterday.qty_in))))}</dd>
            </dl>
            <dl class="figure">
                <dt>{texts.out_today}</dt>
                <dd class="value out" id="out">
                    <Rests id="rests-out" title=texts.out_today counts=texts.counts_out store>
                        {text(move || signed(-totals.with(|it| it.today.qty_out)))}
                    </Rests>
                </dd>
                <dd class="sub">{text(move || (texts.a_day_ago)(&signed(-totals.with(|it| it.yesterday.qty_out))))}</dd>
            </dl>
            <dl class="figure">
                <dt>{texts.per_second}</dt>
                <dd class="value" id="rate">
                    <Rests id="rests-rate" title=texts.per_second counts=texts.counts_rate store>
                        {text(move || tenths(totals.with(|it| it.arrived_in_10_s)))}
                    </Rests>
                </dd>
                <dd class="sub">{text(move || (texts.entries_today)(&grouped(totals.with(|it| it.today.entries))))}</dd>
            </dl>
            <dl class="figure">
                <dt>{texts.needs_person}</dt>
                <dd class="value" id="waiting" class:neg=flag(move || waiting().is_some_and(|it| it > 0))>
                    <Rests id="rests-waiting" title=texts.needs_person counts=texts.counts_waiting store>
                        {text(move || count_or_none(waiting()))}
                        <small>{texts.negative_keys}</small>
                    </Rests>
                </dd>
                <dd class="sub">
                    {text(move || {
                        totals
                            .with(|it| {
                                format!("{} · {}", (texts.n_low)(&count_or_none(it.low)), (texts.rejected)(&grouped(it.rejected)))
                            })
                    })}
                </dd>
            </dl>
            <Proof store />
        </div>
    }
    .into_any()
}
