//! What is wrong with a file, by cause: the lines, the reason, and what can be done.

use leptos::prelude::*;

use crate::i18n::locale;
use crate::number::count_of;
use crate::pages::import::view::{FlawGroup, ImportQuery};

/// The panel; nothing where nothing is wrong.
pub fn flaws(groups: &[FlawGroup], bad: usize, doubtful: usize, query: &ImportQuery) -> AnyView {
    if bad == 0 {
        return ().into_any();
    }
    let texts = locale().import_texts();
    let shown: usize = groups.iter().map(|it| it.count).sum();
    let more = bad - shown.min(bad);
    let more = (more > 0).then(|| view! { <p class="body muted">{(texts.more)(&count_of(more))}</p> });
    let doubts = (doubtful > 0).then(|| {
        view! {
            <div class="body line">
                <a class="btn small" href=query.with("doubtful", "take").url()>
                    {(texts.take_doubtful)(&count_of(doubtful))}
                </a>
            </div>
        }
    });
    view! {
        <section class="panel" aria-labelledby="flaws">
            <header>
                <h2 id="flaws">{(texts.flaws)(&count_of(bad))}</h2>
                <span class="sub">{texts.by_cause}</span>
            </header>
            <div class="scroll-x" tabindex="0" role="region" aria-labelledby="flaws">
                <table class="table flaws">
                    <thead>
                        <tr>
                            <th scope="col">{texts.line}</th>
                            <th scope="col">{texts.what}</th>
                        </tr>
                    </thead>
                    <tbody>{groups.iter().map(group).collect_view()}</tbody>
                </table>
            </div>
            {more}
            {doubts}
        </section>
    }
    .into_any()
}

fn group(it: &FlawGroup) -> AnyView {
    let texts = locale().import_texts();
    let field = it.field.as_deref().map(|it| locale().entry_field(it).unwrap_or(it).to_owned());
    let lines = it.lines.iter().map(|it| count_of(*it)).collect::<Vec<_>>().join(", ");
    let more = it.count - it.lines.len();
    let more = (more > 0).then(|| format!(" {}", (texts.more)(&count_of(more))));
    view! {
        <tr>
            <th scope="row">{lines} {more}</th>
            <td>{field.map(|it| view! { <b>{it}</b> " " })} {locale().flaw(&it.flaw)}</td>
        </tr>
    }
    .into_any()
}
