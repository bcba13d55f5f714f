//! The parts of `/audits` and `/audits/{id}`. Made on the server only: forms and links that work without script.

pub mod answer;
pub mod cut;
pub mod findings;
pub mod history;
pub mod list;
pub mod one;
pub mod replay;
pub mod settings;
pub mod texts;
pub mod view;

use leptos::prelude::*;

pub use answer::answer;
pub use cut::{cut, proof};
pub use findings::findings;
pub use history::{chart, history};
pub use replay::replay;
pub use settings::{last_check, settings};

use crate::i18n::audits::state_of;
use crate::i18n::locale;
use model::audit::{AuditState, Scope, Verdict};

/// A verdict as the comparison itself, and the word of `data-v`.
fn sign_of(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Agrees => ("=", "match"),
        Verdict::NrsMissing => (">", "repaired"),
        Verdict::FlowsDiffer => ("\u{2248}", "flows"),
        Verdict::Surplus => ("<", "duplicate"),
        Verdict::RecordsIncomplete => ("?", "incomplete"),
    }
}

fn sign(verdict: Verdict) -> AnyView {
    let (text, word) = sign_of(verdict);
    view! {
        <span class="sign" data-v=word aria-hidden="true">
            {text}
        </span>
    }
    .into_any()
}

/// STATE, as it is stored, and in English what it means.
fn words(verdict: Verdict) -> AnyView {
    let meaning = locale().verdict(verdict);
    let is_said = meaning == state_of(verdict);
    view! {
        <span lang="zh-CN">{state_of(verdict)}</span>
        {(!is_said).then(|| view! { " " <span class="muted">{meaning}</span> })}
    }
    .into_any()
}

/// What came of a run.
pub fn badge(state: AuditState) -> AnyView {
    let tone = match state {
        AuditState::Running => None,
        AuditState::Passed => Some("good"),
        AuditState::Failed => Some("bad"),
        AuditState::Error => Some("warn"),
    };
    view! {
        <span class="badge" data-tone=tone>
            {(locale().audits_texts().state)(state)}
        </span>
    }
    .into_any()
}

/// A button that makes an audit now.
pub fn run_now(scope: Scope, is_first: bool) -> AnyView {
    let texts = locale().audits_texts();
    let class = if is_first { "btn primary" } else { "btn" };
    view! {
        <form method="post" action="/audits">
            <input type="hidden" name="scope" value=scope.as_str() />
            <button class=class title=(texts.scope_how)(scope)>
                {(texts.run)(scope)}
            </button>
        </form>
    }
    .into_any()
}
