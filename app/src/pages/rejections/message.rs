//! A rejected message as it was read, and what was sent again for it.

use leptos::prelude::*;

use crate::i18n::locale;
use crate::number::{count_of, grouped};
use crate::pages::rejections::view::{RejectionDetail, Resent};
use crate::pages::rejections::{code, outcome, reason, url_of};

/// As many bytes as a line shows.
const ON_A_LINE: usize = 16;

/// The message and why it was rejected.
pub fn message(it: &RejectionDetail) -> AnyView {
    let texts = locale().rejections_texts();
    let sent_for = it.sent_for.map(|id| view! { <p><a href=url_of(id)>{(texts.sent_for)(id)}</a></p> });
    let text = it.text.clone().map(|it| view! { <pre tabindex="0" role="region" aria-label=texts.message>{it}</pre> });
    let shown = it.bytes.len() * ON_A_LINE;
    let all = usize::try_from(it.size).is_ok_and(|all| all <= shown);
    let part = (!all).then(|| view! { <p class="muted">{(texts.first_bytes)(&count_of(shown))}</p> });
    view! {
        <section class="panel" aria-labelledby="message">
            <header>
                <h2 id="message">{texts.as_read}</h2>
                <span class="sub">{(texts.n_bytes)(&grouped(it.size))}</span>
            </header>
            <div class="body stack">
                <p class="reason">{code(&it.line)} " " {reason(&it.line)}</p>
                {sent_for}
                {text}
                <details open=it.text.is_none()>
                    <summary>{texts.bytes}</summary>
                    {part}
                    <pre tabindex="0" role="region" aria-label=texts.bytes>{it.bytes.join("\n")}</pre>
                </details>
            </div>
        </section>
    }
    .into_any()
}

/// What was sent again, in its order.
pub fn resent(all: &[Resent]) -> AnyView {
    let texts = locale().rejections_texts();
    let line = |it: &Resent| {
        view! {
            <li class="line">
                {outcome(it.outcome)}
                <span>{(texts.by)(&it.who, &it.at)}</span>
                <span class="muted">{it.origin.clone()}</span>
            </li>
        }
    };
    (!all.is_empty())
        .then(|| {
            view! {
                <section class="panel" aria-labelledby="resent">
                    <header>
                        <h2 id="resent">{texts.sent}</h2>
                    </header>
                    <ol class="body resent">{all.iter().map(line).collect_view()}</ol>
                </section>
            }
        })
        .into_any()
}
