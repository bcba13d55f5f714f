//! Names from a file: chosen, looked at, imported.

use leptos::prelude::*;

use crate::components::icon::Icon;
use crate::components::notice::Notice;
use crate::i18n::locale;
use crate::number::count_of;
use crate::pages::names::view::{Change, FileFaults, ImportPreview};

/// Chooses a file.
#[component]
pub fn ChooseFile() -> impl IntoView {
    let texts = locale().names_texts();
    view! {
        <section class="panel">
            <header>
                <h2>{texts.import}</h2>
            </header>
            <form class="body choose" method="post" action="/names/import" enctype="multipart/form-data">
                <p>{texts.import_how}</p>
                <pre>{texts.sample}</pre>
                <label class="field">
                    <span>{texts.file}</span>
                    <input type="file" name="file" accept=".csv,text/csv" required />
                </label>
                <div class="line">
                    <button class="btn primary">{texts.look}</button>
                    <a class="btn quiet" href="/names.csv" download rel="external">
                        {texts.export}
                    </a>
                </div>
            </form>
        </section>
    }
    .into_any()
}

/// What a file would do, before it does.
#[component]
pub fn Preview(
    /// The answer of the server.
    preview: ImportPreview,
) -> impl IntoView {
    let texts = locale().names_texts();
    let ImportPreview { file, text, added, changed, same, seal, is_another, changes, faults } = preview;
    let all = added + changed;
    let verdict = if faults.count > 0 {
        view! { <Notice tone="bad" words=(texts.has_faults)(&count_of(faults.count)) how=texts.has_faults_how /> }
            .into_any()
    } else if all == 0 {
        view! { <Notice tone="good" words=texts.would_nothing /> }.into_any()
    } else {
        let words = (texts.would)(&count_of(added), &count_of(changed), &count_of(same));
        view! {
            {is_another.then(|| view! { <Notice tone="warn" icon=Icon::Check words=texts.another /> })}
            <Notice tone="busy" icon=Icon::Check words />
            <form class="line" method="post" action="/names/import" enctype="multipart/form-data">
                <input type="hidden" name="name" value=file.clone() />
                <input type="hidden" name="seal" value=seal />
                // An attribute is escaped and kept as it is, line ends too; what stands in a textarea is not.
                <input type="hidden" name="confirmed" value=text />
                <button class="btn primary">{texts.do_import}</button>
                <a class="btn quiet" href="/names/import">
                    {texts.another_file}
                </a>
            </form>
        }
        .into_any()
    };
    let more = all.saturating_sub(changes.len());
    view! {
        <section class="panel">
            <header>
                <h2>{file}</h2>
            </header>
            <div class="body stack">
                {verdict}
                {(faults.count > 0).then(|| view! { <Faults faults /> })}
                {(!changes.is_empty()).then(|| view! { <Changes changes more /> })}
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Faults(faults: FileFaults) -> impl IntoView {
    let more = faults.count - faults.first.len();
    let more = (more > 0).then(|| (locale().names_texts().and_more)(&count_of(more)));
    let words = faults.first.iter().map(|it| locale().line_fault(it)).map(|it| view! { <li>{it}</li> }).collect_view();
    view! { <ol class="faults">{words} {more.map(|it| view! { <li>{it}</li> })}</ol> }
}

#[component]
fn Changes(changes: Vec<Change>, more: usize) -> impl IntoView {
    let texts = locale().names_texts();
    let line = |it: Change| {
        view! {
            <tr>
                <th scope="row">
                    <code>{it.subject}</code>
                </th>
                <td>{it.before.unwrap_or_default()}</td>
                <td>{it.after}</td>
            </tr>
        }
    };
    let rest = (more > 0).then(|| view! { <p class="muted">{(texts.and_more)(&count_of(more))}</p> });
    view! {
        <div class="scroll-x" tabindex="0" role="region" aria-label=texts.what>
            <table class="table">
                <thead>
                    <tr>
                        <th scope="col">{texts.what}</th>
                        <th scope="col">{texts.before}</th>
                        <th scope="col">{texts.after}</th>
                    </tr>
                </thead>
                <tbody>{changes.into_iter().map(line).collect_view()}</tbody>
            </table>
        </div>
        {rest}
    }
    .into_any()
}
