//! Keys that deviate: both sides' numbers, what happened, what says so, and what a person may do about it.

use leptos::prelude::*;

use crate::components::export::export;
use crate::components::filters::{name_of, turning};
use crate::i18n::audits::{description_of, state_of};
use crate::i18n::locale;
use crate::number::{grouped, signed};
use crate::pages::audits::view::{AuditDetail, FindingLine, FindingsQuery};
use crate::pages::audits::{sign, sign_of};
use model::audit::{AuditState, ResolveAs, Verdict};
use model::url::Url;

pub fn findings(it: &AuditDetail) -> AnyView {
    let (texts, shared) = (locale().findings_texts(), locale().statistics_texts());
    let query = it.query;
    let deviating = it.line.counts.deviating();
    let next = it.next.map(|after| (FindingsQuery { after, ..query }.url(), shared.next));
    let first = (query.after > 0).then(|| FindingsQuery { after: 0, ..query }.url());
    let only = (it.stored < deviating).then(|| (texts.only_stored)(it.stored));
    let body = if it.findings.is_empty() {
        let words = match (it.line.state, deviating) {
            (AuditState::Running, _) => locale().audits_texts().not_yet,
            (_, 0) => texts.no_findings,
            _ => texts.none_such,
        };
        view! {
            <div class="blank">
                <b>{words}</b>
            </div>
        }
        .into_any()
    } else {
        table(it)
    };
    let is_paged = next.is_some() || first.is_some() || only.is_some();
    view! {
        <section class="panel lines" aria-labelledby="findings">
            <header>
                <h2 id="findings">{texts.findings}</h2>
                <span class="sub">{(texts.findings_how)(deviating)}</span>
                <span class="grow"></span>
                {(deviating > 0).then(|| choices(it))}
                {(deviating > 0).then(|| export(&format!("/audits/{}/findings", it.line.id)))}
            </header>
            {body}
            {is_paged.then(|| view! {
                <footer>
                    <span>{only}</span>
                    <span class="grow"></span>
                    {turning(first, next)}
                </footer>
            })}
        </section>
    }
    .into_any()
}

/// Which of them: all, to do, dealt with; by verdict.
fn choices(it: &AuditDetail) -> AnyView {
    let texts = locale().findings_texts();
    let query = it.query;
    let link = |to: FindingsQuery, words: AnyView, name: Option<&'static str>| {
        let is_here = (to.verdict, to.is_resolved) == (query.verdict, query.is_resolved);
        view! {
            <a href=to.url() aria-current=is_here.then_some("true") aria-label=name title=name>
                {words}
            </a>
        }
        .into_any()
    };
    let text = |words: &'static str| words.into_any();
    let flag = |is_resolved| FindingsQuery { is_resolved, after: 0, ..query };
    let verdict = |verdict| FindingsQuery { verdict, after: 0, ..query };
    let there =
        Verdict::ALL.into_iter().filter(|verdict| *verdict != Verdict::Agrees && it.line.counts.of(*verdict) > 0);
    let kinds: Vec<AnyView> =
        there.map(|kind| link(verdict(Some(kind)), sign(kind), Some(locale().verdict(kind)))).collect();
    let kinds = (kinds.len() > 1).then(|| {
        view! {
            <nav class="seg scroll" aria-label="STATE">
                {link(verdict(None), text(texts.all), None)}
                {kinds}
            </nav>
        }
    });
    view! {
        {kinds}
        <nav class="seg scroll" aria-label="FLAG">
            {link(flag(None), text(texts.all), None)}
            {link(flag(Some(false)), text(texts.open), None)}
            {link(flag(Some(true)), text(texts.done), None)}
        </nav>
    }
    .into_any()
}

fn table(it: &AuditDetail) -> AnyView {
    let texts = locale().findings_texts();
    view! {
        <table class="table findings">
            <thead>
                <tr>
                    <th scope="col">"STATE"</th>
                    <th scope="col">{texts.key}</th>
                    <th scope="col" class="num">"RRS"</th>
                    <th scope="col" class="num">"NRS"</th>
                    <th scope="col" class="num">{texts.difference}</th>
                    <th scope="col" class="cause">{texts.cause}</th>
                    <th scope="col">"FLAG"</th>
                </tr>
            </thead>
            <tbody>{it.findings.iter().map(|line| row(it.line.id, line)).collect_view()}</tbody>
        </table>
    }
    .into_any()
}

fn nrs_of(it: &FindingLine) -> String {
    let texts = locale().findings_texts();
    match it.nrs {
        Some([stock, ..]) => grouped(stock),
        None if it.is_missing => texts.missing.to_owned(),
        None => texts.unreadable.to_owned(),
    }
}

