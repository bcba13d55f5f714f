//! Audits over time: a chart of what they found and how long they took, and the list.

use leptos::prelude::*;

use crate::components::bars::curve_and_bars;
use crate::components::chart::{Chart, ChartData, Series, nice};
use crate::components::data_table::{column, data_table};
use crate::components::filters::turning;
use crate::i18n::locale;
use crate::number::grouped;
use crate::pages::audits::badge;
use crate::pages::audits::view::{AuditLine, AuditsPage};
use model::audit::AuditState;
use model::url::Url;

/// How long they took, and how many keys deviated and were put right; oldest first.
pub fn chart(page: &AuditsPage) -> AnyView {
    let texts = locale().audits_texts();
    let ended: Vec<&AuditLine> =
        page.lines.iter().rev().filter(|it| matches!(it.state, AuditState::Passed | AuditState::Failed)).collect();
    if ended.len() < 2 {
        return ().into_any();
    }
    let [took, deviating, repaired] = texts.series;
    let series = Series::all(&[
        Series { name: took, tone: "ink", sign: "", down: false, line: true },
        Series { name: deviating, tone: "negative", sign: "", down: false, line: false },
        Series { name: repaired, tone: "v-repaired", sign: "", down: true, line: false },
    ]);
    let seconds = |it: &AuditLine| (it.took_ms + 999) / 1000;
    let peak = nice(ended.iter().map(|it| it.counts.deviating().max(it.repaired)).max().unwrap_or(1).max(1));
    let longest = nice(ended.iter().map(|it| seconds(it)).max().unwrap_or(1).max(1));
    let rows: Vec<Vec<String>> = ended
        .iter()
        .map(|it| {
            let label = format!("#{}", it.id);
            vec![label, grouped(seconds(it)), grouped(it.counts.deviating()), grouped(it.repaired)]
        })
        .collect();
    let data = ChartData {
        upper: vec![(0, "0".to_owned()), (longest, grouped(longest))],
        ticks: vec![(-peak, grouped(peak)), (0, "0".to_owned()), (peak, grouped(peak))],
        marks: marks(rows.len()),
        rows,
    };
    let data = Signal::derive(move || data.clone());
    view! {
        <section class="panel over-time" aria-label=texts.chart>
            <header>
                <h2>{texts.chart}</h2>
            </header>
            <div class="body">
                <Chart label=texts.chart.to_owned() series data picture=curve_and_bars height="14rem" />
            </div>
        </section>
    }
    .into_any()
}

/// The first, the last, and some between them.
fn marks(rows: usize) -> Vec<usize> {
    let step = rows.div_ceil(6).max(1);
    (0..rows).step_by(step).collect()
}

/// The list, newest first.
pub fn history(page: &AuditsPage) -> AnyView {
    let (texts, shared) = (locale().audits_texts(), locale().statistics_texts());
    if page.lines.is_empty() {
        return view! {
            <section class="panel">
                <div class="blank">
                    <b>{texts.nothing}</b>
                    <p>{texts.nothing_how}</p>
                </div>
            </section>
        }
        .into_any();
    }
    let next = page.next.map(|id| (Url::new("/audits").with("cursor", &id.to_string()).into_text(), shared.next));
    let first = page.is_later.then(|| "/audits".to_owned());
    let is_paged = next.is_some() || first.is_some();
    let columns = [
        column(texts.number, None, ""),
        column(texts.result, None, ""),
        column(texts.started, Some("2"), ""),
        column(texts.started_by, Some("3"), ""),
        column(texts.keys, Some("2"), "num"),
        column(texts.deviating, None, "num"),
        column(texts.repaired, Some("3"), "num"),
        column(texts.to_do, None, "num"),
        column(texts.length, Some("2"), "num"),
    ];
    view! {
        <section class="panel lines" aria-labelledby="history">
            <header>
                <h2 id="history">{texts.history}</h2>
                <span class="sub">{locale().records_texts().newest_first}</span>
            </header>
            {data_table("history", columns, page.lines.iter().map(row).collect_view())}
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

fn row(it: &AuditLine) -> AnyView {
    let texts = locale().audits_texts();
    let scope = (texts.scope)(it.scope);
    view! {
        <tr>
            <th scope="row">
                <a href=format!("/audits/{}", it.id)>{format!("#{}", it.id)}</a>
                " "
                <span class="muted">{scope}</span>
            </th>
            <td>{badge(it.state)}</td>
            <td data-p="2">{it.started.clone()}</td>
            <td class="muted" data-p="3">{(texts.by)(&it.by, &it.cause)}</td>
            <td class="num" data-p="2">{grouped(it.keys)}</td>
            <td class="num">{grouped(it.counts.deviating())}</td>
            <td class="num" data-p="3">{grouped(it.repaired)}</td>
            <td class="num">{grouped(it.open)}</td>
            <td class="num" data-p="2">{(texts.took)(it.took_ms)}</td>
        </tr>
    }
    .into_any()
}
