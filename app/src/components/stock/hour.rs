//! The last hour by minute: in above the zero line, out below it, and the same numbers as a table.

use leptos::prelude::*;

use crate::components::bars::bars;
use crate::components::chart::{Chart, ChartData, Series, nice};
use crate::components::panel::Panel;
use crate::components::stock::rests::RestsMark;
use crate::draw::{Row, either, flag, rows, text};
use crate::i18n::{Locale, locale, texts};
use crate::number::{grouped, short};
use model::live::{FreshEntry, MinuteBar};

/// The panel of the last hour.
#[component]
pub fn HourPanel(
    hour: RwSignal<Vec<MinuteBar>>,
    /// For the date of the newest entry when the hour is quiet.
    newest: RwSignal<Vec<FreshEntry>>,
    /// Is what is shown old?
    stale: Signal<bool>,
) -> impl IntoView {
    let texts = texts();
    let tools = view! {
        <span class="sub">{texts.per_minute}</span>
        <span class="grow"></span>
        <Legend />
        <RestsMark />
    };
    let chart = move || {
        view! {
            <HourChart hour height="9rem" />
            <AsTable hour />
        }
        .into_any()
    };
    let body = either(has_moved(hour), chart, move || view! { <Quiet newest /> }.into_any());
    let body = view! { <div class="body">{body}</div> };
    view! { <Panel class="hour" title=texts.last_hour stale tools=tools.into_any() body=body.into_any() /> }
}

/// Is there anything to draw?
pub fn has_moved(hour: RwSignal<Vec<MinuteBar>>) -> Signal<bool> {
    flag(move || hour.with(|bars| bars.iter().any(|it| it.flow.entries != 0)))
}

/// Which colour is which way.
#[component]
pub fn Legend() -> impl IntoView {
    let texts = texts();
    view! {
        <span class="legend">
            <span>
                <i style="--c:var(--in)"></i>
                {texts.flow_in}
            </span>
            <span>
                <i style="--c:var(--out)"></i>
                {texts.flow_out}
            </span>
        </span>
    }
    .into_any()
}

/// A wall over old data says so, instead of showing zeros as news.
#[component]
pub fn Quiet(
    /// For the date of the newest entry.
    newest: RwSignal<Vec<FreshEntry>>,
) -> impl IntoView {
    let texts = texts();
    let last = text(move || {
        let words = |it: &FreshEntry| (texts.newest_entry_at)(&format!("{} {}", it.date, it.time));
        newest.with(|it| it.first().map(words).unwrap_or_default())
    });
    view! {
        <div class="blank">
            <b>{texts.quiet_hour}</b>
            <p>{last}</p>
        </div>
    }
    .into_any()
}

/// The chart of the hour.
#[component]
pub fn HourChart(
    hour: RwSignal<Vec<MinuteBar>>,
    /// With its axes, as CSS has it.
    height: &'static str,
) -> impl IntoView {
    let (locale, texts) = (locale(), texts());
    let series = Series::all(&[
        Series { name: texts.flow_in, tone: "in", sign: "+", down: false, line: false },
        Series { name: texts.flow_out, tone: "out", sign: "\u{2212}", down: true, line: false },
    ]);
    let data = Signal::derive(move || hour.with(|it| chart_data(it, locale)));
    let label = format!("{}, {}", texts.last_hour, texts.per_minute);
    view! { <Chart label series data picture=bars height /> }.into_any()
}

fn chart_data(hour: &[MinuteBar], locale: Locale) -> ChartData {
    let peak = nice(hour.iter().map(|it| it.flow.qty_in.max(it.flow.qty_out)).max().unwrap_or(0));
    let edge = short(peak, locale);
    let is_marked = |(place, it): &(usize, &MinuteBar)| it.minute % 15 == 0 && (2..58).contains(place);
    ChartData {
        upper: Vec::new(),
        ticks: vec![(-peak, edge.clone()), (0, "0".to_owned()), (peak, edge)],
        marks: hour.iter().enumerate().filter(is_marked).map(|(place, _)| place).collect(),
        rows: hour.iter().map(|it| vec![it.label.clone(), grouped(it.flow.qty_in), grouped(it.flow.qty_out)]).collect(),
    }
}

#[component]
fn AsTable(hour: RwSignal<Vec<MinuteBar>>) -> impl IntoView {
    let texts = texts();
    let line = |it: &MinuteBar| {
        let it = it.clone();
        let key = format!("{it:?}");
        let draw = move || {
            view! {
                <tr>
                    <th scope="row">{it.label.clone()}</th>
                    <td>{grouped(it.flow.qty_in)}</td>
                    <td>{grouped(it.flow.qty_out)}</td>
                </tr>
            }
            .into_any()
        };
        Row::new(key, draw)
    };
    let all = move || hour.with(|bars| bars.iter().rev().filter(|it| it.flow.entries != 0).map(line).collect());
    view! {
        <details class="as-table">
            <summary>{texts.as_table}</summary>
            <table class="mini">
                <thead>
                    <tr>
                        <th scope="col">{texts.minute}</th>
                        <th scope="col">{texts.flow_in}</th>
                        <th scope="col">{texts.flow_out}</th>
                    </tr>
                </thead>
                <tbody>{rows(all)}</tbody>
            </table>
        </details>
    }
    .into_any()
}