fn row(audit: i64, it: &FindingLine) -> AnyView {
    let texts = locale().findings_texts();
    let difference = it.nrs.map_or_else(|| "\u{2014}".to_owned(), |[stock, ..]| signed(it.rrs[0] - stock));
    let (flag, tone) = if it.is_resolved { ("T", Some("good")) } else { ("F", None) };
    let key = format!("{} \u{b7} {}", name_of(&it.warehouse), name_of(&it.product));
    view! {
        <tr id=format!("finding-{}", it.number)>
            <td class="state">
                <span class="verdict" data-v=sign_of(it.verdict).1 title=locale().verdict(it.verdict)>
                    {sign(it.verdict)}
                    <span lang="zh-CN">{state_of(it.verdict)}</span>
                </span>
            </td>
            <th scope="row" class="key">{key}</th>
            <td class="num" data-label="RRS">{grouped(it.rrs[0])}</td>
            <td class="num" data-label="NRS">{nrs_of(it)}</td>
            <td class="num" data-label=texts.difference>
                <b>{difference}</b>
            </td>
            <td class="cause">
                <details>
                    <summary>
                        {locale().finding_cause(it.cause)}
                        <span class="why" lang="zh-CN">{description_of(it.verdict, it.repaired)}</span>
                    </summary>
                    {evidence(audit, it)}
                </details>
            </td>
            <td class="flag">
                <span class="badge" data-tone=tone>
                    {flag}
                </span>
            </td>
        </tr>
    }
    .into_any()
}

/// What a row opens: both sides in full, what says so, and what may be done.
fn evidence(audit: i64, it: &FindingLine) -> AnyView {
    let texts = locale().findings_texts();
    let sums = [texts.stock, texts.came_in, texts.entries].into_iter().enumerate().map(|(place, label)| {
        let nrs = it.nrs.map(|sums| sums[place]);
        view! {
            <tr>
                <th scope="row">{label}</th>
                <td class="num">{grouped(it.rrs[place])}</td>
                <td class="num">{nrs.map_or_else(|| "\u{2014}".to_owned(), grouped)}</td>
                <td class="num">{nrs.map_or_else(|| "\u{2014}".to_owned(), |nrs| signed(it.rrs[place] - nrs))}</td>
            </tr>
        }
    });
    let repaired = it.repaired.then(|| view! { <p>{(texts.before_after)(&nrs_of(it), &grouped(it.rrs[0]))}</p> });
    let says = it.evidence.as_ref().map(|it| view! { <p>{texts.evidence} ": " {locale().evidence(it)}</p> });
    let entries = Url::new("/records").with("warehouse_id", &it.warehouse.id).with("product_id", &it.product.id);
    view! {
        <div class="evidence">
            <table class="sides">
                <thead>
                    <tr>
                        <td></td>
                        <th scope="col" class="num">"RRS"</th>
                        <th scope="col" class="num">"NRS"</th>
                        <th scope="col" class="num">{texts.difference}</th>
                    </tr>
                </thead>
                <tbody>{sums.collect_view()}</tbody>
            </table>
            {says}
            {repaired}
            <p>
                <a href=entries.into_text()>{texts.look_up}</a>
            </p>
            {decision(audit, it)}
        </div>
    }
    .into_any()
}

/// What was decided, or the ways to do so.
fn decision(audit: i64, it: &FindingLine) -> AnyView {
    let texts = locale().findings_texts();
    if let Some((way, who, at, note)) = &it.resolution {
        let words = (texts.decided)(*way, who, at);
        return view! {
            <p class="decided">
                {words} ": " <q>{note.clone()}</q>
            </p>
        }
        .into_any();
    }
    if it.ways.is_empty() {
        return ().into_any();
    }
    form(audit, it.number, &it.ways)
}

/// One reason, and the ways to deal with it.
fn form(audit: i64, number: i32, ways: &[ResolveAs]) -> AnyView {
    let texts = locale().findings_texts();
    let way = |way: &ResolveAs| {
        view! {
            <li>
                <button class="btn" name="as" value=way.as_str()>
                    {(texts.way)(*way)}
                </button>
                <span class="muted">{(texts.way_how)(*way)}</span>
            </li>
        }
    };
    view! {
        <form method="post" action=format!("/audits/{audit}") class="decide">
            <input type="hidden" name="number" value=number />
            <label class="field">
                <span>{texts.note}</span>
                <span class="control">
                    <input name="note" required="" maxlength="1000" autocomplete="off" />
                </span>
            </label>
            <ul class="ways">{ways.iter().map(way).collect_view()}</ul>
        </form>
    }
    .into_any()
}
