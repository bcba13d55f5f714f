//! The first lines that can be sent, as they were understood.

use leptos::prelude::*;

use crate::components::data_table::{column, data_table};
use crate::i18n::locale;
use crate::number::{count_of, signed};
use crate::pages::import::view::{Understood, UploadView};

/// The panel; nothing where nothing can be sent.
pub fn understood(upload: &UploadView) -> AnyView {
    if upload.first.is_empty() {
        return ().into_any();
    }
    let (texts, records) = (locale().import_texts(), locale().records_texts());
    let of = |field: &'static str, leaves: Option<&'static str>, class: &'static str| {
        column(locale().entry_field(field).unwrap_or_default(), leaves, class)
    };
    let columns = [
        column(texts.line, None, "num"),
        of("create_time", None, ""),
        of("bill_id", None, ""),
        of("product_id", None, ""),
        of("warehouse_id", Some("2"), ""),
        of("company_id", Some("3"), ""),
        of("quantity", None, "num"),
        of("kind", Some("2"), ""),
        of("description", Some("3"), ""),
    ];
    view! {
        <section class="panel" aria-labelledby="understood">
            <header>
                <h2 id="understood">{texts.understood}</h2>
                <span class="sub">{(texts.first_of)(&count_of(upload.first.len()), &count_of(upload.fresh))}</span>
            </header>
            {data_table("understood", columns, upload.first.iter().map(|it| entry(it, records.kind_of)).collect_view())}
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
