//! What is asked for.

use leptos::prelude::*;

use crate::components::filters::{choices, fields, filters_script};
use crate::i18n::locale;
use crate::pages::statistics::view::StatisticsPage;
use model::names::NameOf;
use model::statistics::{Interval, Order};

/// The form; its state is the URL that it makes.
pub fn filters(page: &StatisticsPage) -> AnyView {
    let texts = locale().statistics_texts();
    let query = &page.query;
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
            <input type="hidden" name="sort" value=query.order.map(Order::word) />
            {fields(&query.about, &page.form, |about| query.but(|it| it.about = about).url())}
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
