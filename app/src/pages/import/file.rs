//! Chooses a file, or drops one: the control is as large as its frame.

use leptos::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::i18n::locale;

pub fn choose() -> AnyView {
    let texts = locale().import_texts();
    view! {
        <section class="panel" aria-label=texts.title>
            <form class="body choose" method="post" action="/import" enctype="multipart/form-data">
                <label class="drop">
                    <Glyph icon=Icon::File />
                    <b>{texts.file}</b>
                    <span>{texts.how}</span>
                    <input
                        type="file"
                        name="file"
                        aria-label=texts.file
                        accept=".csv,.tsv,.txt,.xlsx,.ndjson,.jsonl,.json"
                        required
                    />
                </label>
                <div class="line">
                    <button class="btn primary">{texts.look}</button>
                    <a class="btn quiet" href="/import/template.xlsx" download>
                        {texts.template}
                    </a>
                    <a class="btn quiet" href="/import/template.csv" download>
                        {texts.template_csv}
                    </a>
                </div>
                <p class="muted">
                    {texts.known_forms} " "
                    <a href="/import/events">{locale().events_texts().title}</a>
                </p>
            </form>
        </section>
    }
    .into_any()
}
