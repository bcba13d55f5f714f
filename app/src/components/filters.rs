//! Parts of forms that ask about a period: bounds, filters that find by name, choices, and what is wrong. They work without script;
//! with it (`frontend/js/filters.js`) they find as one types.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};
use super::notice::Notice;
use crate::assets::module_script;
use crate::i18n::locale;
use model::faults::FieldFault;
use model::live::Named;
use model::names::NameOf;
use model::period::{About, Form, Preset, Unclear};

/// A name as it is shown.
pub fn name_of(it: &Named) -> String {
    locale().name(&it.name, &it.id)
}

/// What makes forms find as one types; once on a page.
pub fn filters_script() -> AnyView {
    module_script("filters.js")
}

/// Periods by name, and any time where there are words for that.
pub fn periods(about: &About, any: Option<&'static str>, url: impl Fn(About) -> String) -> AnyView {
    let texts = locale().statistics_texts();
    let link = |preset: Option<Preset>, words: &'static str| {
        let is_here = preset == about.preset && (preset.is_some() || (about.from.is_empty() && about.to.is_empty()));
        let url = url(About { preset, from: String::new(), to: String::new(), filter: about.filter.clone() });
        view! {
            <a href=url aria-current=is_here.then_some("true")>
                {words}
            </a>
        }
    };
    let any = any.map(|words| link(None, words));
    let named = Preset::ALL.map(|it| link(Some(it), (texts.preset)(it)));
    view! {
        <nav class="seg scroll" aria-label=texts.periods>
            {any}
            {named}
        </nav>
    }
    .into_any()
}

/// The fields of a period and of filters; `url`: of the page about something else.
pub fn fields(about: &About, form: &Form, url: impl Fn(About) -> String) -> AnyView {
    let picks = [NameOf::Warehouse, NameOf::Product, NameOf::Company].map(|of| {
        let chosen = form.chosen.iter().filter(|(kind, _)| *kind == of).map(|(_, it)| {
            let mut without = about.clone();
            without.filter.remove(of, &it.id);
            (it.clone(), url(without))
        });
        pick(of, chosen.collect(), &form.unclear)
    });
    view! {
        <input type="hidden" name="period" value=about.preset.map(Preset::as_str) />
        {bound("from", &about.from, form.from.clone(), &form.faults)}
        {bound("to", &about.to, form.to.clone(), &form.faults)}
        {picks}
    }
    .into_any()
}

/// A bound of a period. What was typed and is wrong stays as it was typed, in a field that takes any text.
fn bound(field: &'static str, typed: &str, value: String, faults: &[FieldFault]) -> AnyView {
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
fn pick(of: NameOf, chosen: Vec<(Named, String)>, unclear: &[Unclear]) -> AnyView {
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

/// What is wrong with a question, field by field.
pub fn wrong_fields(faults: &[FieldFault]) -> AnyView {
    let texts = locale().statistics_texts();
    let words = |it: &FieldFault| {
        let field = (texts.field)(&it.field).map_or_else(|| it.field.clone(), str::to_owned);
        view! { <li>{format!("{field} {}", locale().why(&it.why))}</li> }
    };
    (!faults.is_empty())
        .then(|| {
            view! {
                <Notice tone="bad" role="alert" words=texts.wrong />
                <ul class="faults">{faults.iter().map(words).collect_view()}</ul>
            }
        })
        .into_any()
}

/// What is wrong with a question, and what is not clear in it; `url`: of the page about something else.
pub fn faults(about: &About, form: &Form, url: impl Fn(About) -> String) -> AnyView {
    let Form { faults, unclear, .. } = form;
    let texts = locale().statistics_texts();
    let wrong = wrong_fields(faults);
    let ask = |it: &Unclear| {
        let label = (texts.kind)(it.of);
        let say = if it.found.is_empty() { texts.finds_nothing } else { texts.which };
        let link = |named: &Named| {
            let mut with = about.clone();
            with.filter.add(it.of, &named.id);
            view! {
                <a class="btn" href=url(with) title=named.id.clone()>
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

/// The ways to the first page, from any other, and to the next.
pub fn turning(first: Option<String>, next: Option<(String, &'static str)>) -> AnyView {
    let first = first.map(|url| {
        view! {
            <a class="btn quiet" href=url>
                {locale().statistics_texts().first}
            </a>
        }
    });
    let next = next.map(|(url, words)| {
        view! {
            <a class="btn" href=url rel="next">
                {words}
            </a>
        }
    });
    view! {
        {first}
        {next}
    }
    .into_any()
}
