//! Where the fields of an entry come from: a column, or the same value in every line. Its state is the URL that it makes.

use leptos::prelude::*;

use crate::i18n::locale;
use crate::pages::import::view::{FIELDS, ImportQuery, Source, UploadView, is_needed};

/// The form; nothing for a file without columns.
pub fn columns(upload: &UploadView, query: &ImportQuery) -> AnyView {
    if upload.columns.is_empty() {
        return ().into_any();
    }
    let texts = locale().import_texts();
    view! {
        <section class="panel" aria-labelledby="columns">
            <header>
                <h2 id="columns">{texts.columns}</h2>
                <span class="sub">{texts.columns_how}</span>
            </header>
            <form class="body stack" method="get" action="/import">
                <input type="hidden" name="upload" value=query.upload.clone() />
                <div class="mapping">{FIELDS.map(|it| row(it, upload)).into_iter().collect_view()}</div>
                <div class="line">
                    <button class="btn">{texts.look_again}</button>
                </div>
            </form>
        </section>
    }
    .into_any()
}

fn row(field: &'static str, upload: &UploadView) -> AnyView {
    let texts = locale().import_texts();
    let name = locale().entry_field(field).unwrap_or(field);
    let source = upload.mapping.source(field);
    let option = |value: String, words: String, is_on: bool| {
        view! {
            <option value=value selected=is_on>
                {words}
            </option>
        }
    };
    let columns = upload.columns.iter().enumerate().map(|(place, (name, first))| {
        option((place + 1).to_string(), (texts.column)(name, first), *source == Source::Column(place))
    });
    let by_sign = (field == "drcr").then(|| option("sign".to_owned(), texts.sign.to_owned(), *source == Source::Sign));
    let fixed = if let Source::Fixed(value) = source { value.clone() } else { String::new() };
    let is_missing = is_needed(field) && *source == Source::None;
    view! {
        <div class="field" data-field=field>
            <span>
                {name} " " <code>{field}</code>
            </span>
            <span class="control" aria-invalid=is_missing.then_some("true")>
                <select name=format!("column.{field}") aria-label=(texts.column_of)(name)>
                    {option("none".to_owned(), texts.none.to_owned(), matches!(source, Source::None | Source::Fixed(_)))}
                    {columns.collect_view()}
                    {by_sign}
                </select>
            </span>
            <span class="control">
                <input
                    name=format!("value.{field}")
                    value=fixed
                    placeholder=texts.same_in_all
                    aria-label=(texts.value_of)(name)
                    autocomplete="off"
                />
            </span>
        </div>
    }
    .into_any()
}
