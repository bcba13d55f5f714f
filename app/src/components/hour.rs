//! The last hour by minute: in above the zero line, out below it, and the same numbers as a table. Drawn on the server as
//! SVG, so it is there without script.

use leptos::prelude::*;

use super::panel::Panel;
use crate::draw::{Row, either, flag, part, rows, text};
use crate::i18n::{Locale, locale, texts};
use crate::model::live::{FreshEntry, MinuteBar};
use crate::number::{grouped, short};

/// The panel of the last hour.
#[component]
pub fn HourPanel(
    /// Oldest first.
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
    };
    let chart = move || {
        view! {
            <Bars hour height="9rem" />
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

/// The bars with their axes.
#[component]
pub fn Bars(
    /// Oldest first.
    hour: RwSignal<Vec<MinuteBar>>,
    /// With its axes, as CSS has it.
    height: &'static str,
) -> impl IntoView {
    let (locale, texts) = (locale(), texts());
    let peak = Memo::new(move |_| {
        hour.with(|bars| nice(bars.iter().map(|it| it.flow.qty_in.max(it.flow.qty_out)).max().unwrap_or(0)))
    });
    // Every position is a part of the plot, so the drawing fits any width and its text is never scaled.
    view! {
        <div class="chart" data-axes="" style=format!("--h:{height}")>
            <svg class="bars" role="img" aria-label=format!("{}, {}", texts.last_hour, texts.per_minute)>
                {part(move || grid(peak.get(), locale).into_any())}
                {part(move || hour.with(|bars| draw(bars, peak.get()).into_any()))}
                <line class="zero" x1="0" x2="100%" y1="50%" y2="50%" />
                {part(move || hour.with(|bars| clock_labels(bars).into_any()))}
            </svg>
        </div>
    }
    .into_any()
}

/// Thousandths of the plot's height that a number of pieces takes; the zero line is in the middle.
fn height(pieces: i64, peak: i64) -> u32 {
    let peak = i128::from(peak.max(1));
    u32::try_from((i128::from(pieces) * 500 / peak).clamp(0, 500)).unwrap_or(500)
}

/// Thousandths of the plot's width where the bar at a place of the hour begins.
fn left(place: usize) -> u32 {
    u32::try_from(place * 1000 / 60).unwrap_or(1000)
}

/// Thousandths as a percentage: 16 is `1.6%`.
fn percent(thousandths: u32) -> String {
    format!("{}.{}%", thousandths / 10, thousandths % 10)
}

/// A bar's width in thousandths; the rest of its sixtieth is the gap.
const BAR: u32 = 12;

fn draw(bars: &[MinuteBar], peak: i64) -> impl IntoView + use<> {
    bars.iter()
        .enumerate()
        .map(|(place, bar)| {
            let (up, down) = (height(bar.flow.qty_in, peak), height(bar.flow.qty_out, peak));
            let words = format!("{} +{} \u{2212}{}", bar.label, grouped(bar.flow.qty_in), grouped(bar.flow.qty_out));
            view! {
                <g>
                    <title>{words}</title>
                    <rect class="in" x=percent(left(place)) y=percent(500 - up) width=percent(BAR) height=percent(up) />
                    <rect class="out" x=percent(left(place)) y="50%" width=percent(BAR) height=percent(down) />
                </g>
            }
        })
        .collect_view()
}

fn grid(peak: i64, locale: Locale) -> impl IntoView {
    let edge = short(peak, locale);
    [("0%", edge.clone()), ("50%", "0".to_owned()), ("100%", edge)]
        .into_iter()
        .map(|(y, label)| {
            view! {
                <g>
                    <line class="grid" x1="0" x2="100%" y1=y y2=y />
                    <text class="y" x="0" y=y>
                        {label}
                    </text>
                </g>
            }
        })
        .collect_view()
}

fn clock_labels(bars: &[MinuteBar]) -> impl IntoView + use<> {
    bars.iter()
        .enumerate()
        .filter(|(place, bar)| bar.minute % 15 == 0 && (2..58).contains(place))
        .map(|(place, bar)| {
            view! {
                <text class="x" x=percent(left(place)) y="100%">
                    {bar.label.clone()}
                </text>
            }
        })
        .collect_view()
}

/// The next of 1, 2, 5, 10, 20, 50, ... from a number on: a scale that does not jump with every entry.
fn nice(number: i64) -> i64 {
    let mut unit: i64 = 1;
    loop {
        for step in [1, 2, 5] {
            match unit.checked_mul(step) {
                Some(it) if it >= number => return it,
                Some(_) => {}
                None => return number,
            }
        }
        unit = unit.saturating_mul(10);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_are_round() {
        for (number, round) in [(0, 1), (1, 1), (3, 5), (11, 20), (2_001, 5_000), (i64::MAX, i64::MAX)] {
            assert_eq!(nice(number), round);
        }
    }

    #[test]
    fn bars_stay_inside() {
        for (pieces, peak, thousandths) in
            [(7, 5, 500), (0, 5, 0), (5, 10, 250), (i64::MAX, i64::MAX, 500), (3, 0, 500)]
        {
            assert_eq!(height(pieces, peak), thousandths, "{pieces} of {peak}");
        }
        assert_eq!((percent(left(59)), percent(16)), ("98.3%".to_owned(), "1.6%".to_owned()));
    }
}
