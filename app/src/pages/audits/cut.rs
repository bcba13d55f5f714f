//! The cut at which both stores were read, and whether the records prove themselves.

use leptos::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::i18n::locale;
use crate::number::grouped;
use crate::pages::audits::answer::count;
use model::audit::{Check, CutPlace, CutPlaces};
use model::pipeline::Counts;

/// Where every partition stood.
pub fn cut(places: &CutPlaces) -> AnyView {
    let texts = locale().audits_texts();
    let [consumed, recorded, duplicates, rejected] = texts.accounting;
    let figures = |it: &Counts| {
        view! {
            <td class="num" data-p="2">{grouped(it.consumed)}</td>
            <td class="num">{grouped(it.recorded)}</td>
            <td class="num">{grouped(it.duplicates)}</td>
            <td class="num">{grouped(it.rejected)}</td>
        }
    };
    let row = |(partition, it): (&i32, &CutPlace)| {
        view! {
            <tr>
                <th scope="row">{*partition}</th>
                <td class="num">
                    <b>{grouped(it.offset)}</b>
                </td>
                {figures(&it.counts)}
            </tr>
        }
        .into_any()
    };
    let total = places.values().fold(Counts::default(), |sum, it| sum.plus(it.counts));
    view! {
        <section class="panel cut" aria-labelledby="cut">
            <header>
                <h2 id="cut">{texts.cut}</h2>
                <span class="sub">{texts.cut_how}</span>
            </header>
            <div class="scroll-x" tabindex="0" role="region" aria-labelledby="cut">
                <table class="table">
                    <thead>
                        <tr>
                            <th scope="col">{texts.partition}</th>
                            <th scope="col" class="num">{texts.cut_offset}</th>
                            <th scope="col" class="num" data-p="2">{consumed}</th>
                            <th scope="col" class="num">{recorded}</th>
                            <th scope="col" class="num">{duplicates}</th>
                            <th scope="col" class="num">{rejected}</th>
                        </tr>
                    </thead>
                    <tbody>{places.iter().map(row).collect_view()}</tbody>
                    <tfoot>
                        <tr>
                            <th scope="row">{texts.total}</th>
                            <td></td>
                            {figures(&total)}
                        </tr>
                    </tfoot>
                </table>
            </div>
        </section>
    }
    .into_any()
}

/// What the records were asked to prove.
pub fn proof(checks: &[Check]) -> AnyView {
    let texts = locale().audits_texts();
    let holds = checks.iter().all(|it| it.failed == 0);
    let (tone, word) = match (checks.is_empty(), holds) {
        (true, _) => (None, texts.not_yet),
        (_, true) => (Some("good"), texts.proved),
        (_, false) => (Some("bad"), texts.not_proved),
    };
    let line = |it: &Check| {
        let (state, icon) = if it.failed == 0 { ("ok", Icon::Check) } else { ("failed", Icon::Alert) };
        let faults = (!it.faults.is_empty()).then(|| view! { <code class="muted">{it.faults.join("\n")}</code> });
        view! {
            <li data-state=state>
                <Glyph icon />
                <b>{(texts.check)(it.of)}</b>
                <span class="muted">{count(it)}</span>
                {faults}
            </li>
        }
        .into_any()
    };
    view! {
        <section class="panel self" aria-labelledby="proof">
            <header>
                <h2 id="proof">{texts.proof}</h2>
                <span class="grow"></span>
                <span class="badge" data-tone=tone>
                    {word}
                </span>
            </header>
            <ul class="body checks">{checks.iter().map(line).collect_view()}</ul>
        </section>
    }
    .into_any()
}
