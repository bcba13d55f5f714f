//! What is asked for: periods by name, the form, and what is wrong with the question.

use leptos::prelude::*;

use super::name_of;
use crate::assets::Assets;
use crate::components::icon::{Glyph, Icon};
use crate::components::notice::Notice;
use crate::i18n::locale;
use crate::model::faults::FieldFault;
use crate::model::live::Named;
use crate::model::names::NameOf;
use crate::model::statistics::{Interval, Order};
use crate::model::statistics_page::{Preset, StatisticsPage, StatisticsQuery, Unclear};

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
#[component]
pub fn Filters(
    /// What was asked.
    page: StatisticsPage,
) -> impl IntoView {
    let texts = locale().statistics_texts();
    let StatisticsPage { query, from, to, filters, faults, unclear, .. } = page;
    let is_wrong = |field: &str| faults.iter().any(|it| it.field == field).then_some("true");
    // What was typed and is wrong stays as it was typed, in a field that takes any text.
    let bound = |field: &'static str, label: &'static str, typed: &str, value: String| {
        let wrong = is_wrong(field);
        let (kind, value) =
            if wrong.is_some() && !typed.is_empty() { ("text", typed.to_owned()) } else { ("datetime-local", value) };
        view! {
            <label class="field">
                <span>{label}</span>
                <span class="control" aria-invalid=wrong>
                    <input type=kind name=field value=value step="60" aria-invalid=wrong />
                </span>
            </label>
        }
    };
    let pick = |of: NameOf| {
        let typed = unclear.iter().find(|it| it.of == of).map(|it| it.typed.clone()).unwrap_or_default();
        let chosen = filters.iter().filter(|(kind, _)| *kind == of).map(|(_, it)| it.clone()).collect();
        pick(&query, of, chosen, typed)
    };
    let script = use_context::<Assets>().map(|it| it.script("filters.js"));
    view! {
        <form class="filters" method="get" action="/statistics" aria-label=texts.filters data-filters="">
            <input type="hidden" name="period" value=query.preset.map(Preset::as_str) />
            <input type="hidden" name="sort" value=query.order.map(Order::word) />
            {bound("from", texts.from, &query.from, from)}
            {bound("to", texts.to, &query.to, to)}
            {pick(NameOf::Warehouse)}
            {pick(NameOf::Product)}
            {pick(NameOf::Company)}
            {grouping(&query)}
            {intervals(&query)}
            <div class="field">
                <button class="btn primary">{texts.show}</button>
            </div>
        </form>
        {script.map(|src| view! { <script type="module" src=src></script> })}
    }
    .into_any()
}

/// A filter: what is chosen, each with a link that takes it away, and a field to add to it.
fn pick(query: &StatisticsQuery, of: NameOf, chosen: Vec<Named>, typed: String) -> AnyView {
    let texts = locale().statistics_texts();
    let label = (texts.kind)(of);
    let field = format!("{}_id", of.as_str());
    let list = format!("{}s", of.as_str());
    let chips = chosen.into_iter().map(|it| {
        let name = name_of(&it);
        let url = query.but(|query| query.ids(of).retain(|id| *id != it.id)).url();
        view! {
            <span class="chip" title=it.id.clone()>
                <input type="hidden" name=field.clone() value=it.id.clone() />
                {name.clone()}
                <a href=url aria-label=(texts.without)(&name)>
                    "\u{d7}"
                </a>
            </span>
        }
    });
    let chips = chips.collect_view();
    view! {
        <div class="field pick">
            <label>
                <span>{label}</span>
                <span class="control">
                    <Glyph icon=Icon::Search />
                    <input
                        type="search"
                        name=of.as_str()
                        value=typed
                        placeholder=texts.all
                        maxlength="64"
                        autocomplete="off"
                        list=list.clone()
                        data-find=of.as_str()
                    />
                </span>
            </label>
            <datalist id=list></datalist>
            <span class="chips">{chips}</span>
        </div>
    }
    .into_any()
}

fn grouping(query: &StatisticsQuery) -> AnyView {
    let texts = locale().statistics_texts();
    let it = query.group_by;
    let choices = [
        ("warehouse", (texts.kind)(NameOf::Warehouse), it.warehouse),
        ("product", (texts.kind)(NameOf::Product), it.product),
        ("company", (texts.kind)(NameOf::Company), it.company),
        ("time", texts.time, query.by_time),
    ];
    let choice = |(word, label, is_on): (&'static str, &'static str, bool)| {
        view! {
            <label>
                <input type="checkbox" name="group_by" value=word checked=is_on />
                <span>{label}</span>
            </label>
        }
    };
    view! {
        <fieldset class="field">
            <legend>{texts.group_by}</legend>
            // Sent always: so that nothing can be chosen too.
            <input type="hidden" name="group_by" value="none" />
            <span class="seg">{choices.into_iter().map(choice).collect_view()}</span>
        </fieldset>
    }
    .into_any()
}

fn intervals(query: &StatisticsQuery) -> AnyView {
    let texts = locale().statistics_texts();
    let choice = |interval: Option<Interval>| {
        let label = interval.map_or(texts.fitting, texts.interval_of);
        view! {
            <label>
                <input
                    type="radio"
                    name="interval"
                    value=interval.map_or("", Interval::as_str)
                    checked=interval == query.interval
                />
                <span>{label}</span>
            </label>
        }
    };
    let all = std::iter::once(None).chain(Interval::ALL.map(Some));
    view! {
        <fieldset class="field">
            <legend>{texts.interval}</legend>
            <span class="seg">{all.map(choice).collect_view()}</span>
        </fieldset>
    }
    .into_any()
}

/// What is wrong with the question, and what is not clear in it.
pub fn faults(page: &StatisticsPage) -> AnyView {
    let StatisticsPage { query, faults, unclear, .. } = page;
    let texts = locale().statistics_texts();
    let words = |it: &FieldFault| {
        let field = (texts.field)(&it.field).map_or_else(|| it.field.clone(), str::to_owned);
        view! { <li>{format!("{field} {}", locale().why(&it.why))}</li> }
    };
    let wrong = (!faults.is_empty()).then(|| {
        view! {
            <Notice tone="bad" role="alert" words=texts.wrong />
            <ul class="faults">{faults.iter().map(words).collect_view()}</ul>
        }
    });
    let ask = |it: &Unclear| {
        let label = (texts.kind)(it.of);
        let say = if it.found.is_empty() { texts.finds_nothing } else { texts.which };
        let link = |named: &Named| {
            let url = query.but(|query| query.ids(it.of).push(named.id.clone())).url();
            view! {
                <a class="btn" href=url title=named.id.clone()>
                    {name_of(named)}
                </a>
            }
        };
        view! {
            <div class="unclear" role="alert">
                <Notice tone="warn" icon=Icon::Search words=say(label, &it.typed) />
                <span class="line">{it.found.iter().map(link).collect_view()}</span>
            </div>
        }
    };
    view! {
        {wrong}
        {unclear.iter().map(ask).collect_view()}
    }
    .into_any()
}
