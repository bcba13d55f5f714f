//! `/audits/{id}`: how far an audit is, what it compared and found, and what a person may do about it.

use leptos::prelude::*;
use leptos_meta::{Body, Title};
use leptos_router::hooks::use_params_map;

use crate::backend::backend;
use crate::components::notice::Notice;
use crate::components::refresh::Refreshed;
use crate::i18n::locale;
use crate::pages::audits::view::{AuditDetail, NotResolved};
use crate::pages::audits::{answer, badge, cut, findings, proof, replay, run_now};
use crate::pages::{Answer, query_string};
use crate::status::{SetStatus, status};
use model::audit::AuditState;
use model::audit::replay::ReplayState;

#[component]
pub fn AuditPage() -> impl IntoView {
    let texts = locale().audits_texts();
    let id: Option<i64> = use_params_map().with_untracked(|it| it.get_str("id").and_then(|it| it.parse().ok()));
    let refused = use_context::<NotResolved>();
    let status = status();
    let query = query_string();
    let answer = async move {
        match id {
            Some(id) => backend()?.audit(id, &query).await,
            None => Ok(None),
        }
    };
    let title = (texts.one)(id.unwrap_or_default());
    let head = title.clone();
    let show = move |found: Option<AuditDetail>| board(found, &title, refused, &status);
    view! {
        <Title text=head />
        <Body attr:class="p-records p-audit" />
        <main class="page" id="content" tabindex="-1">
            <Answer answer show=show />
        </main>
    }
    .into_any()
}

fn board(found: Option<AuditDetail>, title: &str, refused: Option<NotResolved>, status: &SetStatus) -> AnyView {
    let texts = locale().audits_texts();
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
    let line = &it.line;
    let about = format!(
        "{} \u{b7} {} \u{b7} {} \u{b7} {}",
        (texts.scope)(line.scope),
        line.started,
        (texts.took)(line.took_ms),
        (texts.by)(&line.by, &line.cause)
    );
    let whole = view! {
        {answer(&it)}
        {findings(&it)}
        {replay(&it)}
        <div class="cols under">{it.cut.as_ref().map(cut)} {proof(&it.checks)}</div>
    }
    .into_any();
    // One that is over does not change under whoever decides about it.
    let is_replaying = it.replay.as_ref().is_some_and(|it| it.state == ReplayState::Running);
    let body = if line.state == AuditState::Running || is_replaying {
        view! { <Refreshed every_ms=1000>{whole}</Refreshed> }.into_any()
    } else {
        whole
    };
    view! {
        <div class="head-line">
            <h1 class="line">{title.to_owned()} " " {badge(line.state)}</h1>
            <span class="muted">{about}</span>
            <span class="grow"></span>
            <div class="line">
                <a class="btn quiet" href="/audits">
                    {texts.back}
                </a>
                {run_now(line.scope, false)}
            </div>
        </div>
        {refused.map(why)}
        {body}
    }
    .into_any()
}

fn why(refused: NotResolved) -> AnyView {
    let texts = locale().findings_texts();
    let why = match refused {
        NotResolved::Note => texts.no_note,
        NotResolved::Already => texts.already,
        NotResolved::NotThisWay => texts.not_this_way,
        NotResolved::Away => texts.away,
        NotResolved::NotReady => texts.not_ready,
        NotResolved::Running => texts.another_run,
        NotResolved::Changed => texts.changed,
    };
    let words = format!("{} \u{2014} {why}", texts.not_resolved);
    view! { <Notice tone="bad" role="alert" words /> }.into_any()
}
