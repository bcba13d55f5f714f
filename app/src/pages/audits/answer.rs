//! What an audit came to: the sentence, the keys by verdict, and the steps.

use leptos::prelude::*;

use crate::components::notice::Notice;
use crate::i18n::locale;
use crate::number::grouped;
use crate::pages::audits::view::AuditDetail;
use crate::pages::audits::{sign, sign_of, words};
use model::audit::{AuditState, Check, Step, Verdict};

pub fn answer(it: &AuditDetail) -> AnyView {
    let texts = locale().audits_texts();
    let line = &it.line;
    let failing = line.counts.deviating() - line.repaired;
    let words = match line.state {
        AuditState::Running => texts.goes_on.to_owned(),
        AuditState::Error => texts.could_not.to_owned(),
        AuditState::Failed => (texts.need)(failing, line.keys),
        AuditState::Passed if line.repaired > 0 => (texts.all_right_now)(line.repaired, line.keys),
        AuditState::Passed => (texts.all_agree)(line.keys),
    };
    let check = match (line.state, &it.last_check) {
        (AuditState::Running, _) => None,
        (AuditState::Passed, _) => Some(texts.check_set.to_owned()),
        (_, at) => Some((texts.check_stays)(at.as_deref().unwrap_or(texts.never))),
    };
    let log = it.log.clone().map(|(state, flag, description)| {
        view! {
            <p class="log muted">
                {texts.log} ": STATE " <b lang="zh-CN">{state}</b> " FLAG " <b>{flag}</b> " DESCRIPTION "
                <b lang="zh-CN">{description}</b>
            </p>
        }
    });
    let message = it.message.clone().map(|it| view! { <Notice tone="warn" words=it /> });
    view! {
        <section class="panel answer" aria-label=texts.heading>
            <div class="body">
                <div class="line">
                    <b class="said">{words}</b>
                    <span class="grow"></span>
                    <span class="muted">{check}</span>
                </div>
                {message}
                {(line.keys > 0).then(|| verdicts(it))}
                {log}
                {steps(it)}
            </div>
        </section>
    }
    .into_any()
}

/// The keys by verdict, as parts of a whole and in words.
fn verdicts(it: &AuditDetail) -> AnyView {
    let there: Vec<(Verdict, i64)> =
        Verdict::ALL.into_iter().map(|verdict| (verdict, it.line.counts.of(verdict))).filter(|(_, n)| *n > 0).collect();
    let parts = there.iter().map(|(verdict, n)| {
        let style = format!("--n:{n}");
        view! { <i data-v=sign_of(*verdict).1 style=style></i> }
    });
    let lines = there.iter().map(|(verdict, n)| {
        view! {
            <li>
                {sign(*verdict)}
                <b>{grouped(*n)}</b>
                <span>{words(*verdict)}</span>
            </li>
        }
    });
    view! {
        <div class="split" aria-hidden="true">
            {parts.collect_view()}
        </div>
        <ul class="verdicts">{lines.collect_view()}</ul>
    }
    .into_any()
}

/// Where the run is, or was when it ended.
fn steps(it: &AuditDetail) -> AnyView {
    let texts = locale().audits_texts();
    let is_over = it.line.state != AuditState::Running;
    let step = |step: Step| {
        let is_here = step == it.step;
        let has_failed = match step {
            Step::Proof => it.checks.iter().any(|it| it.failed > 0),
            Step::Compare => it.line.state == AuditState::Failed,
            _ => false,
        };
        let state = match (is_here, step < it.step) {
            (true, _) if it.line.state == AuditState::Error => Some("failed"),
            (true, _) if is_over => Some("done"),
            (true, _) => Some("running"),
            (_, true) if has_failed => Some("failed"),
            (_, true) => Some("done"),
            _ => None,
        };
        let current = (is_here && !is_over).then_some("step");
        view! {
            <li data-state=state aria-current=current>
                <b>{(texts.step)(step)}</b>
                <span>{below(it, step)}</span>
            </li>
        }
        .into_any()
    };
    view! { <ol class="steps">{Step::ALL.map(step).collect_view()}</ol> }.into_any()
}

fn below(it: &AuditDetail, step: Step) -> String {
    let texts = locale().audits_texts();
    let is_here = step == it.step && it.line.state == AuditState::Running;
    match step {
        _ if is_here && it.progress.1 > 0 => (texts.n_of_m)(it.progress.0, it.progress.1),
        Step::Claim => it.line.started.clone(),
        Step::Proof if it.checks.is_empty() => String::new(),
        Step::Proof if it.checks.iter().all(|it| it.failed == 0) => texts.proved.to_owned(),
        Step::Proof => texts.not_proved.to_owned(),
        Step::Compare if it.line.keys > 0 => (texts.n_of_m)(it.line.keys, it.line.keys),
        Step::Done if it.step == Step::Done => (texts.took)(it.line.took_ms),
        _ => String::new(),
    }
}

/// How many of what was looked at do not hold, in words.
pub(super) fn count(it: &Check) -> String {
    let number = |it| i64::try_from(it).unwrap_or(i64::MAX);
    (locale().audits_texts().check_count)(it.of, number(it.failed), number(it.looked_at))
}
