//! Rejections, newest first, and the choice of which.

use leptos::prelude::*;

use crate::components::data_table::{column, data_table};
use crate::components::filters::turning;
use crate::i18n::locale;
use crate::number::grouped;
use crate::pages::rejections::view::{CodeCount, RejectionLine, RejectionsPage, RejectionsQuery};
use crate::pages::rejections::{code, outcome, reason, url_of};

/// Which ones: by state, by kind.
pub fn choices(page: &RejectionsPage) -> AnyView {
    let texts = locale().rejections_texts();
    let query = page.query;
    let link = |to: RejectionsQuery, words: &'static str, count: Option<i64>| {
        let is_here = (to.code, to.sent_again) == (query.code, query.sent_again);
        view! {
            <a href=to.url() aria-current=is_here.then_some("true")>
                {words}
                {count.map(|it| format!(" {}", grouped(it)))}
            </a>
        }
        .into_any()
    };
    let in_state = |it: &CodeCount| match query.sent_again {
        None => it.all,
        Some(false) => it.open,
        Some(true) => it.all - it.open,
    };
    let with_code = |code| RejectionsQuery { code, before: None, ..query };
    let with_state = |sent_again| RejectionsQuery { sent_again, before: None, ..query };
    let kinds = page.counts.iter().map(|it| link(with_code(Some(it.code)), locale().code(it.code), Some(in_state(it))));
    view! {
        <div class="line tools">
            <nav class="seg scroll" aria-label=texts.states>
                {link(with_state(None), texts.all, None)}
                {link(with_state(Some(false)), texts.open, None)}
                {link(with_state(Some(true)), texts.sent_again, None)}
            </nav>
            <nav class="seg scroll" aria-label=texts.kinds>
                {link(with_code(None), texts.all, Some(page.counts.iter().map(in_state).sum()))}
                {kinds.collect_view()}
            </nav>
        </div>
    }
    .into_any()
}

/// The panel of rejections.
pub fn table(page: &RejectionsPage) -> AnyView {
    let (texts, shared) = (locale().rejections_texts(), locale().statistics_texts());
    if page.lines.is_empty() {
        let is_all = page.query == RejectionsQuery::default();
        let (words, how) = if is_all { (texts.nothing, texts.nothing_how) } else { (texts.none_such, "") };
        return view! {
            <section class="panel">
                <div class="blank">
                    <b>{words}</b>
                    <p>{how}</p>
                </div>
            </section>
        }
        .into_any();
    }
    let next = page.next.map(|id| (RejectionsQuery { before: Some(id), ..page.query }.url(), shared.next));
    let first = page.query.before.map(|_| RejectionsQuery { before: None, ..page.query }.url());
    let is_paged = next.is_some() || first.is_some();
    let columns = [
        column(texts.at, None, ""),
        column(texts.reason, None, ""),
        column(texts.message, Some("3"), ""),
        column(texts.origin, Some("2"), "num"),
        column(texts.state, None, ""),
    ];
    view! {
        <section class="panel lines" aria-labelledby="rejections">
            <header>
                <h2 id="rejections">{texts.title}</h2>
                <span class="sub">{locale().records_texts().newest_first}</span>
                <span class="grow"></span>
                <span class="sub">{page.as_of.clone()}</span>
            </header>
            {data_table("rejections", columns, page.lines.iter().map(line).collect_view())}
            {is_paged.then(|| view! {
                <footer>
                    <span class="grow"></span>
                    {turning(first, next)}
                </footer>
            })}
        </section>
    }
    .into_any()
}

fn line(it: &RejectionLine) -> AnyView {
    let texts = locale().rejections_texts();
    let state = it.resent.map_or_else(|| view! { <span class="badge">{texts.open}</span> }.into_any(), outcome);
    view! {
        <tr>
            <th scope="row">
                <a href=url_of(it.id) title=texts.look>
                    {it.at.clone()}
                </a>
            </th>
            <td class="reason">{code(it)} " " {reason(it)}</td>
            <td class="words" data-p="3">
                <code>{it.raw.clone()}</code>
            </td>
            <td class="num muted" data-p="2">
                {it.origin.clone()}
            </td>
            <td>{state}</td>
        </tr>
    }
    .into_any()
}
