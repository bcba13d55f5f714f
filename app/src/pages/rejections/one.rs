//! `/rejections/{id}`: one message that was not recorded, to be looked at, corrected and sent again.

use leptos::prelude::*;
use leptos_meta::{Body, Title};
use leptos_router::hooks::{use_params_map, use_query_map};

use crate::backend::backend;
use crate::components::notice::Notice;
use crate::i18n::locale;
use crate::pages::Answer;
use crate::pages::rejections::view::{Refused, RejectionDetail};
use crate::pages::rejections::{correct, message, resent};
use crate::status::{SetStatus, status};

/// The page. Where something was typed that was not sent, the server put it into the context.
#[component]
pub fn RejectionPage() -> impl IntoView {
    let texts = locale().rejections_texts();
    let id: Option<i64> = use_params_map().with_untracked(|it| it.get_str("id").and_then(|it| it.parse().ok()));
    let was_sent = use_query_map().with_untracked(|it| it.get_str("sent").is_some());
    let refused = use_context::<Refused>();
    let status = status();
    let answer = async move {
        match id {
            Some(id) => backend()?.rejection(id).await,
            None => Ok(None),
        }
    };
    let show = move |found: Option<RejectionDetail>| board(found, refused.as_ref(), was_sent, &status);
    view! {
        <Title text=(texts.one)(id.unwrap_or_default()) />
        <Body attr:class="p-rejections" />
        <main class="page" id="content" tabindex="-1">
            <div class="head-line">
                <h1>{(texts.one)(id.unwrap_or_default())}</h1>
                <span class="grow"></span>
                <a class="btn quiet" href="/rejections">
                    {texts.back}
                </a>
            </div>
            <Answer answer show=show />
        </main>
    }
    .into_any()
}

fn board(found: Option<RejectionDetail>, refused: Option<&Refused>, was_sent: bool, status: &SetStatus) -> AnyView {
    let texts = locale().rejections_texts();
    let Some(it) = found else {
        status.not_found();
        return view! {
            <section class="panel">
                <div class="blank">
                    <b>{texts.no_such}</b>
                </div>
            </section>
        }
        .into_any();
    };
    let done = (was_sent && refused.is_none()).then(|| view! { <Notice tone="good" words=texts.done /> });
    view! {
        {done}
        <p class="muted">{format!("{} {}, {} {}", texts.at, it.line.at, texts.origin, it.line.origin)}</p>
        <div class="cols one">
            {message(&it)}
            <div class="stack">{correct(&it, refused)} {resent(&it.resent)}</div>
        </div>
    }
    .into_any()
}
