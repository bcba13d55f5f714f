//! LASTCHECK, when the next audit is due, and the period between them.

use leptos::prelude::*;

use crate::components::notice::Notice;
use crate::i18n::locale;
use crate::pages::audits::view::{AuditsPage, BadPeriod};
use model::live::{Verification, mark_of};

/// When the last one passed, and the next is due.
pub fn last_check(page: &AuditsPage) -> AnyView {
    let texts = locale().audits_texts();
    let age = page.age_seconds.map(|it| (texts.ago)(it));
    let next = (texts.next_in)(page.next_seconds);
    // The part of the period that has passed.
    let passed = page.age_seconds.map_or(100, |it| (it.saturating_mul(100) / page.period_seconds.max(1)).clamp(0, 100));
    let overdue = page.is_overdue.then(|| view! { <Notice tone="warn" words=texts.overdue how=texts.overdue_how /> });
    let partly = (page.verification == Some(Verification::Partly))
        .then(|| view! { <p>{(locale().proof_texts().unverified_part)(page.part_since)}</p> });
    let under_way = page.running.map(|id| {
        view! {
            <p>
                <a href=format!("/audits/{id}")>{(texts.under_way)(id)}</a>
            </p>
        }
    });
    view! {
        <section class="panel last" aria-labelledby="last-check">
            <header>
                <h2 id="last-check">{texts.last_check}</h2>
                <span class="grow"></span>
                <span class="sub">{page.as_of.clone()}</span>
            </header>
            <div class="body proof" data-state=mark_of(page.verification)>
                <b class="said">{page.last_check.clone().unwrap_or_else(|| texts.never.to_owned())}</b>
                <div class="ruler" aria-hidden="true">
                    <i style=format!("--age:{passed}")></i>
                </div>
                <div class="ticks">
                    <span>{age}</span>
                    <span>{next}</span>
                </div>
                {partly}
                {overdue}
                {under_way}
            </div>
        </section>
    }
    .into_any()
}

/// The period, and who chose it.
pub fn settings(page: &AuditsPage, bad: Option<&BadPeriod>) -> AnyView {
    let texts = locale().audits_texts();
    let wrong = bad.is_some().then_some("true");
    let fault = bad.map(|it| view! { <Notice tone="bad" role="alert" words=(texts.bad_period)(&it.0) /> });
    let now = bad.map_or_else(|| written(page.period_seconds), |it| it.0.clone());
    let whose = if page.is_chosen { texts.chosen } else { texts.not_chosen };
    let reset = page.is_chosen.then(|| {
        view! {
            <button class="btn quiet" name="period" value="">
                {(texts.reset)(&written(page.settings_seconds))}
            </button>
        }
    });
    view! {
        <section class="panel period" aria-labelledby="period">
            <header>
                <h2 id="period">{texts.settings}</h2>
                <span class="sub">{whose}</span>
            </header>
            <div class="body stack">
                {fault}
                <form method="post" action="/audits/period" class="decide">
                    <label class="field">
                        <span>{texts.period}</span>
                        <span class="control" aria-invalid=wrong>
                            <input name="period" value=now placeholder=texts.period_how aria-invalid=wrong autocomplete="off" />
                        </span>
                    </label>
                    <button class="btn">{texts.save}</button>
                </form>
                <form method="post" action="/audits/period">{reset}</form>
            </div>
        </section>
    }
    .into_any()
}

/// A period as people write it.
fn written(seconds: i64) -> String {
    match seconds {
        it if it % 86_400 == 0 => format!("{}d", it / 86_400),
        it if it % 3600 == 0 => format!("{}h", it / 3600),
        it if it % 60 == 0 => format!("{}m", it / 60),
        it => format!("{it}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_written_as_it_is_read() {
        for (seconds, text) in [(30, "30s"), (90, "90s"), (900, "15m"), (3600, "1h"), (86_400, "1d")] {
            assert_eq!(written(seconds), text);
        }
    }
}
