//! The file's own totals beside what its lines come to.

use leptos::prelude::*;

use crate::i18n::locale;
use crate::number::{count_of, grouped};
use crate::pages::import::view::{TotalView, UploadView};

/// The panel; nothing where the file has no totals.
pub fn totals(upload: &UploadView) -> AnyView {
    if upload.totals.iter().all(|it| it.sums.is_empty()) {
        return ().into_any();
    }
    let texts = locale().import_texts();
    view! {
        <section class="panel" aria-labelledby="totals">
            <header>
                <h2 id="totals">{texts.totals}</h2>
                <span class="sub">{texts.totals_how}</span>
            </header>
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">{texts.line}</th>
                        <th scope="col">{texts.columns}</th>
                        <th scope="col" class="num">
                            {texts.total_says}
                        </th>
                        <th scope="col" class="num">
                            {texts.lines_say}
                        </th>
                        <th scope="col">{texts.what}</th>
                    </tr>
                </thead>
                <tbody>{upload.totals.iter().map(rows).collect_view()}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn rows(total: &TotalView) -> AnyView {
    let texts = locale().import_texts();
    let row = |(field, said, counted): &(model::files::field::Field, i64, i64)| {
        let is_same = said == counted;
        view! {
            <tr>
                <th scope="row">{count_of(total.line)}</th>
                <td>{locale().file_field(*field)}</td>
                <td class="num">{grouped(*said)}</td>
                <td class="num">{grouped(*counted)}</td>
                <td class=if is_same { "muted" } else { "why" }>{if is_same { texts.is_same } else { texts.is_other }}</td>
            </tr>
        }
    };
    total.sums.iter().map(row).collect_view().into_any()
}
