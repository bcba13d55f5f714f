//! `/names/import`: names from a CSV file. Shown first what it would change, or all that is wrong with it.

use leptos::prelude::*;
use leptos_meta::{Body, Title};

use crate::i18n::locale;
use crate::pages::names::view::ImportPreview;
use crate::pages::names::{ChooseFile, Preview};

/// The page. Where a file was sent, the server put what it would do into the context.
#[component]
pub fn NamesImportPage() -> impl IntoView {
    let texts = locale().names_texts();
    let preview = use_context::<ImportPreview>();
    let again = preview.as_ref().is_none_or(|it| it.faults.count > 0 || it.changes.is_empty());
    view! {
        <Title text=texts.import />
        <Body attr:class="p-names" />
        <main class="page" id="content" tabindex="-1">
            <div class="head-line">
                <h1>{texts.import}</h1>
                <span class="grow"></span>
                <a class="btn quiet" href="/names">
                    {texts.back}
                </a>
            </div>
            {preview.map(|preview| view! { <Preview preview /> })}
            {again.then(|| view! { <ChooseFile /> })}
        </main>
    }
}
