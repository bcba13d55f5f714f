//! `/count/sheet`: a sheet to print and to count with, blind or with the figures of the books.

use leptos::prelude::*;
use leptos_meta::{Body, Title};

use crate::backend::backend;
use crate::components::filters::name_of;
use crate::i18n::locale;
use crate::number::grouped;
use crate::pages::count::view::{SheetLine, SheetPage as Page};
use crate::pages::{Answer, query_string};

/// The page; its address says which warehouse.
#[component]
pub fn CountSheetPage() -> impl IntoView {
    let texts = locale().count_texts();
    let query = query_string();
    let answer = async move { backend()?.count_sheet(&query).await };
    view! {
        <Title text=texts.sheet_title />
        <Body attr:class="p-count-sheet" />
        <main class="page" id="content" tabindex="-1">
            <Answer answer show=move |page: Page| sheet(&page) />
        </main>
    }
    .into_any()
}

fn sheet(page: &Page) -> AnyView {
    let texts = locale().count_texts();
    if page.lines.is_empty() {
        return view! { <p class="muted">{texts.nothing_here}</p> }.into_any();
    }
    let book = page.has_figures.then(|| {
        view! {
            <th scope="col" class="num">
                {texts.book}
            </th>
        }
    });
    view! {
        <div class="head-line">
            <h1>{texts.sheet_title} " " {name_of(&page.warehouse)}</h1>
            <span class="muted">{texts.printed_at} " " {page.at.clone()}</span>
        </div>
        <p class="muted">{texts.counted_by} ": ______________________"</p>
        <table class="table sheet-lines">
            <thead>
                <tr>
                    <th scope="col">{texts.product_id}</th>
                    <th scope="col">{texts.product}</th>
                    <th scope="col">{texts.unit}</th>
                    {book}
                    <th scope="col">{texts.counted}</th>
                    <th scope="col">{texts.at}</th>
                </tr>
            </thead>
            <tbody>{page.lines.iter().map(|it| line(it, page.has_figures)).collect_view()}</tbody>
        </table>
    }
    .into_any()
}

fn line(it: &SheetLine, has_figures: bool) -> AnyView {
    let book = has_figures.then(|| view! { <td class="num">{it.book.map(grouped)}</td> });
    view! {
        <tr>
            <th scope="row">{it.product.id.clone()}</th>
            <td>{name_of(&it.product)}</td>
            <td>{it.unit.clone()}</td>
            {book}
            <td class="blank-cell"></td>
            <td class="blank-cell"></td>
        </tr>
    }
    .into_any()
}
