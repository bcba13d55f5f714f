//! `/count`: what was counted beside what the books say, before anything is posted. Its state is its URL.

use leptos::prelude::*;
use leptos_meta::{Body, Title};
use model::live::Named;

use crate::backend::backend;
use crate::components::data_table::{column, data_table};
use crate::components::filters::name_of;
use crate::components::icon::{Glyph, Icon};
use crate::components::notice::Notice;
use crate::i18n::locale;
use crate::number::grouped;
use crate::pages::count::board::{board, why_not};
use crate::pages::count::view::{CountPage as Page, NotPosted, PostedView};
use crate::pages::{Answer, query_string};

/// The page. Where a sheet was not taken or not posted, the server put why into the context.
#[component]
pub fn CountPage() -> impl IntoView {
    let texts = locale().count_texts();
    let query = query_string();
    let not_posted = use_context::<NotPosted>();
    let answer = async move { backend()?.count(&query).await };
    view! {
        <Title text=texts.title />
        <Body attr:class="p-names p-import p-count" />
        <main class="page" id="content" tabindex="-1">
            <div class="head-line">
                <h1>{texts.title}</h1>
            </div>
            <Answer answer show=move |page: Page| show(&page, not_posted.as_ref()) />
        </main>
    }
    .into_any()
}

fn show(page: &Page, not_posted: Option<&NotPosted>) -> AnyView {
    if let Some(sheet) = &page.sheet {
        return board(sheet, &page.query, not_posted);
    }
    let is_gone = !page.query.upload.is_empty();
    let gone = (is_gone && not_posted.is_none())
        .then(|| view! { <Notice tone="warn" role="alert" words=locale().count_texts().gone /> });
    view! {
        {gone}
        {not_posted.map(why_not)}
        {choose()}
        {print(&page.warehouses)}
        {latest(&page.latest)}
    }
    .into_any()
}

fn choose() -> AnyView {
    let texts = locale().count_texts();
    view! {
        <section class="panel" aria-label=texts.title>
            <form class="body choose" method="post" action="/count" enctype="multipart/form-data">
                <label class="drop">
                    <Glyph icon=Icon::File />
                    <b>{texts.file}</b>
                    <span>{texts.how}</span>
                    <input type="file" name="file" aria-label=texts.file accept=".csv,.tsv,.txt,.xlsx" required />
                </label>
                <div class="line">
                    <button class="btn primary">{texts.look}</button>
                </div>
            </form>
        </section>
    }
    .into_any()
}

/// Sheets to print, blind or with figures.
fn print(warehouses: &[Named]) -> AnyView {
    let texts = locale().count_texts();
    if warehouses.is_empty() {
        return ().into_any();
    }
    let options = warehouses.iter().map(|it| view! { <option value=it.id.clone()>{name_of(it)}</option> });
    view! {
        <section class="panel" aria-labelledby="print">
            <header>
                <h2 id="print">{texts.print}</h2>
            </header>
            <form class="body line end" method="get" action="/count/sheet">
                <label class="field">
                    <span>{texts.warehouse}</span>
                    <span class="control">
                        <select name="warehouse_id">{options.collect_view()}</select>
                    </span>
                </label>
                <button class="btn">{texts.blind}</button>
                <button class="btn" name="figures" value="1">
                    {texts.with_figures}
                </button>
                <button class="btn quiet" formaction="/count/sheet.xlsx">
                    {texts.as_xlsx}
                </button>
            </form>
        </section>
    }
    .into_any()
}

fn latest(all: &[PostedView]) -> AnyView {
    let texts = locale().count_texts();
    if all.is_empty() {
        return view! { <p class="muted">{texts.none_yet}</p> }.into_any();
    }
    let row = |it: &PostedView| {
        view! {
            <tr>
                <th scope="row">
                    <a href=format!("/records?bill_id={}", it.bill_id)>{it.bill_id.clone()}</a>
                </th>
                <td>{it.at.clone()}</td>
                <td data-p="2">{it.who.clone()}</td>
                <td class="num">{grouped(it.lines)}</td>
                <td class="num">{grouped(it.adjusted)}</td>
            </tr>
        }
    };
    let columns = [
        column(texts.bill, None, ""),
        column(texts.when, None, ""),
        column(texts.who, Some("2"), ""),
        column(texts.lines, None, "num"),
        column(texts.adjusted, None, "num"),
    ];
    view! {
        <section class="panel" aria-labelledby="latest">
            <header>
                <h2 id="latest">{texts.latest}</h2>
            </header>
            {data_table("latest", columns, all.iter().map(row).collect_view())}
        </section>
    }
    .into_any()
}
