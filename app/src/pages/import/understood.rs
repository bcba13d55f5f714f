//! The first lines that can be sent, as they were understood.

use leptos::prelude::*;

use crate::i18n::locale;
use crate::number::{count_of, signed};
use crate::pages::import::view::{Understood, UploadView};

/// The panel; nothing where nothing can be sent.
pub fn understood(upload: &UploadView) -> AnyView {
    if upload.first.is_empty() {
        return ().into_any();
    }
    let (texts, records) = (locale().import_texts(), locale().records_texts());
    let head = |field: &'static str, class: &'static str, leaves: Option<&'static str>| {
        view! {
            <th scope="col" class=class data-p=leaves>
                {locale().entry_field(field)}
            </th>
        }
        .into_any()
    };
    view! {
        <section class="panel" aria-labelledby="understood">
            <header>
                <h2 id="understood">{texts.understood}</h2>
                <span class="sub">{(texts.first_of)(&count_of(upload.first.len()), &count_of(upload.fresh))}</span>
            </header>
            <div class="scroll-x" tabindex="0" role="region" aria-labelledby="understood">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col" class="num">
                                {texts.line}
                            </th>
                            {head("create_time", "", None)}
                            {head("bill_id", "", None)}
                            {head("product_id", "", None)}
                            {head("warehouse_id", "", Some("2"))}
                            {head("company_id", "", Some("3"))}
                            {head("quantity", "num", None)}
                            {head("kind", "", Some("2"))}
                            {head("description", "", Some("3"))}
                        </tr>
                    </thead>
                    <tbody>{upload.first.iter().map(|it| entry(it, records.kind_of)).collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn entry(it: &Understood, kind_of: fn(model::entry::Kind) -> &'static str) -> AnyView {
    let moved = it.quantity * it.direction.sign();
    let class = if moved > 0 { "num in" } else { "num out" };
    let number = (it.line_no != 1).then(|| (locale().records_texts().line)(&it.line_no.to_string()));
    view! {
        <tr>
            <th scope="row" class="num">
                {count_of(it.line)}
            </th>
            <td>{it.time.clone()}</td>
            <td>{it.bill_id.clone()} " " <small class="muted">{number}</small></td>
            <td>{it.product_id.clone()}</td>
            <td data-p="2">{it.warehouse_id.clone()}</td>
            <td data-p="3">{it.company_id.clone()}</td>
            <td class=class>{signed(moved)}</td>
            <td data-p="2">{kind_of(it.kind)}</td>
            <td data-p="3">{it.description.clone()}</td>
        </tr>
    }
    .into_any()
}
