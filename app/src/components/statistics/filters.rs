//! What is asked for: periods by name, and the form.

use leptos::prelude::*;

use crate::components::filters::{bound, choices, filters_script, pick};
use crate::i18n::locale;
use crate::model::names::NameOf;
use crate::model::period::Preset;
use crate::model::statistics::{Interval, Order};
use crate::model::statistics_page::{StatisticsPage, StatisticsQuery};

/// Periods by name.
pub fn periods(query: &StatisticsQuery) -> AnyView {
    let texts = locale().statistics_texts();
    let link = |preset: Preset| {
        let current = (query.preset == Some(preset)).then_some("true");
        let url = query.but(|it| it.preset = Some(preset)).url();
        view! {
            <a href=url aria-current=current>
                {(texts.preset)(preset)}
            </a>
        }
    };
    view! {
        <nav class="seg scroll" aria-label=texts.periods>
            {Preset::ALL.into_iter().map(link).collect_view()}
        </nav>
    }
    .into_any()
}

/// The form; its state is the URL that it makes.
pub fn filters(page: &StatisticsPage) -> AnyView {
    let texts = locale().statistics_texts();
    let query = &page.query;
    let picks = [NameOf::Warehouse, NameOf::Product, NameOf::Company].map(|of| {
        let chosen = page.filters.iter().filter(|(kind, _)| *kind == of).map(|(_, it)| {
            let without = query.but(|query| query.ids(of).retain(|id| *id != it.id)).url();
            (it.clone(), without)
        });
        pick(of, chosen.collect(), &page.unclear)
    });
    let by = query.group_by;
    let groups = vec![
        ("warehouse", (texts.kind)(NameOf::Warehouse), by.warehouse),
        ("product", (texts.kind)(NameOf::Product), by.product),
        ("company", (texts.kind)(NameOf::Company), by.company),
        ("time", texts.time, query.by_time),
    ];
    let fitting = std::iter::once(("", texts.fitting, query.interval.is_none()));
    let lengths =
        Interval::ALL.into_iter().map(|it| (it.as_str(), (texts.interval_of)(it), query.interval == Some(it)));
    view! {
        <form class="filters" method="get" action="/statistics" aria-label=texts.filters data-filters="">
            <input type="hidden" name="period" value=query.preset.map(Preset::as_str) />
            <input type="hidden" name="sort" value=query.order.map(Order::word) />
            {bound("from", &query.from, page.from.clone(), &page.faults)}
            {bound("to", &query.to, page.to.clone(), &page.faults)}
            {picks}
            {choices(texts.group_by, "checkbox", "group_by", groups)}
            {choices(texts.interval, "radio", "interval", fitting.chain(lengths).collect())}
            <div class="field">
                <button class="btn primary">{texts.show}</button>
            </div>
        </form>
        {filters_script()}
    }
    .into_any()
}
