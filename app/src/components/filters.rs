//! Parts of forms that ask about a period: bounds, filters that find by name, choices, and what is wrong. They work without script;
//! with it (`frontend/js/filters.js`) they find as one types.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};
use super::notice::Notice;
use crate::assets::Assets;
use crate::i18n::locale;
use crate::model::faults::FieldFault;
use crate::model::live::Named;
use crate::model::names::NameOf;
use crate::model::period::Unclear;

/// A name as it is shown.
pub fn name_of(it: &Named) -> String {
    locale().name(&it.name, &it.id)
}

/// What makes forms find as one types; once on a page.
pub fn filters_script() -> AnyView {
    let script = use_context::<Assets>().map(|it| it.script("filters.js"));
    script.map(|src| view! { <script type="module" src=src></script> }).into_any()
}

/// A bound of a period. What was typed and is wrong stays as it was typed, in a field that takes any text.
pub fn bound(field: &'static str, typed: &str, value: String, faults: &[FieldFault]) -> AnyView {
    let texts = locale().statistics_texts();
    let label = if field == "from" { texts.from } else { texts.to };
    let wrong = faults.iter().any(|it| it.field == field).then_some("true");
    let (kind, value) = match wrong {
        Some(_) if !typed.is_empty() => ("text", typed.to_owned()),
        _ if value.is_empty() && !typed.is_empty() => ("text", typed.to_owned()),
        // With an offset: a local time that exists twice.
        _ if value.get(11..).is_some_and(|it| it.contains(['+', '-', 'Z'])) => ("text", value),
        _ => ("datetime-local", value),
    };
    view! {
        <label class="field">
            <span>{label}</span>
            <span class="control" aria-invalid=wrong>
                <input type=kind name=field value=value step="any" aria-invalid=wrong />
            </span>
        </label>
    }
    .into_any()
}

/// A filter: what is chosen, each with the URL that takes it away, and a field to add to it.
pub fn pick(of: NameOf, chosen: Vec<(Named, String)>, unclear: &[Unclear]) -> AnyView {
    let texts = locale().statistics_texts();
    let typed = unclear.iter().find(|it| it.of == of).map(|it| it.typed.clone()).unwrap_or_default();
    let field = format!("{}_id", of.as_str());
    let list = format!("{}s", of.as_str());
    let chip = |(it, without): (Named, String)| {
        let name = name_of(&it);
        view! {
            <span class="chip" title=it.id.clone()>
                <input type="hidden" name=field.clone() value=it.id.clone() />
                {name.clone()}
                <a href=without aria-label=(texts.without)(&name)>
                    "\u{d7}"
                </a>
            </span>
        }
    };
    view! {
        <div class="field pick">
            <label>
                <span>{(texts.kind)(of)}</span>
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
            <span class="chips">{chosen.into_iter().map(chip).collect_view()}</span>
        </div>
    }
    .into_any()
}

/// Some of a few (`checkbox`), or one of them (`radio`): value, words, chosen.
pub fn choices(
    legend: &'static str,
    kind: &'static str,
    field: &'static str,
    all: Vec<(&'static str, &'static str, bool)>,
) -> AnyView {
    let choice = |(value, words, is_on): (&'static str, &'static str, bool)| {
        view! {
            <label>
                <input type=kind name=field value=value checked=is_on />
                <span>{words}</span>
            </label>
        }
    };
    // Sent always: so that nothing can be chosen too.
    let nothing = (kind == "checkbox").then(|| view! { <input type="hidden" name=field value="none" /> });
    view! {
        <fieldset class="field">
            <legend>{legend}</legend>
            {nothing}
            <span class="seg">{all.into_iter().map(choice).collect_view()}</span>
        </fieldset>
    }
    .into_any()
}

/// What is wrong with a question, and what is not clear in it; `url`: with one id more.
pub fn faults(faults: &[FieldFault], unclear: &[Unclear], url: impl Fn(NameOf, &str) -> String) -> AnyView {
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
            view! {
                <a class="btn" href=url(it.of, &named.id) title=named.id.clone()>
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
