//! The file as the clerk knows it: its columns with their letters and titles, what each becomes, and the lines that tell most.

use leptos::prelude::*;
use model::files::field::Field;

use crate::i18n::locale;
use crate::number::count_of;
use crate::pages::import::view::{ImportQuery, RawRow, ReadingView, RowKind, letters};

/// The panel: the selects belong to the form `reading`.
pub fn sheet(reading: &ReadingView, query: &ImportQuery) -> AnyView {
    let texts = locale().import_texts();
    let places = 0..reading.titles.len();
    let heads = places.clone().map(|place| {
        view! {
            <th scope="col" class="letter">
                {letters(place)}
            </th>
        }
    });
    let titles = reading.titles.iter().enumerate().map(|(place, title)| {
        let is_off = reading.mapping.field_of(place).is_none().then_some("");
        view! { <th data-off=is_off>{title.clone()}</th> }
    });
    let selects = places.map(|place| view! { <th>{select(place, reading.mapping.field_of(place))}</th> });
    view! {
        <section class="panel" aria-labelledby="columns">
            <header>
                <h2 id="columns">{texts.columns}</h2>
                <span class="sub">{texts.columns_how}</span>
            </header>
            <div class="scroll-x" tabindex="0" role="region" aria-labelledby="columns">
                <table class="sheet">
                    <thead>
                        <tr>
                            <td class="no"></td>
                            {heads.collect_view()}
                        </tr>
                        <tr>
                            <td class="no">{count_of(reading.head)}</td>
                            {titles.collect_view()}
                        </tr>
                        <tr>
                            <td class="no"></td>
                            {selects.collect_view()}
                        </tr>
                    </thead>
                    <tbody>{reading.rows.iter().map(|it| row(it, reading.titles.len())).collect_view()}</tbody>
                </table>
            </div>
            <div class="body line">
                <button class="btn" form="reading">
                    {texts.look_again}
                </button>
                {(!query.choices.columns.is_empty()).then(|| again(query))}
            </div>
        </section>
    }
    .into_any()
}

/// The way back to what the titles say.
fn again(query: &ImportQuery) -> AnyView {
    let mut query = query.clone();
    query.choices.columns.clear();
    view! {
        <a class="btn quiet" href=query.url()>
            {locale().import_texts().by_titles}
        </a>
    }
    .into_any()
}

fn select(place: usize, is: Option<Field>) -> AnyView {
    let texts = locale().import_texts();
    let options = Field::OF_ENTRIES.into_iter().map(|it| {
        view! {
            <option value=it.as_str() selected=is == Some(it)>
                {locale().file_field(it)}
            </option>
        }
    });
    view! {
        <span class="control small">
            <select form="reading" name=format!("column.{}", place + 1) aria-label=(texts.column_as)(&letters(place))>
                <option value="none" selected=is.is_none()>
                    {texts.unused}
                </option>
                {options.collect_view()}
            </select>
        </span>
    }
    .into_any()
}

fn row(it: &RawRow, columns: usize) -> AnyView {
    let texts = locale().import_texts();
    let why = match it.kind {
        RowKind::Entry => None,
        RowKind::Above => Some(texts.is_above),
        RowKind::Titles => Some(texts.is_titles),
        RowKind::Total => Some(texts.is_total),
    };
    if let Some(why) = why {
        let words: Vec<&str> = it.cells.iter().map(String::as_str).filter(|it| !it.is_empty()).collect();
        return view! {
            <tr class="set-aside">
                <td class="no">{count_of(it.line)}</td>
                <td colspan=columns.max(1)>{words.join(" ")} " " <small>{why}</small></td>
            </tr>
        }
        .into_any();
    }
    let cell = |place: usize| {
        let is_wrong = (it.wrong == Some(Some(place))).then_some("");
        let text = it.cells.get(place).cloned().unwrap_or_default();
        view! { <td data-bad=is_wrong>{text}</td> }
    };
    let is_wrong = (it.wrong == Some(None)).then_some("");
    // Cells without a title stand behind the others: they are what is wrong.
    view! {
        <tr data-bad=is_wrong>
            <td class="no">{count_of(it.line)}</td>
            {(0..columns.max(it.cells.len())).map(cell).collect_view()}
        </tr>
    }
    .into_any()
}
