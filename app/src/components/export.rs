//! Links to what a page shows, as files. They work without script; with it (`frontend/js/export.js`) they say how far they are.

use leptos::prelude::*;

use crate::assets::module_script;
use crate::i18n::locale;

/// The links of a page whose URL is `url`; once on a page.
pub fn export(url: &str) -> AnyView {
    let texts = locale().export_texts();
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let link = |ending: &'static str, more: &'static str, words: &'static str| {
        let fields = [query, more].into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join("&");
        let href = if fields.is_empty() { format!("{path}.{ending}") } else { format!("{path}.{ending}?{fields}") };
        view! {
            <a class="btn quiet" href=href download rel="external" data-export aria-label=format!("{} {words}", texts.export)>
                {words}
            </a>
        }
    };
    view! {
        <span class="line export" data-running=texts.running data-running-of=texts.running_of data-done=texts.done data-failed=texts.failed>
            <span class="muted" role="status"></span>
            {link("csv", "", "CSV")}
            {link("csv", "separator=semicolon", "CSV (;)")}
            {link("xlsx", "", "XLSX")}
        </span>
        {module_script("export.js")}
    }
    .into_any()
}
