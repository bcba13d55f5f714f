//! What is asked for: periods by name, and the form.

use leptos::prelude::*;

use crate::components::filters::{bound, choices, filters_script, pick};
use crate::i18n::locale;
use crate::model::entry::Kind;
use crate::model::names::NameOf;
use crate::model::period::Preset;
use crate::model::quantity::Direction;
use crate::model::records_page::{RecordsPage, RecordsQuery};

/// Any time, and periods by name.
pub fn periods(query: &RecordsQuery) -> AnyView {
    let (texts, shared) = (locale().records_texts(), locale().statistics_texts());
    let is_any = query.preset.is_none() && query.from.is_empty() && query.to.is_empty();
    let link = |preset: Option<Preset>| {
        let is_here = if preset.is_none() { is_any } else { query.preset == preset };
        let url = query
            .but(|it| {
                it.preset = preset;
                it.from.clear();
                it.to.clear();
            })
            .url();
        view! {
            <a href=url aria-current=is_here.then_some("true")>
                {preset.map_or(texts.any_time, shared.preset)}
            </a>
        }
    };
    let all = std::iter::once(None).chain(Preset::ALL.map(Some));
    view! {
        <nav class="seg scroll" aria-label=shared.periods>
            {all.map(link).collect_view()}
        </nav>
    }
    .into_any()
}

/// The form; its state is the URL that it makes.
pub fn form(page: &RecordsPage) -> AnyView {
    let (texts, shared) = (locale().records_texts(), locale().statistics_texts());
    let query = &page.query;
    let picks = [NameOf::Warehouse, NameOf::Product, NameOf::Company].map(|of| {
        let chosen = page.filters.iter().filter(|(kind, _)| *kind == of).map(|(_, it)| {
            let without = query.but(|query| query.ids(of).retain(|id| *id != it.id)).url();
            (it.clone(), without)
        });
        pick(of, chosen.collect(), &page.unclear)
    });
    let directions = vec![
        ("", texts.both, query.direction.is_none()),
        ("in", (texts.direction_of)(Direction::In), query.direction == Some(Direction::In)),
        ("out", (texts.direction_of)(Direction::Out), query.direction == Some(Direction::Out)),
    ];
    let kinds = [Kind::Bill, Kind::Opening, Kind::Adjust]
        .map(|it| (it.as_str(), (texts.kind_of)(it), query.kinds.contains(&it)))
        .to_vec();
    let words = |name: &'static str, label: &'static str, value: &str, most: &'static str, how: &'static str| {
        let wrong = page.faults.iter().any(|it| it.field == name).then_some("true");
        view! {
            <label class="field">
                <span>{label}</span>
                <span class="control" aria-invalid=wrong>
                    <input type="search" name=name value=value.to_owned() maxlength=most placeholder=how aria-invalid=wrong />
                </span>
            </label>
        }
        .into_any()
    };
    view! {
        <form class="filters" method="get" action="/records" aria-label=shared.filters data-filters="">
            <input type="hidden" name="period" value=query.preset.map(Preset::as_str) />
            {bound("from", &query.from, page.from.clone(), &page.faults)}
            {bound("to", &query.to, page.to.clone(), &page.faults)}
            {picks}
            {words("bill_id", texts.bill, &query.bill, "64", "")}
            {words("text", texts.text, &query.text, "128", texts.text_how)}
            {choices(texts.direction, "radio", "direction", directions)}
            {choices(texts.kinds, "checkbox", "kind", kinds)}
            <div class="field">
                <button class="btn primary">{shared.show}</button>
            </div>
        </form>
        {filters_script()}
    }
    .into_any()
}
