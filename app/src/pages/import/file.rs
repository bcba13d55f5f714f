//! Chooses a file.

use leptos::prelude::*;

use crate::i18n::locale;

/// A head and two lines, as a file may have them.
const SAMPLE: &str = "create_time,bill_id,line_no,product_id,warehouse_id,company_id,drcr,quantity,description\n\
                      2026-11-20 08:05:00,PO-1001,1,apple,shanghai-pudong,acme,in,1200,\n\
                      2026-11-20 09:10:00,SO-2001,1,apple,shanghai-pudong,acme,out,80,morning round\n";

pub fn choose() -> AnyView {
    let texts = locale().import_texts();
    view! {
        <section class="panel" aria-label=texts.title>
            <form class="body choose" method="post" action="/import" enctype="multipart/form-data">
                <p>{texts.how}</p>
                <pre tabindex="0" role="region" aria-label=texts.columns>{SAMPLE}</pre>
                <label class="field">
                    <span>{texts.file}</span>
                    <input type="file" name="file" accept=".csv,.tsv,.txt,.ndjson,.jsonl,.json" required />
                </label>
                <div class="line">
                    <button class="btn primary">{texts.look}</button>
                </div>
            </form>
        </section>
    }
    .into_any()
}
