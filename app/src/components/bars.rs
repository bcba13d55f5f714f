//! Bars up and down from one zero line, and a curve above them, as the server draws them: SVG, there before any script and without
//! one.

use leptos::prelude::*;

use super::chart::ChartData;

/// A picture of two series: the first goes up, the second down. Every position is a part of the plot, so the drawing fits any
/// width and its text is never scaled.
pub fn bars(data: &ChartData) -> String {
    view! {
        <svg class="bars" aria-hidden="true">
            {plot(data, 1)}
        </svg>
    }
    .to_html()
}

/// A picture of three series: the first is a curve on a scale of its own, the others as [`bars`].
pub fn curve_and_bars(data: &ChartData) -> String {
    view! {
        <svg class="bars" aria-hidden="true">
            <svg y="0" width="100%" height="34%">
                {grid(&data.upper)}
                {curve(data)}
            </svg>
            <svg y="44%" width="100%" height="56%">
                {plot(data, 2)}
            </svg>
        </svg>
    }
    .to_html()
}

/// The bars; their series are `first` and the one after it.
fn plot(data: &ChartData, first: usize) -> impl IntoView + use<> {
    let peak = data.ticks.last().map_or(1, |(value, _)| *value);
    let all = data.rows.len();
    view! {
        {grid(&data.ticks)}
        {data.rows.iter().enumerate().map(|(place, row)| bar(place, all, row, first, peak)).collect_view()}
        <line class="zero" x1="0" x2="100%" y1="50%" y2="50%" />
        {labels(data)}
    }
}

/// The first series as lines from the middle of a row to that of the next.
fn curve(data: &ChartData) -> impl IntoView + use<> {
    let (low, high) = (data.upper.first().map_or(0, |it| it.0), data.upper.last().map_or(1, |it| it.0));
    let span = (i128::from(high) - i128::from(low)).max(1);
    let rows = data.rows.len();
    let point = |(place, row): (usize, &Vec<String>)| {
        let above = i128::from(number(row.get(1))) - i128::from(low);
        let height = u32::try_from((above * i128::from(WHOLE) / span).clamp(0, i128::from(WHOLE))).unwrap_or(0);
        (percent(left(place, rows) + left(1, rows) / 2), percent(WHOLE - height))
    };
    let points: Vec<(String, String)> = data.rows.iter().enumerate().map(point).collect();
    points
        .windows(2)
        .map(|pair| {
            let [(x1, y1), (x2, y2)] = [pair[0].clone(), pair[1].clone()];
            view! { <line class="curve" x1=x1 y1=y1 x2=x2 y2=y2 /> }
        })
        .collect_view()
}

/// The whole of a plot: fine enough for the bars of a year of hours.
const WHOLE: u32 = 100_000;

/// How much of the plot's height a number takes; the zero line is in the middle.
fn height(number: i64, peak: i64) -> u32 {
    let (peak, half) = (i128::from(peak.max(1)), i128::from(WHOLE / 2));
    u32::try_from((i128::from(number) * half / peak).clamp(0, half)).unwrap_or(WHOLE / 2)
}

/// Where the share of a row begins, of the plot's width.
fn left(place: usize, rows: usize) -> u32 {
    let place = u64::try_from(place).unwrap_or(u64::MAX).saturating_mul(u64::from(WHOLE));
    u32::try_from(place / u64::try_from(rows.max(1)).unwrap_or(1)).unwrap_or(WHOLE)
}

/// A part of the whole as a percentage: 1600 is `1.600%`.
fn percent(part: u32) -> String {
    format!("{}.{:03}%", part / 1000, part % 1000)
}

/// A number that people read, as a number.
fn number(text: Option<&String>) -> i64 {
    text.and_then(|it| it.replace(',', "").replace('\u{2212}', "-").parse().ok()).unwrap_or(0)
}

fn bar(place: usize, rows: usize, row: &[String], first: usize, peak: i64) -> impl IntoView + use<> {
    let (up, down) = (height(number(row.get(first)), peak), height(number(row.get(first + 1)), peak));
    // A seventh of its share is left free on either side.
    let share = left(1, rows);
    let (x, width) = (percent(left(place, rows) + share / 7), percent(share * 5 / 7));
    view! {
        <rect class="in" x=x.clone() y=percent(WHOLE / 2 - up) width=width.clone() height=percent(up) />
        <rect class="out" x=x y="50%" width=width height=percent(down) />
    }
}

fn grid(ticks: &[(i64, String)]) -> impl IntoView + use<> {
    let last = ticks.len().saturating_sub(1);
    ticks
        .iter()
        .enumerate()
        .map(|(place, (_, label))| {
            let y = percent(WHOLE - left(place, last));
            view! {
                <line class="grid" x1="0" x2="100%" y1=y.clone() y2=y.clone() />
                <text class="y" x="0" y=y>
                    {label.clone()}
                </text>
            }
        })
        .collect_view()
}

fn labels(data: &ChartData) -> impl IntoView + use<> {
    let rows = data.rows.len();
    data.marks
        .iter()
        .filter_map(|place| Some((place, data.rows.get(*place)?.first()?)))
        .map(|(place, label)| {
            view! {
                <text class="x" x=percent(left(*place, rows) + left(1, rows) / 2) y="100%">
                    {label.clone()}
                </text>
            }
        })
        .collect_view()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stay_inside() {
        for (pieces, peak, part) in
            [(7, 5, 50_000), (0, 5, 0), (5, 10, 25_000), (i64::MAX, i64::MAX, 50_000), (3, 0, 50_000)]
        {
            assert_eq!(height(pieces, peak), part, "{pieces} of {peak}");
        }
        assert_eq!((percent(left(59, 60)), percent(1)), ("98.333%".to_owned(), "0.001%".to_owned()));
    }
}
