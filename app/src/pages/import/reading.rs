//! How a file was read: encoding, separator, sheet, titles, profile, and the values that are the same in every line. What may be chosen otherwise at once is a
//! link, the rest is a form.

use leptos::prelude::*;
use model::files::choices::{Charset, Separator};
use model::files::field::{Field, Source};

use crate::i18n::locale;
use crate::number::count_of;
use crate::pages::import::hidden::hidden;
use crate::pages::import::view::{ImportPage, ImportQuery, ReadingView, UploadView};

/// The panel. Its inputs belong to the form `reading`.
pub fn reading(reading: &ReadingView, upload: &UploadView, page: &ImportPage) -> AnyView {
    let texts = locale().import_texts();
    let is_input = |name: &str| {
        name.starts_with("column.")
            || name.starts_with("value.")
            || ["head", "last", "sheet", "profile"].contains(&name)
    };
    view! {
        <section class="panel reading" aria-labelledby="how-read">
            <header>
                <h2 id="how-read">{texts.how_read}</h2>
                <span class="sub">{(texts.zone_is)(&page.zone)}</span>
            </header>
            <div class="body choices">
                <form id="reading" method="get" action="/import" hidden></form>
                {hidden(&page.query, Some("reading"), is_input)}
                {reading.charset.map(|it| charsets(it, page))}
                {reading.separator.map(|it| separators(it, page))}
                {(reading.sheets.len() > 1).then(|| sheets(reading))}
                {line_of_file(texts.head_line, "head", 0, Some(reading.head))}
                {line_of_file(texts.last_line, "last", 1, reading.last)}
                {(!upload.profiles.is_empty()).then(|| profiles(upload, page))}
                {fixed(reading)}
            </div>
        </section>
    }
    .into_any()
}

/// A line of the file, by its number.
fn line_of_file(words: &'static str, name: &'static str, min: usize, is: Option<usize>) -> AnyView {
    view! {
        <label class="field short">
            <span>{words}</span>
            <span class="control">
                <input form="reading" type="number" min=min name=name value=is />
            </span>
        </label>
    }
    .into_any()
}

fn charsets(is: Charset, page: &ImportPage) -> AnyView {
    let links = Charset::ALL.iter().map(|it| {
        let current = (*it == is).then_some("true");
        view! {
            <a href=page.query.with("charset", it.as_str()).url() aria-current=current>
                {locale().charset(*it)}
            </a>
        }
    });
    seg(locale().import_texts().charset, links.collect_view().into_any())
}

fn separators(is: Separator, page: &ImportPage) -> AnyView {
    let links = Separator::ALL.iter().map(|it| {
        let current = (*it == is).then_some("true");
        view! {
            <a href=page.query.with("separator", it.as_str()).url() aria-current=current>
                {locale().separator(*it)}
            </a>
        }
    });
    seg(locale().import_texts().separator, links.collect_view().into_any())
}

fn seg(label: &'static str, links: AnyView) -> AnyView {
    view! {
        <div class="field" role="group" aria-label=label>
            <span aria-hidden="true">{label}</span>
            <span class="seg scroll">{links}</span>
        </div>
    }
    .into_any()
}

fn sheets(reading: &ReadingView) -> AnyView {
    let options = reading.sheets.iter().map(|it| {
        let is_on = reading.sheet.as_ref() == Some(it);
        view! {
            <option value=it.clone() selected=is_on>
                {it.clone()}
            </option>
        }
    });
    view! {
        <label class="field">
            <span>{locale().import_texts().sheet}</span>
            <span class="control">
                <select form="reading" name="sheet">
                    {options.collect_view()}
                </select>
            </span>
        </label>
    }
    .into_any()
}

/// Profiles that are kept; the one that fits stands first.
fn profiles(upload: &UploadView, page: &ImportPage) -> AnyView {
    let texts = locale().import_texts();
    let chosen = page.query.profile.as_str();
    let link = |name: &str, words: String, is_on: bool| {
        let query =
            ImportQuery { upload: page.query.upload.clone(), profile: name.to_owned(), ..ImportQuery::default() };
        view! {
            <a href=query.url() aria-current=is_on.then_some("true")>
                {words}
            </a>
        }
    };
    let used = |it: i64| count_of(usize::try_from(it).unwrap_or_default());
    let is_any = upload.profiles.iter().any(|it| it.name == chosen);
    let by_titles = link("none", texts.by_titles.to_owned(), !is_any);
    let kept = upload
        .profiles
        .iter()
        .map(|it| link(&it.name, (texts.profile_used)(&it.name, &used(it.used)), it.name == chosen));
    let links = view! {
        {by_titles}
        {kept.collect_view()}
    };
    seg(texts.profile, links.into_any())
}

/// Values that are the same in every line. A field that is missing is asked for elsewhere.
fn fixed(reading: &ReadingView) -> AnyView {
    let texts = locale().import_texts();
    let has_quantity = reading.mapping.0.contains_key(&Field::Quantity);
    let fields = Field::OF_ENTRIES.into_iter().filter_map(|field| match reading.mapping.0.get(&field) {
        Some(Source::Fixed(value)) => Some((field, value.clone())),
        // Without a column or a value of its own the direction is that of the sign.
        None if field == Field::Direction && has_quantity => Some((field, String::new())),
        _ => None,
    });
    fields
        .map(|(field, value)| {
            let name = locale().file_field(field);
            view! {
                <label class="field short">
                    <span>{(texts.value_of)(name)}</span>
                    <span class="control">
                        <input
                            form="reading"
                            name=format!("value.{}", field.as_str())
                            value=value
                            placeholder=if field == Field::Direction { texts.by_sign } else { "" }
                            autocomplete="off"
                        />
                    </span>
                </label>
            }
        })
        .collect_view()
        .into_any()
}
